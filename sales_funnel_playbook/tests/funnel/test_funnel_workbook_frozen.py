import base64

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged

from .funnel_common import monday
from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelWorkbookFrozen(ReviewCase):
    """Nobody changes or deletes the workbook of a review."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls("setUpClass")
        test.work_through(4)
        test.make_reviews(monday(5))
        cls.review = test.get_review(4)
        cls.workbook = cls.review._get_workbook()
        cls.content = cls.workbook.raw

    def test_not_by_its_leader_nor_by_anybody(self):
        admin = new_test_user(
            self.env, "funnel_admin", groups="base.group_system,sales_team.group_sale_manager"
        )
        other = {"datas": base64.b64encode(b"other")}
        for user in (self.leader, admin, self.env.user):
            file = self.workbook.with_user(user)
            for vals in (
                other,
                {"raw": b"other"},
                {"res_id": self.get_review(3).id},
                {"res_model": "res.partner", "res_id": self.env.user.partner_id.id},
                {"name": "Mine.xlsx"},
                {"public": True},
            ):
                with self.subTest(user=user.login, vals=[*vals]), self.assertRaisesRegex(UserError, "frozen"):
                    file.write(vals)
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "frozen"):
                file.unlink()
        with self.assertRaisesRegex(UserError, "frozen"):
            self.review.with_user(self.leader).workbook_id = False
        self.assertEqual(self.workbook.raw, self.content)

    def test_a_file_of_ones_own_is_ones_own(self):
        own = (
            self.env["ir.attachment"]
            .with_user(self.leader)
            .create(
                {
                    "name": "Mine.xlsx",
                    "res_model": self.review._name,
                    "res_id": self.review.id,
                    "mimetype": self.workbook.mimetype,
                    "raw": self.content,
                }
            )
        )
        own.raw = b"other"
        self.assertEqual(self.review.with_user(self.leader)._get_workbook(), self.workbook)
        own.unlink()
        self.assertIn(f"/web/content/{self.workbook.id}?", self.review.action_download_workbook()["url"])

    def test_another_storage_keeps_it(self):
        self.workbook.write({"raw": self.content, "mimetype": self.workbook.mimetype})
        self.workbook.generate_access_token()
        self.assertEqual(self.workbook.raw, self.content)

    def test_it_is_kept_as_long_as_people_are(self):
        """It names people; the review's numbers stay."""
        end = Datetime.to_datetime(self.review.date_to)
        self.env["crm.funnel.review"]._forget_workbooks(end)
        self.assertTrue(self.workbook.exists())
        self.env["crm.funnel.review"]._forget_workbooks(Datetime.add(end, days=1))
        self.assertFalse(self.workbook.exists())
        self.assertTrue(self.review.line_ids)
        with self.assertRaisesRegex(UserError, "no workbook"):
            self.review.action_download_workbook()

    def test_it_goes_with_its_review(self):
        self.review.unlink()
        self.assertFalse(self.workbook.exists())
