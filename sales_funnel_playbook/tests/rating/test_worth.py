from odoo import Command
from odoo.fields import Domain
from odoo.tests import Form, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestWorth(PlaybookCase):
    """What a deal is worth: one-off, yearly recurring, or both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.tier_ids = [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0})
            for tier, revenue in (("A", 60_000), ("B", 10_000), ("C", 0))
        ]
        cls.monthly, cls.yearly, cls.three_years = cls.env["crm.recurring.plan"].create(
            [{"name": f"Every {months}", "number_of_months": months} for months in (1, 12, 36)]
        )
        cls.subscription = {
            "expected_revenue": 3000,
            "recurring_revenue": 5000,
            "recurring_plan": cls.monthly.id,
        }

    def choose(self, basis):
        self.playbook.worth_basis = basis
        for refresh in self.env["crm.playbook.refresh"].search([]):
            refresh._run_batch()
        self.env.flush_all()

    def test_a_subscription_is_worth_a_year(self):
        lead = self._create_lead(**self.subscription)
        plain = self._create_lead(team_id=False, **self.subscription)
        for basis, worth, tier in (("one_off", 3000, "C"), ("recurring", 60_000, "A"), ("both", 63_000, "A")):
            self.choose(basis)
            self.assertEqual((basis, lead.worth, lead.tier), (basis, worth, tier))
            self.assertEqual((plain.worth, plain.tier), (3000, False), "a deal without a playbook is one-off")

    def test_the_tier_follows_at_once(self):
        self.choose("recurring")
        lead = self._create_lead(**self.subscription)
        self.assertEqual(lead.tier, "A")
        lead.recurring_revenue = 1000
        self.assertEqual((lead.worth, lead.tier), (12_000, "B"))
        lead.recurring_plan = self.three_years
        self.assertEqual((lead.worth, lead.tier), (333.33, "C"))
        self.yearly.number_of_months = 1
        lead.recurring_plan = self.yearly
        self.assertEqual((lead.worth, lead.tier), (12_000, "B"))
        self.yearly.number_of_months = 24
        self.env.flush_all()
        self.assertEqual((lead.worth, lead.tier), (500, "C"), "another length of a plan too")
        lead.recurring_plan = self.monthly
        lead.expected_revenue = 1_000_000
        self.assertEqual((lead.worth, lead.tier), (12_000, "B"), "a single amount does not count")

    def test_a_years_amount_is_worth_itself(self):
        """Twelve times the month that Odoo rounds would be 9,999.96, and a tier less."""
        self.choose("recurring")
        lead = self._create_lead(recurring_revenue=10_000, recurring_plan=self.yearly.id)
        self.assertEqual((lead.worth, lead.tier), (10_000, "B"))

    def test_database_and_record_say_the_same(self):
        """With playbooks by line, by team and by company, in every way to ask."""
        leads = self._create_leads_of_every_playbook()
        self.env.invalidate_all()
        asked = Domain("id", "in", leads.ids)
        for worth in {0, 1, 3.33, 70, 80, 120, *leads.mapped("worth")}:
            for operator, holds in (
                ("=", lambda lead, worth=worth: lead.worth == worth),
                ("!=", lambda lead, worth=worth: lead.worth != worth),
                (">", lambda lead, worth=worth: lead.worth > worth),
                ("<=", lambda lead, worth=worth: lead.worth <= worth),
            ):
                domain = Domain("worth", operator, worth)
                self.assertEqual(leads.search(asked & domain), leads.filtered(holds).sorted(), domain)
                self.assertEqual(leads.filtered_domain(domain), leads.filtered(holds), domain)
        sums = dict(leads._read_group(asked, ["team_id"], ["worth:sum"]))
        for team, its in leads.grouped("team_id").items():
            self.assertAlmostEqual(sums[team], sum(its.mapped("worth")), 2)
        ordered = leads.search(asked, order="worth desc, id").mapped("worth")
        self.assertEqual(ordered, sorted(ordered, reverse=True))
        described = leads.fields_get(["worth"])["worth"]
        self.assertEqual((described["searchable"], described["sortable"]), (True, True))
        self.assertEqual(described.get("aggregator"), "sum")

    def _create_leads_of_every_playbook(self):
        """Return deals of each playbook, with amounts of each kind."""
        stages = [Command.create({"stage_id": self.stage_lead.id})]
        by_line, by_company = self.env["crm.playbook"].create(
            [
                {"name": "Line", "company_id": False, "stage_ids": stages, "worth_basis": "recurring"},
                {"name": "Rest", "stage_ids": stages, "worth_basis": "both", "is_default": True},
            ]
        )
        line = self.env["crm.product.line"].create({"name": "Cloud", "playbook_id": by_line.id})
        self.choose("one_off")
        amounts = [
            {"expected_revenue": one_off, "recurring_revenue": recurring, "recurring_plan": plan}
            for one_off, recurring, plan in (
                (0, 0, False),
                (70, 0, False),
                (70, 10, self.yearly.id),
                (0, 10, self.three_years.id),
                (1, 10, False),
            )
        ]
        keys = ({"product_line_id": line.id}, {}, {"team_id": False}, {"team_id": False, "company_id": False})
        leads = self.env["crm.lead"].concat(
            *(self._create_lead(**amount, **key) for amount in amounts for key in keys)
        )
        self.assertIn(by_company, leads.playbook_id)
        return leads

    def test_rules_may_name_it(self):
        self.has_amount.domain = "[('worth', '>=', 60000)]"
        vals = {"name": "Big", "domain": "[('worth', '>', 50000)]", "points": 10}
        self.playbook.criterion_ids = [Command.create(vals)]
        self.choose("recurring")
        lead = self._create_lead(**self.subscription)
        lead.confirm_condition(self.needs_confirmed.id)
        self.assertEqual(lead.score, 10)
        lead.stage_id = self.stage_demo
        other = self._create_lead(**self.subscription | {"recurring_revenue": 4000})
        other.confirm_condition(self.needs_confirmed.id)
        self.assertEqual(other.score, 0)
        self.assertRefused(["Amount known"], other.write, {"stage_id": self.stage_demo.id})
        other.recurring_revenue = 4500
        self.assertEqual(other.score, 10, "it follows what it is made of")

    def test_the_funnel_counts_it(self):
        self.playbook.mode = "observe"
        self._create_lead(probability=50, **self.subscription)
        report = self.env["crm.funnel.report"]
        for basis, worth in (("one_off", 3000), ("recurring", 60_000), ("both", 63_000)):
            self.choose(basis)
            stage = report.get_funnel({"playbook_id": self.playbook.id})["stages"][0]
            self.assertEqual((stage["open_amount"], stage["weighted_amount"]), (worth, worth / 2))

    def test_tiers_are_proposed_from_it(self):
        self.choose("recurring")
        self.playbook.mode = "observe"
        for amount in range(1, 10):
            self._create_lead(recurring_revenue=amount * 1000, recurring_plan=self.yearly.id).action_set_won()
        action = self.playbook.action_propose_tiers()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.mapped("min_revenue"), [6300, 3600, 0])

    def test_whoever_has_not_chosen_pays_nothing(self):
        self._create_lead(**self.subscription)
        self.env.flush_all()
        sql = self.env["crm.lead"]._field_to_sql("crm_lead", "worth")
        self.assertEqual(sql.code, self.env["crm.lead"]._field_to_sql("crm_lead", "expected_revenue").code)
        lead = self._create_lead(team_id=False, **self.subscription)
        self.env.flush_all()
        lead.invalidate_recordset()
        lead.expected_revenue  # noqa: B018
        with self.assertQueryCount(0):
            self.assertEqual(lead.worth, 3000)

    def test_it_is_shown_where_it_differs(self):
        self.choose("recurring")
        rep = self.rep
        rep.group_ids += self.env.ref("crm.group_use_recurring_revenues")
        with Form(self._create_lead(**self.subscription).with_user(rep)) as form:
            self.assertEqual(form.worth, 60_000)
            form.recurring_revenue = 1000
            self.assertEqual(form.worth, 12_000)

    def test_copies_and_templates_keep_the_choice(self):
        self.playbook.worth_basis = "both"
        self.assertEqual(self.playbook.copy().worth_basis, "both")
        action = self.playbook.action_save_as_template()
        template = self.env["crm.playbook"].browse(action["res_id"])
        self.assertEqual(template.worth_basis, "both")
        wizard = self.env["crm.playbook.use.template"].create(
            {"template_id": template.id, "team_ids": [Command.create({"name": "New"})]}
        )
        made = self.env["crm.playbook"].browse(wizard.action_apply()["res_id"])
        self.assertEqual(made.worth_basis, "both")
