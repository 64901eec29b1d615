import itertools

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.core.rehearsal import rehearse

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestAssignment(PlaybookCase):
    """Which playbook a lead follows: product line, else team, else company, else none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._activate_multi_company()
        cls.company_1 = cls.env.company
        cls.line_playbook = cls._create_playbook("By line", company_id=False)
        cls.line = cls.env["crm.product.line"].create(
            {"name": "Presses", "playbook_id": cls.line_playbook.id, "company_id": False}
        )
        cls.plain_line = cls.env["crm.product.line"].create({"name": "Spares", "company_id": False})
        cls.other_team = cls.env["crm.team"].create({"name": "Other", "company_id": False})

    @classmethod
    def _create_playbook(cls, name, **vals):
        return cls.env["crm.playbook"].create(
            {
                "name": name,
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in cls.stages[:2]],
                **vals,
            }
        )

    def test_what_is_tried_and_taken_back_is_not_remembered(self):
        """Also where the transaction had changed rules before, and remembers for itself."""
        lead = self._create_lead(product_line_id=self.plain_line.id)
        self.plain_line.name = "Spare Parts"
        followed = lead.playbook_id
        with rehearse(self.env):
            self.plain_line.playbook_id = self.line_playbook
            self.assertEqual(lead.playbook_id, self.line_playbook)
        self.assertEqual(lead.playbook_id, followed)
        self.assertEqual(lead._get_playbook_ids().get(lead.id, False), followed.id)

    def test_an_archived_team_still_follows(self):
        lead = self._create_lead()
        self.team.active = False
        self.env.registry.clear_cache()
        lead.invalidate_recordset()
        self.assertEqual(lead.playbook_id, self.playbook)

    def test_a_detour_through_another_playbook_is_no_way_around(self):
        line = self.env["crm.product.line"].create({"name": "Detour", "company_id": False})
        side = self.env["crm.stage"].create({"name": "Side", "sequence": 0})
        other = self.env["crm.playbook"].create(
            {"name": "Free", "company_id": False, "stage_ids": [Command.create({"stage_id": side.id})]}
        )
        other.product_line_ids = line
        lead = self._create_lead()
        lead.product_line_id = line
        lead.stage_id = self.stage_signed
        unmet = ["Closing date known", "The stage “Talks” cannot be skipped"]
        self.assertRefused(unmet, lead.write, {"product_line_id": False})
        lead.stage_id = self.stage_lead
        lead.product_line_id = False
        self.assertEqual(lead.playbook_id, self.playbook)

    def test_precedence(self):
        lead = self._create_lead(product_line_id=self.line.id)
        self.assertEqual(lead.playbook_id, self.line_playbook)
        lead.product_line_id = self.plain_line
        self.assertEqual(lead.playbook_id, self.playbook)
        lead.write({"team_id": self.other_team.id, "company_id": self.company_1.id})
        self.assertFalse(lead.playbook_id)
        everywhere = self._create_playbook("Everywhere", company_id=False)
        self.assertEqual(lead.playbook_id, everywhere)
        here = self._create_playbook("Here", company_id=self.company_1.id)
        self.assertEqual(lead.playbook_id, here)
        here.active = False
        self.assertEqual(lead.playbook_id, everywhere)

    def test_product_line_is_on_every_view(self):
        for view, name in {
            "crm_lead_view_form": "product_line_id",
            "crm_case_kanban_view_leads": "playbook_card",
            "crm_case_tree_view_oppor": "product_line_id",
            "view_crm_case_opportunities_filter": "product_line_id",
        }.items():
            record = self.env.ref(f"crm.{view}")
            arch = self.env["crm.lead"].get_view(record.id, record.type)["arch"]
            self.assertIn(f'name="{name}"', arch, view)

    def test_template_governs_nothing(self):
        lead = self._create_lead(team_id=self.other_team.id)
        self.env["crm.playbook"].create(
            {
                "name": "Template",
                "is_template": True,
                "company_id": False,
                "stage_ids": [Command.create({"name": "One"})],
            }
        )
        self.assertFalse(lead.playbook_id)

    def test_a_playbook_serves_no_other_company(self):
        self.line_playbook.company_id = self.company_2
        lead = self._create_lead(product_line_id=self.line.id, company_id=self.company_1.id)
        self.assertEqual(lead.playbook_id, self.playbook)

    def test_search_finds_what_the_field_says(self):
        self._create_playbook("Everywhere", company_id=False)
        here = self._create_playbook("Here", company_id=self.company_1.id)
        self.playbook.company_id = self.company_1
        leads = self.env["crm.lead"].concat(
            *(
                self._create_lead(
                    product_line_id=line.id, team_id=team.id, company_id=company.id, user_id=False
                )
                for line, team, company in itertools.product(
                    (self.line, self.plain_line, self.line.browse()),
                    (self.team, self.other_team, self.team.browse()),
                    (self.company_1, self.company_2, self.company_1.browse()),
                )
            )
        )
        mine = [("id", "in", leads.ids)]
        for playbook in self.env["crm.playbook"].search([]):
            with self.subTest(playbook=playbook.name):
                expected = leads.filtered(lambda lead, p=playbook: lead.playbook_id == p)
                found = leads.search([*mine, ("playbook_id", "=", playbook.id)])
                self.assertEqual(found.sorted("id"), expected.sorted("id"))
                others = leads.search([*mine, ("playbook_id", "!=", playbook.id)])
                self.assertEqual(others.sorted("id"), (leads - expected).sorted("id"))
        self.assertGreater(len(set(leads.mapped("playbook_id"))), 3)
        self.assertEqual(
            leads.search([*mine, ("playbook_id", "ilike", "here")]).playbook_id.filtered(
                lambda playbook: playbook == here
            ),
            here,
        )
        here.active = False
        self.env["crm.playbook"].search([("name", "=", "Everywhere")]).active = False
        none = leads.search([*mine, ("playbook_id", "=", False)])
        self.assertEqual(none.sorted("id"), leads.filtered(lambda lead: not lead.playbook_id).sorted("id"))
        self.assertTrue(none)

    def test_a_team_follows_one_playbook(self):
        with self.assertRaisesRegex(ValidationError, "already follows the playbook “Machines”"):
            self._create_playbook("Second", team_ids=self.team.ids)

    def test_one_playbook_for_the_rest(self):
        self._create_playbook("Rest", company_id=False)
        with self.assertRaisesRegex(ValidationError, "“Rest” already is the default playbook"):
            self._create_playbook("Rest too", company_id=False)

    def test_product_line_of_another_company(self):
        theirs = self.env["crm.product.line"].create({"name": "Theirs", "company_id": self.company_2.id})
        with self.assertRaisesRegex(UserError, "Theirs"):
            self._create_playbook("Ours", company_id=self.company_1.id, product_line_ids=theirs.ids)
        with self.assertRaisesRegex(UserError, "Theirs"):
            self._create_lead(company_id=self.company_1.id, product_line_id=theirs.id)

    def test_companies_never_see_each_others_rules(self):
        hidden = self._create_playbook("Hidden", company_id=self.company_2.id)
        playbooks = self.env["crm.playbook"].with_user(self.leader)
        self.assertNotIn(hidden, playbooks.search([]))
        self.assertNotIn(hidden.stage_ids[0], hidden.stage_ids.with_user(self.leader).search([]))
        self.assertIn(self.playbook, playbooks.search([]))

    def test_a_playbook_does_not_become_the_default_by_itself(self):
        lead = self._create_lead(team_id=self.other_team.id)
        lead.user_id = False
        self.line.active = False
        self.assertFalse(lead.playbook_id, "the product line was archived")
        self.line.unlink()
        self.assertFalse(lead.playbook_id, "the product line was deleted")
        self.playbook.team_ids = False
        self.assertFalse(lead.playbook_id, "the team was taken away")
        self.playbook.copy()
        self.assertFalse(lead.playbook_id, "a copy governs nobody")
        self.line_playbook.is_default = True
        self.assertEqual(lead.playbook_id, self.line_playbook, "an administrator says so")
