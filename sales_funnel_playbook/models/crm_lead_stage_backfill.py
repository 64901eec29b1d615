from datetime import datetime

from odoo import api, models
from odoo.tools import SQL

# The leads to fill, with what is known without their history. An open stay is one that the log broke
# off at, because the playbook was out of use since: its history goes on from there.
CANDIDATES = """
    SELECT who.lead_id, who.stage_id, who.won_status = 'lost' AS is_lost,
        lead.create_uid, lead.date_closed, lead.date_last_stage_update AS stage_changed_at,
        LEAST(lead.create_date, lead.date_last_stage_update) AS begun_at,
        log.id AS open_id, log.stage_id AS open_stage_id, log.entered_at AS open_at,
        COALESCE(log.kind = 'lost', FALSE) AS was_lost,
        COALESCE(%(calendar_id)s, company.resource_calendar_id) AS calendar_id
    FROM (%(who)s) who JOIN crm_lead lead ON lead.id = who.lead_id
    LEFT JOIN res_company company ON company.id = COALESCE(lead.company_id, %(company_id)s)
    LEFT JOIN crm_lead_stage_log log ON log.lead_id = who.lead_id AND log.left_at IS NULL
    WHERE log.id IS NULL OR log.stage_id IS DISTINCT FROM who.stage_id
"""

# What Odoo tracked of them: stages, and archiving that was losing (or its undoing).
TRACKED = """
    SELECT candidate.lead_id, message.date AS at, value.id, value.create_uid,
        value.field_id = %(stage)s AS is_stage,
        value.field_id <> %(stage)s AND value.new_value_integer = 0 AS is_lost,
        NULLIF(value.old_value_integer, 0) AS old_id, NULLIF(value.new_value_integer, 0) AS new_id
    FROM crm_backfill_candidate candidate
    JOIN mail_message message ON message.model = 'crm.lead' AND message.res_id = candidate.lead_id
    JOIN mail_tracking_value value ON value.mail_message_id = message.id
    WHERE (candidate.open_at IS NULL OR message.date > candidate.open_at)
        AND value.old_value_integer IS DISTINCT FROM value.new_value_integer
        AND (value.field_id = %(stage)s OR value.field_id = %(active)s AND EXISTS (
            SELECT FROM mail_tracking_value won WHERE won.mail_message_id = message.id
                AND won.field_id IN (%(won_status)s, %(lost_reason)s)))
"""

# The first and last of it for each lead.
SPAN = """
    SELECT lead_id, MIN(at) AS first_at, MAX(at) AS last_at,
        (ARRAY_AGG(old_id ORDER BY at, id) FILTER (WHERE is_stage))[1] AS first_stage_id,
        (ARRAY_AGG(new_id ORDER BY at DESC, id DESC) FILTER (WHERE is_stage))[1] AS last_stage_id,
        (ARRAY_AGG(is_lost ORDER BY at DESC, id DESC) FILTER (WHERE NOT is_stage))[1] AS is_last_lost
    FROM crm_backfill_tracked GROUP BY lead_id
"""

# One row for each beginning of a stay; the last two are what Odoo did not track.
EVENTS = """
    SELECT lead_id, COALESCE(open_at, LEAST(begun_at, first_at)) AS at, 0 AS ord, 'created' AS kind,
        CASE WHEN open_id IS NULL THEN COALESCE(first_stage_id, stage_id) ELSE open_stage_id END AS stage_id,
        create_uid AS moved_by_id, open_id
    FROM crm_backfill_candidate candidate LEFT JOIN span USING (lead_id)
    UNION ALL
    SELECT lead_id, at, id, CASE WHEN is_stage THEN 'moved' WHEN is_lost THEN 'lost' ELSE 'restored' END,
        CASE WHEN is_stage THEN new_id END, create_uid, NULL
    FROM crm_backfill_tracked
    UNION ALL
    SELECT lead_id, GREATEST(stage_changed_at, last_at, open_at), 2147483646, 'moved', stage_id, NULL, NULL
    FROM crm_backfill_candidate candidate LEFT JOIN span USING (lead_id)
    WHERE stage_id IS DISTINCT FROM COALESCE(last_stage_id, open_stage_id, stage_id)
    UNION ALL
    SELECT lead_id, GREATEST(date_closed, stage_changed_at, last_at, open_at, begun_at), 2147483647,
        CASE WHEN is_lost THEN 'lost' ELSE 'restored' END, NULL, NULL, NULL
    FROM crm_backfill_candidate candidate LEFT JOIN span USING (lead_id)
    WHERE is_lost IS DISTINCT FROM COALESCE(is_last_lost, was_lost)
"""

