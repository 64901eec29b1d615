from odoo import fields, models


class CrmPlaybookOutput(models.Model):
    """Which outputs delivery gets with the project: prices and margins may stay with sales."""

    _inherit = "crm.playbook.output"

    is_handed_over = fields.Boolean(
        string="Goes to the Kick-off Project",
        help="What was submitted is copied to the project that the deal becomes, where all who see the"
        " project read it. Leave it out of outputs that tell prices.",
    )
