from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

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
    deal_count = fields.Integer(
        string="Open Deals",
        compute="_compute_deal_count",
        help="Where the history is: all that are open in the stage now. Elsewhere: those that change into the"
        " sub-stage.",
    )
    domain = fields.Char(
        string="Which Deals", default="[]", help="A deal that meets two of them goes to the later one."
    )

    @api.depends("takes_deals", "is_kept", "domain", "wizard_id")
    def _compute_deal_count(self):
        for line in self:
            wizard = line.wizard_id
            here = wizard._get_deals_domain() if wizard.playbook_stage_id else Domain.FALSE
            line.deal_count = 0
            if line.is_kept or line.takes_deals:
                with suppress(UserError):  # the domain is being written still
                    line.deal_count = len(wizard._search_deals(here, line))


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
