from datetime import datetime, timedelta

from odoo.tests import tagged

from ..common import PlaybookCase

NOW = datetime(2024, 3, 4, 9)  # a Monday


@tagged("post_install", "-at_install")
class TestPanelStage(PlaybookCase):
    """The checklist of the stage: what is to be done in it, and what earlier gates asked for and is gone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls._create_deadline(
            "Call them",
            unit="days",
            count=2,
            playbook_stage_id=cls.rules[cls.stage_lead].id,
            guidance="Early",
        )
        cls.visit = cls._create_deadline(
            "Visit them", unit="days", playbook_stage_id=cls.rules[cls.stage_demo].id
        )
        cls.big = cls._create_deadline(
            "Tell the board",
            unit="days",
            playbook_stage_id=cls.rules[cls.stage_lead].id,
            domain="[('expected_revenue', '>', 1000)]",
        )

    def begin(self, **vals):
        lead = self._create_lead(name="Acme", **vals)
        self.env.cr.flush()
        return lead

    def get_stage(self, lead, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return lead.with_user(user or self.rep).get_playbook_panel()["stage"]

    def get_actions(self, lead, user=None):
        return {one["name"]: one for one in self.get_stage(lead, user)["actions"]}

    def test_what_is_to_be_done(self):
        with self.mock_datetime_and_now(NOW):
            lead = self.begin()
            actions = self.get_actions(lead)
            self.assertEqual(list(actions), ["Call them"], "what is not for this deal is not there")
            call = actions["Call them"]
            self.assertEqual(
                (call["state"], call["user"], call["guidance"]), ("todo", self.rep.name, "Early")
            )
            self.assertEqual((call["due_at"], call["is_overdue"]), ("2024-03-06 09:00:00", False))
            self.assertEqual(
                list(self.get_actions(self.begin(expected_revenue=5000))), ["Call them", "Tell the board"]
            )
        with self.mock_datetime_and_now(NOW + timedelta(days=3)):
            self.assertTrue(self.get_actions(lead)["Call them"]["is_overdue"])

    def test_done_there(self):
        lead = self.begin()
        call = self.get_actions(lead)["Call them"]
        self.assertTrue(call["can_do"])
        self.env["mail.activity"].browse(call["activity_id"]).with_user(self.rep).action_feedback()
        call = self.get_actions(lead)["Call them"]
        self.assertEqual((call["state"], call["can_do"], bool(call["done_at"])), ("done", False, True))

    def test_those_of_the_next_stage_take_their_place(self):
        lead = self.begin()
        self._advance(lead, self.stage_demo)
        self.env.cr.flush()
        self.assertEqual(list(self.get_actions(lead)), ["Visit them"])
        lead.stage_id = self.stage_lead
        self.env.cr.flush()
        self.assertEqual(self.get_actions(lead)["Call them"]["state"], "todo", "it was cancelled, not done")

    def test_what_was_cancelled_is_told(self):
        lead = self.begin()
        activity = self.env["mail.activity"].browse(self.get_actions(lead)["Call them"]["activity_id"])
        activity.with_user(self.rep).cancel_deadline("They called us")
        call = self.get_actions(lead)["Call them"]
        self.assertEqual((call["state"], call["reason"]), ("cancelled", "They called us"))

    def test_what_a_gate_asked_for_and_somebody_emptied(self):
        lead = self.begin()
        self._advance(lead, self.stage_demo)
        self.assertEqual(self.get_stage(lead)["emptied"], [])
        lead.with_user(self.rep).expected_revenue = 0
        [emptied] = self.get_stage(lead)["emptied"]
        self.assertEqual(emptied["name"], "Amount known")
        self.assertEqual([field["name"] for field in emptied["fields"]], ["expected_revenue"])
        lead.expected_revenue = 7
        self.assertEqual(self.get_stage(lead)["emptied"], [])

    def test_what_it_was_let_in_without_is_not_asked_for_again(self):
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        lead = self.begin()
        lead.with_user(self.leader).override_gate(self.stage_demo.id, reason.id, "As agreed with the board")
        self.assertEqual(self.get_stage(lead)["emptied"], [])

    def test_a_closed_deal_is_left_alone(self):
        lead = self.begin()
        self._advance(lead, self.stage_demo)
        lead.expected_revenue = 0
        lead.action_set_lost()
        self.assertEqual(self.get_stage(lead)["emptied"], [])

    def bring_from_elsewhere(self):
        """Return deals of another team in a stage of its own, which have come under the playbook by a product
        line: chosen later, entered in a column, and by a sheet.
        """
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        self.playbook.product_line_ids = line
        team = self.env["crm.team"].create({"name": "Elsewhere", "company_id": False})
        stage = self.env["crm.stage"].create({"name": "Foreign", "sequence": 3, "team_ids": team.ids})
        vals = {"team_id": team.id, "stage_id": stage.id}
        chosen = self._create_lead(name="Chosen", **vals)
        self.assertFalse(chosen.playbook_id)
        chosen.with_user(self.rep).product_line_id = line
        entered = self._create_lead(name="Entered", **vals, product_line_id=line.id)
        keys = [team.id, stage.id, line.id, self.rep.id]
        columns = ["name", *(f"{name}/.id" for name in ("team_id", "stage_id", "product_line_id", "user_id"))]
        loaded = self.env["crm.lead"].load(columns, [["Loaded", *map(str, keys)]])
        return chosen | entered | entered.browse(loaded["ids"])

    def test_a_stage_that_the_playbook_does_not_name(self):
        """The tab and the card say so, and offer a move into the playbook's; winning asks for everything."""
        for lead in self.bring_from_elsewhere():
            lead = lead.with_user(self.rep)
            stage = self.get_stage(lead)
            self.assertEqual(
                (stage["name"], stage["is_named"], stage["is_siding"]), ("Foreign", False, False)
            )
            self.assertEqual(stage["goes_on_in"], "", "from the beginning")
            self.assertTrue(lead.playbook_card["is_outside"])
            self.assertEqual(
                lead.playbook_card["way_in"], {"id": self.stage_lead.id, "name": self.stage_lead.name}
            )
            ahead = {one["name"]: one["is_next"] for one in lead.get_playbook_panel()["next_stages"]}
            self.assertEqual(ahead, {"Lead": True, "Demo": False, "Talks": False, "Signed": False})
            asked = ["Closing date known", "The stage “Talks” cannot be skipped"]
            self.assertRefused(asked, lead.action_set_won)
            self.assertRefused(asked, lead.write, {"stage_id": self.stage_signed.id})
            lead.stage_id = self.stage_lead
            self.assertTrue(self.get_stage(lead)["is_named"])
            self.assertFalse({"is_outside", "way_in"} & lead.playbook_card.keys())
            lead.stage_id = lead.stage_log_ids.sudo()[-1].stage_id
            self.assertEqual(self.get_stage(lead)["goes_on_in"], "Lead")
