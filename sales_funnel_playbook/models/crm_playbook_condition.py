import logging

from odoo import fields, models

_logger = logging.getLogger(__name__)


class CrmPlaybookCondition(models.Model):
    """What must be true of a lead before it enters a stage. All conditions of a stage are needed;
    an *or* is written inside one condition.
    """

    _name = "crm.playbook.condition"
    _description = "Stage entry condition"
    _inherit = ["crm.playbook.rule", "crm.playbook.cache.mixin"]

    playbook_stage_id = fields.Many2one("crm.playbook.stage", required=True, index=True, ondelete="cascade")
    playbook_id = fields.Many2one(related="playbook_stage_id.playbook_id", store=True, index=True)
    kind = fields.Selection(
        [("domain", "Checked by the system"), ("confirmation", "Confirmed by a person")],
        required=True,
        default="domain",
        help="Checked by the system: a domain on the lead decides.\n"
        "Confirmed by a person: somebody vouches for it on the lead, with name and date.",
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
            "guidance": guidance,
            "blocking": self.severity == "blocking",
        }
