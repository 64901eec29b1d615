from odoo import fields, models

PARTS = [(str(number), str(number)) for number in range(1, 5)]


class CrmPlaybookSplitStageLine(models.TransientModel):
    _name = "crm.playbook.split.stage.line"
    _description = "Sub-Stage"
    _order = "part, id"

    wizard_id = fields.Many2one("crm.playbook.split.stage", required=True, ondelete="cascade")
    part = fields.Selection(PARTS, string="No.", required=True, default="2")
    name = fields.Char(required=True)
    is_kept = fields.Boolean(
        string="Keeps the History",
        help="Past time in stage counts for this sub-stage, and deals that are not moved remain in it.",
    )
    expected_days = fields.Integer(help="Calendar days a deal should be in this sub-stage at most.")
    dwell_alert_days = fields.Integer(string="Long Time in Stage Alert (Days)", help="0: never.")
    takes_deals = fields.Boolean(
        string="Move Deals Here",
        help="Open deals change into this sub-stage; the others stay where the history is.",
    )
    domain = fields.Char(
        string="Which Deals", default="[]", help="A deal that meets two of them goes to the later one."
    )


class CrmPlaybookSplitStageRule(models.TransientModel):
    _name = "crm.playbook.split.stage.rule"
    _description = "Rule of a Stage That Is Split"
    _order = "model, id"

    wizard_id = fields.Many2one("crm.playbook.split.stage", required=True, ondelete="cascade")
    model = fields.Selection(
        [
            ("crm.playbook.condition", "Entry Condition"),
            ("crm.playbook.deadline", "Key Action"),
            ("crm.playbook.output", "Output"),
        ],
        string="Kind",
        required=True,
    )
    rule_id = fields.Integer(required=True)
    name = fields.Char()
    part = fields.Selection(PARTS, string="Assign to Sub-Stage", required=True, default="1")