# Losing and restoring happen in the stage where the lead is; a move to where it is already is none.
STAYS = """
    SELECT lead_id, at, ord, kind, stage_id, moved_by_id, open_id,
        LAG(stage_id) OVER whole AS previous_id, LEAD(at) OVER whole AS left_at
    FROM (
        SELECT *, LAG(stage_id) OVER (PARTITION BY lead_id ORDER BY at, ord) AS came_from_id
        FROM (
            SELECT lead_id, at, ord, kind, moved_by_id, open_id,
                MAX(stage_id) OVER (PARTITION BY lead_id, run) AS stage_id
            FROM (
                SELECT *, COUNT(stage_id) OVER (PARTITION BY lead_id ORDER BY at, ord) AS run FROM event
            ) numbered
        ) carried
    ) followed
    WHERE kind <> 'moved' OR stage_id IS DISTINCT FROM came_from_id
    WINDOW whole AS (PARTITION BY lead_id ORDER BY at, ord)
"""

# Each step has a table of its own and its statistics: as parts of one statement PostgreSQL would take
# them for a row or two, and a million for nested loops.
COLLECT = """
    CREATE TEMPORARY TABLE crm_backfill_stay ON COMMIT DROP AS
    WITH span AS MATERIALIZED (%(span)s), event AS (%(events)s), stay AS (%(stays)s)
    SELECT stay.*, %(begun)s AS begun, %(ended)s AS ended FROM stay
"""

END_OPEN = """
    UPDATE crm_lead_stage_log log SET left_at = stay.left_at,
        duration_days = EXTRACT(EPOCH FROM stay.left_at - stay.at) / 86400,
        working_hours = (stay.ended - stay.begun) / 3600
    FROM crm_backfill_stay stay WHERE log.id = stay.open_id AND stay.left_at IS NOT NULL
"""

INSERT = """
    INSERT INTO crm_lead_stage_log (lead_id, playbook_id, product_line_id, team_id, user_id, stage_id,
        previous_stage_id, entered_at, left_at, kind, duration_days, working_hours, gate, moved_by_id)
    SELECT stay.lead_id, %(playbook_id)s, lead.product_line_id, lead.team_id, lead.user_id, stage.id,
        previous.id, stay.at, stay.left_at,
        CASE WHEN stay.kind <> 'moved' THEN stay.kind
            WHEN stage.is_won AND previous.is_won IS NOT TRUE THEN 'won'
            WHEN COALESCE(stage.rank, -1) < COALESCE(previous.rank, -1) THEN 'backward'
            WHEN stage.named_before > COALESCE(previous.named_until, 0) THEN 'skip'
            ELSE 'forward' END,
        EXTRACT(EPOCH FROM stay.left_at - stay.at) / 86400, (stay.ended - stay.begun) / 3600,
        'none', stay.moved_by_id
    FROM crm_backfill_stay stay JOIN crm_lead lead ON lead.id = stay.lead_id
    LEFT JOIN stage ON stage.id = stay.stage_id
    LEFT JOIN stage previous ON previous.id = stay.previous_id
    WHERE stay.open_id IS NULL ORDER BY stay.lead_id, stay.at, stay.ord
"""


