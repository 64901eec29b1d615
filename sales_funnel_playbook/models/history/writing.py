from odoo import api, models
from odoo.tools import SQL

from .types import Current, Segment

VERSION = "crm.lead.stage.log.version"
LOGGED = "crm.lead.stage.log.leads"  # those of which something was logged in this transaction
CURRENT = """
    SELECT log.lead_id, log.id, log.playbook_id, log.stage_id, log.state, log.company_id, log.team_id,
        log.user_id, log.product_line_id, log.entered_at, log.sequence, log.stay_sequence, log.stay_began_at,
        log.gate_stage_id, company.resource_calendar_id, CASE WHEN log.sequence <> log.stay_sequence THEN (
            SELECT ARRAY_AGG(ARRAY[stay.entered_at, stay.left_at] ORDER BY stay.sequence)
            FROM crm_lead_stage_log stay WHERE stay.lead_id = log.lead_id AND stay.state = 'open'
                AND stay.stay_sequence = log.stay_sequence) END, log.kind
    FROM crm_lead_stage_log log
    LEFT JOIN res_company company ON company.id = COALESCE(log.company_id, %s)
    WHERE log.lead_id = ANY(%s) AND log.left_at IS NULL
"""
END = """
    UPDATE crm_lead_stage_log AS log SET left_at = GREATEST(log.entered_at, %(now)s),
        ended_as = ending.ended_as,
        closes_stay = ending.days IS NOT NULL, duration_days = ending.days, working_hours = ending.hours,
        came_further_at = COALESCE(came_further_at,
            CASE WHEN is_first AND stage_rank < ending.rank THEN ending.entered_at END),
        went = CASE WHEN ending.ended_as = 'won' OR ending.ended_as = 'lost' AND state <> 'lost'
            THEN ending.ended_as WHEN ending.rank IS NOT NULL THEN (
                SELECT CASE WHEN ending.rank > named.stage_rank THEN 'further'
                    WHEN ending.rank < named.stage_rank THEN 'back' END
                FROM crm_lead_stage_log named
                WHERE named.lead_id = log.lead_id AND named.playbook_id = log.playbook_id
                    AND named.sequence <= log.sequence AND named.stage_rank IS NOT NULL
                ORDER BY named.sequence DESC LIMIT 1) END
    FROM unnest(%(ids)s, %(ended_as)s, %(days)s::float[], %(hours)s::float[], %(ranks)s::int[],
        %(entered_at)s::timestamp[]) AS ending(id, ended_as, days, hours, rank, entered_at)
    WHERE log.id = ending.id
"""
# Given away and back in one moment: nobody else had it.
UNTOLD = """
    DELETE FROM crm_lead_stage_log log USING crm_lead_stage_log earlier
    WHERE log.id = ANY(%s) AND log.kind = 'handed_over' AND earlier.lead_id = log.lead_id
        AND earlier.sequence = log.sequence - 1 AND earlier.left_at = log.entered_at
        AND ROW(log.playbook_id, log.stage_id, log.state, log.company_id, log.team_id, log.user_id,
            log.product_line_id) IS NOT DISTINCT FROM ROW(earlier.playbook_id, earlier.stage_id,
            earlier.state, earlier.company_id, earlier.team_id, earlier.user_id, earlier.product_line_id)
    RETURNING earlier.id
"""
GO_ON = "UPDATE crm_lead_stage_log SET left_at = NULL, ended_as = NULL, went = NULL WHERE id = ANY(%s)"
# A stay that was over, and goes on.
REOPEN = """
    UPDATE crm_lead_stage_log AS log SET closes_stay = FALSE, duration_days = NULL, working_hours = NULL
    FROM unnest(%s, %s) AS stay(lead_id, sequence)
    WHERE log.lead_id = stay.lead_id AND log.stay_sequence = stay.sequence AND log.closes_stay
"""
# Who comes into a stage for the first time, and which earlier ones it has come further than with it; not the
# one that has just ended, which END says: PostgreSQL checks all foreign keys of a row that is updated twice.
BEGIN = """
    WITH begun AS (
        INSERT INTO crm_lead_stage_log (probability, is_own_probability, score, amount, recurring_amount,
            moved_by_id, origin, is_first, closes_stay, %(columns)s)
        SELECT COALESCE(lead.probability, 0), CASE WHEN segment.state = 'open' THEN
            ABS(COALESCE(lead.probability, 0) - COALESCE(lead.automated_probability, 0)) >= 0.005 END,
            lead.score, lead.expected_revenue, lead.recurring_revenue_monthly, %(user_id)s, 'live',
            segment.is_entry AND NOT EXISTS (
                SELECT FROM crm_lead_stage_log earlier WHERE earlier.lead_id = segment.lead_id
                    AND earlier.playbook_id = segment.playbook_id AND earlier.stage_id = segment.stage_id
                    AND earlier.is_first),
            FALSE, %(values)s
        FROM (SELECT %(segments)s FROM unnest(%(arrays)s) AS varying(%(varying)s)) AS segment
        JOIN crm_lead lead ON lead.id = segment.lead_id
        RETURNING lead_id, playbook_id, stage_rank, entered_at, is_entry
    )
    UPDATE crm_lead_stage_log AS first SET came_further_at = begun.entered_at FROM begun
    WHERE begun.is_entry AND first.lead_id = begun.lead_id AND first.playbook_id = begun.playbook_id
        AND first.is_first AND first.stage_rank < begun.stage_rank AND first.came_further_at IS NULL
"""


