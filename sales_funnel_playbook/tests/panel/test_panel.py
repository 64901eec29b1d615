from datetime import datetime

from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestPanel(PlaybookCase):
    """The checklist: what its stage asks for, what is missing before the next, where it has been."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls._create_output(cls.stage_lead, "Needs report", evidence="note")
        cls.survey = cls._create_output(cls.stage_lead, "Survey", evidence="link", is_required=False)
        cls.deck = cls._create_output(cls.stage_demo, "Deck", approval="team_leader")
        cls.lead = cls._create_lead(name="Acme")

    def _panel(self, user=None):
        return self.lead.with_user(user or self.rep).get_playbook_panel()

    def _next(self, panel):
        return next(stage for stage in panel["next_stages"] if stage["is_next"])

    def test_what_is_missing(self):
        panel = self._panel()
        self.assertEqual((panel["stage"]["name"], panel["mode"]), ("Lead", "enforce"))
        outputs = panel["stage"]["outputs"]
        self.assertEqual(
            [(output["name"], output["state"], output["is_required"]) for output in outputs],
            [("Needs report", "missing", True), ("Survey", "missing", False)],
        )
        demo = self._next(panel)
        self.assertEqual((demo["name"], demo["unmet"], demo["is_ready"]), ("Demo", 3, False))
        self.assertEqual([condition["met"] for condition in demo["conditions"]], [False, False])
        self.assertEqual(
            demo["conditions"][0]["fields"],
            [{"name": "expected_revenue", "label": "Expected Revenue", "is_set": False}],
        )
        self.assertEqual([output["name"] for output in demo["outputs"]], ["Deck"])
        self.assertEqual([stage["name"] for stage in panel["next_stages"]], ["Demo", "Talks", "Signed"])

    def test_it_agrees_with_the_gate(self):
        """What the panel counts is what the gate would say, for each stage ahead, at each step."""
        steps = [
            lambda: None,
            lambda: self.lead.write({"expected_revenue": 5}),
            lambda: self.lead.confirm_condition(self.needs_confirmed.id),
            lambda: self.lead.submit_output(self.report.id, note="They need three presses in spring"),
            lambda: self.lead.write({"stage_id": self.stage_demo.id}),
            lambda: self.lead.confirm_condition(self.review_passed.id),
        ]
        for number, step in enumerate(steps):
            step()
            for stage in self._panel()["next_stages"]:
                verdict = self.lead.check_gate(stage["stage_id"])[str(self.lead.id)]
                with self.subTest(step=number, stage=stage["name"]):
                    self.assertEqual(stage["unmet"], len(verdict["unmet"]))
                    self.assertEqual(stage["is_ready"], verdict["allowed"])

    def test_who_may_do_what(self):
        self.assertEqual((self._panel()["can_write"], self._panel()["can_override"]), (True, False))
        self.assertTrue(self._panel(self.leader)["can_override"])

    def test_an_output_on_its_way(self):
        self.deck.playbook_stage_id = self.rules[self.stage_lead]
        file = self.env["ir.attachment"].with_user(self.rep).create({"name": "deck.pdf", "raw": b"%PDF"})
        submission_id = self.lead.with_user(self.rep).submit_output(self.deck.id, attachment_ids=file.ids)

        def get_deck(user=None):
            return next(o for o in self._panel(user)["stage"]["outputs"] if o["id"] == self.deck.id)

        deck = get_deck()
        self.assertEqual((deck["state"], deck["submission"]["user"]), ("waiting", self.rep.name))
        self.assertEqual(deck["submission"]["files"], [{"id": file.id, "name": "deck.pdf"}])
        self.assertTrue(deck["submission"]["can_withdraw"])
        self.assertFalse(deck["submission"]["can_review"])
        self.assertTrue(get_deck(self.leader)["submission"]["can_review"])
        submission = self.env["crm.lead.output"].browse(submission_id).with_user(self.leader)
        submission.reject("Prices are missing")
        self.assertEqual(
            (get_deck()["state"], get_deck()["submission"]["comment"]), ("rejected", "Prices are missing")
        )

    def test_due_and_overdue(self):
        self.report.write({"delay_count": 2, "delay_unit": "days"})
        with self.mock_datetime_and_now(datetime(2024, 3, 15, 9)):
            self.lead = self._create_lead(name="Due")
            report = self._panel()["stage"]["outputs"][0]
            self.assertEqual((report["due_at"], report["is_overdue"]), ("2024-03-17 09:00:00", False))
        with self.mock_datetime_and_now(datetime(2024, 3, 18, 9)):
            self.assertTrue(self._panel()["stage"]["outputs"][0]["is_overdue"])

    def test_the_timeline(self):
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        self.lead.with_user(self.leader).override_gate(self.stage_demo.id, reason.id, "They buy every year")
        log = self._panel()["log"]
        self.assertEqual([stay["stage"] for stay in log], ["Demo", "Lead"])
        self.assertEqual((log[0]["gate"], log[0]["is_open"]), ("overridden", True))
        self.assertEqual((log[0]["reason"], log[0]["note"]), ("Old customer", "They buy every year"))
        self.assertEqual(log[0]["unmet"], ["Amount known", "Needs confirmed", "Needs report"])
        self.assertEqual(log[0]["user"], self.leader.name)
        self.lead.with_user(self.leader).override_gate(self.stage_signed.id, reason.id, "Signed at the fair")
        self.assertIn("The stage “Talks” cannot be skipped", self._panel()["log"][0]["unmet"])

    def test_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.report.with_context(lang="zh_CN").name = "需求分析报告"
        panel = self.lead.with_user(self.rep).with_context(lang="zh_CN").get_playbook_panel()
        self.assertEqual(panel["stage"]["outputs"][0]["name"], "需求分析报告")
        self.assertEqual(self._panel()["stage"]["outputs"][0]["name"], "Needs report")
        self.report.update_field_translations("name", {"zh_CN": "需求报告"})
        panel = self.lead.with_user(self.rep).with_context(lang="zh_CN").get_playbook_panel()
        self.assertEqual(panel["stage"]["outputs"][0]["name"], "需求报告")

    def test_without_a_playbook(self):
        self.playbook.active = False
        self.assertFalse(self._panel())

    def test_lists_that_only_other_playbooks_ask_for_are_not_read(self):
        before = self.count_queries()
        other = self.env["crm.playbook"].create(
            {"name": "Service", "stage_ids": [Command.create({"stage_id": self.stage_demo.id})]}
        )
        for name in ("tag_ids", "activity_ids", "message_ids"):
            vals = {"playbook_stage_id": other.stage_ids.id, "domain": f"[('{name}', '!=', False)]"}
            self.env["crm.playbook.condition"].create({"name": name, "guidance": "How to", **vals})
        self.assertEqual(self.count_queries(), before)

    def count_queries(self):
        """Return how many queries the checklist costs once its rules are in memory."""
        for _time in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertTrue(self._panel())
        return self.cr.sql_log_count - before

    def test_at_most_twelve_queries(self):
        """With all that can be on it: outputs with time limits and files, confirmations, a log."""
        self.report.write({"delay_count": 2, "delay_unit": "working_days"})
        template = self.env["ir.attachment"].create({"name": "form.docx", "raw": b"form"})
        self.report.template_attachment_ids = template
        lead = self.lead.with_user(self.rep)
        lead.submit_output(self.report.id, note="They need three presses in spring")
        file = self.env["ir.attachment"].with_user(self.rep).create({"name": "deck.pdf", "raw": b"%PDF"})
        lead.submit_output(self.deck.id, attachment_ids=file.ids)
        lead.confirm_condition(self.needs_confirmed.id, note="By phone")
        self._advance(self.lead, self.stage_demo)
        self._panel()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertEqual(self._panel()["stage"]["name"], "Demo")
        self.assertLessEqual(self.cr.sql_log_count - before, 12)
