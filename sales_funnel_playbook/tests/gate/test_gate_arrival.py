from odoo import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase

MAIL = """From: Ms Wu <wu@customer.example>
To: {alias}
Subject: Three presses
Message-ID: <{number}@customer.example>
Date: Mon, 18 Mar 2024 09:00:00 +0000

We need three presses in spring.
"""


@tagged("post_install", "-at_install")
class TestGateArrival(PlaybookCase):
    """Nothing keeps a customer out: what a new deal lacks in the first stage is logged and shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.has_phone.severity = "blocking"
        cls.called_back = cls._create_condition(cls.stage_lead, "Called back", kind="confirmation")

    def _receive(self, number):
        """Let a customer's mail come in at the team's address; return the lead it becomes."""
        domain = self.env["mail.alias.domain"].create({"name": f"arrival{number}.example"})
        self.team.company_id.alias_domain_id = domain
        self.team.alias_id.write({"alias_name": f"presses{number}", "alias_domain_id": domain.id})
        mail = MAIL.format(alias=f"presses{number}@{domain.name}", number=number)
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            lead_id = self.env["mail.thread"].message_process(False, mail)
        return self.env["crm.lead"].browse(lead_id)

    def assertArrived(self, lead, unmet=("Phone known", "Called back")):
        self.assertEqual(lead.stage_id, self.stage_lead)
        self.assertLog(lead, [("created", "Lead", "observed" if unmet else "passed")])
        self.assertEqual([item["name"] for item in lead.stage_log_ids.unmet or ()], list(unmet))

    def test_a_customers_mail_comes_in(self):
        lead = self._receive(1)
        self.assertEqual((lead.name, lead.email_from), ("Three presses", '"Ms Wu" <wu@customer.example>'))
        self.assertEqual(lead.playbook_id, self.playbook)
        self.assertArrived(lead)
        self.assertTrue(any("three presses in spring" in body for body in lead.message_ids.mapped("body")))

    def test_a_web_form_comes_in(self):
        """Whom nobody knows, through a controller's sudo."""
        public = self.env.ref("base.public_user")
        vals = {"name": "Form", "team_id": self.team.id, "type": "opportunity"}
        self.assertArrived(self.env["crm.lead"].with_user(public).sudo().create(vals).sudo())

    def test_people_and_programs_come_in(self):
        leads = self.env["crm.lead"].with_user(self.rep).with_context(default_type="opportunity")
        vals = {"name": "Deal", "team_id": self.team.id}
        with Form(
            leads.with_context(default_team_id=self.team.id), "crm.quick_create_opportunity_form"
        ) as form:
            form.name = "Quick"
        self.assertArrived(form.record)
        self.assertArrived(leads.create(vals))
        self.assertArrived(leads.create({**vals, "phone": "+32 470 11 22 33"}), ["Called back"])
        self.assertArrived(leads.create({**vals, "stage_id": self.stage_lead.id}))
        self.assertArrived(leads.create(vals).copy())
        for lead in leads.create([vals, vals]):
            self.assertArrived(lead)

    def test_sheets_come_in(self):
        rows = [["One", str(self.team.id)], ["Two", str(self.team.id)]]
        result = self.env["crm.lead"].with_user(self.rep).load(["name", "team_id/.id"], rows)
        self.assertEqual(result["messages"], [])
        for lead in self.env["crm.lead"].browse(result["ids"]):
            self.assertArrived(lead)

    def test_a_later_stage_is_asked_for_all_before_it(self):
        vals = {"name": "Deal", "team_id": self.team.id}
        later = {**vals, "stage_id": self.stage_demo.id}
        unmet = ["Amount known", "Needs confirmed"]
        self.assertRefused(unmet, self.env["crm.lead"].create, later)
        self.assertRefused(unmet, self.env["crm.lead"].create, [vals, later])

    def test_who_is_there_already_is_asked_on_the_way_to_the_first_stage(self):
        """Only coming in is free: a deal that waits in a stage beside the playbook is there already."""
        siding = self.env["crm.stage"].create({"name": "Siding", "sequence": 0})
        lead = self._create_lead(stage_id=siding.id)
        self.assertRefused(["Phone known", "Called back"], lead.write, {"stage_id": self.stage_lead.id})
        lead.stage_id = False  # in no stage at all is no way in either
        self.assertRefused(["Phone known", "Called back"], lead.write, {"stage_id": self.stage_lead.id})

    def test_the_first_stage_is_the_playbooks_own(self):
        """Of a playbook that begins later in the pipeline too; the pipeline's first has no gate there."""
        self.rules[self.stage_lead].unlink()
        lead = self._create_lead()
        self.assertLog(lead, [("created", "Lead", "none")])
        self.assertRefused(["Amount known", "Needs confirmed"], lead.write, {"stage_id": self.stage_demo.id})
        arrived = self._create_lead(stage_id=self.stage_demo.id)
        self.assertLog(arrived, [("created", "Demo", "observed")])

    def test_a_first_stage_that_wins_is_no_arrival(self):
        (self.rules[self.stage_lead] | self.rules[self.stage_demo] | self.rules[self.stage_talks]).unlink()
        self.assertRefused(["Closing date known"], self._create_lead, stage_id=self.stage_signed.id)

    def test_the_checklist_shows_what_is_missing(self):
        lead = self._create_lead()

        def read(asker=self.rep):
            current = lead.with_user(asker).get_playbook_panel()["stage"]
            return [(one["name"], one["met"], one["blocking"]) for one in current["conditions"]]

        self.assertEqual(read(), [("Phone known", False, True), ("Called back", False, True)])
        lead.phone = "+32 470 11 22 33"
        self.assertEqual(read(), [("Called back", False, True)])
        lead.with_user(self.rep).confirm_condition(self.called_back.id)
        self.assertEqual(read(), [("Called back", True, True)], "where it is taken back")
        lead.with_user(self.rep).confirmation_ids._withdraw()
        self.assertEqual(read(), [("Called back", False, True)])
        self._advance(lead, self.stage_demo)
        self.assertEqual(read(), [], "asked before it came in")

    def test_the_team_of_a_line_that_nobody_enforces(self):
        """In a playbook that observes nothing changes."""
        self.playbook.mode = "observe"
        self.assertArrived(self._create_lead())

    def test_a_lead_that_is_converted_came_in_before(self):
        lead = self._create_lead(type="lead")
        self.assertArrived(lead)
        lead.convert_opportunity(False, team_id=self.team.id)
        self.assertArrived(lead)

    def test_a_mail_with_what_is_asked_for_passes(self):
        self.called_back.active = False
        self.has_phone.domain = "[('email_from', '!=', False)]"
        self.assertArrived(self._receive(2), ())

    def test_one_to_many_brings_deals_in(self):
        partner = self.env["res.partner"].create({"name": "ACME", "is_company": True})
        partner.opportunity_ids = [Command.create({"name": "Deal", "team_id": self.team.id})]
        self.assertArrived(partner.opportunity_ids)

    def test_mail_begins_where_the_playbook_begins(self):
        """Also where the team's pipeline begins earlier; not in a stage that wins, or of another team."""
        self.rules[self.stage_lead].unlink()
        lead = self._receive(3)
        self.assertLog(lead, [("created", "Demo", "observed")])
        self.stage_demo.team_ids = self.env["crm.team"].create({"name": "Others"})
        self.assertEqual(self._receive(4).stage_id, self.stage_lead)
        self.stage_demo.team_ids = False
        (self.rules[self.stage_demo] | self.rules[self.stage_talks]).unlink()
        self.assertEqual(self._receive(5).stage_id, self.stage_lead)

    def test_a_line_that_is_not_sold_keeps_nobody_out(self):
        lines = self.env["crm.product.line"].create(
            [
                {"name": "Presses", "company_id": False},
                {"name": "Theirs", "company_id": self.env["res.company"].create({"name": "Other"}).id},
                {"name": "Old", "active": False},
                {"name": "Deleted"},
            ]
        )
        lines[3].unlink()
        kept = []
        for line in lines:
            vals = {"name": "Form", "team_id": self.team.id, "product_line_id": line.id}
            vals = self.env["crm.lead"]._prepare_arrival_vals(vals)
            kept.append("product_line_id" in vals)
            self.assertArrived(self.env["crm.lead"].create(vals))
        self.assertEqual(kept, [True, False, False, False])

    def test_a_line_says_whose_a_deal_is_where_nothing_else_does(self):
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": self.env.company.id})
        team = self.env["crm.team"].create({"name": "All", "company_id": False})
        vals = {"name": "Form", "team_id": team.id, "user_id": False, "product_line_id": line.id}
        lead = self.env["crm.lead"].create(self.env["crm.lead"]._prepare_arrival_vals(vals))
        self.assertEqual((lead.product_line_id, lead.company_id), (line, self.env.company))

    def test_a_stage_that_is_named_stays(self):
        vals = {"name": "Form", "team_id": self.team.id, "stage_id": self.stage_talks.id}
        self.assertEqual(self.env["crm.lead"]._prepare_arrival_vals(vals), vals)
