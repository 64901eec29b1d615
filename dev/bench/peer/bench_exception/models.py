from odoo import api, fields, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "base.exception"]
    _order = "priority desc, id desc"

    @api.constrains("stage_id")
    def _check_stage_exceptions(self):
        self._check_exception()


class ExceptionRule(models.Model):
    _inherit = "exception.rule"

    model = fields.Selection(selection_add=[("crm.lead", "Lead")], ondelete={"crm.lead": "cascade"})
