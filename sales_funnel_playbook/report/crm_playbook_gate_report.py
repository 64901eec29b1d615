from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import OptionalFloat
from ..models.history.crm_lead_stage_log import GATES

# What today's rules ask of a move: the conditions of the stage entered, the required outputs of the
# stages left and jumped over, and the stages jumped over that may not be. What was unmet of rules that
# are not among them any more stays, under the name it had.
RULES = """
    WITH asked AS (
    SELECT condition.id AS rule_id, condition.kind,
        COALESCE(condition.name->>%(lang)s, condition.name->>'en_US') AS name
    FROM crm_playbook_condition condition WHERE condition.playbook_stage_id = target.id
    UNION ALL
    SELECT output.id, 'output', COALESCE(output.name->>%(lang)s, output.name->>'en_US')
    FROM crm_playbook_output output JOIN crm_playbook_stage named ON named.id = output.playbook_stage_id
    JOIN crm_stage stage ON stage.id = named.stage_id
    WHERE named.playbook_id = log.playbook_id AND output.is_required
        AND (previous.id IS NULL OR (stage.sequence, stage.id) >= (previous.sequence, previous.id))
        AND (stage.sequence, stage.id) < (entered.sequence, entered.id)
    UNION ALL
    SELECT named.id, 'skip',
        REPLACE(%(skipped)s, '%%s', COALESCE(stage.name->>%(lang)s, stage.name->>'en_US'))
    FROM crm_playbook_stage named JOIN crm_stage stage ON stage.id = named.stage_id
    WHERE named.playbook_id = log.playbook_id AND NOT named.allow_skip
        AND (previous.id IS NULL OR (stage.sequence, stage.id) > (previous.sequence, previous.id))
        AND (stage.sequence, stage.id) < (entered.sequence, entered.id)
    )
    SELECT * FROM asked
    UNION ALL
    SELECT (item->>'rule_id')::int, item->>'kind', item->>'name'
    FROM jsonb_array_elements(log.unmet) item
    WHERE NOT EXISTS (SELECT FROM asked
        WHERE asked.kind = item->>'kind' AND asked.rule_id = (item->>'rule_id')::int)
"""

MOVES = """
    SELECT log.id::bigint * 1000
            + ROW_NUMBER() OVER (PARTITION BY log.id ORDER BY rule.kind, rule.rule_id) AS id,
        log.id AS log_id, log.lead_id, log.entered_at AS date, log.playbook_id, log.stage_id, log.team_id,
        log.user_id, log.moved_by_id, log.gate, log.override_reason_id, rule.kind, rule.name AS rule_name,
        CASE WHEN unmet.is_unmet THEN log.id END AS unmet_log_id,
        CASE WHEN unmet.is_unmet AND log.gate = 'overridden' THEN log.id END AS overridden_log_id,
        0.0 AS override_share, NULL::int AS refusal_id, NULL::float8 AS refused_hours
    FROM crm_lead_stage_log log
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
        refusal.playbook_id, refusal.stage_id, refusal.team_id, refusal.user_id, refusal.refused_by_id,
        'refused', NULL, item.value->>'kind', COALESCE(
            condition.name->>%(lang)s, condition.name->>'en_US', output.name->>%(lang)s,
            output.name->>'en_US', item.value->>'name'
        ), NULL, NULL, 0.0, refusal.id, (
            SELECT EXTRACT(EPOCH FROM MIN(log.entered_at) - refusal.date) / 3600
            FROM crm_lead_stage_log log WHERE log.lead_id = refusal.lead_id
                AND log.stage_id = refusal.stage_id AND log.entered_at >= refusal.date
                AND log.gate IN ('passed', 'observed', 'overridden')
        )
    FROM crm_lead_refusal refusal
    CROSS JOIN LATERAL jsonb_array_elements(refusal.unmet) WITH ORDINALITY AS item(value, number)
    LEFT JOIN crm_playbook_condition condition ON condition.id = (item.value->>'rule_id')::int
        AND item.value->>'kind' IN ('domain', 'confirmation')
    LEFT JOIN crm_playbook_output output ON output.id = (item.value->>'rule_id')::int
        AND item.value->>'kind' = 'output'
"""


class CrmPlaybookGateReport(models.Model):
    """How often moves were let pass, and because of which rules: to see which ones need rethinking.

    One row for each move that a gate judged and each rule that today would ask for something in it, and
    one for each refused attempt and rule that held it back.
    Share Overridden = moves that were overridden because of the rules in the group ÷ moves that
    these rules were asked of × 100.
    """

    _name = "crm.playbook.gate.report"
    _description = "Gate Analysis"
    _inherit = ["crm.lead.fact"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "rule_name"
    _depends = {
        "crm.lead.refusal": ["lead_id", "stage_id", "refused_by_id", "date", "unmet"],
        "crm.lead.stage.log": ["gate", "kind", "stage_id", "previous_stage_id", "playbook_id", "unmet"],
        "crm.playbook.condition": ["name", "kind", "playbook_stage_id"],
        "crm.playbook.output": ["name", "is_required", "playbook_stage_id"],
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
    refused_hours = OptionalFloat(
        string="Hours until Passed",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="From a refused attempt until the deal entered the stage, in calendar hours, on average; those"
        " that have not entered it yet are left out.",
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
        skipped = self.env._("“%s” not skipped")
        moves = SQL(MOVES, rules=SQL(RULES, lang=lang, skipped=skipped))
        return SQL("%s UNION ALL %s", moves, SQL(REFUSED, lang=lang))

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """The share is of the moves in the group, not a mean of rows."""
        if aggregate_spec != "override_share:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COUNT(DISTINCT %s) * 100.0 / NULLIF(COUNT(DISTINCT %s), 0)",
            self._field_to_sql(self._table, "overridden_log_id", query),
            self._field_to_sql(self._table, "log_id", query),
        )
