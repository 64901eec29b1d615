from odoo import fields, models


class CrmPlaybookOutput(models.Model):
    """Which outputs delivery gets with the project: prices and margins may stay with sales."""

    _inherit = "crm.playbook.output"

    is_handed_over = fields.Boolean(
        string="Goes to the Kick-off Project",
        help="What was submitted is copied to the project that the deal becomes, where all who see the"
        " project read it. Leave it out of outputs that tell prices.",
    )

    def _export_apps(self):
        is_handed_over = {"is_handed_over": True} if self.is_handed_over else {}
        return {**super()._export_apps(), **is_handed_over}

    def _import_apps(self, apps):
        rest = super()._import_apps(apps)
        if rest.get("is_handed_over") is True:
            self.is_handed_over = rest.pop("is_handed_over")
        return rest
