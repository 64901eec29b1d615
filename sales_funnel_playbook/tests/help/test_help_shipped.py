import importlib.util
from pathlib import Path

from odoo.tests import tagged

from .help_common import HelpCase

MODULE = "sales_funnel_playbook"
TEMPLATE = f"{MODULE}.crm_playbook_template_saas"
LANGUAGES = ("en_US", "zh_CN", "zh_TW")
MAILS = {"thanks", "minutes", "deck", "follow_up", "kick_off", "renewal"}
UPDATE = Path(__file__).parents[2] / "migrations" / "19.0.1.3.0" / "post-help.py"


@tagged("post_install", "-at_install")
class TestHelpShipped(HelpCase):
    """The texts and mails that the templates come with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for language in LANGUAGES:
            cls.env["res.lang"]._activate_lang(language)
        cls.env["ir.module.module"]._load_module_terms([MODULE], [*LANGUAGES])
        cls.template = cls.env.ref(TEMPLATE)
        cls.mails = cls.env["mail.template"].union(
            *(cls.env.ref(f"{MODULE}.mail_template_help_{name}") for name in sorted(MAILS))
        )
        cls.customer.write({"name": "Ms Brook", "is_company": False})
        cls.lead.write({"contact_name": "Ms Brook", "use_case": "Plan the presses"})

    def test_each_stage_and_key_action_has_help_in_each_language(self):
        rules = [*self.template.stage_ids, *self.template.stage_ids.action_ids]
        self.assertEqual(len(rules), 18)
        for rule in rules:
            texts = {rule.with_context(lang=language).help_text for language in LANGUAGES}
            self.assertEqual(len(texts - {False}), len(LANGUAGES), rule.display_name)
        self.assertEqual(self.template.stage_ids.action_ids.help_template_ids, self.mails)
        for name in ("standard", "equipment"):
            stages = self.env.ref(f"{MODULE}.crm_playbook_template_{name}").stage_ids
            self.assertTrue(any(stage.help_text for stage in stages))
            self.assertLess(stages.action_ids.help_template_ids, self.mails)

    def test_each_deadline_of_no_stage_has_help_in_each_language(self):
        for name in ("saas", "standard", "equipment"):
            playbook = self.env.ref(f"{MODULE}.crm_playbook_template_{name}")
            deadlines = playbook.deadline_ids.filtered(lambda one: not one.playbook_stage_id)
            self.assertEqual(len(deadlines), 10)
            for deadline in deadlines:
                texts = {deadline.with_context(lang=language).help_text for language in LANGUAGES}
                self.assertEqual(len(texts - {False}), len(LANGUAGES), deadline.display_name)

    def test_it_is_on_the_checklist_while_the_deadline_is_open(self):
        """The note is due once somebody has talked with the customer, until it is written."""
        vals = {"playbook_id": self.playbook.id, "effective_from": "2000-01-01"}
        deadline = self.env.ref(f"{TEMPLATE}_note_deadline").copy(vals)
        self.assertFalse(self._panel()["stage"]["helped"])
        call = self.lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
        call.with_user(self.rep).action_feedback("They want three")
        self.env.cr.flush()  # deadlines begin
        [due] = self._panel(lang="zh_CN")["stage"]["helped"]
        self.assertEqual(due["help"]["text"], deadline.with_context(lang="zh_CN").help_text)
        note = {"lead_id": self.lead.id, "summary": "They liked it, and want three"}
        self.env["crm.lead.progress"].with_user(self.rep).create(note)
        self.env.cr.flush()
        self.assertFalse(self._panel()["stage"]["helped"])

    def test_a_playbook_made_of_it_has_them_on_the_checklist(self):
        stage, action = self.template.stage_ids[0], self.template.stage_ids[0].action_ids[0]
        self.rule.write({"help_text": stage.help_text})
        action.copy({"playbook_stage_id": self.rule.id})
        shown = self._panel()["stage"]["actions"][-1]["help"]
        self.assertIn("- What happens if nothing changes?", shown["text"])
        self.assertEqual([mail["name"] for mail in shown["mails"]], ["Thanks for the Conversation"])

    def open_mail(self, mail):
        """Return a mail as the checklist opens it, for the deal's salesperson."""
        composer = self.env["mail.compose.message"].with_user(self.rep)
        return composer.with_context(
            default_composition_mode="comment",
            default_model="crm.lead",
            default_res_ids=self.lead.ids,
            default_template_id=mail.id,
        ).create({})

    def test_mails_are_filled_in_for_the_customer(self):
        for language, greeting in (("en_US", "Dear"), ("zh_CN", "尊敬的"), ("zh_TW", "您好")):
            self.customer.lang = language
            self.lead.lang_id = self.env["res.lang"]._get_data(code=language).id
            for mail in self.mails:
                with self.subTest(mail=mail.name, language=language):
                    opened = self.open_mail(mail)
                    self.assertEqual(opened.partner_ids, self.customer)
                    self.assertEqual(opened.subject, mail.with_context(lang=language).subject)
                    for text in (greeting, "Ms Brook", self.rep.name):
                        self.assertIn(text, opened.body)
        self.assertIn("Plan the presses", self.open_mail(self.mails[-1]).body)

    def test_without_a_name_and_a_use_case(self):
        nobody = self._create_lead(email_from="info@acme.example.com")
        self.lead = nobody
        body = self.open_mail(self.env.ref(f"{MODULE}.mail_template_help_thanks")).body
        self.assertIn("Hello,", body)
        self.assertNotIn("use it for", body)

    def test_renewals_name_the_day(self):
        self.lead.write({"contract_end": "2031-03-31"})
        renewal = self._create_lead(renewal_of_id=self.lead.id, renewal_kind="renewal")
        mail = self.env.ref(f"{MODULE}.mail_template_help_renewal")
        self.assertIn("You have worked with it", self.open_mail(mail).body)
        self.lead = renewal
        self.assertIn("Your contract runs until 03/31/2031", self.open_mail(mail).body)

    def test_who_follows_no_playbook_is_offered_none_of_them(self):
        """The composer lists mails of the user and of nobody."""
        listed = self.env["mail.template"].search([("user_id", "in", (False, self.rep.id))])
        self.assertFalse(listed & self.mails)

    def test_an_update_gives_them_where_nobody_has_written_any(self):
        own, bare, mailed = self.template.stage_ids[:3]
        action = bare.action_ids[0]
        own.help_text = "Ask Ann."
        (bare | mailed).help_text = False
        renewal = self.env.ref(f"{TEMPLATE}_renewal_deadline")
        renewal.write({"help_text": False, "help_template_ids": False})
        mailed.help_template_ids = self.mail
        action.write({"help_text": False, "help_template_ids": False})
        spec = importlib.util.spec_from_file_location("post_help", UPDATE)
        update = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(update)
        for _time in range(2):  # the second one changes nothing
            update.migrate(self.env.cr, "19.0.1.2.0")
            self.env.invalidate_all()
            self.assertEqual(own.help_text, "Ask Ann.")
            self.assertIn("three sentences", bare.help_text)
            self.assertIn("pain points", mailed.help_text)
            self.assertEqual(mailed.help_template_ids, self.mail)
            self.assertIn("Ask until you have figures", action.help_text)
            self.assertEqual(action.help_template_ids.name, "Minutes of Your Needs")
            self.assertIn("what was promised when they signed", renewal.help_text)
            self.assertEqual(renewal.help_template_ids.name, "Before the Renewal")