class CrmLeadStageLog(models.Model):
    """Filling the log of leads that come under a playbook, from the changes that Odoo tracked. A lead
    whose log reaches its present stage is left alone, so that doing it again changes nothing.
    """

    _inherit = "crm.lead.stage.log"

    @api.model
    def _backfill_playbooks(self, playbooks):
        """Fill the log of all leads that follow one of ``playbooks``, archived and lost ones too."""
        domains = self.env["crm.lead"]._get_playbook_domains()
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        for playbook_id in playbooks.ids:
            if playbook_id in domains:
                followers = leads._search(domains[playbook_id])
                who = "SELECT id AS lead_id, stage_id, won_status FROM crm_lead WHERE id IN %s"
                self._backfill(playbook_id, SQL(who, followers.subselect()))

    @api.model
    def _backfill_leads(self, states):
        """Fill the log of leads that come under a playbook one by one, up to the stage they are in.

        :param dict states: ``{lead id: StageState}`` with the playbook they follow now
        """
        for playbook_id in {state.playbook_id for state in states.values()}:
            its = {lead_id: state for lead_id, state in states.items() if state.playbook_id == playbook_id}
            who = SQL(
                "SELECT * FROM unnest(%s::int[], %s::int[], %s::text[])"
                " AS joined(lead_id, stage_id, won_status)",
                [*its],
                [state.stage_id or None for state in its.values()],
                [state.won_status for state in its.values()],
            )
            self._backfill(playbook_id, who)

    @api.model
    def _backfill(self, playbook_id, who):
        """Fill the log of the leads in ``who``, with a few statements for each working calendar.

        :param who: SQL of the columns ``lead_id``, ``stage_id`` and ``won_status``
        """
        for model in ("crm.lead", "mail.message", "mail.tracking.value", "res.company"):
            self.env[model].flush_model()
        gate = self.env["crm.playbook"]._get_gates()[playbook_id]
        candidates = SQL(
            CANDIDATES, calendar_id=gate.calendar_id or None, company_id=self.env.company.id, who=who
        )
        spans = SQL("SELECT calendar_id, MIN(begun_at) FROM (%s) found GROUP BY calendar_id", candidates)
        for calendar_id, since in self.env.execute_query(spans):
            self._backfill_calendar(playbook_id, candidates, calendar_id, since)
        self.invalidate_model(flush=False)
        self.env["crm.lead"].invalidate_model(["stage_log_ids", "stage_entered_at"], flush=False)

    @api.model
    def _backfill_calendar(self, playbook_id, candidates, calendar_id, since):
        """Fill the log of those candidates whose working time counts by one calendar."""
        found = "SELECT * FROM (%s) found WHERE calendar_id IS NOT DISTINCT FROM %s"
        steps = {
            "crm_backfill_candidate": SQL(found, candidates, calendar_id),
            "crm_backfill_tracked": SQL(TRACKED, **self._get_tracked_field_ids()),
        }
        for table, query in steps.items():
            name = SQL.identifier(table)
            self.env.cr.execute(SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", name, query))
            self.env.cr.execute(SQL("ANALYZE %s", name))
        working = self._prepare_working_seconds(calendar_id, since)
        stages = self._prepare_stages(playbook_id)
        for statement in (
            SQL(COLLECT, span=SQL(SPAN), events=SQL(EVENTS), stays=SQL(STAYS), **working),
            SQL(END_OPEN),
            SQL("WITH stage AS (%s) %s", stages, SQL(INSERT, playbook_id=playbook_id)),
            SQL("DROP TABLE crm_backfill_candidate, crm_backfill_tracked, crm_backfill_stay"),
        ):
            self.env.cr.execute(statement)

    @api.model
    def _get_tracked_field_ids(self):
        """Return the ids of the tracked lead fields that tell of stages, winning and losing."""
        fields = self.env["ir.model.fields"]
        names = {"stage": "stage_id", "active": "active", "won_status": "won_status"}
        names["lost_reason"] = "lost_reason_id"
        return {key: fields._get("crm.lead", name).id for key, name in names.items()}

    @api.model
    def _prepare_stages(self, playbook_id):
        """Return SQL of all stages: their rank, and how many stages that the playbook names come
        before them (``named_before``), themselves included (``named_until``).
        """
        ranks = self.env["crm.stage"]._get_ranks()
        named = self.env["crm.playbook"]._get_gates()[playbook_id].stages
        stages = self.env["crm.stage"].sudo().browse(ranks)
        rows, count = [], 0
        for stage in stages:
            rows.append((stage.id, ranks[stage.id], stage.is_won, count, count + (stage.id in named)))
            count += stage.id in named
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::bool[], %s::int[], %s::int[])"
            " AS known(id, rank, is_won, named_before, named_until)",
            *(list(column) for column in zip(*rows, strict=True)),
        )

    @api.model
    def _prepare_working_seconds(self, calendar_id, since):
        """Return SQL of the working seconds passed since ``since``, when a stay begins and ends."""
        columns = {"begun": SQL("stay.at"), "ended": SQL("stay.left_at")}
        if not calendar_id:
            return dict.fromkeys(columns, SQL("NULL::float"))
        calendar = self.env["resource.calendar"].sudo().browse(calendar_id)
        working = calendar._get_working_time(since, self.env.cr.now())
        epoch = datetime(1970, 1, 1)
        starts, stops, seconds = working.columns(lambda moment: (moment - epoch).total_seconds())
        return {
            name: SQL(
                "(SELECT CASE WHEN %(moment)s IS NULL THEN NULL WHEN passed = 0 THEN 0"
                " ELSE (%(seconds)s::float[])[passed] - GREATEST((%(stops)s::float[])[passed]"
                " - EXTRACT(EPOCH FROM %(moment)s)::float, 0) END"
                " FROM width_bucket(EXTRACT(EPOCH FROM %(moment)s)::float, %(starts)s::float[]) AS passed)",
                moment=column,
                starts=starts,
                stops=stops,
                seconds=seconds,
            )
            for name, column in columns.items()
        }
