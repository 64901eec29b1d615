from datetime import timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestRefusalCounted(HttpCase, PlaybookCase):
    """Who tried to move a deal and was refused is counted, with what for: over RPC, as browsers do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme", expected_revenue=5)
        cls.refusals = cls.env["crm.lead.refusal"]

    def call(self, method, *args, user=None, model="crm.lead", **kwargs):
        login = (user or self.rep).login
        self.authenticate(login, login)
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        with mute_logger("odoo.http"):  # it logs the refusals
            response = self.url_open(
                f"/web/dataset/call_kw/{model}/{method}", json={"params": params, "jsonrpc": "2.0"}
            )
        self.env.invalidate_all()
        return response.json()

    def move(self, leads=None, stage=None, user=None):
        stage = stage or self.stage_demo
        return self.call("write", (leads or self.lead).ids, {"stage_id": stage.id}, user=user)

    def test_a_refused_move_is_kept_though_all_else_is_undone(self):
        self.assertIn("error", self.move())
        refusal = self.refusals.search([])
        self.assertEqual((refusal.lead_id, refusal.stage_id), (self.lead, self.stage_demo))
        self.assertEqual((refusal.refused_by_id, refusal.user_id), (self.rep, self.lead.user_id))
        self.assertEqual([item["name"] for item in refusal.unmet], ["Needs confirmed"])
        self.assertEqual(refusal.previous_stage_id, self.stage_lead)

    def test_once_an_hour_for_each_person_and_stage(self):
        for _attempt in range(3):
            self.move()
        self.assertEqual(self.refusals.search_count([]), 1)
        self.move(user=self.leader)
        self.move(stage=self.stage_signed)
        self.assertEqual(self.refusals.search_count([]), 3)

    def test_what_moves_counts_nothing(self):
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.assertNotIn("error", self.move())
        self.call("check_gate", self.lead.ids, self.stage_signed.id)
        self.call("advance_stage", self.lead.ids)
        self.assertFalse(self.refusals.search([]))

    def test_a_trial_run_of_an_import_counts_nothing(self):
        record = (
            self.env["base_import.import"]
            .with_user(self.rep)
            .create(
                {
                    "res_model": "crm.lead",
                    "file": f".id,stage_id\n{self.lead.id},Demo".encode(),
                    "file_type": "text/csv",
                }
            )
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        args = (record.ids, [".id", "stage_id"], [".id", "stage_id"], options)
        answer = self.call("execute_import", *args, dryrun=True, model="base_import.import")
        self.assertTrue(answer["result"]["messages"])
        self.assertFalse(self.refusals.search([]))

    def test_a_new_deal_and_a_batch(self):
        many = self.lead | self._create_lead(name="Other") | self._create_lead(name="Third")
        self.assertIn("error", self.move(many))
        self.assertEqual(self.refusals.search([]).lead_id, many)
        answer = self.call(
            "create", [{"name": "New", "team_id": self.team.id, "stage_id": self.stage_talks.id}]
        )
        self.assertIn("error", answer)
        self.assertEqual(len(self.refusals.search([])), 3)

    def test_gate_analysis_tells_what_a_rule_costs(self):
        self.move()
        [refusal] = self.refusals.search([])
        refusal.date -= timedelta(hours=6)
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.lead.stage_id = self.stage_demo
        rows = self.env["crm.playbook.gate.report"]._read_group(
            [("lead_id", "=", self.lead.id)],
            ["rule_name"],
            ["refusal_id:count_distinct", "log_id:count_distinct", "refused_hours:avg"],
        )
        told = {name: (refused, moves, hours) for name, refused, moves, hours in rows}
        self.assertEqual(told["Needs confirmed"][:2], (1, 1))
        self.assertAlmostEqual(told["Needs confirmed"][2], 6, 1)
        self.assertEqual(told["Amount known"][0], 0)

    def test_seen_with_the_deal_and_written_by_nobody(self):
        self.move()
        refusal = self.refusals.search([])
        self.assertTrue(refusal.with_user(self.rep).has_access("read"))
        self.assertFalse(refusal.with_user(self.user_sales_salesman).has_access("read"))
        for user in (self.rep, self.leader):
            for operation in ("create", "write", "unlink"):
                self.assertFalse(refusal.with_user(user).has_access(operation), (user.login, operation))

    def test_merged_deals_keep_what_was_refused(self):
        other = self._create_lead(name="Acme again", expected_revenue=5)
        self.move(self.lead | other)
        self.move(other, self.stage_signed)
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual(self.refusals.search([]).lead_id, merged)
        self.assertEqual(self.refusals.search([]).stage_id, self.stage_demo | self.stage_signed)
