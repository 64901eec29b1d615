from odoo import fields, models

from .crm_playbook_case import TEXT_FIELDS


class CrmPlaybookCaseVersion(models.Model):
    """What a case said when it was published, and after each revision. Written by the module only; read by
    who keeps the case, because an earlier text may say what was left out since.
    """

    _name = "crm.playbook.case.version"
    _description = "Version of a Case"
    _order = "case_id, number desc"
    _rec_name = "number"

    case_id = fields.Many2one("crm.playbook.case", required=True, index=True, ondelete="cascade")
    number = fields.Integer(required=True)
    user_id = fields.Many2one("res.users", string="Published By", ondelete="set null")
    name = fields.Char(string="Title")
    situation = fields.Html()
    approach = fields.Html()
    result = fields.Html()
    lesson = fields.Html()

    _number_uniq = models.UniqueIndex("(case_id, number)", "This version of the case is on record already.")


class CrmPlaybookCase(models.Model):
    _inherit = "crm.playbook.case"

    version_ids = fields.One2many("crm.playbook.case.version", "case_id", string="Versions", readonly=True)
    version = fields.Integer(
        readonly=True, copy=False, help="How often its text was published; a revision makes a new one."
    )

    def _keep_version(self):
        """Put the text of this case on record, if it is another one than the last."""
        self.ensure_one()
        # sudo: versions are written by the module only
        versions = self.sudo().version_ids
        text = {name: self[name] for name in TEXT_FIELDS}
        if versions and all(versions[0][name] == text[name] for name in TEXT_FIELDS):
            return
        number = self.version + 1
        versions.create({"case_id": self.id, "number": number, "user_id": self.env.uid, **text})
        self.write({"version": number})
