import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import mute_logger

_logger = logging.getLogger(__name__)


class CrmPlaybookCondition(models.Model):
    """What must be true of a lead before it enters a stage. All conditions of a stage are needed;
    an *or* is written inside one condition.
    """

    _name = "crm.playbook.condition"
    _description = "Stage entry condition"
    _inherit = [
        "crm.playbook.rule",
        "crm.playbook.documented",
        "crm.playbook.dated",
        "crm.playbook.cache.mixin",
    ]

    playbook_stage_id = fields.Many2one("crm.playbook.stage", required=True, index=True, ondelete="cascade")
    playbook_id = fields.Many2one(related="playbook_stage_id.playbook_id", store=True, index=True)
    kind = fields.Selection(
        [("domain", "Checked by the system"), ("confirmation", "Confirmed by a person")],
        required=True,
        default="domain",
        help="Checked by the system: a domain on the deal decides.\nConfirmed by a person: somebody vouches"
        " for it on the deal, with name and date.",
    )
    severity = fields.Selection(
        [("blocking", "Blocking"), ("advisory", "Advisory")],
        required=True,
        default="blocking",
        help="Blocking: an enforced playbook refuses the move while it is not met.\n"
        "Advisory: shown and logged, never refused.\n"
        "A new deal in the first stage is never refused, whatever it lacks: that is logged and shown.",
    )
    evidence_required = fields.Boolean(
        help="The person who confirms has to add a note or a file that shows it."
    )
    stays_required = fields.Boolean(
        default=True,
        help="If it does not hold any more after the deal has entered the stage, the next move forward asks"
        " for it again. Not for what is true for a while only.",
    )
    role_id = fields.Many2one(
        "crm.playbook.role",
        string="Confirmed by Role",
        ondelete="restrict",
        help="Only who has this role on the deal confirms it, and who decides on the deal. Empty, or where"
        " nobody has the role: everybody who may edit the deal.",
    )
    preview = fields.Json(
        compute="_compute_preview",
        help="How many open deals this condition would hold back as it stands in the form, saved or not.",
    )

    def _prepare_unmet_item(self):
        """Return this condition as an unmet item of :meth:`crm.lead.check_gate`, in the user's
        language. One that cannot be evaluated any more says so, here and in the server's log.
        """
        self.ensure_one()
        guidance = self.guidance or ""
        if self.kind == "domain" and self.broken_reason:
            _logger.warning("Playbook condition %s (%s): %s", self.id, self.name, self.broken_reason)
            guidance = self.env._(
                "The condition itself is broken, tell your administrator: %s", self.broken_reason
            )
        return {
            "kind": self.kind,
            "rule_id": self.id,
            "name": self.name,
            "guidance": "\n".join(filter(None, [guidance, self._get_document_text()])),
            "blocking": self.severity == "blocking",
        }

    @api.model
    def _get_asking_fields(self):
        return super()._get_asking_fields() | {"domain", "kind", "severity", "evidence_required"}

    def _get_document_kind(self):
        """What the system checks has a domain of its own."""
        return super()._get_document_kind() if self.kind == "confirmation" else ""

    @api.depends("domain", "kind", "severity", "active", "playbook_stage_id", "met_by")
    def _compute_preview(self):
        for condition in self:
            condition.preview = condition._get_preview()

    def _get_preview(self):
        """Return ``{"held_back": int, "total": int, "domain": str}`` of the open deals that would
        enter this condition's stage next, or False where that cannot be told.
        """
        waiting = self.playbook_stage_id._origin._get_waiting_domain()
        if waiting is None or not self.active:
            return False
        leads = self.env["crm.lead"].with_context(active_test=False)  # what is archived counts at the gate
        total = leads.search_count(waiting)
        try:
            met = self._get_met_domain()
            self.env["crm.playbook.rule"]._check_names(met, leads)
            with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                # the others, as Odoo's negation of a field that searches by a method may be no complement
                count = total - leads.search_count(waiting & met)
        except (ValueError, UserError, psycopg2.Error):
            return False
        return {"held_back": count, "total": total, "domain": repr(list(waiting & ~met))}

    def _get_met_domain(self):
        """Return the domain of the leads that meet this condition.

        :raise ValueError: when it is no domain
        """
        if self.kind == "domain":
            return self._parse_domain(self.domain)
        confirmed = [("condition_id", "=", self._origin.id), ("withdrawn_at", "=", False)]
        confirmed = Domain("confirmation_ids", "any", confirmed)
        document = self._get_document_domain()
        return confirmed | self._parse_domain(document) if document else confirmed
