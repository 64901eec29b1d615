from odoo import api, models
from odoo.exceptions import UserError

MODULE = "sales_funnel_playbook"


class ResUsers(models.Model):
    """Whoever has done something on deals is archived and not deleted: what was done keeps its name."""

    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_record(self):
        """Say so in place of the database, whose message names a constraint.

        :raise UserError: with what is on record, and what to do
        """
        for model, field in self._get_fields_on_record():
            # sudo: records that whoever deletes a user may not see count too
            records = self.env[model].sudo().with_context(active_test=False)
            if one := records.search([(field, "in", self.ids)], limit=1):
                raise UserError(
                    self.env._(
                        "“%(user)s” cannot be deleted: “%(kind)s” has their name on record. Archive the user"
                        " instead: open work and roles go over to others then.",
                        user=one[field].name,
                        kind=self.env["ir.model"]._get(model).name,
                    )
                )

    def _get_fields_on_record(self):
        """Return ``[(model, name), …]`` of the fields of ours that keep a user from being deleted."""
        return [
            (model, name)
            for model, registered in self.env.registry.items()
            if registered._auto and not registered._transient
            if registered._original_module.startswith(MODULE)
            for name, field in registered._fields.items()
            if field.store and field.comodel_name == self._name and field.type == "many2one"
            if field.ondelete == "restrict"
        ]
