from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import OptionalFloat
from ..models.history.crm_lead_stage_log import GATES

# What today's rules ask of a move: the conditions of the stage entered, the required outputs of the
# stages left and jumped over, and the stages jumped over that may not be. What was unmet of rules that
# are not among them any more stays; of those that are gone, under the name it had.
RULES = """
    WITH asked AS (
    SELECT condition.id AS rule_id, condition.kind,
        COALESCE(condition.name->>%(lang)s, condition.name->>'en_US') AS name, condition.changed_at,
        condition.create_date AS made_at
    FROM crm_playbook_condition condition WHERE condition.playbook_stage_id = target.id
    UNION ALL
    SELECT output.id, 'output', COALESCE(output.name->>%(lang)s, output.name->>'en_US'), output.changed_at,
        output.create_date
    FROM crm_playbook_output output JOIN crm_playbook_stage named ON named.id = output.playbook_stage_id
    JOIN crm_stage stage ON stage.id = named.stage_id
    WHERE named.playbook_id = log.playbook_id AND output.is_required
        AND (previous.id IS NULL OR (stage.sequence, stage.id) >= (previous.sequence, previous.id))
        AND (stage.sequence, stage.id) < (entered.sequence, entered.id)
    UNION ALL
    SELECT named.id, 'skip',
        REPLACE(%(skipped)s, '%%s', COALESCE(stage.name->>%(lang)s, stage.name->>'en_US')), NULL,
        named.create_date
    FROM crm_playbook_stage named JOIN crm_stage stage ON stage.id = named.stage_id
    WHERE named.playbook_id = log.playbook_id AND NOT named.allow_skip
        AND (previous.id IS NULL OR (stage.sequence, stage.id) > (previous.sequence, previous.id))
        AND (stage.sequence, stage.id) < (entered.sequence, entered.id)
    )
    SELECT * FROM asked
    UNION ALL
    SELECT (item->>'rule_id')::int, item->>'kind', COALESCE(condition.name->>%(lang)s,
        condition.name->>'en_US', output.name->>%(lang)s, output.name->>'en_US', item->>'name'), NULL, NULL
    FROM jsonb_array_elements(log.unmet) item
    LEFT JOIN crm_playbook_condition condition ON condition.id = (item->>'rule_id')::int
        AND item->>'kind' IN ('domain', 'confirmation')
    LEFT JOIN crm_playbook_output output ON output.id = (item->>'rule_id')::int
        AND item->>'kind' = 'output'
    WHERE NOT EXISTS (SELECT FROM asked
        WHERE asked.kind = item->>'kind' AND asked.rule_id = (item->>'rule_id')::int)
"""

