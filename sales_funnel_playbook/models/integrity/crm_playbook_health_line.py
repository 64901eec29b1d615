from odoo import fields, models

KINDS = [
    ("job", "Job"),
    ("failure", "Could Not Be Done"),
    ("rule", "Broken Rule"),
    ("review", "Review"),
    ("history", "Stage Log"),
]


class CrmPlaybookHealthJob(models.TransientModel):
    """A job of the module as it was when somebody looked."""

    _name = "crm.playbook.health.job"
    _description = "Job on the Health Page"

    health_id = fields.Many2one("crm.playbook.health", required=True, index=True, ondelete="cascade")
    name = fields.Char(required=True)
    is_active = fields.Boolean(string="Switched On")
    last_run = fields.Datetime()
    next_run = fields.Datetime()
    seconds = fields.Float(digits=(16, 1), help="From its beginning to its end, the last time.")
    minutes_late = fields.Integer()
    failures = fields.Integer(help="In a row.")


class CrmPlaybookHealthFinding(models.TransientModel):
    """Something that is wrong or under way."""

    _name = "crm.playbook.health.finding"
    _description = "Finding on the Health Page"

    health_id = fields.Many2one("crm.playbook.health", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True)
    is_wrong = fields.Boolean(string="Wrong")
    text = fields.Text(string="What", required=True)
    since = fields.Datetime()
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field="res_model")

    def action_open_record(self):
        """Open what it is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
