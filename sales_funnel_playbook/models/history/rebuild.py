from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from .types import ENTERING

# What follows from when, where, how and as what: the derived columns of the log, told once. A stay is a run
# in one stage under one playbook; a deal passes a gate by entering a stage that its playbook names. Of a
# stage that was deleted its place is left.
DERIVED = """
    WITH told AS (
        SELECT log.*, ROW_NUMBER() OVER story AS seq,
            LAG(playbook_id) OVER story IS DISTINCT FROM playbook_id
                OR LAG(stage_id) OVER story IS DISTINCT FROM stage_id
                OR stage_id IS NULL AND (kind = ANY(%(entering)s)
                    OR LAG(stage_rank) OVER story IS DISTINCT FROM stage_rank)
                OR LAG(left_at) OVER story IS DISTINCT FROM entered_at
                OR kind = 'joined' AND origin = 'live' AS begins,
            LEAD(kind) OVER story AS next_kind, LEAD(origin) OVER story AS next_origin,
            LEAD(playbook_id) OVER story AS next_playbook_id,
            LEAD(entered_at) OVER story AS next_at,
            stage_rank IS NOT NULL AND (kind = ANY(%(entering)s) OR kind = 'restored' AND gate <> 'none'
                OR kind = 'lost' AND previous_stage_id IS NULL OR kind IN ('accepted', 'split')
                OR kind = 'joined' AND origin <> 'live') AS passes
        FROM %(log)s log WHERE %(which)s
        WINDOW story AS (PARTITION BY lead_id ORDER BY entered_at, sequence, id)
    ), stayed AS (
        SELECT *, MAX(seq) FILTER (WHERE begins) OVER (PARTITION BY lead_id ORDER BY seq) AS stay,
            COUNT(*) FILTER (WHERE passes) OVER (PARTITION BY lead_id, playbook_id ORDER BY seq) AS passed,
            COUNT(stage_rank) OVER (PARTITION BY lead_id, playbook_id ORDER BY seq) AS named,
            begins AND stage_rank IS NOT NULL AND kind = ANY(%(entering)s) AS enters
        FROM told
    ), whole AS (
        SELECT *, MIN(entered_at) OVER its_stay AS began_at,
            state = 'open' AND left_at IS NOT NULL
                AND seq = MAX(seq) FILTER (WHERE state = 'open') OVER its_stay AS closes,
            SUM(EXTRACT(EPOCH FROM left_at - entered_at)) FILTER (WHERE state = 'open') OVER its_stay AS
            seconds,
            MAX(stage_id) FILTER (WHERE passes) OVER (PARTITION BY lead_id, playbook_id, passed) AS gate_id,
            MAX(stage_rank) OVER (PARTITION BY lead_id, playbook_id, named) AS named_rank,
            LEAD(CASE WHEN enters THEN stage_rank END) OVER (PARTITION BY lead_id ORDER BY seq) AS next_rank,
            CASE WHEN left_at IS NULL THEN NULL WHEN ended_as = 'merged' THEN ended_as
                WHEN next_at IS DISTINCT FROM left_at OR next_playbook_id <> playbook_id
                    OR next_kind = 'joined' AND next_origin = 'live' THEN 'left'
                ELSE next_kind END AS ending,
            enters AND ROW_NUMBER() OVER (
                PARTITION BY lead_id, playbook_id, stage_id, CASE WHEN stage_id IS NULL THEN stage_rank END,
                    enters ORDER BY seq) = 1 AS comes_first
        FROM stayed WINDOW its_stay AS (PARTITION BY lead_id, stay)
    ), further AS (
        SELECT one.id, MIN(later.entered_at) AS at FROM whole one JOIN whole later
            ON later.lead_id = one.lead_id AND later.playbook_id = one.playbook_id AND later.enters
            AND later.seq > one.seq AND later.stage_rank > one.stage_rank
        WHERE one.comes_first GROUP BY one.id
    )
    SELECT whole.id, seq AS sequence, stay AS stay_sequence, began_at AS stay_began_at, enters AS is_entry,
        comes_first AS is_first, closes AS closes_stay, gate_id AS gate_stage_id,
        CASE WHEN closes THEN seconds / 86400 END AS duration_days,
        ending AS ended_as,
        CASE WHEN ending = 'won' OR ending = 'lost' AND state <> 'lost' THEN ending
            WHEN ending NOT IN ('left', 'merged', 'lost') AND next_rank > named_rank THEN 'further'
            WHEN ending NOT IN ('left', 'merged', 'lost') AND next_rank < named_rank THEN 'back' END AS went,
        further.at AS came_further_at
    FROM whole LEFT JOIN further ON further.id = whole.id
"""
COLUMNS = (
    *("sequence", "stay_sequence", "stay_began_at", "is_entry", "is_first", "closes_stay"),
    *("gate_stage_id", "duration_days", "ended_as", "came_further_at"),
    "went",
)
UNFIRST = """
    UPDATE crm_lead_stage_log log SET is_first = FALSE, came_further_at = NULL WHERE is_first AND %s
"""
REBUILD = """
    UPDATE %(log)s log SET %(set)s,
        working_hours = CASE WHEN derived.closes_stay
            AND ABS(log.duration_days - derived.duration_days) < 0.000001 THEN log.working_hours END
    FROM (%(derived)s) derived WHERE log.id = derived.id
"""
UNMEASURED = """
    SELECT log.id, log.playbook_id, company.resource_calendar_id, (
        SELECT ARRAY_AGG(ARRAY[stay.entered_at, stay.left_at] ORDER BY stay.sequence)
        FROM %(log)s stay WHERE stay.lead_id = log.lead_id AND stay.state = 'open'
            AND stay.stay_sequence = log.stay_sequence)
    FROM %(log)s log
    LEFT JOIN res_company company ON company.id = COALESCE(log.company_id, %(company_id)s)
    WHERE log.closes_stay AND log.working_hours IS NULL AND %(which)s
"""


