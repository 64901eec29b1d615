from odoo import api, models


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    def _load_demo_deals(self):
        """Make the deals of the demo data. The loader is imported by a database that has demo data only."""
        from ..demo.loader import load  # pylint: disable=import-outside-toplevel

        load(self.env)
