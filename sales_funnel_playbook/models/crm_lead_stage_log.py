from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("created", "Created"),
    ("forward", "Forward"),
    ("backward", "Backward"),
    ("skip", "Forward, Stages Skipped"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("restored", "Restored"),
    ("reassigned", "Reassigned"),
]
GATES = [
    ("passed", "Passed"),
    ("observed", "Let Through"),
    ("overridden", "Overridden"),
    ("none", "No Gate"),
]


class CrmLeadStageLog(models.Model):
    """One stay of a lead in a stage: how it began, what the gate said, and how long it lasted.

    The source of all analysis. Rows are written by the module only; nobody has the right to create,
    edit or delete one. A lead has at most one open stay, and each stay ends when the next begins.
    A lost lead stays, as lost, in the stage where it was lost.
    """

    _name = "crm.lead.stage.log"
    _description = "Stage Log"
    _inherit = ["crm.lead.fact"]
    _order = "entered_at desc, id desc"
    _rec_name = "lead_id"
    _log_access = False  # who and when are facts of their own here

    playbook_id = fields.Many2one("crm.playbook", ondelete="set null")
    product_line_id = fields.Many2one("crm.product.line", ondelete="set null")
    team_id = fields.Many2one("crm.team", string="Sales Team", ondelete="set null")
    user_id = fields.Many2one("res.users", string="Salesperson", ondelete="set null")
    stage_id = fields.Many2one("crm.stage", ondelete="set null")
    previous_stage_id = fields.Many2one("crm.stage", ondelete="set null")
    entered_at = fields.Datetime(required=True)
    left_at = fields.Datetime()
    kind = fields.Selection(KINDS, required=True, help="How this stay began.")
    duration_days = fields.Float(
        string="Stay (Days)", aggregator="avg", help="Calendar days; empty while the stay lasts."
    )
    working_hours = fields.Float(
        string="Stay (Working Hours)",
        aggregator="avg",
        help="By the playbook's working hours, else the company's; empty while the stay lasts.",
    )
    gate = fields.Selection(
        GATES,
        required=True,
        help="Passed: everything was met.\nLet Through: something was unmet and the move was made.\n"
        "Overridden: a manager let it pass, with a reason.\n"
        "No Gate: backward, lost, reassigned, or a stage the playbook does not name that is not won.",
    )
    unmet = fields.Json(string="Unmet Items", help="The unmet items at the moment of the move.")
    unmet_summary = fields.Text(string="Unmet", compute="_compute_unmet_summary")
    override_reason_id = fields.Many2one("crm.playbook.override.reason", ondelete="restrict")
    override_note = fields.Text()
    moved_by_id = fields.Many2one("res.users", ondelete="set null")
    probability = fields.Float(
        string="Stated Probability (%)",
        aggregator="avg",
        help="The deal's probability when it entered the stage; not known of the time before the playbook.",
    )
    score = fields.Float(
        aggregator="avg", digits=(3, 1), help="The deal's score when it entered the stage, 0 to 10."
    )

    _open_stay_uniq = models.UniqueIndex(
        "(lead_id) WHERE left_at IS NULL", "A deal can be in one stage at a time only."
    )
    # what happened in a playbook's funnel in a period, and what is open in it
    _playbook_entered_idx = models.Index("(playbook_id, entered_at)")
    _playbook_left_idx = models.Index("(playbook_id, left_at) WHERE left_at IS NOT NULL")
    _playbook_open_idx = models.Index(
        "(playbook_id, stage_id) WHERE left_at IS NULL AND kind NOT IN ('lost', 'won')"
    )
    _left_after_entered = models.Constraint(
        "CHECK(left_at IS NULL OR left_at >= entered_at)", "A stay cannot end before it began."
    )

    @api.depends("unmet")
    @api.depends_context("lang")
    def _compute_unmet_summary(self):
        """Name rules in the reader's language; what is gone keeps the name it had."""
        items = [item for log in self for item in log.unmet or []]
        names = self._get_rule_names(items)
        for log in self:
            log.unmet_summary = "\n".join(
                names.get((item["kind"], item["rule_id"]), item["name"]) for item in log.unmet or []
            )

    def _get_begun_at(self, stage_id):
        """Return when a lead last entered a stage, or False; being lost there and restored is no new
        beginning.

        :param self: all stays of one lead, newest first
        """
        begun_at = False
        for stay in self:
            if stay.stage_id.id == stage_id:
                begun_at = stay.entered_at
            elif begun_at:
                break
        return begun_at

    @api.readonly
    def action_open_lead(self):
        """Open the deal of this stay."""
        self.ensure_one()
        return self.lead_id.get_formview_action()

    @api.model
    def _get_rule_names(self, items):
        """Return ``{(kind, rule id): name}`` of the rules that unmet items are about, where there still
        are such rules.
        """
        names = {}
        for kind, model in self.env["crm.lead"]._get_rule_models().items():
            ids = {item["rule_id"] for item in items if item["kind"] == kind}
            # sudo: who reads what was unmet reads its name, also once the rule is archived
            for rule in self.env[model].sudo().browse(ids).exists():
                names[kind, rule.id] = rule._prepare_unmet_item()["name"]
        return names


class CrmLead(models.Model):
    _inherit = "crm.lead"

    stage_log_ids = fields.One2many("crm.lead.stage.log", "lead_id", readonly=True, copy=False)
    stage_entered_at = fields.Datetime(
        string="In Stage Since",
        compute="_compute_stage_entered_at",
        inverse="_inverse_stage_entered_at",
        help="Taken from an import when the deal is created, then from the stage log.",
    )

    @api.depends("stage_id")
    def _compute_stage_entered_at(self):
        open_stays = self.env["crm.lead.stage.log"].search_fetch(
            [("lead_id", "in", self.ids), ("left_at", "=", False)], ["lead_id", "entered_at"]
        )
        entered_at = {stay.lead_id.id: stay.entered_at for stay in open_stays}
        for lead in self:
            lead.stage_entered_at = entered_at.get(lead._origin.id, lead.date_last_stage_update)

    def _inverse_stage_entered_at(self):
        raise UserError(
            self.env._(
                "“In Stage Since” comes from the stage log and cannot be changed: it is only taken"
                " when a deal is created, for example by an import."
            )
        )
