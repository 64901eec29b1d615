from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmLead(models.Model):
    """When a lead was captured: an exhibition's lead that is entered days later is late already."""

    _inherit = "crm.lead"

    captured_at = fields.Datetime(
        default=lambda self: fields.Datetime.now(),  # the clock of the check, also where tests replace it
        copy=False,
        prefetch="playbook",
        help="When the customer was met or wrote; when the lead was created, unless somebody says otherwise."
        " The time for completing it counts from here.",
    )

    @api.constrains("captured_at")
    def _check_captured_at(self):
        now = max(self.env.cr.now(), fields.Datetime.now())
        for lead in self:
            if lead.captured_at and lead.captured_at > now:
                raise ValidationError(
                    self.env._(
                        "“Captured At” of “%(lead)s” cannot be in the future: %(moment)s.",
                        lead=lead.name,
                        moment=lead.captured_at,
                    )
                )
