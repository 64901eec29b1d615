from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestGateReport(PlaybookCase):
    """Overrides by rule, stage, team and person, as a share of the moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.report = cls._create_output(cls.stage_lead, "Needs report", evidence="note")
        cls.reason = cls.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        for number in range(3):
            lead = cls._create_lead(name=f"Ready {number}", expected_revenue=5)
            lead.confirm_condition(cls.needs_confirmed.id)
            lead.submit_output(cls.report.id, note=f"Customer number {number} needs three presses")
            lead.stage_id = cls.stage_demo
        half = cls._create_lead(name="Half", expected_revenue=5)
        half.confirm_condition(cls.needs_confirmed.id)
        half.with_user(cls.leader).override_gate(cls.stage_demo.id, cls.reason.id, "Report follows")

    def _share(self, groupby, **kwargs):
        rows = self.env["crm.playbook.gate.report"]._read_group(
            kwargs.get("domain", []),
            [groupby],
            ["log_id:count_distinct", "overridden_log_id:count_distinct", "override_share:avg"],
        )
        return {getattr(key, "display_name", key): tuple(values) for key, *values in rows}

    def test_by_rule(self):
        self.assertEqual(
            self._share("rule_name"),
            {
                "Amount known": (4, 0, 0),
                "Needs confirmed": (4, 0, 0),
                "Needs report": (4, 1, 25),
                "Phone known": (4, 0, 0),
            },
        )

    def test_by_stage_team_and_person(self):
        self.assertEqual(self._share("stage_id"), {"Demo": (4, 1, 25), "Lead": (4, 0, 0)})
        self.assertEqual(self._share("team_id"), {self.team.name: (8, 1, 12.5)})
        self.assertEqual(
            self._share("moved_by_id"), {self.env.user.name: (7, 0, 0), self.leader.name: (1, 1, 100)}
        )

    def test_a_move_that_no_rule_asks_anything_of_counts_as_a_move(self):
        self.has_phone.unlink()
        self.assertEqual(self._share("stage_id")["Lead"], (4, 0, 0))

    def test_a_deleted_rule_keeps_its_overrides(self):
        self.report.active = False
        self.env["crm.lead.output"].search([]).unlink()
        self.report.unlink()
        self.assertEqual(self._share("rule_name")["Needs report"], (1, 1, 100))
        self.assertEqual(self._share("stage_id")["Demo"], (4, 1, 25))

    def test_rules_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.report.with_context(lang="zh_CN").name = "需求分析报告"
        report = self.env["crm.playbook.gate.report"].with_context(lang="zh_CN")
        self.assertIn(("需求分析报告",), report._read_group([], ["rule_name"]))

    def test_a_rule_that_is_asked_no_more_in_the_readers_language(self):
        """It is not required any more: what was unmet of it stays, and each reads it in their language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.report.with_context(lang="zh_CN").name = "需求分析报告"
        self.report.is_required = False
        report = self.env["crm.playbook.gate.report"].with_context(lang="zh_CN")
        self.assertIn(("需求分析报告",), report._read_group([], ["rule_name"]))

    def test_seen_when_the_lead_is(self):
        report = self.env["crm.playbook.gate.report"]
        self.assertTrue(report.with_user(self.rep).search([]))
        self.assertFalse(report.with_user(self.user_sales_salesman).search([]))

    def test_skipped_stages_and_created_deals(self):
        lead = self._create_lead(name="Jumper", date_deadline="2030-01-01")
        lead.with_user(self.leader).override_gate(self.stage_signed.id, self.reason.id, "Signed at the fair")
        rows = self._share("rule_name", domain=[("lead_id", "=", lead.id)])
        self.assertEqual(rows["“Talks” not skipped"], (1, 1, 100))
        self.assertEqual(rows["Needs report"], (1, 1, 100))
