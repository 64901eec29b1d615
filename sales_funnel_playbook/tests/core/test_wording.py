from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_funnel_playbook.wording import label_text, list_clauses, list_texts


@tagged("post_install", "-at_install")
class TestWording(TransactionCase):
    """What is put together of several texts reads as the language writes it."""

    def test_english(self):
        self.assertEqual(list_texts(self.env, ["A", "B", "C"]), "A, B, C")
        self.assertEqual(list_texts(self.env, [1, 2]), "1, 2")
        self.assertEqual(list_texts(self.env, ["100 %"]), "100 %")
        self.assertEqual(list_texts(self.env, ()), "")
        self.assertEqual(list_clauses(self.env, ["A, B", "C"]), "A, B; C")
        self.assertEqual(label_text(self.env, "A", "50 %", "C"), "A: 50 %: C")

    def test_chinese_has_no_half_width_signs(self):
        for lang in ("zh_CN", "zh_TW"):
            self.env["res.lang"]._activate_lang(lang)
            env = self.env(context={"lang": lang})
            with self.subTest(lang):
                self.assertEqual(list_texts(env, ["甲", "乙", "丙"]), "甲、乙、丙")
                self.assertEqual(list_clauses(env, ["甲", "乙"]), "甲；乙")
                self.assertEqual(label_text(env, "甲", 2), "甲：2")
