from odoo import models


class MailTemplate(models.Model):
    """The names of mails that help are kept in memory."""

    _inherit = "mail.template"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"name", "active"} and "crm.lead" in self.mapped("model"):
            self.env["crm.playbook"]._forget_rules()
        return result

    def unlink(self):
        is_of_deals = "crm.lead" in self.mapped("model")
        result = super().unlink()
        if is_of_deals:
            self.env["crm.playbook"]._forget_rules()
        return result
