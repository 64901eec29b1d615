from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.letters import LEAST


class CrmPlaybookOutput(models.Model):
    """What must come out of a stage. Required ones are handed in before a deal leaves the stage or
    jumps over it.
    """

    _name = "crm.playbook.output"
    _description = "Stage output"
    _inherit = ["crm.playbook.duty", "crm.playbook.documented", "crm.playbook.dated", "crm.playbook.files"]
    _order = "sequence, id"
    _playbook_files = "template_attachment_ids"

    name = fields.Char(required=True, translate=True)
    guidance = fields.Text(translate=True, help="What belongs in it, as the salesperson reads it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    playbook_stage_id = fields.Many2one("crm.playbook.stage", required=True, index=True, ondelete="cascade")
    playbook_id = fields.Many2one(related="playbook_stage_id.playbook_id", store=True, index=True)
    evidence = fields.Selection(
        [
            ("file", "File"),
            ("link", "Link"),
            ("note", "Note"),
            ("score_sheet", "Score Sheet"),
        ],
        string="Submit As",
        required=True,
        default="file",
        help="What is submitted. The score sheet counts as submitted once each of its questions is answered"
        " on the deal; without a score sheet in the playbook it is a file.",
    )
    is_required = fields.Boolean(
        string="Required",
        default=True,
        help="A required output is part of the gate of the stages behind it.",
    )
    approval = fields.Selection(
        [
            ("none", "None"),
            ("team_leader", "Team Leader"),
            ("role", "A Role"),
            ("user", "A Named Person"),
        ],
        string="Approval Needed",
        required=True,
        default="none",
        help="Whoever is named, or a sales manager, has to approve it before it counts. Where nobody has the"
        " role: the leader of the deal's team.",
    )
    approval_role_id = fields.Many2one("crm.playbook.role", string="Approved by Role", ondelete="restrict")
    approval_user_id = fields.Many2one(
        "res.users", string="Approved by Person", domain=[("share", "=", False)], ondelete="restrict"
    )
    approval_by_other = fields.Boolean(
        string="Not by Who Submitted It", help="Nobody approves what they have submitted themselves."
    )
    role_id = fields.Many2one(
        "crm.playbook.role",
        string="Submitted by Role",
        ondelete="restrict",
        help="Who is asked for it; others may submit it, too. Empty, or where nobody has the role on a deal:"
        " the salesperson.",
    )
    min_length = fields.Integer(
        string="Shortest Note",
        default=LEAST,
        help="Letters and digits that a note needs at least; spaces and punctuation do not count, and a"
        " Chinese character counts as two.",
    )
    template_attachment_ids = fields.Many2many(
        "ir.attachment",
        "crm_playbook_output_template_rel",
        string="Templates",
        copy=False,
        help="Files to start from, offered for download on the deal. One whose name ends in a language, as in"
        " “Minutes.zh_CN.docx”, is offered to readers of that language only.",
    )

    _min_length_positive = models.Constraint("CHECK(min_length >= 1)", "A note needs at least one character.")

    @api.constrains("approval", "approval_role_id", "approval_user_id")
    def _check_approval(self):
        for output in self:
            if output.approval == "role" and not output.approval_role_id:
                raise ValidationError(self.env._("Choose the role that approves “%s”.", output.name))
            if output.approval == "user" and not output.approval_user_id.active:
                raise ValidationError(self.env._("Choose an active user who approves “%s”.", output.name))

    def _prepare_duty(self):
        stage_id = self.playbook_stage_id.stage_id.id
        duty = (
            super()
            ._prepare_duty()
            ._replace(
                stage_id=stage_id,
                satisfied_domain=self._get_domain(),
                document_domain=self._get_document_domain(),
            )
        )
        return duty._replace(responsible="role", role_id=self.role_id.id) if self.role_id else duty

    def _get_domain(self):
        """Return the domain of the leads that have this output without handing it in, or ``""``."""
        is_sheet = self.evidence == "score_sheet" and self.playbook_id._is_sheet_complete()
        return "[('is_scored', '=', True)]" if is_sheet else ""

    @api.model
    def _get_asking_fields(self):
        return super()._get_asking_fields() | {"evidence", "is_required", "approval", "min_length"}

    def _get_document_kind(self):
        """What the deal itself shows needs no document."""
        return "" if self._get_domain() else super()._get_document_kind()

    def _prepare_unmet_item(self):
        """Return this output as an unmet item of :meth:`crm.lead.check_gate`, in the user's language."""
        self.ensure_one()
        guidance = self.guidance or self.env._("Submit it on the deal's Playbook tab.")
        if self.approval != "none":
            guidance = "\n".join([guidance, self._get_approval_text()])
        guidance = "\n".join(filter(None, [guidance, self._get_document_text()]))
        return {
            "kind": "output",
            "rule_id": self.id,
            "name": self.name,
            "guidance": guidance,
            "blocking": self.is_required,
        }

    def _get_approval_text(self):
        """Return who has to approve this, as a sentence."""
        if self.approval == "team_leader":
            return self.env._("It counts once the team leader has approved it.")
        name = self.approval_role_id.name if self.approval == "role" else self.approval_user_id.name
        return self.env._("It counts once it was approved: %s.", name)


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def unlink(self):
        """Take the outputs' template files along: the database deletes the rows, and only those."""
        # sudo: who deletes the stage deletes its files too
        files = self.sudo().output_ids.with_context(active_test=False).template_attachment_ids
        result = super().unlink()
        files.unlink()
        return result


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    def unlink(self):
        self.stage_ids.unlink()
        return super().unlink()
