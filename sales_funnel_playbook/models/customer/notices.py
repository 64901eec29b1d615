from odoo import models


class CrmPlaybookNotice(models.Model):
    """Who was given a deal hears of it where it is theirs still."""

    _inherit = "crm.playbook.notice"

    def _filter_true(self):
        true = super()._filter_true()
        given = true.filtered(lambda one: one.kind == "given")
        # sudo: whose deal it is by now, whoever sends
        leads = self.env["crm.lead"].sudo().search([("id", "in", given.mapped("res_id"))])
        owners = {lead.id: lead.user_id.partner_id for lead in leads}
        return true - given.filtered(lambda one: owners.get(one.res_id) != one.partner_id)
