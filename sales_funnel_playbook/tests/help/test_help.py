from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .help_common import HelpCase


@tagged("post_install", "-at_install")
class TestHelp(HelpCase):
    """Texts, files and mails stand on the checklist where they are needed."""

    def test_it_stands_where_it_is_needed(self):
        self.assertFalse(self._panel()["stage"]["help"], "nothing to fold")
        file = self._upload("questions.docx")
        self.rule.write({"help_text": "Ask who decides.", "help_attachment_ids": file})
        self.call.write({"help_text": "Call before ten.", "help_template_ids": self.mail})
        self.rules[self.stage_demo].help_text = "Show their own figures."
        panel = self._panel()
        self.assertEqual(
            panel["stage"]["help"],
            {
                "text": "Ask who decides.",
                "files": [{"id": file.id, "name": "questions.docx"}],
                "mails": [],
            },
        )
        [action] = panel["stage"]["actions"]
        self.assertEqual(
            action["help"],
            {
                "text": "Call before ten.",
                "files": [],
                "mails": [{"id": self.mail.id, "name": "Introduction"}],
            },
        )
        self.assertEqual(panel["next_stages"][0]["help"]["text"], "Show their own figures.")
        self.assertEqual(file.with_user(self.rep).raw, b"questions.docx")

    def test_what_is_due_whatever_the_stage(self):
        """Deadlines of no stage have help, too; it is on the checklist while they are open on the deal."""
        file = self._upload("scale.docx")
        silent = self._create_deadline("Complete it", "lead_created", 1, "days")
        ask = self._create_deadline("Ask about us", "lead_created", 2, "days", help_attachment_ids=file)
        ask.help_template_ids = self.mail
        self.lead = self._create_lead(name="Globex")
        self.env.cr.flush()  # deadlines begin
        self.assertTrue(self.lead.activity_ids.filtered(lambda one: one.playbook_deadline_id == silent))
        [due] = self._panel()["stage"]["helped"]
        self.assertEqual((due["name"], due["state"], due["can_do"]), ("Ask about us", "todo", True))
        self.assertEqual([one["name"] for one in due["help"]["files"]], ["scale.docx"])
        self.assertEqual([one["name"] for one in due["help"]["mails"]], ["Introduction"])
        self.assertEqual(file.with_user(self.rep).raw, b"scale.docx")
        ask.satisfied_domain = "[('phone', '!=', False)]"
        self.assertFalse(self._panel()["stage"]["helped"][0]["can_do"], "it ends by itself")
        self.lead.phone = "+1 555"
        self.env.cr.flush()
        self.assertFalse(self._panel()["stage"]["helped"], "it is done")

    def test_what_it_says_is_of_today(self):
        file = self._upload("old.docx")
        self.rule.write({"help_attachment_ids": file, "help_template_ids": self.mail})
        self._panel()
        file.name, self.mail.name = "new.docx", "Greeting"
        help_ = self._panel()["stage"]["help"]
        self.assertEqual((help_["files"][0]["name"], help_["mails"][0]["name"]), ("new.docx", "Greeting"))
        self.mail.active = False
        self.assertFalse(self._panel()["stage"]["help"]["mails"])
        self.mail.unlink()
        file.unlink()
        self.assertFalse(self._panel()["stage"]["help"])

    def test_a_picture_of_the_website_stays_what_it_is(self):
        """The rule takes what its manager uploaded for it, and nothing that is public or somebody else's."""
        picture, own, others = self._upload("logo.png", "own.docx", "others.docx")
        picture.public = True
        manager = self.user_sales_manager
        own = own.with_user(manager).sudo().copy()
        rule = self.rule.with_user(manager)
        rule.help_attachment_ids = picture | own
        self.assertFalse(picture.res_model or picture.res_id)
        self.assertEqual((own.res_model, own.res_id), (rule._name, rule.id))
        self.assertEqual(own.with_user(self.rep).raw, b"own.docx")
        rule.sudo().help_attachment_ids |= others
        self.assertEqual(others.res_id, rule.id, "data that are loaded")

    def test_each_reads_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["res.lang"]._activate_lang("fr_FR")
        self.rule.help_text = "Ask who decides."
        self.rule.with_context(lang="zh_CN").help_text = "问清楚谁来决定。"
        names = ("prices.pdf", "questions.en_US.docx", "问题.zh_CN.docx")
        self.rule.help_attachment_ids = self._upload(*names)
        for lang, text, files in (
            ("en_US", "Ask who decides.", ["prices.pdf", "questions.docx"]),
            ("zh_CN", "问清楚谁来决定。", ["prices.pdf", "问题.docx"]),
            ("fr_FR", "Ask who decides.", ["prices.pdf", "questions.docx"]),
        ):
            help_ = self._panel(lang=lang)["stage"]["help"]
            self.assertEqual((help_["text"], [file["name"] for file in help_["files"]]), (text, files))

    def test_a_mail_is_filled_in_and_stands_in_the_chatter(self):
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.rep)
            .with_context(
                default_composition_mode="comment",
                default_model="crm.lead",
                default_res_ids=self.lead.ids,
                default_template_id=self.mail.id,
            )
            .create({})
        )
        self.assertEqual(composer.partner_ids, self.customer)
        composer.action_send_mail()
        message = self.lead.message_ids[:1]
        self.assertEqual((message.subject, message.author_id), ("About Acme", self.rep.partner_id))
        self.assertIn("Dear Acme", message.body)

    def test_mails_of_other_records_are_none(self):
        model_id = self.env["ir.model"]._get_id("res.partner")
        other = self.env["mail.template"].create({"name": "Welcome", "model_id": model_id})
        with self.assertRaisesRegex(ValidationError, "is not one of deals"):
            self.rule.help_template_ids = other

    def test_only_managers_write_it(self):
        self.rule.with_user(self.leader).help_text = "Ask who decides."
        with self.assertRaises(AccessError):
            self.rule.with_user(self.rep).help_text = "Ask nobody."

    def test_who_works_by_a_role_sees_no_mails_to_the_customer(self):
        role = self.env["crm.playbook.role"].create({"name": "Expert"})
        contributor = self.env["res.users"].create(
            {
                "name": "Fay",
                "login": "fay.help",
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("sales_funnel_playbook.group_funnel_contributor").id,
                        ]
                    )
                ],
            }
        )
        self.env["crm.lead.member"].create(
            {"lead_id": self.lead.id, "role_id": role.id, "user_id": contributor.id}
        )
        files = self._upload("questions.docx", "price list.xlsx")
        self.rule.write({"help_attachment_ids": files[0], "help_template_ids": self.mail})
        self.call.write({"help_attachment_ids": files[1], "help_text": "Call before ten."})
        stage = self._panel(contributor)["stage"]
        self.assertEqual((len(stage["help"]["files"]), stage["help"]["mails"]), (1, []))
        self.assertEqual(files[0].with_user(contributor).raw, b"questions.docx")
        self.assertEqual(stage["actions"][0]["help"], {"text": "Call before ten.", "files": [], "mails": []})
        with self.assertRaises(AccessError):
            files[1].with_user(contributor).read(["raw"])

    def test_it_is_copied_and_goes_with_its_playbook(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        files = self._upload("stage.docx", "action.docx", "any stage.docx")
        self.rule.write({"help_text": "Ask.", "help_attachment_ids": files[0]})
        self._create_deadline("Complete it", "lead_created", help_attachment_ids=files[2])
        self.rule.with_context(lang="zh_CN").help_text = "问。"
        self.call.write({"help_attachment_ids": files[1], "help_template_ids": self.mail})
        for action in (self.playbook.copy(), self._save_as_template()):
            stage = action.stage_ids[0]
            self.assertEqual(stage.with_context(lang="zh_CN").help_text, "问。")
            self.assertEqual(stage.action_ids.help_template_ids, self.mail)
            copies = stage.help_attachment_ids | stage.action_ids.help_attachment_ids
            copies |= action.deadline_ids.help_attachment_ids
            self.assertEqual(copies.mapped("raw"), [b"stage.docx", b"action.docx", b"any stage.docx"])
            self.assertFalse(copies & files)
            action.unlink()
            self.assertFalse(copies.exists())
        self.assertTrue(files.exists())

    def _save_as_template(self):
        return self.env["crm.playbook"].browse(self.playbook.action_save_as_template()["res_id"])

    def test_it_goes_with_the_file_of_the_playbook(self):
        self.rule.write({"help_text": "Ask.", "help_attachment_ids": self._upload("stage.docx")})
        self.call.write({"help_text": "Call.", "help_template_ids": self.mail})
        self._create_deadline(
            "Complete it",
            "lead_created",
            help_text="Look.",
            help_template_ids=self.mail.ids,
            help_attachment_ids=self._upload("any.docx").ids,
        )
        document = self.playbook._export_text().encode()
        template = self.env["crm.playbook"].with_user(self.leader)._import_text(document)
        deadline, stage = template.deadline_ids, template.stage_ids[0]
        self.assertEqual((deadline.help_text, deadline.help_template_ids), ("Look.", self.mail))
        self.assertEqual(deadline.help_attachment_ids.raw, b"any.docx")
        self.assertEqual((stage.help_text, stage.action_ids.help_text), ("Ask.", "Call."))
        self.assertEqual(stage.help_attachment_ids.raw, b"stage.docx")
        self.assertEqual(stage.action_ids.help_template_ids, self.mail)
        self.mail.name = "Another one"
        template = self.env["crm.playbook"].with_user(self.leader)._import_text(document)
        self.assertFalse(template.stage_ids.action_ids.help_template_ids)
        self.assertIn("were left out: Introduction.", template.message_ids[0].body)

    def test_documents_that_are_shipped(self):
        """Each reader starts from the one in their language, in a playbook made of the template, too."""
        for lang in ("zh_CN", "zh_TW"):
            self.env["res.lang"]._activate_lang(lang)
        template = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        for playbook in (template, template.copy()):
            outputs = playbook.stage_ids.output_ids.filtered("template_attachment_ids")
            for lang, names in (
                ("en_US", {"Needs analysis", "Negotiation minutes", "Customer file", "Renewal intent form"}),
                ("zh_CN", {"需求分析报告", "谈判纪要", "客户档案", "续费意向单"}),
                ("zh_TW", {"需求分析報告", "談判紀要", "客戶檔案", "續約意向單"}),
            ):
                files = [output.with_context(lang=lang)._prepare_panel_files() for output in outputs]
                self.assertEqual({file["name"] for [file] in files}, {f"{name}.docx" for name in names})
        file = outputs[0].template_attachment_ids[0].with_user(self.rep)
        self.assertEqual(file.raw[:2], b"PK")
        self.assertIn("wordprocessingml", file.mimetype)
