from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.deadline.crm_lead_waiver import ON_RECORD
from ..tools.funnel_events import DAYS, TRAIT_COLUMNS, TRAITS
from .crm_funnel_report import OUTCOMES
from .crm_playbook_deadline_report import STATE

CAPTURED = "COALESCE(lead.captured_at, lead.create_date)"
CAPTURED_IDS = f"SELECT lead.id FROM crm_lead lead WHERE {CAPTURED} >= %s AND {CAPTURED} < %s"
# Whether the deadlines that begin when a deal is captured were met; empty while that is open. Deals that
# were complete when they were captured have them noted as done.
IS_COMPLETE = f"""(
    SELECT CASE WHEN BOOL_OR({STATE} IN ('late', 'missed', 'overdue')) THEN FALSE
        WHEN BOOL_AND({STATE} = 'on_time') THEN TRUE END
    FROM {ON_RECORD} activity
    WHERE activity.res_id = lead.id
        AND activity.playbook_id = log.playbook_id AND activity.playbook_kind = 'deadline'
        AND activity.playbook_occurrence = 'created'
        AND activity.playbook_escalation_of_id IS NULL AND {STATE} <> 'dropped'
)"""
# A contact before the capture took no time; without any there is none.
CONTACT_HOURS = f"""(
    SELECT GREATEST(EXTRACT(EPOCH FROM note.communicated_at - {CAPTURED}) / 3600, 0)
    FROM crm_lead_progress note WHERE note.lead_id = lead.id ORDER BY note.communicated_at LIMIT 1
)"""
# Where it came into a stage: one in which it stays may be another in order by now.
IS_FURTHER = """EXISTS (
    SELECT FROM crm_lead_stage_log further WHERE further.lead_id = log.lead_id
        AND further.playbook_id = log.playbook_id AND further.stage_rank > 1
        AND further.sequence = further.stay_sequence
)"""
# Each deal that follows a playbook and is no renewal, by the segment that it is in. What is not asked for is
# not looked up, and what is asked for more than once only once: OFFSET keeps PostgreSQL from writing it out
# again each time.
INTAKE = f"""
    SELECT log.lead_id AS id, log.lead_id, log.playbook_id, log.company_id, log.product_line_id, log.team_id,
        log.user_id, log.stage_id, lead.tier, lead.won_status AS outcome, {TRAIT_COLUMNS},
        (SELECT currency_id FROM crm_playbook playbook WHERE playbook.id = log.playbook_id) AS currency_id,
        {CAPTURED} AS date, {DAYS["day"].format(date=CAPTURED)} AS day,
        {DAYS["week"].format(date=CAPTURED)} AS week, 1 AS captured_count,
        (seen.is_complete IS NOT NULL)::int AS asked_count,
        COALESCE(seen.is_complete::int, 0) AS complete_count,
        (seen.contact_hours IS NOT NULL)::int AS contacted_count, seen.contact_hours,
        seen.is_further::int AS further_count, (lead.won_status = 'won')::int AS won_count,
        (lead.won_status = 'lost')::int AS lost_count,
        CASE WHEN lead.won_status = 'won' THEN %(worth)s * (%(rate)s)::float8 END AS won_amount,
        NULL::float8 AS complete_rate, NULL::float8 AS further_rate, NULL::float8 AS won_rate
    FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id, LATERAL (
        SELECT {IS_COMPLETE} AS is_complete, {CONTACT_HOURS} AS contact_hours, {IS_FURTHER} AS is_further
        OFFSET 0
    ) seen WHERE log.left_at IS NULL AND lead.renewal_kind IS NULL
"""


class CrmFunnelIntakeReport(models.Model):
    """What has become of the deals that each channel brought: a deal a row, those that follow a playbook."""

    _name = "crm.funnel.intake.report"
    _description = "Intake by Channel"
    _inherit = ["crm.lead.fact", "crm.lead.trait", "crm.funnel.intake.numbers"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.lead": [
            *(
                "tier",
                "won_status",
                "renewal_kind",
                "captured_at",
                "create_date",
                "team_id",
                "company_id",
                *TRAITS,
            ),
            *("expected_revenue", "recurring_revenue", "recurring_plan", "product_line_id"),
        ],
        "crm.lead.stage.log": [
            *("lead_id", "playbook_id", "company_id", "product_line_id", "team_id", "user_id", "stage_id"),
            *("left_at", "stage_rank", "sequence", "stay_sequence"),
        ],
        "crm.lead.progress": ["lead_id", "communicated_at"],
        "crm.playbook": ["currency_id"],
        "crm.lead.waiver": ["lead_id", "playbook_id", "kind", "occurrence", "due_at", "cancelled_at"],
        "mail.activity": [
            *("res_model", "res_id", "active", "date_deadline", "date_done", "playbook_id", "playbook_kind"),
            *("playbook_due_at", "playbook_done_at", "playbook_closing", "playbook_escalation_of_id"),
            "playbook_occurrence",
        ],
    }

    lead_id = fields.Many2one(string="Deal", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    date = fields.Datetime(string="Captured On", readonly=True)
    day = fields.Date(readonly=True, help="The day on which it was captured, where the deal is worked.")
    week = fields.Char(
        readonly=True,
        help="The week, from Monday to Sunday, in which it was captured where the deal is worked, by its"
        " number.",
    )

    @property
    def _table_query(self):
        playbook, company = SQL("log.playbook_id"), SQL("log.company_id")
        playbooks = self.env["crm.playbook"]
        return SQL(
            INTAKE,
            zone=playbooks._get_zone_sql(playbook, company),
            now=self.env.cr.now(),
            today=playbooks._get_today_sql(playbook),
            # sudo: who may read amounts is told by the report's own field
            worth=self.env["crm.lead"].sudo()._field_to_sql("lead", "worth"),
            rate=playbooks._get_rate_sql(playbook, company),
        )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """``deals`` of a count are the ids of the deals behind it, in their order."""
        name, _colon, function = aggregate_spec.partition(":")
        if function != "deals":
            return super()._read_group_select(aggregate_spec, query)
        lead, is_counted = (self._field_to_sql(self._table, one, query) for one in ("lead_id", name))
        return SQL("COALESCE(ARRAY_AGG(%s ORDER BY %s) FILTER (WHERE %s = 1), '{}')", lead, lead, is_counted)

    @api.model
    def _get_captured_domain(self, since, until):
        """Return the domain of what was captured in a span, naive UTC. PostgreSQL looks for the moment by its
        index only where no grouping sets are asked for: the deals are found first.
        """
        within = Domain("date", ">=", since) & Domain("date", "<", until)
        return within & Domain("lead_id", "in", SQL(CAPTURED_IDS, since, until))

    @api.readonly
    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()


class CrmLead(models.Model):
    _inherit = "crm.lead"

    # what was captured in a week is not looked for in all leads
    _captured_idx = models.Index(f"({CAPTURED.replace('lead.', '')})")
