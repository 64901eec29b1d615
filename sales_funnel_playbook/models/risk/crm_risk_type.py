from odoo import api, fields, models

LEVELS = [("low", "Low"), ("medium", "Medium"), ("high", "High")]


class CrmRiskType(models.Model):
    """A kind of risk, and how it is noticed. Administrators add more."""

    _name = "crm.risk.type"
    _description = "Risk Type"
    _inherit = ["crm.playbook.rule"]
    _order = "sequence, id"

    guidance = fields.Text(
        string="Suggested Response",
        help="The response that usually helps, shown to whoever answers the risk.",
    )
    level = fields.Selection(LEVELS, required=True, default="medium", help="The level a risk begins with.")
    detection = fields.Selection(
        [
            ("manual", "Manual"),
            ("decision_maker", "Decision maker replaced or left"),
            ("champion", "Champion left"),
            ("competitor", "Competitor added"),
            ("budget", "Budget cut or frozen"),
            ("domain", "Every night, by a condition on the deal"),
            ("deadline", "Two deadlines missed"),
        ],
        required=True,
        default="manual",
        help="What opens a risk automatically. A key node of the progress notes can open one too.",
    )
    domain = fields.Char(help="Open deals that meet this get a risk; it is closed when they no longer do.")

    @api.model
    def _get_detecting(self, detection):
        """Return the types that this kind of event opens an entry of."""
        # sudo: rules hold for everybody
        return self.sudo().search([("detection", "=", detection)])
