from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestReadiness(PlaybookCase):
    """Cards say how far a deal is; many deals advance at once, and the others say why not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.report = cls._create_output(cls.stage_lead, "Needs report", evidence="note")
        cls.bare = cls._create_lead(name="Bare")
        cls.ready = cls._create_lead(name="Ready", expected_revenue=5)
        cls.ready.confirm_condition(cls.needs_confirmed.id)
        cls.ready.submit_output(cls.report.id, note="They need three presses in spring")
        other_team = cls.env["crm.team"].create({"name": "Other", "company_id": False})
        cls.free = cls._create_lead(name="Free", team_id=other_team.id)
        cls.leads = cls.bare | cls.ready | cls.free

    def test_card(self):
        self.assertEqual((self.bare.playbook_progress, self.bare.is_ready_to_advance), ("0/1", False))
        self.assertEqual((self.ready.playbook_progress, self.ready.is_ready_to_advance), ("1/1", True))
        self.assertFalse(self.free.playbook_progress)
        self.assertEqual(self.leads.mapped("missing_output_count"), [1, 0, 0])
        self.needs_confirmed.severity = "advisory"
        self.bare.write({"expected_revenue": 5})
        self.bare.submit_output(self.report.id, note="One press by next summer, perhaps two")
        self.assertTrue(self.bare.is_ready_to_advance, "advisory conditions hold nobody back")

    def test_card_shows_what_was_recorded(self):
        self.assertEqual(
            self.leads.mapped("playbook_card"),
            [
                {"done": 0, "wanted": 1, "is_ready": False, "days": 0},
                {"done": 1, "wanted": 1, "is_ready": True, "days": 0},
                False,
            ],
        )
        self.playbook.tier_ids = [Command.create({"tier": "A"})]
        self.bare.product_line_id = self.env["crm.product.line"].create(
            {"name": "Presses", "company_id": False}
        )
        self.playbook.product_line_ids = self.bare.product_line_id
        self.env["crm.lead.risk"].create({"lead_id": self.bare.id, "level": "high"})
        note = self.env["crm.lead.progress"].create(
            {"lead_id": self.bare.id, "summary": "They wait " * 30, "feedback": "Too dear"}
        )
        card = self.bare.with_user(self.rep).playbook_card
        self.assertEqual(
            card,
            {
                **{"done": 0, "wanted": 1, "is_ready": False, "product_line": "Presses", "tier": "A"},
                "days": 0,
                **{"risk": "High", "is_risky": True, "feedback": "Too dear", "channel": "Call"},
                "contact_at": str(note.communicated_at),
                "summary": note.summary[:120],
            },
        )
        self.bare.product_line_id.name = "Big presses"
        self.bare.invalidate_recordset(["playbook_card"])
        self.assertEqual(self.bare.playbook_card["product_line"], "Big presses")

    def test_card_shows_how_long_it_has_been_there(self):
        """Lost for a time does not count; a low risk is no news; a deal that is won waits for nothing."""
        self.rules[self.stage_lead].expected_days = 7
        with self.mock_datetime_and_now(datetime(2024, 3, 1, 9)):
            lead = self._create_lead(risk_level="low")
        for day, deed in ((4, "action_set_lost"), (9, "action_restore")):
            with self.mock_datetime_and_now(datetime(2024, 3, day, 9)):
                getattr(lead, deed)()
        for day, expected in ((12, (6, None)), (13, (7, True))):
            self.env.invalidate_all()
            with self.mock_datetime_and_now(datetime(2024, 3, day, 10)):
                card = lead.with_user(self.rep).playbook_card
            self.assertEqual((card["days"], card.get("is_overdue"), card.get("risk")), (*expected, None))
        self.playbook.mode = "observe"
        lead.action_set_won()
        self.env.invalidate_all()
        self.assertNotIn("days", lead.playbook_card)

    def test_last_stage(self):
        self._create_output(self.stage_signed, "Contract")
        lead = self._advance(self.ready, self.stage_signed)
        self.assertEqual((lead.playbook_progress, lead.is_ready_to_advance), ("0/1", False))

    def test_a_form_that_is_not_saved_shows_no_progress(self):
        """Nor does one that lacks what its playbook is chosen by, as other modules' short forms do."""
        leads = self.env["crm.lead"].with_user(self.rep)
        names = ("playbook_progress", "is_ready_to_advance", "playbook_card", "waits_for_role_id")
        for lead in (leads.new({"name": "Deal"}), leads.new({}, origin=self.ready.with_user(self.rep))):
            self.assertFalse(any(lead[name] for name in names))
        spec = {name: {} for name in ("name", *names)}
        changed = self.ready.with_user(self.rep).onchange({"name": "Big deal"}, ["name"], spec)
        self.assertNotIn("warning", changed)

    def test_cards_cost_the_same_for_one_and_for_many(self):
        counts = []
        self.assertTrue(self.bare.playbook_card)  # from now on its rules and names are in memory
        for leads in (self.bare, self.bare | self._create_many(30)):
            self.env.flush_all()
            self.env.invalidate_all()
            leads.mapped("stage_id")
            before = self.cr.sql_log_count
            leads.mapped("playbook_progress")
            leads.mapped("playbook_card")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def _create_many(self, number):
        vals = {"type": "opportunity", "team_id": self.team.id, "user_id": self.rep.id}
        return self.env["crm.lead"].create([{**vals, "name": f"Deal {n}"} for n in range(number)])

    def test_advance(self):
        result = self.leads.with_user(self.rep).advance_stage()
        self.assertEqual(result["moved"], self.ready.ids)
        self.assertEqual(self.ready.stage_id, self.stage_demo)
        self.assertEqual(self.bare.stage_id, self.stage_lead)
        bare, free = result["held_back"]
        self.assertEqual((bare["lead_id"], bare["stage"]), (self.bare.id, "Demo"))
        self.assertEqual(
            [item["name"] for item in bare["unmet"]], ["Amount known", "Needs confirmed", "Needs report"]
        )
        self.assertEqual([item["name"] for item in free["unmet"]], ["It follows no playbook"])
        self.assertEqual(self.ready.stage_log_ids[0].gate, "passed")

    def test_advance_each_into_its_own_next_stage(self):
        ahead = self._advance(self.ready, self.stage_demo)
        ahead.confirm_condition(self.review_passed.id)
        behind = self._create_lead(name="Behind", expected_revenue=5)
        behind.confirm_condition(self.needs_confirmed.id)
        behind.submit_output(self.report.id, note="Two presses for the new plant")
        (ahead | behind).advance_stage()
        self.assertEqual((ahead.stage_id, behind.stage_id), (self.stage_talks, self.stage_demo))

    def test_dialog(self):
        action = self.env.ref("sales_funnel_playbook.crm_lead_advance_action")
        self.assertIn(
            action, self.env["ir.actions.act_window"].search([("binding_model_id", "=", "crm.lead")])
        )
        dialog = Form(
            self.env["crm.lead.advance"].with_user(self.rep).with_context(active_ids=self.leads.ids)
        )
        self.assertEqual((dialog.ready_count, dialog.held_back_count), (1, 2))
        dialog = dialog.save()
        self.assertEqual(
            [(line.lead_id.name, line.stage_id.name, line.is_ready) for line in dialog.line_ids],
            [("Ready", "Demo", True), ("Bare", "Demo", False), ("Free", False, False)],
        )
        self.assertIn("Amount known", dialog.line_ids[1].reason)
        params = dialog.action_advance()["params"]
        self.assertEqual(params["message"], "1 deals advanced, 2 held back.")
        self.assertEqual(self.ready.stage_id, self.stage_demo)

    def test_lost_deals_do_not_advance(self):
        self.ready.action_set_lost()
        result = self.ready.advance_stage()
        self.assertEqual(result["moved"], [])
        self.assertEqual(result["held_back"][0]["unmet"][0]["name"], "It is lost or archived")

    def test_dialog_of_another_user_and_others_deals(self):
        own = self.env["crm.lead.advance"].with_user(self.rep).create({"lead_ids": self.leads.ids})
        salesman = self.user_sales_salesman  # sees own and unassigned deals only
        with self.assertRaises(AccessError):
            own.line_ids.with_user(salesman).read(["reason"])
        with self.assertRaises(AccessError):
            own.create({"lead_ids": self.leads.ids}).with_user(salesman).action_advance()

    def test_observing_lets_all_pass(self):
        self.playbook.mode = "observe"
        self.assertEqual(self.bare.advance_stage(), {"moved": self.bare.ids, "held_back": []})
        self.assertEqual(self.bare.stage_log_ids[0].gate, "observed")
