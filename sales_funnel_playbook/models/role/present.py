from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL, frozendict

from ..core.memory import remembered
from ..core.read_together import read_together
from .waiting import ASKED

# What is looked at; each is of the kind, the deal, ids, a text, and from when until when.
STAYS = """
    SELECT 'stay' AS kind, lead_id, ARRAY[playbook_id, stage_id] AS ids, state::text AS name,
        stay_began_at AS from_at, NULL::timestamp AS until_at
    FROM crm_lead_stage_log WHERE lead_id = ANY(%(leads)s) AND left_at IS NULL
"""
MEMBERS = """
    SELECT 'member', member.lead_id, ARRAY[member.role_id, member.user_id, member.id], partner.name,
        NULL, NULL
    FROM crm_lead_member member
    JOIN res_users its ON its.id = member.user_id JOIN res_partner partner ON partner.id = its.partner_id
    WHERE member.lead_id = ANY(%(leads)s) AND member.left_at IS NULL
"""
SUBMISSIONS = """
    SELECT 'output', lead_id, ARRAY[output_id, id],
        CASE WHEN reviewed_at IS NULL AND withdrawn_at IS NULL THEN 'pending' END, submitted_at,
        CASE WHEN state = 'rejected' THEN reviewed_at ELSE withdrawn_at END
    FROM crm_lead_output WHERE lead_id = ANY(%(leads)s) AND output_id = ANY(%(rules)s)
"""
CONFIRMATIONS = """
    SELECT 'confirmation', lead_id, ARRAY[condition_id], NULL, date, withdrawn_at
    FROM crm_lead_confirmation WHERE lead_id = ANY(%(leads)s) AND condition_id = ANY(%(rules)s)
"""
ACTIONS = """
    SELECT 'action', res_id, ARRAY[playbook_deadline_id], NULL, create_date, NULL
    FROM mail_activity WHERE res_model = 'crm.lead' AND res_id = ANY(%(leads)s)
        AND playbook_deadline_id = ANY(%(rules)s) AND active AND playbook_done_at IS NULL
        AND playbook_escalation_of_id IS NULL AND playbook_closing IS DISTINCT FROM 'dropped'
"""
PEOPLE = (
    "SELECT 'person', NULL, ARRAY[id], NULL, NULL, NULL FROM res_users WHERE id = ANY(%(users)s) AND active"
)


class WaitingRules(NamedTuple):
    """What keeps deals waiting, of all playbooks.

    :ivar dict asked: ``{(playbook id, stage id): ((kind, rule id, role id, since when), …)}`` of outputs and
        confirmations
    :ivar dict approvals: ``{output id: (who approves, role id, user id)}``
    :ivar dict actions: ``{deadline id: role id}``
    """

    asked: frozendict
    approvals: frozendict
    actions: frozendict

    def get_ids(self, kind):
        """Return the ids of the rules of that kind that ask something of a role."""
        return [rule_id for rules in self.asked.values() for its, rule_id, *_ in rules if its == kind]


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    @remembered()
    def _get_waiting_rules(self):
        """Return the :class:`WaitingRules`, kept in memory."""
        self.env["crm.lead"]._flush_waits()
        asked = defaultdict(tuple)
        for kind, rule_id, playbook_id, stage_id, role_id, since, _name in self.env.execute_query(SQL(ASKED)):
            asked[playbook_id, stage_id] += ((kind, rule_id, role_id, since),)
        # sudo: kept in memory for everybody
        outputs = self.env["crm.playbook.output"].sudo().with_context(active_test=False)
        outputs = outputs.search([("approval", "!=", "none")])
        # sudo: as outputs
        actions = self.env["crm.playbook.deadline"].sudo().with_context(active_test=False)
        actions = actions.search([("responsible", "=", "role"), ("playbook_stage_id", "!=", False)])
        return WaitingRules(
            frozendict(asked),
            frozendict(
                {one.id: (one.approval, one.approval_role_id.id, one.approval_user_id.id) for one in outputs}
            ),
            frozendict({action.id: action.role_id.id for action in actions}),
        )


