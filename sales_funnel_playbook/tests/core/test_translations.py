from pathlib import Path

import polib

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_funnel_playbook import hooks

FOLDER = Path(hooks.__file__).parent / "i18n"


@tagged("post_install", "-at_install")
class TestTranslations(BaseCase):
    """A Chinese sales team never meets an English word."""

    def test_every_text_is_translated(self):
        texts = {entry.msgid for entry in polib.pofile(FOLDER / "sales_funnel_playbook.pot")}
        self.assertGreater(len(texts), 200)
        for language in ("zh_CN", "zh_TW"):
            with self.subTest(language=language):
                translation = polib.pofile(FOLDER / f"{language}.po")
                translated = {entry.msgid for entry in translation if entry.translated()}
                self.assertEqual(texts - translated, set())
                self.assertEqual([entry.msgid for entry in translation.fuzzy_entries()], [])

    def test_the_handbooks_terms(self):
        terms = {entry.msgid: entry.msgstr for entry in polib.pofile(FOLDER / "zh_CN.po")}
        for english, chinese in {
            "Potential lead": "潜在线索",
            "Preliminary intent": "初步意向",
            "Solution demo": "方案演示",
            "Negotiation": "商务谈判",
            "Contract signed": "成交签约",
            "Renewal & upsell": "复购增购",
            "Entry Conditions": "进入条件",
        }.items():
            self.assertEqual(terms[english], chinese)
