from odoo.tests import tagged

from ..deadline.deadline_common import at
from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestIntake(IntakeCase):
    """What is still missing of a lead, by when, and whose it is to complete."""

    def create_at(self, *moment, **vals):
        with self.at(*moment):
            return self.capture(**vals)

    def test_it_is_the_capturers_until_handed_over(self):
        lead = self.create_at(18)
        self.assertWork(lead, [("Complete the lead", self.mia, at(19, 17), False)])
        with self.at(18, 10):
            lead.hand_over(self.rep.id)
        self.assertWork(lead, [("Complete the lead", self.rep, at(19, 17), False)])
        with self.at(18, 11):
            lead.with_user(self.rep).send_back("incomplete")
        self.assertWork(lead, [("Complete the lead", self.mia, at(19, 17), False)])

    def test_what_is_missing_and_by_when(self):
        lead = self.create_at(18)
        self.assertEqual(
            (lead.is_incomplete, lead.incomplete_due_at, lead.incomplete_text),
            (True, at(19, 17), "Where It Came From, Contact Name"),
        )
        self.assertEqual(self.leads.search([("is_incomplete", "=", True)]), lead)
        with self.at(18, 10):
            lead.referred = "A partner of theirs"
        lead.invalidate_recordset()
        self.assertEqual(lead.incomplete_text, "Contact Name")
        with self.at(18, 11):
            lead.contact_name = "Ann"
        self.assertFalse(self.leads.search([("is_incomplete", "=", True)]))
        lead.invalidate_recordset()
        self.assertEqual((lead.is_incomplete, lead.incomplete_text), (False, ""))

    def test_any_channel_will_do(self):
        medium = self.env["utm.medium"].create({"name": "Trade Fair"})
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        known = [
            self.create_at(18, **vals, contact_name="Ann")
            for vals in (
                {"source_id": self.source.id},
                {"medium_id": medium.id},
                {"campaign_id": campaign.id},
                {"referred": "A partner"},
            )
        ]
        for lead in known:
            self.assertTrue(lead.has_channel)
            self.assertFalse(self.get_work(lead).filtered("active"))
        unknown = self.create_at(18, contact_name="Ann")
        self.assertFalse(unknown.has_channel)
        self.assertEqual(self.leads.search([("has_channel", "=", False)]), unknown)

    def test_a_lead_that_is_no_opportunity_yet_is_asked_for(self):
        lead = self.create_at(18, type="lead")
        self.assertEqual(self.get_work(lead).user_id, self.mia)

    def test_what_came_by_itself_is_the_leaders(self):
        with self.at(18):
            lead = self._create_lead(user_id=False)
        self.assertEqual(self.get_work(lead).user_id, self.leader)

    def test_templates_ask_whoever_captured_it(self):
        for name in ("saas", "standard", "equipment"):
            rule = self.env.ref(f"sales_funnel_playbook.crm_playbook_template_{name}_intake_deadline")
            self.assertEqual(rule.responsible, "capturer")
            self.assertIn("('has_channel', '=', True)", rule.satisfied_domain)

    def test_a_page_costs_the_same_for_one_and_for_many(self):
        with self.at(18):
            leads = self.leads.concat(*(self.capture(name=str(number)) for number in range(6)))
        counts = []
        for its in (leads[:1], leads):
            self.env.flush_all()
            for _time in range(2):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                its.mapped("incomplete_text")
                its.mapped("hand_over_state")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_quick_create_asks_for_the_product_line(self):
        view = self.env.ref("crm.quick_create_opportunity_form")
        self.assertIn('name="product_line_id"', self.env["crm.lead"].get_view(view.id, "form")["arch"])
