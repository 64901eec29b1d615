from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..core.crm_playbook_duty import DOER, ENTERING, Duty

# The leads are read once. What else there is about each is looked up by its index, lead by lead: how long
# that takes does not depend on what PostgreSQL believes of the rows of this statement.
LEADS = """
    lead AS MATERIALIZED (
        SELECT id, active, type, won_status, stage_id, team_id, tier, waiting_until, create_date,
            date_closed, renewal_kind, COALESCE(captured_at, create_date) AS captured_at, %s AS today
        FROM crm_lead WHERE id = ANY(%s)
    )
"""
# When a lead came under the playbook that it follows, and whether that took it as it was: then nothing is
# asked of the time before, nor for the stage in which it is. What came by a change of its own is asked from
# then on. Who was created under it has always been there.
CAME = """
    SELECT CASE WHEN earlier.id IS NULL AND log.kind <> 'joined' THEN '-infinity'
            ELSE log.entered_at END AS at,
        log.kind = 'joined' AND log.origin = 'filled' AS is_taken
    FROM crm_lead_stage_log log
    LEFT JOIN crm_lead_stage_log earlier
        ON earlier.lead_id = log.lead_id AND earlier.sequence = log.sequence - 1
    WHERE log.lead_id = %(lead_id)s AND log.playbook_id = %(playbook_id)s
        AND (log.kind = 'joined' OR earlier.id IS NULL OR earlier.playbook_id <> log.playbook_id
            OR earlier.ended_as = 'left')
    ORDER BY log.sequence DESC LIMIT 1
"""
# The queries of what begins a deadline return, of ``duty`` and ``lead``: the duty's key, the lead, what tells
# this cause from others of the same two, when it began, and the day on which a wait has ended.
CAPTURED = """
    SELECT duty.key, lead.id, 'created', lead.captured_at, NULL::date FROM duty CROSS JOIN lead
    WHERE duty.trigger = 'lead_created' AND lead.active AND lead.won_status = 'pending'
        AND lead.renewal_kind IS NULL
        AND lead.create_date >= duty.since
"""
# A key action that was done is not asked for again when the deal comes back to the stage.
ENTERED = """
    SELECT duty.key, lead.id, 'stay-' || stay.id, stay.entered_at, NULL::date
    FROM duty JOIN lead ON lead.stage_id = duty.stage_id
    JOIN LATERAL (
        SELECT stay_sequence FROM crm_lead_stage_log
        WHERE lead_id = lead.id AND left_at IS NULL AND stage_id = duty.stage_id AND state <> 'lost'
            AND stay_began_at >= duty.since OFFSET 0
    ) log ON TRUE
    JOIN crm_lead_stage_log stay ON stay.lead_id = lead.id AND stay.sequence = log.stay_sequence
    WHERE duty.trigger = 'stage_entered' AND lead.active AND lead.won_status <> 'lost'
        AND (SELECT TRUE FROM mail_activity WHERE res_id = lead.id AND playbook_kind = duty.kind
            AND playbook_rule_id = duty.id AND playbook_occurrence = 'stay'
            AND playbook_closing IS DISTINCT FROM 'dropped' LIMIT 1) IS NULL
"""
ENDANGERED = """
    SELECT duty.key, lead.id, 'risk-' || risk.id, risk.raised_at, NULL::date
    FROM duty CROSS JOIN lead
    JOIN LATERAL (
        SELECT id, raised_at FROM crm_lead_risk
        WHERE lead_id = lead.id AND state = 'open' AND level = 'high' AND raised_at >= duty.since
            AND COALESCE(TRIM(response), '') = '' OFFSET 0
    ) risk ON TRUE
    WHERE duty.trigger = 'risk_raised' AND lead.active AND lead.won_status = 'pending'
"""
# Lost deals are archived; an archived deal that was won still has its renewal. When it was won the log says:
# Odoo's own date moves when the deal is archived.
CLOSED = """
    SELECT duty.key, lead.id, duty.trigger || '-' || EXTRACT(EPOCH FROM log.entered_at)::bigint,
        log.entered_at, NULL::date
    FROM duty JOIN lead ON lead.won_status = duty.trigger
    JOIN LATERAL (
        SELECT entered_at FROM crm_lead_stage_log closed
        WHERE lead_id = lead.id AND state = duty.trigger AND kind IN (duty.trigger, 'created')
            AND NOT EXISTS (SELECT FROM crm_lead_stage_log before WHERE before.lead_id = closed.lead_id
                AND before.sequence = closed.sequence - 1 AND before.state = closed.state)
        ORDER BY sequence DESC LIMIT 1
    ) log ON log.entered_at >= duty.since
    WHERE duty.trigger IN ('won', 'lost')
"""
# What has no activity yet and is about a lead that the rule applies to, with who does it. An occurrence is
# said as its kind and number, such as "stay-345". What is entered with a new deal, such as since when it is
# in its stage, asks for nothing before the deal was there; but that it was captured earlier does.
CAUSES = """
    WITH %(duties)s, %(leads)s, cause (key, lead_id, suffix, started_at, resumed_on) AS (%(queries)s)
    SELECT begun.key, begun.lead_id, begun.kind, begun.number,
        GREATEST(begun.started_at, came.at,
            CASE WHEN begun.kind IN ('stay', 'won', 'lost') THEN begun.create_date END),
        begun.user_id, begun.resumed_on, begun.is_satisfied,
        GREATEST(begun.started_at, came.at, begun.create_date, CASE WHEN begun.trigger = 'communication'
            THEN (SELECT MAX(create_date) FROM crm_lead_contact contact
                WHERE contact.lead_id = begun.lead_id AND contacted_at = begun.started_at) END),
        (SELECT CASE WHEN begun.trigger IN ('review', 'follow_up') THEN all_looked_at ELSE looked_at END
            FROM crm_playbook_look WHERE playbook_id = %(playbook)s ORDER BY looked_at DESC LIMIT 1),
        (SELECT playbook_done_at - playbook_started_at FROM mail_activity known
            WHERE known.res_id = begun.lead_id
                AND known.playbook_kind = begun.rule_kind AND known.playbook_rule_id = begun.rule_id
                AND known.playbook_occurrence = begun.kind AND known.playbook_number = begun.number
                AND known.playbook_closing = 'dropped' ORDER BY playbook_done_at DESC LIMIT 1)
    FROM (
        SELECT cause.key, cause.lead_id, occurrence.kind, occurrence.number, cause.started_at,
            %(doer)s AS user_id, cause.resumed_on, %(is_satisfied)s AS is_satisfied, lead.stage_id,
            lead.create_date, duty.trigger, duty.kind AS rule_kind, duty.id AS rule_id
        FROM cause JOIN duty ON duty.key = cause.key JOIN crm_lead ON crm_lead.id = cause.lead_id
        JOIN crm_lead lead ON lead.id = cause.lead_id %(people)s
        CROSS JOIN LATERAL (SELECT RTRIM(RTRIM(cause.suffix, '0123456789'), '-') AS kind, COALESCE(NULLIF(
            SUBSTR(cause.suffix, LENGTH(RTRIM(cause.suffix, '0123456789')) + 1), '')::bigint, 0) AS number
        ) occurrence
        WHERE (SELECT TRUE FROM mail_activity known WHERE known.res_id = cause.lead_id
                AND known.playbook_kind = duty.kind AND known.playbook_rule_id = duty.id
                AND known.playbook_occurrence = occurrence.kind AND known.playbook_number = occurrence.number
                AND known.playbook_is_final LIMIT 1) IS NULL
            AND (SELECT TRUE FROM crm_lead_waiver waiver WHERE waiver.lead_id = cause.lead_id
                AND waiver.kind = duty.kind AND waiver.rule_id = duty.id
                AND waiver.occurrence = occurrence.kind AND waiver.number = occurrence.number
                AND waiver.is_final LIMIT 1) IS NULL
            AND %(applies)s OFFSET 0
    ) begun
    LEFT JOIN LATERAL (%(came)s) came ON TRUE
    WHERE CASE WHEN came.at IS NULL THEN begun.stage_id IS NULL
        ELSE NOT came.is_taken OR begun.started_at > came.at
            OR begun.started_at = came.at AND begun.kind <> 'stay' END
"""


