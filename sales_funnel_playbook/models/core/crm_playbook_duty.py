from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, frozendict

from .mixins import UNITS

ENTERING = "stage_entered"
RECURRING = ("review", "follow_up")
# At least so many seconds pass in one of a delay's unit, whatever the calendar: to find candidates in SQL.
LEAST_SECONDS = {
    **{"working_hours": 3600, "hours": 3600, "days": 86400, "working_days": 86400},
    **{"weeks": 7 * 86400, "months": 28 * 86400},
}
# Fields without which a rule asks for nothing, and those that say on which occasions it does.
SWITCHES = frozenset({"active", "is_required", "delay_count"})
OCCASIONS = frozenset({"trigger", "domain", "playbook_id", "playbook_stage_id"})
NO_DOMAIN = "[]"
DUTY_COLUMNS = "key, id, trigger, since, stage_id, least, responsible, user_id, kind, role_id"
NO_DUTY = "(NULL, 0, NULL, NULL::timestamp, NULL::int, INTERVAL '0', NULL, NULL::int, NULL, NULL::int)"
# Who does a duty on a lead: as the rule says (where nobody has its role, the salesperson), else the leader,
# else the playbook's responsible, else the salesperson; never somebody who has left.
PEOPLE = """
    LEFT JOIN rhythm ON duty.trigger = 'follow_up' AND rhythm.tier = lead.tier
    LEFT JOIN crm_team team ON team.id = lead.team_id
    LEFT JOIN res_users owner ON owner.id = lead.user_id AND owner.active
    LEFT JOIN res_users leader ON leader.id = team.user_id AND leader.active
    LEFT JOIN res_users keeper ON keeper.id = %s AND keeper.active
    LEFT JOIN res_users capturer ON capturer.id = lead.intake_user_id AND capturer.active
    LEFT JOIN res_users named ON named.id = duty.user_id AND named.active
    LEFT JOIN LATERAL (%s) member ON TRUE
"""
# The first who has the role of a duty on a lead.
MEMBER = """
    SELECT held.user_id AS id FROM crm_lead_member held
    JOIN res_users its ON its.id = held.user_id AND its.active
    WHERE held.lead_id = lead.id AND held.role_id = duty.role_id AND held.left_at IS NULL
    ORDER BY held.id LIMIT 1
"""
NO_MEMBER = "SELECT NULL::int AS id"
DOER = SQL(
    "COALESCE(CASE COALESCE(rhythm.responsible, duty.responsible) WHEN 'salesperson' THEN owner.id"
    " WHEN 'team_leader' THEN leader.id WHEN 'role' THEN COALESCE(member.id, owner.id)"
    " WHEN 'capturer' THEN COALESCE(owner.id, capturer.id) ELSE named.id END,"
    " leader.id, keeper.id, owner.id)"
)


class Duty(NamedTuple):
    """Something that a playbook has done in time, as the engine of deadlines keeps it in memory."""

    key: str  # "deadline:12" or "output:5": what kind of rule it is, and which
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
    contact_of: str = (
        "leader"  # whose contact stands for a follow-up: "leader" where they do it, or "anybody"
    )
    role_id: int = False  # the role that does it, where ``responsible`` is "role"
    document_domain: str = ""  # of the leads of which a document of another app shows that it is done
    is_reminder: bool = False  # the renewal reminder, which comes by the dates of the contract

    @property
    def kind(self):
        return self.key.partition(":")[0]

    @property
    def is_output(self):
        return self.kind == "output"

    def browse_rule(self, env):
        """Return the ``crm.playbook.output`` or ``crm.playbook.deadline``."""
        return env["crm.playbook.output" if self.is_output else "crm.playbook.deadline"].browse(self.id)


