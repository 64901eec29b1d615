import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase

from ..hooks import uninstall_hook

# What nobody but the team decides on, and what the module computes.
CLOSED = {
    **{"stage_id": "4", "probability": "99", "expected_revenue": "5", "recurring_revenue": "5"},
    **{"captured_at": "2020-01-01 00:00:00", "stage_entered_at": "2020-01-01 00:00:00"},
    **{"waiting_until": "2099-01-01", "budget_status": "approved", "tier": "A", "score": "10"},
    **{"risk_level": "high", "playbook_id": "1", "won_status": "won", "active": "", "priority": "3"},
    **{"source_id": "1", "company_id": "1", "output_ids": "1", "confirmation_ids": "1", "member_ids": "1"},
    **{"customer_feedback": "Fine", "last_contact_summary": "Told", "check_ids": "1", "type": "lead"},
}


@tagged("post_install", "-at_install")
class TestForm(HttpCase, PlaybookCase):
    """What visitors of the website tell of a deal, over HTTP; the team's pipeline begins before the
    playbook does.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules[cls.stage_lead].unlink()
        cls.line = cls.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        cls.website = cls.env["website"].get_current_website()
        cls.website.crm_default_team_id = cls.team
        cls.industry = cls.env["res.partner.industry"].create({"name": "Car parts"})

    def send(self, utm=None, **fields):
        """Send the form as a visitor; return the deal it becomes, empty where there is none."""
        self.authenticate(None, None)
        self.opener.cookies.update(utm or {})
        own = {"contact_name": "Ms Wu", "email_from": "wu@customer.example", "name": "Presses"}
        with mute_logger("odoo.sql_db"):
            answer = self.url_open("/website/form/crm.lead", data={**own, **fields})
        told = json.loads(answer.text)
        return self.env["crm.lead"].browse(told.get("id") if told else ())

    def test_a_visitor_tells_what_they_need(self):
        lead = self.send(
            product_line_id=self.line.id,
            industry_id=self.industry.id,
            company_size="51-200",
            use_case="Car doors",
            pain_points="Scrap",
            budget_min="1000",
            budget_max="5000.5",
        )
        self.assertEqual((lead.product_line_id, lead.industry_id), (self.line, self.industry))
        self.assertEqual(
            (lead.company_size, lead.use_case, lead.pain_points), ("51-200", "Car doors", "Scrap")
        )
        self.assertEqual((lead.budget_min, lead.budget_max), (1000, 5000.5))
        self.assertEqual(lead.stage_id, self.stage_demo, "the playbook's first stage")
        self.assertLog(lead, [("created", "Demo", "observed")])
        self.assertAlmostEqual(lead.captured_at.timestamp(), lead.create_date.timestamp(), delta=60)
        self.assertEqual((lead.source_id.name, lead.medium_id.name), (self.website.name, "Website"))

    def test_whoever_follows_a_link_came_by_that(self):
        lead = self.send(utm={"odoo_utm_source": "Letter", "odoo_utm_medium": "Post"})
        self.assertEqual((lead.source_id.name, lead.medium_id.name), ("Letter", "Post"))

    def test_a_visitor_sets_nothing_else(self):
        """What they send nevertheless is text in the deal's notes."""
        plain, lead = self.send(), self.send(**CLOSED)
        for name in CLOSED.keys() & plain._fields.keys() - {"captured_at", "stage_entered_at"}:
            self.assertEqual(lead[name], plain[name], name)
        self.assertGreater(lead.captured_at.year, 2020)
        self.assertGreater(lead.stage_entered_at.year, 2020)
        for name in CLOSED:
            self.assertIn(name, lead.description)

    def test_only_these_fields_are_open(self):
        """Of the playbook's; Odoo's own form has some of Odoo's."""
        is_open = [("model", "=", "crm.lead"), ("website_form_blacklisted", "=", False)]
        found = self.env["ir.model.fields"].sudo().search(is_open)
        ours = found.filtered(lambda one: "sales_funnel_playbook" in one.modules.split(", ")[0])
        self.assertEqual(set(ours.mapped("name")), set(self.env["crm.lead"]._get_form_fields()))

    def test_a_choice_that_is_gone_loses_nobody(self):
        """A page may be older than what it offers."""
        gone = self.env["crm.product.line"].create({"name": "Gone"})
        industry = self.env["res.partner.industry"].create({"name": "Gone"})
        old = self.env["crm.product.line"].create({"name": "Old", "active": False})
        theirs = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["crm.product.line"].create({"name": "Theirs", "company_id": theirs.id})
        choices = {"industry_id": industry.id, "company_size": "3 people"}
        gone.unlink()
        industry.unlink()
        for line_id in (gone.id, old.id, foreign.id, 0):
            lead = self.send(product_line_id=line_id, **choices)
            self.assertEqual(len(lead), 1, line_id)
            self.assertFalse(lead.product_line_id)
            self.assertFalse(lead.company_size or lead.industry_id)
            self.assertEqual(lead.stage_id, self.stage_demo)

    def test_a_budget_that_is_none_loses_nobody(self):
        lead = self.send(budget_min="5000", budget_max="1000")
        self.assertEqual((lead.budget_min, lead.budget_max), (1000, 5000))
        for number in ("nan", "inf", "-1", "1e300"):
            lead = self.send(budget_min=number, budget_max="1000")
            self.assertEqual((lead.budget_min, lead.budget_max), (0, 1000), number)
        self.assertFalse(self.send(budget_min="about a million"), "the form says that it is no number")

    def test_a_deal_of_the_websites_company(self):
        """A line of that company is taken over, and its playbook."""
        company = self.website.company_id
        self.line.company_id = company
        machines = self.playbook.copy({"name": "Presses", "company_id": company.id, "is_default": False})
        machines.product_line_ids = self.line
        lead = self.send(product_line_id=self.line.id)
        self.assertEqual((lead.company_id, lead.product_line_id), (company, self.line))
        self.assertEqual((lead.playbook_id, lead.stage_id), (machines, self.stage_demo))

    def test_without_a_playbook_a_form_is_as_before(self):
        self.playbook.active = False
        lead = self.send(use_case="Car doors")
        self.assertEqual((lead.stage_id, lead.use_case), (self.stage_lead, "Car doors"))

    def test_a_form_after_the_addon_is_gone(self):
        """What visitors write there is text in the deal's notes."""
        uninstall_hook(self.env)
        lead = self.send(use_case="Car doors")
        self.assertFalse(lead.use_case)
        self.assertIn("Car doors", lead.description)
