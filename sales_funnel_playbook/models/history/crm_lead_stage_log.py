from odoo import api, fields, models

KINDS = [
    ("created", "Created"),
    ("forward", "Forward"),
    ("backward", "Backward"),
    ("skip", "Forward, Stages Skipped"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("restored", "Restored"),
    ("reassigned", "Reassigned"),
    ("handed_over", "Handed Over"),
    ("joined", "Joined the Playbook"),
    ("archived", "Archived"),
    ("unarchived", "Unarchived"),
    ("accepted", "Accepted Here"),
    ("split", "Stage Split"),
]
STATES = [("open", "Open"), ("won", "Won"), ("lost", "Lost"), ("archived", "Archived")]
ORIGINS = [
    ("live", "As It Happened"),
    ("filled", "From Before the Playbook"),
    ("migrated", "From an Earlier Version"),
]
WAYS = [("further", "Further"), ("back", "Back"), ("won", "Won"), ("lost", "Lost")]
ENDS = [*KINDS, ("left", "Left the Playbook"), ("merged", "Merged")]
GATES = [
    ("passed", "Passed"),
    ("observed", "Passed with Gaps"),
    ("overridden", "Overridden"),
    ("none", "No Gate"),
]


class CrmLeadStageLog(models.Model):
    """One segment of what a lead was: from when to when it was in this stage, under this playbook, of this
    company, team, salesperson and product line, in this state. Whatever of these changes ends a segment and
    begins the next.

    The source of all analysis. Rows are written by the module only; nobody has the right to create,
    edit or delete one. A *stay* is a run of segments in one stage under one playbook; its first segment says
    how it began, and the one with which it was over how long it lasted.
    """

    _name = "crm.lead.stage.log"
    _description = "Stage Log"
    _inherit = ["crm.lead.fact"]
    _order = "entered_at desc, sequence desc, id desc"
    _rec_name = "lead_id"
    _log_access = False  # who and when are facts of their own here
    _is_history = True

    sequence = fields.Integer(help="The order of a deal's entries: one transaction has one clock.")
    playbook_id = fields.Many2one("crm.playbook", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", ondelete="set null")
    product_line_id = fields.Many2one("crm.product.line", ondelete="set null")
    team_id = fields.Many2one("crm.team", string="Sales Team", ondelete="set null")
    user_id = fields.Many2one("res.users", string="Salesperson", ondelete="set null")
    stage_id = fields.Many2one("crm.stage", ondelete="set null")
    previous_stage_id = fields.Many2one("crm.stage", ondelete="set null")
    entered_at = fields.Datetime(required=True)
    left_at = fields.Datetime()
    kind = fields.Selection(KINDS, string="What Happened", required=True, help="How this entry began.")
    ended_as = fields.Selection(ENDS, help="How this entry ended.")
    state = fields.Selection(
        STATES,
        required=True,
        default="open",
        help="What the deal was; a deal that was won is never archived.",
    )
    origin = fields.Selection(
        ORIGINS,
        required=True,
        default="live",
        help="From before the playbook: what Odoo tracked of the deal. From an earlier version: whose the"
        " deal was between its moves is not known of it, it is taken for the owner it had at the move.",
    )
    stay_sequence = fields.Integer(
        string="First Entry in Stage",
        help="The sequence of the entry with which the time in this stage began.",
    )
    stay_began_at = fields.Datetime(string="In Stage Since", help="When the time in this stage began.")
    stage_rank = fields.Integer(
        help="The stage's place among those that the playbook named then; empty: not one of them."
    )
    gate_stage_id = fields.Many2one(
        "crm.stage",
        string="Last Gate Passed",
        ondelete="set null",
        help="The stage into which the playbook last let the deal: the next move forward counts from it.",
    )
    is_entry = fields.Boolean(
        string="Entered", help="With it the deal entered a stage that the playbook names."
    )
    is_first = fields.Boolean(string="Entered First", help="The deal had never entered this stage before.")
    came_further_at = fields.Datetime(help="When the deal first entered a later stage of the playbook.")
    went = fields.Selection(
        WAYS,
        string="Went On",
        help="Where the deal went with its end, as the playbook sees it: to be won or lost, or into a further"
        " or an earlier one of the stages that it names.",
    )
    closes_stay = fields.Boolean(
        string="Stage Left", help="With it the time of the open deal in this stage ended."
    )
    amount = fields.Float(
        string="Amount Then", help="Expected revenue at the beginning, in the company's currency."
    )
    recurring_amount = fields.Float(
        string="Recurring Amount Then",
        help="Monthly recurring revenue at the beginning, in the company's currency.",
    )
    is_own_probability = fields.Boolean(
        string="Stated by a Person", help="The probability was a person's, not Odoo's own."
    )
    duration_days = fields.Float(
        string="Time in Stage (Days)",
        aggregator="avg",
        help="Calendar days in which the deal was open in the stage; empty until it has left it.",
    )
    working_hours = fields.Float(
        string="Time in Stage (Working Hours)",
        aggregator="avg",
        help="By the playbook's working hours, else the company's; empty until the deal has left the stage.",
    )
    gate = fields.Selection(
        GATES,
        required=True,
        help="Passed: everything was met.\nPassed with Gaps: something was unmet and the move was"
        " made.\nOverridden: a manager overrode the gate, with a reason.\nNo Gate: backward, lost"
        " with a reason, handed over, archived, given by a team, from before the playbook, or a stage the"
        " playbook does not name that is not won.",
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
    # deferrable: a rebuild may number them anew
    _sequence_uniq = models.Constraint(
        "UNIQUE(lead_id, sequence) DEFERRABLE INITIALLY IMMEDIATE", "The entries of a deal follow each other."
    )
    _first_uniq = models.UniqueIndex(
        "(lead_id, playbook_id, stage_id) WHERE is_first", "A deal enters a stage for the first time once."
    )
    # What happened in a playbook's funnel in a period, and what is open in it: with all that is counted, so
    # that the rows themselves need not be read.
    _playbook_entered_idx = models.Index(
        "(playbook_id, entered_at) INCLUDE (stage_id, lead_id, is_entry, is_first, came_further_at)"
    )
    _playbook_left_idx = models.Index(
        "(playbook_id, left_at) INCLUDE (stage_id, lead_id, stage_rank, sequence, went, closes_stay, state,"
        " entered_at, duration_days, working_hours) WHERE left_at IS NOT NULL"
    )
    _playbook_open_idx = models.Index(
        "(playbook_id, stage_id) INCLUDE (lead_id, entered_at, stay_began_at, company_id)"
        " WHERE left_at IS NULL AND state = 'open'"
    )
    _playbook_came_idx = models.Index(
        "(playbook_id, entered_at) INCLUDE (lead_id) WHERE sequence = 1 OR kind = 'joined'"
    )
    # What became of the deals that entered something since a moment.
    _closed_idx = models.Index(
        "(entered_at) INCLUDE (lead_id, state) WHERE left_at IS NULL AND state IN ('won', 'lost')"
    )
    # few: what left a stage that the playbook does not name
    _elsewhere_idx = models.Index("(playbook_id, left_at) WHERE stage_rank IS NULL AND went IS NOT NULL")
    # few
    _overridden_idx = models.Index("(playbook_id, entered_at) WHERE gate = 'overridden'")
    # few: who came under a playbook from another one, or came back
    _left_idx = models.Index("(lead_id, sequence) WHERE ended_as = 'left'")
    _left_after_entered = models.Constraint(
        "CHECK(left_at IS NULL OR left_at >= entered_at)", "A deal cannot leave a stage before it entered it."
    )
    _stay_before_entered = models.Constraint(
        "CHECK(stay_began_at <= entered_at)", "The time in a stage begins with its first entry."
    )
    _ends_somehow = models.Constraint(
        "CHECK((left_at IS NULL) = (ended_as IS NULL))", "What has ended says how it ended."
    )
    _first_is_entry = models.Constraint(
        "CHECK((is_entry OR is_first IS NOT TRUE) AND (is_first OR came_further_at IS NULL))",
        "Only who enters a stage enters it for the first time, and comes further from there.",
    )
    _closed_was_open = models.Constraint(
        "CHECK(closes_stay IS NOT TRUE OR (state = 'open' AND left_at IS NOT NULL))",
        "Only the time of an open deal in a stage can be over.",
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
        """Return when a lead last came into a stage, or False; being handed over, lost or archived there and
        coming back is no new beginning.

        :param self: all segments of one lead, newest first
        """
        return next((one.stay_began_at for one in self if one.stage_id.id == stage_id), False)

    @api.readonly
    def action_open_lead(self):
        """Open the deal of this stay."""
        self.ensure_one()
        return self.lead_id.get_formview_action()

    @api.model
    def _get_rule_names(self, items):
        """Return ``{(kind, rule id): name}`` of the rules of unmet items, where there still are such."""
        return {key: item["name"] for key, item in self._retell_unmet(items).items()}

    @api.model
    def _retell_unmet(self, items):
        """Return ``{(kind, rule id): unmet item}``: what these items say now, in the user's language, where
        there still is their rule.
        """
        told = {}
        for kind, model in self.env["crm.lead"]._get_rule_models().items():
            ids = {item["rule_id"] for item in items if item["kind"] == kind}
            # sudo: who reads what was unmet reads its name, also once the rule is archived
            for rule in self.env[model].sudo().browse(ids).exists():
                told[kind, rule.id] = rule._prepare_unmet_item()
        return told