MOVES = """
    SELECT log.id::bigint * 1000
            + ROW_NUMBER() OVER (PARTITION BY log.id ORDER BY rule.kind, rule.rule_id) AS id,
        log.id AS log_id, log.lead_id, log.entered_at AS date, log.playbook_id, log.stage_id, log.team_id,
        %(owner)s AS user_id, %(mover)s AS moved_by_id, log.gate, log.override_reason_id,
        rule.kind, rule.name AS rule_name,
        CASE WHEN unmet.is_unmet THEN log.id END AS unmet_log_id,
        CASE WHEN unmet.is_unmet AND log.gate = 'overridden' THEN log.id END AS overridden_log_id,
        0.0 AS override_share, NULL::int AS refusal_id, NULL::int AS filled_refusal_id,
        NULL::float8 AS refused_hours,
        CASE WHEN log.entered_at < rule.changed_at THEN 'before' ELSE 'since' END AS era,
        CASE WHEN lead.won_status NOT IN ('won', 'lost') THEN NULL
            WHEN unmet.is_unmet THEN CASE log.gate WHEN 'overridden' THEN 'overridden' ELSE 'unmet' END
            WHEN log.entered_at < rule.made_at THEN NULL ELSE 'met' END AS closed_as,
        (lead.won_status = 'won') AS is_won
    FROM crm_lead_stage_log log
    JOIN crm_lead lead ON lead.id = log.lead_id
    LEFT JOIN crm_stage entered ON entered.id = log.stage_id
    LEFT JOIN crm_stage previous ON previous.id = log.previous_stage_id
    LEFT JOIN crm_playbook_stage target
        ON target.playbook_id = log.playbook_id AND target.stage_id = log.stage_id
    LEFT JOIN LATERAL (%(rules)s) rule ON TRUE
    LEFT JOIN LATERAL (SELECT log.unmet @> jsonb_build_array(
        jsonb_build_object('kind', rule.kind, 'rule_id', rule.rule_id)) AS is_unmet) unmet ON TRUE
    WHERE log.gate IN ('passed', 'observed', 'overridden') AND log.kind NOT IN ('lost', 'joined')
"""
# What was refused, by the rules that it was refused for; a move into the same stage ends it.
REFUSED = """
    SELECT -(refusal.id::bigint * 1000 + item.number), NULL, refusal.lead_id, refusal.date,
        refusal.playbook_id, refusal.stage_id, refusal.team_id, %(owner)s, %(mover)s,
        'refused', NULL, item.value->>'kind', COALESCE(
            condition.name->>%(lang)s, condition.name->>'en_US', output.name->>%(lang)s,
            output.name->>'en_US', item.value->>'name'
        ), NULL, NULL, 0.0, refusal.id, CASE WHEN refusal.is_filled_in THEN refusal.id END, (
            SELECT EXTRACT(EPOCH FROM MIN(log.entered_at) - refusal.date) / 3600
            FROM crm_lead_stage_log log WHERE log.lead_id = refusal.lead_id
                AND log.stage_id = refusal.stage_id AND log.entered_at >= refusal.date
                AND log.gate IN ('passed', 'observed', 'overridden')
        ), CASE WHEN refusal.date < COALESCE(condition.changed_at, output.changed_at) THEN 'before'
            ELSE 'since' END, NULL, NULL
    FROM crm_lead_refusal refusal
    JOIN crm_lead lead ON lead.id = refusal.lead_id
    CROSS JOIN LATERAL jsonb_array_elements(refusal.unmet) WITH ORDINALITY AS item(value, number)
    LEFT JOIN crm_playbook_condition condition ON condition.id = (item.value->>'rule_id')::int
        AND item.value->>'kind' IN ('domain', 'confirmation')
    LEFT JOIN crm_playbook_output output ON output.id = (item.value->>'rule_id')::int
        AND item.value->>'kind' = 'output'
"""
# Each closed deal under what its rule was when it moved, if there was the rule.
OUTCOMES = """
    SELECT entry.*,
        CASE WHEN closed_as = 'met' THEN lead_id END AS met_lead_id,
        CASE WHEN closed_as = 'unmet' THEN lead_id END AS unmet_lead_id,
        CASE WHEN closed_as = 'overridden' THEN lead_id END AS overridden_lead_id,
        CASE WHEN is_won THEN lead_id END AS won_lead_id,
        NULL::float8 AS met_win_rate, NULL::float8 AS unmet_win_rate, NULL::float8 AS overridden_win_rate
    FROM (%s UNION ALL %s) AS entry
"""
FEWEST = 5  # deals: of fewer a rate says nothing
WIN_RATE = """
    CASE WHEN COUNT(DISTINCT %(closed)s) >= %(fewest)s THEN
        COUNT(DISTINCT %(won)s) FILTER (WHERE %(closed)s IS NOT NULL) * 100.0 / COUNT(DISTINCT %(closed)s) END
"""
RATE_HELP = (
    "Deals won ÷ deals won or lost × 100, each deal once; empty where fewer than five are won or lost."
)
CLOSED_HELP = (
    "Deals that are won or lost by now, by what the rule was when they moved. Unmet: the playbook observed,"
    " or the rule is advisory."
)