class CrmLead(models.Model):
    """Whom a deal keeps waiting now, decided from its facts: planning what ``WAITS`` finds out about all
    times takes PostgreSQL longer than a page of cards may.
    """

    _inherit = "crm.lead"

    def _get_waits(self):
        """Return ``{lead id: [(role id, since when), …]}`` of the roles for which these leads wait, longest
        first, in one query; none where no playbook has anybody wait.
        """
        return self._choose_waits(read_together(self.env, self._get_present_queries()))

    def _get_present_queries(self):
        """Return what to read of who has a role on these leads and whom they wait for, see
        :func:`read_together`; nothing where no playbook has anybody wait.
        """
        # of all playbooks: what was handed in under another one waits for approval still
        ids = [*self._origin._get_playbook_ids()] if self.env["crm.playbook"]._get_waited_in() else []
        if not ids:
            return []
        self._flush_waits()
        rules = self.env["crm.playbook"]._get_waiting_rules()
        submitted = [*rules.get_ids("output"), *rules.approvals]
        confirmed, actions = rules.get_ids("confirmation"), [*rules.actions]
        users = [user_id for _approval, _role_id, user_id in rules.approvals.values() if user_id]
        return [
            SQL(STAYS, leads=ids),
            SQL(MEMBERS, leads=ids),
            *([SQL(SUBMISSIONS, leads=ids, rules=submitted)] if submitted else ()),
            *([SQL(CONFIRMATIONS, leads=ids, rules=confirmed)] if confirmed else ()),
            *([SQL(ACTIONS, leads=ids, rules=actions)] if actions else ()),
            *([SQL(PEOPLE, users=users)] if users else ()),
        ]

    @api.model
    def _choose_waits(self, rows):
        """Return what :meth:`_get_waits` does, of what was read."""
        rules = self.env["crm.playbook"]._get_waiting_rules()
        held = defaultdict(set)
        for lead_id, (role_id, *_ids), *_ in rows["member"]:
            held[lead_id].add(role_id)
        waits = defaultdict(dict)
        found = (*self._find_asked(rows, rules), *self._find_acting(rows, rules))
        asked = [wait for wait in found if wait[1] in held[wait[0]]]
        for lead_id, role_id, since in (*asked, *self._find_approving(rows, rules, held)):
            waits[lead_id][role_id] = min(since, waits[lead_id].get(role_id, since))
        return {
            lead_id: sorted(its.items(), key=lambda wait: (wait[1], wait[0]))
            for lead_id, its in waits.items()
        }

    @api.model
    def _find_asked(self, rows, rules):
        """Yield ``(lead id, role id, since when)`` of what a role is to hand in or confirm where a deal is,
        and is not there: since the deal came, or it was taken back or rejected.
        """
        done = defaultdict(list)
        for kind in ("output", "confirmation"):
            for lead_id, (rule_id, *_), _text, _from_at, until_at in rows[kind]:
                done[lead_id, kind, rule_id].append(until_at)
        for lead_id, place, state, began_at, _until_at in rows["stay"]:
            for kind, rule_id, role_id, since in rules.asked.get(tuple(place), ()) if state == "open" else ():
                ends = done[lead_id, kind, rule_id]
                if None not in ends:
                    yield lead_id, role_id, max(filter(None, (began_at, since, *ends)))

    @api.model
    def _find_acting(self, rows, rules):
        """Yield the same of key actions that a role does."""
        for lead_id, (rule_id,), _text, since, _until_at in rows["action"]:
            yield lead_id, rules.actions[rule_id], since

    @api.model
    def _find_approving(self, rows, rules, held):
        """Yield the same of what was handed in last and nobody has judged, while the deal goes on. Where
        nobody has the role that approves, or the person is not there any more, the team's leader does.
        """
        approvers = self.env["crm.playbook.role"]._get_approvers_role_ids()
        over = {lead_id for lead_id, _place, state, *_ in rows["stay"] if state in ("lost", "archived")}
        present = {user_id for _lead_id, (user_id,), *_ in rows["person"]}
        latest = {}
        for row in sorted(rows["output"], key=lambda row: row[1][1]):
            latest[row[0], row[1][0]] = row
        for (lead_id, rule_id), (_lead, _ids, text, since, _until_at) in latest.items():
            if rule_id not in rules.approvals or text != "pending" or lead_id in over:
                continue
            approval, role_id, user_id = rules.approvals[rule_id]
            if approval == "user":
                role_id = approvers["named" if user_id in present else "leader"]
            elif approval != "role" or role_id not in held[lead_id]:
                role_id = approvers["leader"]
            if role_id:
                yield lead_id, role_id, since