class Duties(NamedTuple):
    """All that one playbook has done in time, and how it stands in SQL beside the leads."""

    playbook_id: int = False
    duties: tuple[Duty, ...] = ()
    broken: tuple[str, ...] = ()  # keys of those that cannot be evaluated: what they have begun stays
    tiers: frozendict = frozendict()  # {tier: (delay, responsible)}
    responsible_user_id: int = False
    calendar_id: int = False
    asked_contact: str = "customer"  # after which contacts a note is asked for
    renewal_days: int = 0  # how long before notice a renewal is due
    has_others: bool = True  # whether work is looked at, too, that none of these has asked for

    def restrict(self, keys):
        """Return the same with those of its duties that have ``keys``; None: all of them."""
        if keys is None:
            return self
        duties = tuple(duty for duty in self.duties if duty.key in keys)
        return self._replace(duties=duties, has_others=False)

    def get_tables(self):
        """Return ``duty (…) AS …, rhythm (tier, least, responsible) AS …`` for a WITH; see
        :data:`DUTY_COLUMNS`. ``least`` is an interval that passes before it can be due.
        """
        duties = [
            SQL(
                "(%s, %s, %s, %s::timestamp, %s::int, %s * INTERVAL '1 second', %s, %s::int, %s, %s::int)",
                *(duty.key, duty.id, duty.trigger, duty.effective_from, duty.stage_id or None),
                *(
                    get_least_seconds(duty.delay),
                    duty.responsible,
                    duty.responsible_user_id or None,
                    duty.kind,
                    duty.role_id or None,
                ),
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

    def get_anybodys(self):
        """Return the ids of the deadlines for which anybody's contact counts."""
        return [duty.id for duty in self.duties if duty.contact_of == "anybody"]

    def get_people(self):
        """Return the joins to ``duty`` and ``lead`` that :data:`DOER` needs."""
        asks_roles = any(duty.role_id for duty in self.duties)
        member = SQL(MEMBER) if asks_roles else SQL(NO_MEMBER)
        return SQL(PEOPLE, self.responsible_user_id or None, member)


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


class CrmPlaybookDuty(models.AbstractModel):
    """A rule that gives somebody an activity with a due time, and tells somebody else when it is missed."""

    _name = "crm.playbook.duty"
    _description = "Dated Duty"
    _inherit = ["crm.playbook.delay", "crm.playbook.cache.mixin"]
    _playbook_effects = {"deadlines": None}
    _playbook_silent_fields = frozenset({"error"})

    activity_type_id = fields.Many2one(
        "mail.activity.type",
        ondelete="set null",
        domain="[('res_model', 'in', [False, 'crm.lead'])]",
        help="The kind of activity it appears as; empty: a to-do.",
    )
    effective_from = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="Nothing that happened before this date creates an activity.",
    )
    escalation_to = fields.Selection(
        [
            ("none", "Nobody"),
            ("team_leader", "Team Leader"),
            ("role", "A Role"),
            ("user", "A Named Person"),
        ],
        string="Escalate To",
        required=True,
        default="none",
        help="Who is told, once, when it is still not done some time after it was due. Without a team leader"
        " it is the playbook's responsible, else the salesperson.",
    )
    escalation_user_id = fields.Many2one(
        "res.users", string="Escalate To Person", domain=[("share", "=", False)], ondelete="set null"
    )
    escalation_role_id = fields.Many2one("crm.playbook.role", string="Escalate To Role", ondelete="restrict")
    escalation_count = fields.Integer(string="Escalate After", help="0: as soon as it is overdue.")
    escalation_unit = fields.Selection(
        UNITS,
        string="Unit of Escalation",
        required=True,
        default="working_days",
    )

    error = fields.Text(readonly=True, copy=False, help="Why this could not be followed last time.")

    _escalation_count_range = models.Constraint(
        "CHECK(escalation_count BETWEEN 0 AND 1000)",
        "The time until an escalation is between 0 and 1000 of its unit.",
    )

    @api.constrains("escalation_to", "escalation_user_id", "escalation_role_id")
    def _check_escalation_user(self):
        for rule in self:
            if rule.escalation_to == "role" and not rule.escalation_role_id:
                raise ValidationError(
                    self.env._("Choose the role to which “%s” is escalated, or nobody.", rule.name)
                )
            if rule.escalation_to == "user" and not rule.escalation_user_id.active:
                raise ValidationError(
                    self.env._("Choose an active user to whom “%s” is escalated, or nobody.", rule.name)
                )
            if rule.escalation_to == "user":
                rule.escalation_user_id._check_named_by(rule)

    def write(self, vals):
        """What begins to be asked for now asks nothing of the past."""
        if "effective_from" not in vals:
            self.filtered(lambda rule: rule._begins_anew(vals))._begin_anew()
        return super().write(vals if "error" in vals else {**vals, "error": False})

    def _begin_anew(self):
        """Let these rules ask for nothing that began before now."""
        return self.write({"effective_from": fields.Datetime.now()})

    def _begins_anew(self, vals):
        """Tell whether writing ``vals`` has this rule ask for what it has not asked for until now: taken back
        into use, with a time limit at last, begun by something else, for other deals. What is mended has
        asked for it all along.
        """
        if self.error or ("broken_reason" in self._fields and self.broken_reason):
            return False
        known = vals.keys() & self._fields.keys()
        is_on = any(vals[name] and not self[name] for name in SWITCHES & known)
        old = {name: getattr(self[name], "id", self[name]) for name in OCCASIONS & known}
        return is_on or any((vals[name] or NO_DOMAIN) != (value or NO_DOMAIN) for name, value in old.items())

    def _report_error(self, error):
        """Tell the playbook's responsible, once, why this rule could not be followed; the others go on.

        :param error: an exception or its text
        """
        self.ensure_one()
        reason = (str(error) or repr(error)).splitlines()[0]
        if reason == self.error:
            return
        self.write({"error": reason})
        told = self.with_env(self.playbook_id._for_responsible().env)
        text = told.env._("“%(rule)s” cannot be followed: %(reason)s", rule=told.name, reason=reason)
        self.playbook_id.message_post(body=text)
        self.playbook_id._note_failed(text)

    def _prepare_duty(self):
        """Return this rule as a :class:`Duty`; extended by each kind of rule."""
        self.ensure_one()
        escalates = self.escalation_to != "none"
        return Duty(
            key=f"{self._name.rpartition('.')[2]}:{self.id}",
            id=self.id,
            trigger=ENTERING,
            stage_id=False,
            domain="",
            satisfied_domain="",
            delay=self._get_delay(),
            escalation=(self.escalation_count, self.escalation_unit) if escalates else None,
            effective_from=self.effective_from,
            responsible="salesperson",
            responsible_user_id=False,
            activity_type_id=self.activity_type_id.id,
        )