class CrmPlaybookGateReport(models.Model):
    """How often moves were let pass, and because of which rules: to see which ones need rethinking.

    One row for each move that a gate judged and each rule that today would ask for something in it, and
    one for each refused attempt and rule that held it back.
    Share Overridden = moves that were overridden because of the rules in the group ÷ moves that
    these rules were asked of × 100.
    Win rates tell what a rule pays: of the deals that came in with it met, unmet, or overridden.
    """

    _name = "crm.playbook.gate.report"
    _description = "Gate Analysis"
    _inherit = ["crm.people.figures", "crm.lead.fact"]
    _people_fields = ("moved_by_id", "user_id")
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "rule_name"
    _depends = {
        "crm.lead": ["won_status", "company_id"],
        "crm.lead.refusal": ["lead_id", "stage_id", "refused_by_id", "date", "unmet", "is_filled_in"],
        "crm.lead.stage.log": ["gate", "kind", "stage_id", "previous_stage_id", "playbook_id", "unmet"],
        "crm.playbook.condition": ["name", "kind", "playbook_stage_id", "changed_at"],
        "crm.playbook.output": ["name", "is_required", "playbook_stage_id", "changed_at"],
        "crm.playbook.stage": ["stage_id", "playbook_id", "allow_skip"],
        "crm.stage": ["name", "sequence"],
    }

    lead_id = fields.Many2one(string="Deal", readonly=True)
    log_id = fields.Many2one("crm.lead.stage.log", string="Moves", readonly=True, aggregator="count_distinct")
    unmet_log_id = fields.Many2one(
        "crm.lead.stage.log",
        string="Unmet",
        readonly=True,
        aggregator="count_distinct",
        help="Moves for which the rule was not met, whatever the gate did.",
    )
    overridden_log_id = fields.Many2one(
        "crm.lead.stage.log", string="Overridden", readonly=True, aggregator="count_distinct"
    )
    override_share = fields.Float(
        string="Share Overridden (%)",
        readonly=True,
        aggregator="avg",
        help="Moves overridden because of these rules ÷ moves that these rules applied to × 100.",
    )
    refusal_id = fields.Many2one(
        "crm.lead.refusal",
        string="Refused",
        readonly=True,
        aggregator="count_distinct",
        help="Attempts that the gate refused, one for each deal, stage and person within an hour.",
    )
    filled_refusal_id = fields.Many2one(
        "crm.lead.refusal",
        string="Filled In at Once",
        readonly=True,
        aggregator="count_distinct",
        help="Refused attempts after which what was missing was filled in in the window of the refusal.",
    )
    refused_hours = OptionalFloat(
        string="Hours until Passed",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From a refused attempt until the deal entered the stage, in calendar hours, on average; those"
        " that have not entered it yet are left out.",
    )
    era = fields.Selection(
        [("before", "Before the Last Change"), ("since", "Since the Last Change")],
        string="Rule as It Was",
        readonly=True,
        help="Whether it was before or after the rule last began to ask for something else.",
    )
    met_lead_id = fields.Many2one(
        "crm.lead", string="Closed, Met", readonly=True, aggregator="count_distinct", help=CLOSED_HELP
    )
    unmet_lead_id = fields.Many2one(
        "crm.lead", string="Closed, Unmet", readonly=True, aggregator="count_distinct", help=CLOSED_HELP
    )
    overridden_lead_id = fields.Many2one(
        "crm.lead", string="Closed, Overridden", readonly=True, aggregator="count_distinct", help=CLOSED_HELP
    )
    won_lead_id = fields.Many2one("crm.lead", string="Deals Won", readonly=True, aggregator="count_distinct")
    met_win_rate = OptionalFloat(
        string="Win Rate, Met (%)", readonly=True, aggregator="avg", digits=(16, 1), help=RATE_HELP
    )
    unmet_win_rate = OptionalFloat(
        string="Win Rate, Unmet (%)", readonly=True, aggregator="avg", digits=(16, 1), help=RATE_HELP
    )
    overridden_win_rate = OptionalFloat(
        string="Win Rate, Overridden (%)", readonly=True, aggregator="avg", digits=(16, 1), help=RATE_HELP
    )
    date = fields.Datetime(string="Moved On", readonly=True)
    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    stage_id = fields.Many2one("crm.stage", string="Stage Entered", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    moved_by_id = fields.Many2one("res.users", readonly=True)
    gate = fields.Selection([*GATES, ("refused", "Refused")], readonly=True)
    override_reason_id = fields.Many2one("crm.playbook.override.reason", readonly=True)
    kind = fields.Selection(
        [
            ("domain", "Checked by the system"),
            ("confirmation", "Confirmed by a person"),
            ("output", "Output"),
            ("skip", "Stage not to be skipped"),
        ],
        string="Kind of Rule",
        readonly=True,
    )
    rule_name = fields.Char(string="Rule", readonly=True)

    @property
    def _table_query(self):
        lang = self.env.lang or "en_US"
        rules = SQL(RULES, lang=lang, skipped=self.env._("“%s” not skipped"))
        companies, company = self.env["res.company"], SQL("lead.company_id")
        owner, mover, theirs, refused = (
            companies._get_shown_person(person, company)
            for person in (
                SQL("log.user_id"),
                SQL("log.moved_by_id"),
                SQL("refusal.user_id"),
                SQL("refusal.refused_by_id"),
            )
        )
        moves = SQL(MOVES, rules=rules, owner=owner, mover=mover)
        return SQL(OUTCOMES, moves, SQL(REFUSED, lang=lang, owner=theirs, mover=refused))

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """Shares are of the moves and deals in the group, not means of rows."""
        name, _colon, function = aggregate_spec.partition(":")
        if name.endswith("_win_rate") and function == "avg":
            closed, won = (
                self._field_to_sql(self._table, column, query)
                for column in (f"{name.removesuffix('_win_rate')}_lead_id", "won_lead_id")
            )
            return SQL(WIN_RATE, closed=closed, won=won, fewest=FEWEST)
        if aggregate_spec != "override_share:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COUNT(DISTINCT %s) * 100.0 / NULLIF(COUNT(DISTINCT %s), 0)",
            self._field_to_sql(self._table, "overridden_log_id", query),
            self._field_to_sql(self._table, "log_id", query),
        )
