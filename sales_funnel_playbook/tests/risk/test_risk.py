from datetime import datetime

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook import hooks

from .risk_common import RiskCase


@tagged("post_install", "-at_install")
class TestRisk(RiskCase):
    """The risk ledger: what opens an entry, who is told, and how it ends."""

    def test_the_banner_says_what_it_is_and_leads_there(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self._open("medium")
        self.assertFalse(self.lead.risk_alert)
        competitor = self._type("competitor")
        competitor.with_context(lang="zh_CN").name = "竞争对手介入"
        risk = self._open("high", type_id=competitor.id, description="Globex")
        for lang, text in (
            ("en_US", "High risk: Competitor entered (Globex). No response is agreed yet."),
            ("zh_CN", "高风险：竞争对手介入（Globex）。尚未商定应对措施。"),
        ):
            self.assertEqual(self.lead.with_context(lang=lang).risk_alert, text)
        as_rep = self.lead.with_user(self.rep)
        self.assertEqual(as_rep.action_open_gravest_risk()["res_id"], risk.id)
        risk.response = "A director visits them"
        self.assertEqual(self.lead.risk_alert, "High risk: Competitor entered (Globex).")
        risk.write({"type_id": False, "description": "招" * 200})
        self.assertEqual(self.lead.risk_alert, f"High risk: {'招' * 140}….")
        risk.description = False
        self.assertEqual(self.lead.risk_alert, "High risk.")
        risk.write({"state": "closed", "closing_note": "Over"})
        self.assertFalse(self.lead.risk_alert)

    def test_the_lead_shows_its_gravest_open_risk(self):
        low = self._open("low", description="Slow")
        self._open("medium", description="Dear", response="Discount")
        self.assertRecordValues(
            self.lead,
            [{"risk_level": "medium", "risk_description": "Dear", "risk_response": "Discount"}],
        )
        self.lead.risk_ids[0].write({"state": "closed", "closing_note": "Agreed"})
        self.assertEqual((self.lead.risk_level, self.lead.risk_description), ("low", "Slow"))
        low.write({"closing_note": "Over"})
        low.action_close()
        self.assertFalse(self.lead.risk_level)
        self.assertEqual(low.closed_by_id, self.env.user)
        low.action_reopen()
        self.assertEqual(self.lead.risk_level, "low")

    def test_what_the_ledger_keeps_nobody_writes(self):
        risk = self._open("high", description="Dear").with_user(self.rep)
        for name in ("closed_at", "closed_by_id", "cause"):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "cannot be changed"):
                risk.write({name: False})
        with self.assertRaises(AccessError):
            risk.write({"raised_at": "2020-01-01 00:00:00"})
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            risk.create({"lead_id": self.lead.id, "level": "low", "cause": "condition"})
        forged = risk.with_context(default_cause="condition", default_closed_at="2020-01-01 00:00:00")
        new = forged.create({"lead_id": self.lead.id, "level": "low"})
        self.assertEqual((new.cause, new.closed_at), (False, False))
        risk.write({"closing_note": "Agreed"})
        risk.action_close()
        self.assertEqual(risk.closed_by_id, self.rep)
        vals = {"lead_id": self.lead.id, "level": "low", "state": "closed", "closing_note": "It passed"}
        over = risk.create(vals)
        self.assertEqual((over.closed_at, over.closed_by_id), (self.env.cr.now(), self.rep))

    def test_facts_that_come_with_a_lead(self):
        lead = self._create_lead(
            risk_ids=[Command.create({"level": "high", "description": "Dear"})],
            progress_ids=[Command.create({"summary": "Met them", "feedback": "Too dear"})],
        )
        self.assertRecordValues(
            lead,
            [
                {
                    **{"risk_level": "high", "risk_description": "Dear"},
                    **{"last_contact_summary": "Met them", "customer_feedback": "Too dear"},
                }
            ],
        )

    def test_closing_needs_a_note(self):
        risk = self._open()
        with self.assertRaisesRegex(ValidationError, "Closing Note"), self.env.cr.savepoint():
            risk.action_close()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            risk.write({"state": "closed", "closing_note": "  "})

    def test_high_cannot_be_lowered(self):
        risk = self._open("high")
        for attempt in (
            lambda: risk.write({"level": "low"}),
            lambda: self.lead.write({"risk_level": "medium"}),
            lambda: self.lead.write({"risk_level": False}),
        ):
            with self.assertRaisesRegex(UserError, "close"), self.env.cr.savepoint():
                attempt()
        self.assertEqual((risk.level, self.lead.risk_level), ("high", "high"))
        with self.assertRaises(AccessError):
            risk.with_user(self.leader).unlink()
        with self.assertRaises(UserError):
            risk.with_user(self.leader).lead_id = self._create_lead()

    def test_written_directly_it_becomes_an_entry(self):
        self.lead.write({"risk_level": "medium", "risk_description": "New director"})
        self.assertRecordValues(
            self.lead.risk_ids, [{"level": "medium", "description": "New director", "state": "open"}]
        )
        self.lead.write({"risk_level": "medium", "risk_description": "New director"})
        self.assertEqual(len(self.lead.risk_ids), 1, "the same again is nothing new")
        self.lead.risk_response = "Visit"
        self.assertEqual(self.lead.risk_ids.response, "Visit")
        self.lead.risk_level = "high"
        self.assertEqual(self.lead.risk_ids.sorted().mapped("level"), ["high", "medium"])
        self.assertEqual(self.lead.risk_level, "high")

    def test_medium_can_be_lowered(self):
        self._open("medium")
        self._open("medium")
        self.lead.risk_level = "low"
        self.assertEqual(self.lead.risk_ids.mapped("level"), ["low", "low"])
        self.assertEqual(self.lead.risk_level, "low")

    def test_an_unknown_level_is_refused(self):
        with self.assertRaisesRegex(ValueError, "risk_level"):
            self.lead.risk_level = "严重"

    def test_followers_and_leader_are_told_and_the_leader_is_asked(self):
        follower = self.user_sales_salesman
        self.lead.message_subscribe(follower.partner_id.ids)
        with self.mock_datetime_and_now(datetime(2026, 3, 20, 9)):  # a Friday
            risk = self._open("high", type_id=self._type("competitor").id, description="<b>Rival</b>")
            self.env.cr.flush()
        alarm = self._alarms()
        self.assertEqual(len(alarm), 1)
        self.assertIn("Competitor entered", alarm.body)
        self.assertNotIn("Rival", alarm.body, "what the risk says may name people: it stands there alone")
        self.assertTrue(
            {self.leader.partner_id, follower.partner_id} <= set(alarm.notification_ids.res_partner_id)
        )
        asked = self._asked()
        self.assertRecordValues(
            asked,
            [{"user_id": self.leader.id, "date_deadline": datetime(2026, 3, 23).date(), "active": True}],
        )
        risk.with_user(self.rep).response = "A director visits"
        self.env.cr.flush()
        self.assertRecordValues(asked, [{"active": False, "playbook_closing": "satisfied"}])

    def test_when_it_became_high_stays_until_it_is_reopened(self):
        tuesday, friday, monday = (datetime(2026, 3, day, 9) for day in (17, 20, 23))
        with self.mock_datetime_and_now(tuesday):
            risk, low = self._open("high"), self._open("low")
        with self.mock_datetime_and_now(friday):
            low.level = "high"
            (risk | low).write({"state": "closed", "closing_note": "They stay"})
            self.env.cr.flush()
        self.assertEqual([risk.raised_at, low.raised_at], [tuesday, friday])
        risk.with_user(self.rep).level = "low"
        self.assertEqual(risk.raised_at, tuesday, "that it is called low now does not undo it")
        with self.mock_datetime_and_now(monday):
            (risk | low).with_user(self.rep).action_reopen()
            self.env.cr.flush()
        self.assertEqual([risk.raised_at, low.raised_at], [False, monday], "reopened it is high anew")
        self.assertFalse(self._open("high", state="closed", closing_note="Before our time").raised_at)

    def test_nobody_is_asked_about_a_risk_that_is_closed(self):
        risk = self._open("high")
        risk.write({"state": "closed", "closing_note": "They stay"})
        self.env.cr.flush()
        self.assertFalse(self._asked())
        risk.action_reopen()
        self.env.cr.flush()
        self.assertEqual(self._asked().user_id, self.leader)

    def test_a_risk_that_becomes_high_later_is_told_once(self):
        risk = self._open("medium")
        self.assertFalse(self._alarms())
        risk.level = "high"
        risk.description = "More"
        self.assertEqual(len(self._alarms()), 1)

    def test_without_a_leader_the_salesperson_is_asked(self):
        self.team.user_id = False
        self.playbook.responsible_user_id = False
        self._open("high")
        self.env.cr.flush()
        self.assertEqual(self._asked().user_id, self.rep)

    def test_merging_keeps_the_risks(self):
        second = self._create_lead("Second")
        for lead in (self.lead, second):
            lead.risk_level = "low"
        merged = (self.lead | second).merge_opportunity()
        self.assertEqual(len(merged.risk_ids), 2)

    def test_who_followed_before_the_module_came_is_told(self):
        follower = self.user_sales_salesman
        subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_risk")
        comment = self.env.ref("mail.mt_comment")
        self.lead.message_subscribe(follower.partner_id.ids, subtype_ids=comment.ids)
        self.env.flush_all()
        hooks._add_risk_subtype(self.env)
        self.env.invalidate_all()
        followed = self.lead.message_follower_ids.filtered(lambda f: f.partner_id == follower.partner_id)
        self.assertEqual(followed.subtype_ids, comment | subtype)

    def test_the_gravest_and_largest_stand_first(self):
        """In the ledger's own order, and when its level is sorted by; not by letters."""
        small, large = (self._create_lead(n, expected_revenue=n) for n in (10, 9000))
        for lead in (small, large):
            self.env["crm.lead.risk"].create(
                [{"lead_id": lead.id, "level": level} for level in ("medium", "high", "low")]
            )
        view = self.env["crm.lead.risk"].get_view(view_type="list")
        order = etree.fromstring(view["arch"]).get("default_order")
        risks = self.env["crm.lead.risk"].with_user(self.leader)
        found = risks.search([("lead_id", "in", (small | large).ids)], order=order)
        self.assertEqual(
            [(risk.level, risk.expected_revenue) for risk in found],
            [(level, amount) for level in ("high", "medium", "low") for amount in (9000, 10)],
        )
        self.assertEqual(found.sorted("id").search([("id", "in", found.ids)], order="level")[0].level, "low")

    def test_win_rate_by_risk_type(self):
        rival, budget = self._type("competitor"), self._type("budget")
        won, lost, clean = (self._create_lead(name) for name in ("Won", "Lost", "Clean"))
        self.env["crm.lead.risk"].create(
            [
                {"lead_id": lead.id, "type_id": type_.id}
                for lead, type_ in ((won, rival), (lost, rival), (lost, budget), (self.lead, rival))
            ]
        )
        self.playbook.mode = "observe"
        (won | clean).action_set_won()
        lost.action_set_lost()
        report = self.env["crm.lead.risk.report"].with_user(self.leader)
        mine = [("lead_id", "in", (won | lost | clean | self.lead).ids)]
        rates = report._read_group(mine, ["type_id"], ["lead_id:count_distinct", "win_rate:avg"])
        self.assertEqual(
            {type_: (count, rate) for type_, count, rate in rates},
            {rival: (3, 50), budget: (1, 0), self.env["crm.risk.type"]: (1, 100)},
        )
        [[rate]] = report._read_group(mine, [], ["win_rate:avg"])
        self.assertAlmostEqual(rate, 66.67, places=1, msg="two of three, though one had two risks")
