from odoo import api, models, tools


class CrmLead(models.Model):
    """Odoo reads every tracked field of every record before each write, written or not. The fields of
    this module are read when they are written, and when they are computed.
    """

    _inherit = "crm.lead"

    @api.model
    @tools.ormcache()
    def _get_own_tracked(self):
        """Return the names of the tracked fields that this module has added to the lead."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if getattr(field, "tracking", None) and field._modules == ("sales_funnel_playbook",)
        )

    def _before_write_core(self, save):
        context = self.env.context
        is_tracking = not context.get("tracking_disable") and not context.get("mail_notrack")
        if written := is_tracking and self._get_own_tracked().intersection(save.written):
            self._track_prepare(written)

    def _track_prepare(self, fields_iter):
        if fields_iter is self._fields:  # "all there are", from Odoo's own write
            fields_iter = self._fields.keys() - self._get_own_tracked()
        return super()._track_prepare(fields_iter)