class CrmLeadStageLog(models.Model):
    """What follows from the log's facts can be told again from them alone: after filling, merging, splitting
    and repairing. The integrity check holds what is written against it.
    """

    _inherit = "crm.lead.stage.log"

    @api.model
    def _get_derived(self, which, table=None):
        """Return SQL of the derived columns, and the ``id``, of the segments of some leads.

        :param SQL which: what holds of ``log``, for all segments of a lead or for none
        """
        return SQL(DERIVED, log=SQL.identifier(table or self._table), entering=[*ENTERING], which=which)

    @api.model
    def _rebuild(self, lead_ids):
        """Write the derived columns of these leads' segments anew."""
        if not lead_ids:
            return
        self.flush_model()
        self._change_version()
        which = SQL("log.lead_id = ANY(%s)", [*lead_ids])
        self.env.cr.execute(SQL(UNFIRST, which))
        self._derive(which, self._table)
        self._forget_log(lead_ids)

    @api.model
    def _forget_log(self, lead_ids):
        """Forget what was read of the log of these leads."""
        self.invalidate_model(flush=False)
        names = ["stage_log_ids", "stage_entered_at"]
        self.env["crm.lead"].browse(lead_ids).invalidate_recordset(names, flush=False)

    @api.model
    def _derive(self, which, table):
        """Write the derived columns of segments in a table with the log's columns.

        :param SQL which: see :meth:`_get_derived`
        """
        columns = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), SQL.identifier("derived", name)) for name in COLUMNS
        )
        log = SQL.identifier(table)
        self.env.cr.execute(SQL(REBUILD, log=log, set=columns, derived=self._get_derived(which, table)))
        self._measure_stays(which, log)

    @api.model
    def _measure_stays(self, which, log):
        """Write the working hours of the stays that are over and have none."""
        rows = self.env.execute_query(SQL(UNMEASURED, log=log, company_id=self.env.company.id, which=which))
        hours = self._get_hours(rows, self.env.cr.now().replace(microsecond=0))
        if hours:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s log SET working_hours = stay.hours"
                    " FROM unnest(%s, %s::float[]) AS stay(id, hours) WHERE log.id = stay.id",
                    log,
                    [*hours],
                    [*hours.values()],
                )
            )

    @api.model
    def _rename_stays(self, lead_ids, stage_id):
        """Let the stays that these leads are in be in another stage: theirs was split."""
        lead_ids = [*lead_ids]
        self.flush_model()
        place = {}
        for playbook_id, gate in self.env["crm.playbook"]._get_gates().items():
            place[playbook_id] = gate.get_places(self.env["crm.stage"]._get_ranks()).get(stage_id)
        self.env.cr.execute(SQL(UNFIRST, SQL("log.lead_id = ANY(%s)", lead_ids)))
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead_stage_log log SET stage_id = %s,"
                " stage_rank = CASE WHEN lead.renewal_kind IS NULL OR log.stage_rank IS NOT NULL"
                " THEN place.rank END,"
                " previous_stage_id = CASE WHEN log.sequence = log.stay_sequence THEN log.previous_stage_id"
                " ELSE %s END"
                " FROM crm_lead_stage_log present JOIN crm_lead lead ON lead.id = present.lead_id"
                " LEFT JOIN unnest(%s::int[], %s::int[]) AS place(playbook_id, rank)"
                " ON place.playbook_id = present.playbook_id"
                " WHERE present.lead_id = ANY(%s) AND present.left_at IS NULL"
                " AND log.lead_id = present.lead_id AND log.stay_sequence = present.stay_sequence",
                stage_id,
                stage_id,
                [*place],
                [*place.values()],
                lead_ids,
            )
        )
        self._rebuild(lead_ids)

    @api.model
    def _measure(self, endings, until):
        """Return ``{segment id: (days, working hours)}`` for which deals were open in a stage; None hours
        where no calendar says.

        :param list endings: an :class:`Ending` each
        :param datetime until: when those end that have not ended, naive UTC
        """
        stays = [
            (
                ending.id,
                ending.playbook_id,
                ending.calendar_id,
                [(since, end or until) for since, end in ending.worked or [(ending.entered_at, None)]],
            )
            for ending in endings
        ]
        hours = self._get_hours(stays, until)
        seconds = {
            id_: sum(max((end - since).total_seconds(), 0) for since, end in spans)
            for id_, _playbook_id, _calendar_id, spans in stays
        }
        return {id_: (seconds[id_] / 86400, hours[id_]) for id_ in hours}

    @api.model
    def _get_hours(self, stays, until):
        """Return ``{segment id: working hours}`` of some stays; None where no calendar says.

        :param stays: ``(segment id, playbook id, its company's calendar id, [(since, end), …])`` of each
        :param datetime until: when the last one ends, naive UTC
        """
        gates = self.env["crm.playbook"]._get_gates()
        by_calendar, hours = defaultdict(list), {}
        for segment_id, playbook_id, calendar_id, spans in stays:
            gate = gates.get(playbook_id)
            by_calendar[(gate and gate.calendar_id) or calendar_id].append((segment_id, spans))
        for calendar_id, its_stays in by_calendar.items():
            if not calendar_id:
                hours |= dict.fromkeys((id_ for id_, _spans in its_stays), None)
                continue
            # sudo: working time counts by it, whoever may see it
            calendar = self.env["resource.calendar"].sudo().browse(calendar_id)
            moments = [moment for _id, spans in its_stays for span in spans for moment in span]
            # where a clock was set back, a stay may have ended after now
            working = calendar._get_working_time(min(moments), max(until, *moments))
            for id_, spans in its_stays:
                hours[id_] = sum(working.hours(since, max(since, end)) for since, end in spans)
        return hours
