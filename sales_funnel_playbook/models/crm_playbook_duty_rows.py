from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL, frozendict

ENTERING = "stage_entered"
RECURRING = ("review", "follow_up")
# At least so many seconds pass in one of a delay's unit, whatever the calendar: to find candidates in SQL.
LEAST_SECONDS = {
    **{"working_hours": 3600, "hours": 3600, "days": 86400, "working_days": 86400},
    **{"weeks": 7 * 86400, "months": 28 * 86400},
}
DUTY_COLUMNS = "key, id, trigger, since, stage_id, least, responsible, user_id"
NO_DUTY = "(NULL, 0, NULL, NULL::timestamp, NULL::int, INTERVAL '0', NULL, NULL::int)"
# Who does a duty on a lead: as the rule says, else the leader, else the playbook's responsible, else the
# salesperson; never somebody who has left.
PEOPLE = """
    LEFT JOIN rhythm ON duty.trigger = 'follow_up' AND rhythm.tier = lead.tier
    LEFT JOIN crm_team team ON team.id = lead.team_id
    LEFT JOIN res_users owner ON owner.id = lead.user_id AND owner.active
    LEFT JOIN res_users leader ON leader.id = team.user_id AND leader.active
    LEFT JOIN res_users keeper ON keeper.id = %s AND keeper.active
    LEFT JOIN res_users named ON named.id = duty.user_id AND named.active
"""
DOER = SQL(
    "COALESCE(CASE COALESCE(rhythm.responsible, duty.responsible) WHEN 'salesperson' THEN owner.id"
    " WHEN 'team_leader' THEN leader.id ELSE named.id END, leader.id, keeper.id, owner.id)"
)


class Duty(NamedTuple):
    """Something that a playbook has done in time, as the engine of deadlines keeps it in memory."""

    key: str  # "deadline:12" or "output:5": a cause of an activity begins with it
    id: int
    trigger: str
    stage_id: int  # the ``crm.stage`` that starts it, or False
    domain: str
    satisfied_domain: str
    delay: tuple  # (count, unit); None: as the deal's tier says
    escalation: tuple  # (count, unit) after it is due, or None: never
    effective_from: datetime
    responsible: str
    responsible_user_id: int
    activity_type_id: int

    @property
    def is_output(self):
        return self.key.startswith("output")

    def browse_rule(self, env):
        """Return the ``crm.playbook.output`` or ``crm.playbook.deadline``."""
        return env["crm.playbook.output" if self.is_output else "crm.playbook.deadline"].browse(self.id)


class Duties(NamedTuple):
    """All that one playbook has done in time, and how it stands in SQL beside the leads."""

    duties: tuple[Duty, ...] = ()
    broken: tuple[str, ...] = ()  # keys of those that cannot be evaluated: what they have begun stays
    tiers: frozendict = frozendict()  # {tier: (delay, responsible)}
    responsible_user_id: int = False
    calendar_id: int = False

    def get_tables(self):
        """Return ``duty (…) AS …, rhythm (tier, least, responsible) AS …`` for a WITH; see
        :data:`DUTY_COLUMNS`. ``least`` is an interval that passes before it can be due.
        """
        duties = [
            SQL(
                "(%s, %s, %s, %s::timestamp, %s::int, %s * INTERVAL '1 second', %s, %s::int)",
                *(duty.key, duty.id, duty.trigger, duty.effective_from, duty.stage_id or None),
                *(get_least_seconds(duty.delay), duty.responsible, duty.responsible_user_id or None),
            )
            for duty in self.duties
        ]
        rhythms = [
            SQL("(%s, %s * INTERVAL '1 second', %s)", tier, get_least_seconds(delay), responsible)
            for tier, (delay, responsible) in self.tiers.items()
        ]
        return SQL(
            "duty (%s) AS (VALUES %s), rhythm (tier, least, responsible) AS (VALUES %s)",
            SQL(DUTY_COLUMNS),
            SQL(", ").join(duties or [SQL(NO_DUTY)]),
            SQL(", ").join(rhythms or [SQL("(NULL, INTERVAL '0', NULL)")]),
        )

    def get_people(self):
        """Return the joins to ``duty`` and ``lead`` that :data:`DOER` needs."""
        return SQL(PEOPLE, self.responsible_user_id or None)


def get_least_seconds(delay):
    """Return how many seconds pass at least before a delay is over.

    >>> get_least_seconds((2, "hours"))
    7200
    >>> get_least_seconds((1, "working_days"))  # from late on one day to early on the next
    0
    >>> get_least_seconds(None)
    0
    """
    count, unit = delay or (0, "days")
    return LEAST_SECONDS[unit] * max(count - (unit == "working_days"), 0)
