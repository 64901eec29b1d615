from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .risk_common import RiskCase


@tagged("post_install", "-at_install")
class TestRiskDetection(RiskCase):
    """What the data knows of a risk, the module notes itself."""

    def test_a_decision_maker_who_leaves_is_a_high_risk(self):
        chain = self.env["crm.lead.stakeholder"].create(
            [
                {"lead_id": self.lead.id, "partner_id": person.id, "role": role, "date_from": "2026-01-01"}
                for person, role in ((self.person, "decision_maker"), (self.other, "user"))
            ]
        )
        chain[1].date_to = "2026-02-01"
        self.assertFalse(self.lead.risk_ids)
        chain[0].with_user(self.rep).date_to = "2026-02-01"
        self.assertEqual(self.lead.risk_ids.type_id, self._type("decision_maker"))
        self.assertEqual(self.lead.risk_ids.description, "Ms Wu")
        self.assertEqual(self.lead.risk_level, "high")
        chain[0].date_to = False
        chain[0].date_to = "2026-03-01"
        self.assertEqual(len(self.lead.risk_ids), 1, "the same cause never opens twice")
        chain[0].write({"date_to": False, "partner_id": self.other.id})
        chain[0].write({"partner_id": self.person.id})
        self.assertEqual(len(self.lead.risk_ids), 2, "another person who is replaced is another cause")

    def test_a_champion_who_changes_the_role_has_left_it(self):
        self.lead.stakeholder_ids = [Command.create({"partner_id": self.person.id, "role": "champion"})]
        self.lead.stakeholder_ids.role = "user"
        self.assertEqual(self.lead.risk_ids.type_id, self._type("champion"))

    def test_a_competitor_who_enters_is_a_high_risk(self):
        rival = self.env["crm.competitor"].create({"name": "Rival"})
        self.lead.with_user(self.rep).competitor_ids = [Command.create({"competitor_id": rival.id})]
        self.assertEqual((self.lead.risk_level, self.lead.risk_description), ("high", "Rival"))
        self.lead.competitor_ids.unlink()
        self.lead.competitor_ids = [Command.create({"competitor_id": rival.id})]
        self.assertEqual(len(self.lead.risk_ids), 1)

    def test_a_budget_that_is_frozen_is_a_high_risk(self):
        self.lead.budget_status = "approved"
        self.assertFalse(self.lead.risk_ids)
        self.lead.budget_status = "frozen"
        self.lead.budget_status = "frozen"
        self.assertEqual(self.lead.risk_ids.type_id, self._type("budget"))

    def test_a_type_out_of_use_opens_nothing(self):
        self._type("competitor").active = False
        rival = self.env["crm.competitor"].create({"name": "Rival"})
        self.lead.competitor_ids = [Command.create({"competitor_id": rival.id})]
        self.assertFalse(self.lead.risk_ids)

    def test_silence_is_found_by_night_once_and_closed_when_it_is_over(self):
        with self.mock_datetime_and_now(datetime(2026, 1, 5, 9)):
            lead = self._create_lead("Silent")
        self.env["crm.lead"].flush_model()
        self.env.cr.execute("UPDATE crm_lead SET create_date = '2026-01-05' WHERE id = %s", [lead.id])
        lead.invalidate_recordset()
        silence = self._type("silence")
        detect = self.env["crm.lead.risk"]._detect
        detect(silence, lead)
        detect(silence, lead)
        self.assertEqual((lead.risk_ids.type_id, lead.risk_level), (silence, "medium"))
        lead.risk_ids.write({"state": "closed", "closing_note": "They asked for quiet"})
        detect(silence, lead)
        self.assertEqual(len(lead.risk_ids), 1, "who closed it has decided, as long as it lasts")
        lead.risk_ids.action_reopen()
        self.env["crm.lead.progress"].create({"lead_id": lead.id, "summary": "Called: June"})
        detect(silence, lead)
        self.assertEqual((lead.risk_ids.state, lead.risk_level), ("closed", False))

    def test_a_stay_twice_as_long_as_expected_is_found(self):
        self.rules[self.stage_lead].expected_days = 10
        self.env.cr.execute(
            "UPDATE crm_lead_stage_log SET entered_at = %(then)s, stay_began_at = %(then)s"
            " WHERE lead_id = %(lead)s",
            {"then": fields.Datetime.now() - timedelta(days=19), "lead": self.lead.id},
        )
        overdue = self._type("overdue_stay")
        self.env.invalidate_all()
        self.env["crm.lead.risk"]._detect(overdue, self.lead)
        self.assertFalse(self.lead.risk_ids)
        self.assertAlmostEqual(self.lead.stay_percent, 190, delta=2)
        self.rules[self.stage_lead].expected_days = 9
        self.env.invalidate_all()
        self.env["crm.lead.risk"]._detect(overdue, self.lead)
        self.assertEqual(self.lead.risk_ids.type_id, overdue)
        self.assertEqual(self.lead.risk_ids.description, "19 days in stage, expected 9")

    def test_it_is_described_in_the_language_of_the_salesperson(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.rep.lang = "zh_CN"
        overdue = self._type("overdue_stay")
        text = self.env["crm.lead.risk"]._describe_found(overdue, self.lead)[self.lead.id]
        self.assertEqual(text, "已在阶段停留 0 天，预期 0 天")
        self.assertEqual(self.env["crm.lead.risk"]._describe_found(self._type("silence"), self.lead), {})

    def test_a_deal_that_begins_with_a_frozen_budget_is_at_risk(self):
        frozen, fine = (
            self._create_lead(f"Budget {status}", budget_status=status) for status in ("frozen", "approved")
        )
        self.assertEqual((frozen.risk_level, fine.risk_level), ("high", False))
