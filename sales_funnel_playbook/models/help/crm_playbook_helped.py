from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmPlaybookHelped(models.AbstractModel):
    """What helps with a stage or a deadline: a text, files, and mails to start from."""

    _name = "crm.playbook.helped"
    _description = "Playbook rule with help"
    _inherit = ["crm.playbook.files"]
    _playbook_files = "help_attachment_ids"

    help_text = fields.Text(
        string="Help",
        translate=True,
        help="What to say, ask or look at. It is shown on the deal's checklist, folded.",
    )
    help_attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        copy=False,
        help="Offered for download on the deal. One whose name ends in a language, as in"
        " “Questions.zh_CN.docx”, is offered to readers of that language only.",
    )
    help_template_ids = fields.Many2many(
        "mail.template",
        string="Mails",
        domain=[("model", "=", "crm.lead")],
        help="Email templates: each opens a mail that is filled in for the deal.",
    )

    @api.constrains("help_template_ids")
    def _check_help_templates(self):
        for rule in self:
            if other := rule.help_template_ids.filtered(lambda template: template.model != "crm.lead")[:1]:
                raise ValidationError(
                    self.env._(
                        "The email template “%(template)s” is not one of deals: choose one for leads and"
                        " opportunities for the help of “%(rule)s”.",
                        template=other.name,
                        rule=rule.display_name,
                    )
                )

    def _prepare_panel_help(self):
        """Return ``{"text", "files": [{"id", "name"}, …], "mails": [{"id", "name"}, …]}``, or False where
        there is none of it.
        """
        # sudo: who reads the rule is offered its mails; who sends one needs the rights on the deal
        mails = [{"id": mail.id, "name": mail.name} for mail in self.sudo().help_template_ids]
        prepared = {"text": self.help_text or "", "files": self._prepare_panel_files(), "mails": mails}
        return prepared if any(prepared.values()) else False


class CrmPlaybookStage(models.Model):
    _name = "crm.playbook.stage"
    _inherit = ["crm.playbook.stage", "crm.playbook.helped"]

    def _prepare_panel_rules(self):
        return {**super()._prepare_panel_rules(), "help": self._prepare_panel_help()}

    def unlink(self):
        """Take the files of the key actions along: the database deletes those rows, and only those."""
        # sudo: who deletes the stage deletes its files too
        files = self.sudo().with_context(active_test=False).action_ids.help_attachment_ids
        result = super().unlink()
        files.unlink()
        return result


class CrmPlaybookDeadline(models.Model):
    _name = "crm.playbook.deadline"
    _inherit = ["crm.playbook.deadline", "crm.playbook.helped"]

    def _prepare_panel_rule(self):
        return {**super()._prepare_panel_rule(), "help": self._prepare_panel_help()}


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    def unlink(self):
        """Take the files of the deadlines along: the database deletes those rows, and only those."""
        # sudo: who deletes the playbook deletes its files too
        files = self.sudo().with_context(active_test=False).deadline_ids.help_attachment_ids
        result = super().unlink()
        files.unlink()
        return result
