from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmFunnelCounted(models.AbstractModel):
    """Numbers that were counted once, each with the deals behind it. Nobody has the right to write them."""

    _name = "crm.funnel.counted"
    _description = "Counted Deals"

    counted_lead_ids = fields.Json(
        string="Deals Counted",
        prefetch=False,
        help="The deals behind each number, by its name, as they were counted; empty in reviews of before"
        " they were kept.",
    )

    @api.readonly
    def action_open_deals(self):
        """Open the deals that were counted in the number that the context names as ``funnel_number``.

        :raise UserError: when there are none behind it
        """
        self.ensure_one()
        name = self.env.context.get("funnel_number") or self._get_default_number()
        if not self._is_counted(name):
            raise UserError(self.env._("There are no deals behind “%s”.", name))
        title = self.env._("%(stage)s: %(number)s", stage=self.display_name, number=self._get_label(name))
        return self._prepare_counted_action(title, name)

    def _prepare_counted_action(self, title, name):
        """Return the action that opens the deals behind a number."""
        return self.env["crm.funnel.report"]._prepare_frozen_action(title, self._get_counted_ids(name))

    def _get_counted_ids(self, name):
        """Return the ids of the deals that were counted in a number."""
        self.ensure_one()
        return (self.counted_lead_ids or {}).get(name, [])

    @api.model
    def _get_default_number(self):
        """Return the name of the number that is meant where none is named."""
        raise NotImplementedError

    @api.model
    def _is_counted(self, name):
        """Tell whether there are deals behind a number."""
        raise NotImplementedError

    @api.model
    def _get_label(self, name):
        return self._fields[name]._description_string(self.env)