class Cause(NamedTuple):
    """Something that begins a deadline for a lead. ``user_id`` is who does it, or None; ``resumed_on`` is the
    day on which waiting for the customer ended, where it was longer than the delay; ``is_satisfied``: what
    the rule waits for is there already. ``noted_at`` is when it was recorded, ``looked_at`` when all deals
    were looked at last, ``asked_for`` how long the same was asked for before: the last two maybe None.
    """

    duty: Duty
    lead_id: int
    occurrence: str
    number: int
    started_at: datetime
    user_id: int | None
    resumed_on: datetime | None
    is_satisfied: bool
    noted_at: datetime
    looked_at: datetime | None
    asked_for: timedelta | None

    def is_late(self):
        """Tell whether all deals were looked at since this was recorded, and this one did not meet the rule
        then.
        """
        return bool(self.looked_at and self.noted_at < self.looked_at)

    def begin_at(self, now):
        """Return the same of a deal that has come to meet the rule ``now``: it counts from then, and what it
        was asked for before counts, too.
        """
        return self._replace(started_at=max(now - (self.asked_for or timedelta()), self.started_at))


class CrmLead(models.Model):
    """What begins deadlines, found in one statement however many leads and rules there are; it returns only
    what has no activity yet.
    """

    _inherit = "crm.lead"

    def _find_causes(self, duties):
        """Return the :class:`Cause` of each activity that these leads of one playbook have not got."""
        by_key = {duty.key: duty for duty in duties.duties}
        rows = self.env.execute_query(self._get_cause_query(duties))
        return [Cause(by_key[key], *row) for key, *row in rows]

    def _get_cause_query(self, duties):
        """Return the query of the columns of :class:`Cause`."""
        queries = self._get_trigger_queries(duties)
        asked = {duty.trigger for duty in duties.duties}
        return SQL(
            CAUSES,
            duties=duties.get_tables(),
            leads=SQL(LEADS, self._get_today_sql(SQL("company_id")), self.ids),
            queries=SQL(" UNION ALL ").join(
                SQL("(%s)", queries[trigger]) for trigger in queries if trigger in asked
            ),
            doer=DOER,
            playbook=duties.playbook_id or None,
            came=self._get_came_query(duties, SQL("begun.lead_id")),
            people=duties.get_people(),
            applies=self._get_duty_test({duty.key: duty.domain for duty in duties.duties}, SQL("TRUE")),
            is_satisfied=self._get_satisfied_test(duties, SQL("cause.lead_id")),
        )

    def _get_trigger_queries(self, duties):
        """Return ``{trigger: query of what begins its duties}``; a module that adds a trigger extends it."""
        closed = {trigger: SQL(CLOSED) for trigger in ("won", "lost")}
        if {"won", "lost"} <= {duty.trigger for duty in duties.duties}:
            del closed["lost"]  # one statement finds both
        return {
            "lead_created": SQL(CAPTURED),
            ENTERING: SQL(ENTERED),
            "risk_raised": SQL(ENDANGERED),
            **closed,
            **self._get_recurring_queries(duties),
            "communication": self._get_communication_query(duties),
        }

    @api.model
    def _get_came_query(self, duties, lead_id):
        """Return the query of when a lead came under the playbook, and whether that took it as it was."""
        return SQL(CAME, lead_id=lead_id, playbook_id=duties.playbook_id or None)

    def _get_duty_test(self, domains, otherwise):
        """Return the condition that a lead meets the domain of its ``duty``, on ``crm_lead``.

        :param dict domains: ``{duty's key: domain as text}``
        :param SQL otherwise: for the duties that have none
        """
        domains = {key: text for key, text in domains.items() if text not in ("", "[]")}
        tests = self.env["crm.playbook.rule"]._get_tests(domains, self)
        cases = SQL(" ").join(
            SQL("WHEN %s THEN COALESCE(%s, FALSE)", key, test) for key, test in tests.items()
        )
        return SQL("CASE duty.key %s ELSE %s END", cases, otherwise) if tests else otherwise

    def _get_satisfied_test(self, duties, lead_id):
        """Return the condition that what a ``duty`` waits for is there: what its rule names, an output, or a
        document that shows it.
        """
        domains = {duty.key: duty.satisfied_domain for duty in duties.duties}
        handed_in = (
            SQL("FALSE")
            if not any(duty.is_output for duty in duties.duties)
            else SQL(
                "duty.key LIKE 'output:%%' AND (SELECT TRUE FROM crm_lead_output submission"
                " WHERE submission.lead_id = %s AND submission.output_id = duty.id AND submission.is_current"
                " AND submission.state <> 'rejected' LIMIT 1) IS NOT NULL",
                lead_id,
            )
        )
        documents = {duty.key: duty.document_domain for duty in duties.duties}
        documented = self._get_duty_test(documents, SQL("FALSE"))
        return SQL("(%s OR %s)", self._get_duty_test(domains, handed_in), documented)
