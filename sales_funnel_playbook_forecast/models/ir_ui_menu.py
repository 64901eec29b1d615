from odoo import api, models

NOW_AND_THEN = ("crm_pipeline_change_menu", "crm_lead_look_menu", "crm_sales_target_menu")


class IrUiMenu(models.Model):
    """A salesperson has in the menu what they say they will close; the rest is on the page."""

    _inherit = "ir.ui.menu"

    @api.model
    def _get_names_on_the_page(self):
        names = super()._get_names_on_the_page()
        own = (f"sales_funnel_playbook_forecast.{name}" for name in NOW_AND_THEN)
        return names if self._leads_somebody() else (*names, *own)
