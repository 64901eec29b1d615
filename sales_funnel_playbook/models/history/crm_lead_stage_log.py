from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from .types import Stay

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
    ("observed", "Passed with Gaps"),
    ("overridden", "Overridden"),
    ("none", "No Gate"),
]


class CrmLeadStageLog(models.Model):
    """One stay of a lead in a stage: how it began, what the gate said, and how long it lasted.

    The source of all analysis. Rows are written by the module only; nobody has the right to create,
    edit or delete one. A lead has at most one open stay, and each stay ends when the next begins.
    A lost lead stays, as lost, in the stage where it was lost.

    Writing the log: how stays begin, end and are measured.
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
    kind = fields.Selection(KINDS, required=True, help="How the deal came into the stage.")
    duration_days = fields.Float(
        string="Time in Stage (Days)",
        aggregator="avg",
        help="Calendar days; empty while the deal is in the stage.",
    )
    working_hours = fields.Float(
        string="Time in Stage (Working Hours)",
        aggregator="avg",
        help="By the playbook's working hours, else the company's; empty while the deal is in the stage.",
    )
    gate = fields.Selection(
        GATES,
        required=True,
        help="Passed: everything was met.\nPassed with Gaps: something was unmet and the move was"
        " made.\nOverridden: a manager overrode the gate, with a reason.\nNo Gate: backward, lost,"
        " reassigned, or a stage the playbook does not name that is not won.",
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
        "CHECK(left_at IS NULL OR left_at >= entered_at)", "A deal cannot leave a stage before it entered it."
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

    @api.model
    def _get_kind(self, old, new, is_reassigned):
        """Return the ``kind`` of a stay, from the lead's states before and after.

        :param LeadState old: before; its ``won_status`` is None when the lead is new
        :param LeadState new: after
        :param bool is_reassigned: Odoo gave the stage because the team changed
        """
        if new.won_status == "lost":
            return "lost"  # also when a lost deal is moved, or imported: it is lost there
        if old.won_status is None:
            return "created"
        if new.won_status != old.won_status and new.won_status == "won":
            return "won"
        if new.stage_id == old.stage_id:
            return "restored"
        if is_reassigned:
            return "reassigned"
        ranks = self.env["crm.stage"]._get_ranks()
        if ranks.get(new.stage_id, -1) < ranks.get(old.stage_id, -1):
            return "backward"
        gate = self.env["crm.playbook"]._get_gates().get(new.playbook_id)
        skips = gate and gate.get_stages_between(ranks, old.stage_id, new.stage_id)
        return "skip" if skips else "forward"

    @api.model
    def _record(self, stays):
        """End the open stays of the leads named in ``stays`` and begin the new ones, in a number of
        statements that does not depend on how many there are.

        :param list stays: a :class:`Stay` each, one per lead; product line, team and salesperson
            are the lead's own
        """
        if not stays:
            return
        lead_ids = [stay.lead_id for stay in stays]
        self.env["crm.lead"].flush_model()  # all fields: those that were left would be an UPDATE of their own
        ended = self._end_open_stays(lead_ids)
        if ended:
            stays = [stay._replace(entered_at=ended.get(stay.lead_id, stay.entered_at)) for stay in stays]
        columns = dict(zip(Stay._fields, zip(*stays, strict=True), strict=True))
        types = {name: self._get_sql_type(name) for name in columns}
        # a list edit gives all stays the same stage, kind and so on: only what differs is an array
        varying = [name for name in columns if name == "lead_id" or len(set(columns[name])) > 1]
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_lead_stage_log (product_line_id, team_id, user_id, probability, score,"
                " moved_by_id, %s) SELECT lead.product_line_id, lead.team_id, lead.user_id,"
                " COALESCE(lead.probability, 0), lead.score, %s, %s"
                " FROM unnest(%s) AS stay(%s) JOIN crm_lead lead ON lead.id = stay.lead_id",
                SQL(", ").join(map(SQL.identifier, columns)),
                self.env.uid,
                SQL(", ").join(
                    SQL.identifier("stay", name)
                    if name in varying
                    else SQL("%s::%s", columns[name][0], types[name])
                    for name in columns
                ),
                SQL(", ").join(SQL("%s::%s[]", list(columns[name]), types[name]) for name in varying),
                SQL(", ").join(map(SQL.identifier, varying)),
            )
        )
        self.invalidate_model(flush=False)
        self.env["crm.lead"].browse(lead_ids).invalidate_recordset(
            ["stage_log_ids", "stage_entered_at"], flush=False
        )

    @api.model
    def _get_sql_type(self, name):
        return SQL(self._fields[name].column_type[1])

    @api.model
    def _end_open_stays(self, lead_ids):
        """End the open stays of these leads now, and measure them.

        :return: ``{lead id: when its stay ended}`` where that is later than now: it began later, by a clock
            that has been set back since
        """
        now = self.env.cr.now().replace(microsecond=0)
        self.env["res.company"].flush_model(["resource_calendar_id"])
        self.env["crm.lead"].flush_model(["company_id"])
        stays = self.env.execute_query(
            SQL(
                "SELECT log.id, log.entered_at, log.playbook_id, company.resource_calendar_id, log.lead_id"
                " FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id"
                " LEFT JOIN res_company company ON company.id = COALESCE(lead.company_id, %s)"
                " WHERE log.lead_id = ANY(%s) AND log.left_at IS NULL",
                self.env.company.id,
                lead_ids,
            )
        )
        if not stays:
            return {}
        hours = self._get_working_hours([stay[:4] for stay in stays], now)
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead_stage_log AS log SET left_at = GREATEST(entered_at, %s),"
                " duration_days = EXTRACT(EPOCH FROM GREATEST(entered_at, %s) - entered_at) / 86400,"
                " working_hours = stay.hours FROM unnest(%s, %s::float[]) AS stay(id, hours)"
                " WHERE log.id = stay.id",
                now,
                now,
                [stay[0] for stay in stays],
                [hours[stay[0]] for stay in stays],
            )
        )
        return {stay[4]: fields.Datetime.to_string(stay[1]) for stay in stays if stay[1] > now}

    @api.model
    def _get_working_hours(self, stays, until):
        """Return ``{stay id: working hours until then}``; None where no calendar says.

        :param stays: ``(id, entered at, playbook id, its company's calendar id)`` of each
        :param until: naive UTC, as the moments of entry
        """
        gates = self.env["crm.playbook"]._get_gates()
        by_calendar = defaultdict(list)
        for stay_id, entered_at, playbook_id, calendar_id in stays:
            gate = gates.get(playbook_id)
            by_calendar[(gate and gate.calendar_id) or calendar_id].append((stay_id, entered_at))
        hours = dict.fromkeys((stay[0] for stay in stays), None)
        for calendar_id, its_stays in by_calendar.items():
            if calendar_id:
                # sudo: working time counts by it, whoever may see it
                calendar = self.env["resource.calendar"].sudo().browse(calendar_id)
                since = min(entered_at for _stay_id, entered_at in its_stays)
                working = calendar._get_working_time(since, until)
                hours |= {stay_id: working.hours(since, max(since, until)) for stay_id, since in its_stays}
        return hours

    @api.model
    def _get_open_stays(self, lead_ids):
        """Return ``{lead id: (stage id, whether it is lost there)}`` of the open stays of these leads."""
        if not lead_ids:
            return {}
        query = SQL(
            "SELECT lead_id, stage_id, kind = 'lost' FROM crm_lead_stage_log"
            " WHERE lead_id = ANY(%s) AND left_at IS NULL AND stage_id IS NOT NULL",
            lead_ids,
        )
        return {lead_id: (stage_id, is_lost) for lead_id, stage_id, is_lost in self.env.execute_query(query)}
