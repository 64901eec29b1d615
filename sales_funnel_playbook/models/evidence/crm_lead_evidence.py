import hashlib
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...arguments import check_argument, check_file_size, is_id_list
from ...tools.letters import LEAST_EVIDENCE, count_letters, get_substance

EVIDENCE = ("crm.lead.confirmation", "crm.lead.output")


class CrmLeadEvidence(models.AbstractModel):
    """A fact that a person hands in, with what shows it. Written and withdrawn by the module only, so
    that it stands as it was given: nobody has the right to edit or delete one.
    """

    _name = "crm.lead.evidence"
    _description = "Evidence about a deal"
    _inherit = ["crm.lead.fact"]

    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="restrict")
    note = fields.Text()
    note_digest = fields.Char(
        compute="_compute_note_digest",
        store=True,
        index="btree_not_null",
        help="Equal for notes that differ in spaces, punctuation or capitals only.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", copy=False)
    withdrawn_at = fields.Datetime()
    withdrawn_by_id = fields.Many2one("res.users", ondelete="restrict")

    @api.model
    def default_get(self, fields):
        """Evidence begins as the module says: a user's own defaults would forge it."""
        return super().default_get([]) | {
            name: self._fields[name].default(self)
            for name in fields
            if name in self._fields and self._fields[name].default
        }

    @api.depends("note")
    def _compute_note_digest(self):
        for evidence in self:
            evidence.note_digest = self._get_digest(evidence.note)

    @api.model
    def _clean_text(self, text):
        """Return what a person typed, without spaces around it and what no text can hold."""
        return str(text or "").replace("\0", "").strip()

    @api.model
    def _get_digest(self, text):
        substance = get_substance(text)
        return hashlib.sha256(substance.encode()).hexdigest() if substance else False

    @api.model
    def _get_note_refusal(self, lead, note, min_length=LEAST_EVIDENCE):
        """Return why ``note`` is no evidence for ``lead``, or False."""
        length = count_letters(note)
        if length < min_length:
            return self.env._(
                "The note has %(length)s letters and digits, it needs at least %(minimum)s: write what"
                " the customer said or did.",
                length=length,
                minimum=min_length,
            )
        if self._is_copied(lead, note):
            return self.env._(
                "The same text already is the evidence of another deal: write what is true of this one."
            )
        return False

    @api.model
    def _is_copied(self, lead, note):
        """Tell whether ``note`` is the evidence of another lead, whoever may see that one."""
        copies = [
            ("note_digest", "=", self._get_digest(note)),
            ("lead_id", "!=", lead.id),
            ("withdrawn_at", "=", False),
        ]
        return any(
            # sudo: a copy is a copy, also of a deal that this user does not see
            self.env[name].sudo().search_count(copies, limit=1)
            for name in EVIDENCE
        )

    @api.model
    def _get_link_refusal(self, url):
        """Return why ``url`` is no link to evidence, or False."""
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme in ("http", "https") and parts.hostname and not any(map(str.isspace, url)):
            return False
        return self.env._("Give a complete link that begins with http:// or https://.")

    def _can_withdraw(self, user):
        """Tell whether ``user`` may take this back: who gave it, or a sales manager."""
        return user == self.user_id or user.has_group("sales_team.group_sale_manager")

    def _withdraw(self):
        """Take these back, as the current user. They stay on record.

        :raise UserError: unless the current user gave them or is a sales manager
        """
        for evidence in self:
            if not evidence._can_withdraw(self.env.user):
                raise UserError(
                    self.env._("Only %s or a sales manager can withdraw this.", evidence.user_id.name)
                )
        # sudo: nobody writes evidence; who may take it back was checked just now
        self.sudo().write({"withdrawn_at": fields.Datetime.now(), "withdrawn_by_id": self.env.uid})

    def _own_files(self):
        """Bind the files to their evidence, so that who sees the lead sees them and nobody else."""
        for evidence in self.sudo():  # sudo: the uploads were checked, and nobody writes evidence
            bound = {"res_model": self._name, "res_id": evidence.id, "public": False, "access_token": False}
            evidence.attachment_ids.write(bound)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def unlink(self):
        """Take the files of the evidence along: the database deletes the rows, and only those."""
        # sudo: nobody may delete evidence, but who deletes the lead deletes all of it
        owned = [
            self.env[name].sudo().search([("lead_id", "in", self.ids)]).attachment_ids for name in EVIDENCE
        ]
        result = super().unlink()
        for files in owned:
            files.unlink()
        return result

    def _take_turns(self):
        """Wait for whoever records something on these deals at the same moment. PostgreSQL then refuses the
        second one's change of a deal's row, and Odoo tries their request again, on what the first recorded.
        """
        self.env.cr.execute(SQL("UPDATE crm_lead SET active = active WHERE id = ANY(%s)", [*self.ids]))


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        """What was handed in stays as long as it is on record, also for who uploaded it."""
        for name in EVIDENCE:
            files = self.filtered(lambda file, model=name: file.res_model == model and file.res_id)
            # sudo: evidence is on record, whoever may see it
            if files and self.env[name].sudo().browse(files.mapped("res_id")).exists():
                raise UserError(self.env._("“%s” is evidence of a deal and stays on record.", files[0].name))

    @api.model
    def _check_evidence_files(self, attachment_ids):
        """Return the files that a caller named, which are about to become evidence.

        :raise UserError: unless all are the current user's own, attached to nothing yet (taking
            them changes who may read them), not empty, and within Odoo's limit for uploads
        """
        check_argument(self.env, "attachment_ids", attachment_ids, is_id_list(attachment_ids or ()))
        # sudo: whether a file is the user's own is told by who made it, also where it cannot be read
        files = self.sudo().browse(attachment_ids or ())
        if files.exists() != files or any(file.res_id or file.create_uid != self.env.user for file in files):
            raise UserError(
                self.env._("Upload the evidence yourself: a file belongs to another record or user.")
            )
        for file in files:
            # a full disk leaves a file that is not as long as it says
            if file.type != "binary" or not file.file_size or len(file.raw or b"") != file.file_size:
                raise UserError(self.env._("The file “%s” is empty: upload it again.", file.name))
            check_file_size(self.env, file.name, file.file_size)
        return files.sudo(False)
