from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_playbook_case import TEXT_FIELDS
from .life import OPEN_STATES


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
    """Revising a published case, while readers have its last good text."""

    _inherit = "crm.playbook.case"

    revision_of_id = fields.Many2one(
        "crm.playbook.case",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="The published case whose text this one replaces once it is published.",
    )
    version_ids = fields.One2many("crm.playbook.case.version", "case_id", string="Versions", readonly=True)
    version = fields.Integer(
        readonly=True, copy=False, help="How often its text was published; a revision makes a new one."
    )

    def action_revise(self):
        """Open the revision of a published case, a new one where nobody has begun any."""
        self.ensure_one()
        self._check_states("published")
        self._check_can_revise()
        # sudo: somebody else may have begun, and what it revises is written by the module only
        case = self.sudo()
        begun = case.search([("revision_of_id", "=", self.id), ("state", "in", OPEN_STATES)], limit=1)
        if begun and not begun.sudo(False).has_access("read"):
            raise UserError(self.env._("“%s” is being revised by somebody else already.", self.name))
        revision = begun or case.copy({"revision_of_id": self.id, "user_id": self.env.uid})
        return revision.sudo(False).get_formview_action()

    def _check_can_revise(self):
        for case in self:
            if not case.can_revise:
                raise AccessError(
                    self.env._("Only its owner or a sales manager revises the case “%s”.", case.name)
                )

    def _replace_original(self):
        """Give the published case that this revises its texts and what it is found by; the revision goes."""
        original = self.revision_of_id
        original._check_states("published")
        names = [*TEXT_FIELDS, *self._get_revised_fields()]
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in names}
        original.write({**vals, "review_by": self._get_next_review(), "reviewer_id": self.env.uid})
        original._end_case_work()
        original.message_post(
            body=self.env._("Revised by %s.", self.user_id.name), subtype_xmlid="mail.mt_note"
        )
        self._give_files(original)
        self.unlink()

    def _give_files(self, case):
        """Give ``case`` the pictures and files of this revision, which would be deleted with it."""
        # sudo: they are of whoever added them; the case's readers read them with it
        files = self.env["ir.attachment"].sudo()
        files.search([("res_model", "=", self._name), ("res_id", "=", self.id)]).res_id = case.id

    @api.model
    def _get_revised_fields(self):
        """Return the names of the fields that a revision gives to its case besides the texts."""
        return [
            *("product_line_id", "stage_id", "stay_days", "industry_id", "company_size", "competitor_ids"),
            *("risk_type_ids", "lost_reason_id", "tier", "tag_ids", "hide_customer", "company_id"),
        ]

    def _keep_version(self):
        """Put the text of this case on record, if it is another one than the last."""
        self.ensure_one()
        # sudo: versions are written by the module only
        case = self.sudo()
        text = {name: case[name] for name in TEXT_FIELDS}
        last = case.version_ids[:1]
        if last and all(last[name] == text[name] for name in TEXT_FIELDS):
            return
        number = case.version + 1
        case.version_ids.create({"case_id": self.id, "number": number, "user_id": self.env.uid, **text})
        case.version = number
