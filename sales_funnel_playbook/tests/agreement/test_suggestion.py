from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestSuggestion(PlaybookCase):
    """What readers would change, and what came of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.user_sales_salesman
        cls.playbook.responsible_user_id = cls.colleague  # no sales manager

    def _suggest(self, user=None, **vals):
        suggestions = self.env["crm.playbook.suggestion"].with_user(user or self.rep)
        return suggestions.create(
            {"playbook_id": self.playbook.id, "text": "Ask for the budget one stage earlier.", **vals}
        )

    def _get_told(self, user):
        """Return the texts of which somebody was told, oldest first."""
        notifications = self.env["mail.notification"].search([("res_partner_id", "=", user.partner_id.id)])
        messages = notifications.mail_message_id.filtered(
            lambda message: message.model == "crm.playbook.suggestion"
        )
        return [str(message.body) for message in messages.sorted("id")]

    def test_suggested_discussed_and_decided(self):
        suggestion = self._suggest(
            playbook_stage_id=self.rules[self.stage_demo].id,
            condition_id=self.has_amount.id,
        )
        self.assertEqual((suggestion.about, suggestion.state), ("Amount known", "new"))
        self.assertEqual(self.playbook.suggestion_count, 1)
        self.assertIn("Ask for the budget", self._get_told(self.colleague)[0])
        suggestion.with_user(self.leader).message_post(body="I like it.")
        self.assertFalse(suggestion.can_decide)
        kept = suggestion.with_user(self.colleague)
        self.assertTrue(kept.can_decide)
        action = kept.action_decide()
        with Form(
            self.env[action["res_model"]].with_user(self.colleague).with_context(**action["context"])
        ) as form:
            form.answer = "From Monday on."
        form.save().action_accept()
        self.assertEqual((suggestion.state, suggestion.answer), ("accepted", "From Monday on."))
        self.assertEqual(suggestion.decided_by_id, self.colleague)
        self.assertTrue(suggestion.decided_at)
        decided = [text for text in self._get_told(self.rep) if "was accepted" in text]
        self.assertEqual(len(decided), 1)
        self.assertEqual(self.playbook.suggestion_count, 0)

    def test_declined_once(self):
        suggestion = self._suggest().with_user(self.leader)
        with self.assertRaisesRegex(UserError, "Write an answer"):
            suggestion.decide(False, " ")
        suggestion.decide(False, "We have tried it.")
        self.assertIn("declined: We have tried it.", self._get_told(self.rep)[-1])
        with self.assertRaisesRegex(UserError, "is decided already"):
            suggestion.decide(True, "After all")

    def test_everybody_is_told_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.colleague.lang = "zh_CN"
        here = self._suggest().with_context(lang="en_US")
        self.assertNotIn("A change is suggested", self._get_told(self.colleague)[0])
        here.with_user(self.colleague).with_context(lang="zh_CN").decide(True, "From Monday on.")
        self.assertIn("was accepted: From Monday on.", self._get_told(self.rep)[-1])

    def test_whoever_decides_on_their_own_is_told_nothing(self):
        suggestion = self._suggest(self.colleague).with_context(default_state="published")
        suggestion.decide(True, "Done.")
        self.assertFalse(self._get_told(self.colleague))

    def test_readers_decide_nothing(self):
        suggestion = self._suggest()
        with self.assertRaises(AccessError):
            suggestion.decide(True, "Yes")
        with self.assertRaises(AccessError):
            suggestion.text = "Something else"
        for forged in ({"state": "accepted"}, {"decided_by_id": self.leader.id}):
            with self.assertRaises(AccessError):
                self._suggest(**forged)
        defaults = self.env["ir.default"].with_user(self.rep).sudo()
        defaults.set("crm.playbook.suggestion", "state", "accepted", user_id=self.rep.id)
        self.assertEqual(self._suggest().state, "new")

    def test_it_is_about_a_rule_of_its_playbook(self):
        other = self.playbook.copy()
        with self.assertRaisesRegex(ValidationError, "is not of the playbook"):
            self._suggest(playbook_stage_id=other.stage_ids[0].id)
        with self.assertRaisesRegex(ValidationError, "is not of the playbook"):
            self._suggest(condition_id=other.stage_ids[1].condition_ids[0].id)
        template = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        with self.assertRaisesRegex(ValidationError, "is a template"):
            self._suggest(playbook_id=template.id)

    def test_on_every_kind_of_rule(self):
        """A line of the score sheet, a tier, a check of all playbooks: what has rules has a thread."""
        template = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        vals = {"playbook_id": self.playbook.id}
        rules = {
            "playbook_stage_id": self.rules[self.stage_demo],
            "condition_id": self.has_amount,
            "output_id": self._create_output(self.stage_lead, "Report"),
            "deadline_id": self._create_deadline("Follow up", trigger="follow_up"),
            "criterion_id": template.criterion_ids[0].copy(vals),
            "tier_id": template.tier_ids[0].copy(vals),
            "check_id": self.env["crm.playbook.check"].search([("playbook_id", "=", False)], limit=1),
        }
        for name, rule in rules.items():
            with self.subTest(rule=name):
                suggestion = self._suggest(**{name: rule.id})
                self.assertEqual(suggestion.about, rule.display_name)
                suggestion.message_post(body="Two points are too many.")
                self.assertIn("Ask for the budget", self._get_told(self.colleague)[-1])
        with self.assertRaisesRegex(ValidationError, "is not of the playbook"):
            self._suggest(criterion_id=template.criterion_ids[0].id)

    def test_the_rule_is_gone(self):
        suggestion = self._suggest(condition_id=self.has_amount.id)
        self.has_amount.unlink()
        self.env.invalidate_all()
        self.assertEqual((suggestion.about, suggestion.condition_id.id), ("Amount known", False))
        suggestion.with_user(self.leader).decide(True, "It is gone.")
        self.assertEqual(suggestion.state, "accepted")

    def test_of_another_company_nobody_hears(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        suggestion = self._suggest()
        self.playbook.team_ids = False
        self.playbook.company_id = company
        with self.assertRaises(AccessError):
            suggestion.with_user(self.leader).read(["text"])

    def test_it_goes_with_its_playbook(self):
        playbook = self.playbook.copy()
        suggestion = self._suggest(playbook_id=playbook.id)
        messages = suggestion.message_ids
        self.assertTrue(messages)
        playbook.unlink()
        self.assertFalse(suggestion.exists() or messages.exists())