class CrmLeadStageLog(models.Model):
    """How segments begin, end and are measured."""

    _inherit = "crm.lead.stage.log"

    @api.model
    def _get_kind(self, from_stage_id, from_state, new, is_kept, is_new, given):
        """Return the ``kind`` of the segment with which a lead has become ``new``.

        :param from_stage_id: the stage it was in, and ``from_state`` its state
        :param LeadState new: what it is
        :param bool is_kept: whether it follows the same playbook as before
        :param bool is_new: whether it has just been created
        :param str given: what gave it its stage, if anything did: "reassigned" or "split"
        """
        is_moved = from_stage_id != (new.stage_id or None)
        if new.state == "lost" and (from_state != "lost" or is_moved):
            return "lost"  # also when a lost deal is moved, or imported: it is lost there
        if is_new:
            return "created"
        if new.state == "won" != from_state:
            return "won"
        if is_moved and not given:
            return self._get_direction(from_stage_id, new)
        if not is_kept:
            return "joined"
        if is_moved and (from_state, new.state) != ("lost", "open"):
            return given
        if new.state != from_state:
            coming_back = {"archived": "unarchived"}.get(from_state, "restored")
            return "archived" if new.state == "archived" else coming_back
        return "handed_over"

    @api.model
    def _get_direction(self, from_stage_id, new):
        """Return the kind of a move from a stage into that of ``new``."""
        ranks = self.env["crm.stage"]._get_ranks()
        if ranks.get(new.stage_id, -1) < ranks.get(from_stage_id, -1):
            return "backward"
        gate = self.env["crm.playbook"]._get_gates().get(new.playbook_id)
        skips = gate and gate.get_stages_between(ranks, from_stage_id, new.stage_id)
        return "skip" if skips else "forward"

    @api.model
    def _get_current(self, lead_ids):
        """Return ``{lead id: Current}``: the segment that each of these leads is in, if it has one."""
        if not lead_ids:
            return {}
        self.env["res.company"].flush_model(["resource_calendar_id"])
        rows = self.env.execute_query(SQL(CURRENT, self.env.company.id, lead_ids))
        return {row[0]: Current(*row) for row in rows}

    @api.model
    def _get_version(self):
        """Return what is another one once this transaction has written to the log."""
        return self.env.cr.cache.get(VERSION)

    @api.model
    def _change_version(self):
        self.env.cr.cache[VERSION] = object()

    @api.model
    def _forget_new(self, lead_ids):
        """Forget what was logged of leads while they were being created, by another module's write: it is
        told by how they come out.
        """
        logged = self.env.cr.cache.get(LOGGED, set()).intersection(lead_ids)
        if logged:
            self.env.cr.execute(SQL("DELETE FROM crm_lead_stage_log WHERE lead_id = ANY(%s)", [*logged]))

    @api.model
    def _get_last_ends(self, lead_ids):
        """Return ``{lead id: (sequence, moment)}``: the last segments of these leads, and until when their
        log reaches, naive UTC.
        """
        if not lead_ids:
            return {}
        query = (
            "SELECT lead_id, MAX(sequence), MAX(GREATEST(entered_at, left_at)) FROM crm_lead_stage_log"
            " WHERE lead_id = ANY(%s) GROUP BY lead_id"
        )
        return {lead_id: end for lead_id, *end in self.env.execute_query(SQL(query, lead_ids))}

    @api.model
    def _record(self, segments, endings=()):
        """End segments and begin new ones, in a number of statements that does not depend on how many there
        are.

        :param list segments: a :class:`Segment` each, one per lead
        :param list endings: an :class:`Ending` for each segment that ends, also without another one
        """
        if not segments and not endings:
            return
        self._change_version()
        self.env["crm.lead"].flush_model()  # all fields: those that were left would be an UPDATE of their own
        if endings:
            self._end(endings, {one.lead_id: one for one in segments if one.is_entry})
        if segments:
            self._begin(segments)
            self.env.cr.cache.setdefault(LOGGED, set()).update(one.lead_id for one in segments)
        self._forget_log({one.lead_id for one in (*segments, *endings)})

    @api.model
    def _amend(self, changes):
        """Let segments that have begun in this very moment say whose the deals are."""
        if not changes:
            return
        rows = [(change.old.id, *change.new.identity[3:]) for change in changes]
        self._change_version()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead_stage_log log SET company_id = own.company_id, team_id = own.team_id,"
                " user_id = own.user_id, product_line_id = own.line_id"
                " FROM unnest(%s, %s::int[], %s::int[], %s::int[], %s::int[])"
                " AS own(id, company_id, team_id, user_id, line_id) WHERE log.id = own.id",
                *(list(column) for column in zip(*rows, strict=True)),
            )
        )
        if going_on := [id_ for (id_,) in self.env.execute_query(SQL(UNTOLD, [row[0] for row in rows]))]:
            self.env.cr.execute(SQL(GO_ON, going_on))
        self.invalidate_model(flush=False)

    @api.model
    def _take_back(self, segments):
        """Take back segments that began in this very moment and say what was never so; what came before
        each of them ended by being lost.
        """
        if not segments:
            return
        self._change_version()
        self.env.cr.execute(
            SQL(
                "WITH void AS (DELETE FROM crm_lead_stage_log WHERE id = ANY(%s) RETURNING lead_id, sequence)"
                " UPDATE crm_lead_stage_log log SET ended_as = 'lost', went = 'lost' FROM void"
                " WHERE log.lead_id = void.lead_id AND log.sequence = void.sequence - 1",
                [segment.id for segment in segments],
            )
        )

    @api.model
    def _end(self, endings, entries):
        """End these segments now, and measure the stays that are over.

        :param dict entries: ``{lead id: Segment}`` of those that enter a stage with it
        """
        now = self.env.cr.now().replace(microsecond=0)
        measured = self._measure([ending for ending in endings if ending.closes], now)
        none = (None, None)
        entered = [
            (entry.stage_rank, entry.entered_at)
            if (entry := entries.get(ending.lead_id)) and entry.playbook_id == ending.playbook_id
            else none
            for ending in endings
        ]
        self.env.cr.execute(
            SQL(
                END,
                now=now,
                ids=[ending.id for ending in endings],
                ended_as=[ending.ended_as for ending in endings],
                days=[measured.get(ending.id, none)[0] for ending in endings],
                hours=[measured.get(ending.id, none)[1] for ending in endings],
                ranks=[rank for rank, _at in entered],
                entered_at=[at for _rank, at in entered],
            )
        )
        reopened = [(ending.lead_id, ending.reopened) for ending in endings if ending.reopened]
        if reopened:
            self.env.cr.execute(SQL(REOPEN, *(list(column) for column in zip(*reopened, strict=True))))

    @api.model
    def _begin(self, segments):
        """Write the segments that begin."""
        columns = dict(zip(Segment._fields, zip(*segments, strict=True), strict=True))
        types = {name: self._get_sql_type(name) for name in columns}
        # a list edit gives all of them the same stage, kind and so on: only what differs is an array
        varying = [name for name in columns if name == "lead_id" or len(set(columns[name])) > 1]
        self.env.cr.execute(
            SQL(
                BEGIN,
                user_id=self.env.uid,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                values=SQL(", ").join(SQL.identifier("segment", name) for name in columns),
                segments=SQL(", ").join(
                    SQL.identifier("varying", name)
                    if name in varying
                    else SQL("%s::%s AS %s", columns[name][0], types[name], SQL.identifier(name))
                    for name in columns
                ),
                arrays=SQL(", ").join(SQL("%s::%s[]", list(columns[name]), types[name]) for name in varying),
                varying=SQL(", ").join(map(SQL.identifier, varying)),
            )
        )

    @api.model
    def _get_sql_type(self, name):
        return SQL(self._fields[name].column_type[1])
