from datetime import datetime

from odoo.tests import new_test_user

from .case_common import CaseCase


class TestCaseUpkeep(CaseCase):
    """No case is left without an owner, and none holds forever unasked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env["crm.playbook.case"]
        cls.other_rep = new_test_user(cls.env, "other_rep", groups="sales_team.group_sale_salesman")

    def _draft(self, **vals):
        vals = {"name": "Too late", "outcome": "lost", "situation": "They hurried", "lesson": "Ask.", **vals}
        return self.cases.with_user(self.rep).create({"product_line_id": self.line.id, **vals})

    def test_a_user_leaves(self):
        draft, published = self._draft(), self._draft(name="Known")
        published.with_user(self.manager).action_publish()
        waiting = self._draft(name="Waiting")
        waiting.reviewer_id = self.manager
        self.rep.active = False
        self.cases._hand_over_batch()
        self.assertEqual((draft | published).sudo().user_id, self.manager)
        self.assertTrue(published.with_user(self.manager).can_revise)
        other_manager = new_test_user(self.env, "new_manager", groups="sales_team.group_sale_manager")
        self.playbook.responsible_user_id = other_manager
        waiting.sudo().user_id = self.other_rep
        waiting.with_user(self.other_rep).action_submit()
        self.manager.active = False
        self.cases._hand_over_batch()
        self.assertEqual(waiting.sudo().reviewer_id, other_manager)
        self.assertIn(other_manager, waiting.sudo().activity_ids.user_id)

    def test_due_for_another_look(self):
        with self.mock_datetime_and_now(datetime(2024, 3, 4, 9)):
            case = self._draft()
            case.with_user(self.manager).action_publish()
            self.assertEqual(str(case.review_by), "2024-09-04")
            self.cases._ask_about_batch()
            self.assertFalse(case.sudo().activity_ids)
        with self.mock_datetime_and_now(datetime(2024, 9, 5, 9)):
            case.invalidate_recordset()
            self.assertTrue(case.is_stale)
            self.assertIn(case, self.cases.search([("is_stale", "=", True)]))
            self.assertEqual(self.cases._ask_about_batch(), 1)
            self.assertEqual(self.cases._ask_about_batch(), 0, "asked once")
            self.assertEqual(case.sudo().activity_ids.user_id, self.rep)
            case.with_user(self.rep).action_confirm()
            self.assertEqual(str(case.review_by), "2025-03-05")
            self.assertFalse(case.is_stale)
            self.assertFalse(case.sudo().activity_ids)

    def test_who_reads_another_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        (self.rep | self.manager).lang = "en_US"
        case = self._draft()
        case.with_user(self.rep).action_submit()
        self.playbook._remind_of_sessions()
        self._create_case()
        self.playbook._remind_of_sessions()
        work = (case.sudo().activity_ids | self.playbook.activity_ids).sorted("id")
        self.assertEqual(
            work.mapped("summary"), ["Read and publish the case", "Schedule a sharing session on cases"]
        )
        self.manager.lang = "zh_CN"
        self.assertEqual(work.mapped("summary"), ["审阅并发布案例", "安排案例分享会"])
        self.assertIn("经验库", work[-1].note)
