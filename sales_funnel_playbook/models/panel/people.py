from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

PEOPLE = """
    WITH asked AS (
        SELECT activity.user_id, ARRAY_AGG(submission.id) AS ids FROM crm_lead_output submission
        JOIN mail_activity activity ON activity.id = submission.activity_id AND activity.active
        WHERE submission.id = ANY(%(submissions)s) GROUP BY activity.user_id
    )
    SELECT users.id, partner.name, asked.ids, CASE WHEN users.active THEN held.roles END
    FROM res_users users JOIN res_partner partner ON partner.id = users.partner_id
    LEFT JOIN asked ON asked.user_id = users.id
    LEFT JOIN (
        SELECT user_id, ARRAY_AGG(ARRAY[id, role_id]) AS roles FROM crm_lead_member
        WHERE lead_id = %(lead)s AND left_at IS NULL GROUP BY user_id
    ) held ON held.user_id = users.id
    WHERE users.id = ANY(%(users)s) OR asked.ids IS NOT NULL OR held.roles IS NOT NULL
"""


class CrmLead(models.Model):
    """Whom the checklist names: who did something, who approves, who has a role."""

    _inherit = "crm.lead"

    def _get_panel_users(self, confirmations, submissions, stays, activities):
        """Return ``{user id: name}`` of everybody who did or is to do something here, ``{submission id: user
        id}`` of who is asked to approve, and ``{role id: [user id, …]}`` of who has a role, the one who has
        had it longest first, in one query.
        """
        users = confirmations.user_id | submissions.user_id | submissions.reviewed_by_id | stays.moved_by_id
        users |= activities.user_id
        submissions.flush_model(["activity_id"])
        self.env["mail.activity"].flush_model(["user_id", "active"])
        self.env["crm.lead.member"].flush_model(["lead_id", "role_id", "user_id", "left_at"])
        query = SQL(PEOPLE, users=users.ids, submissions=submissions.ids, lead=self.id)
        names, asked, held = {}, {}, []
        for user_id, name, ids, roles in self.env.execute_query(query):
            names[user_id] = name
            asked |= dict.fromkeys(ids or (), user_id)
            held += [(member_id, role_id, user_id) for member_id, role_id in roles or ()]
        holders = defaultdict(list)
        for _member_id, role_id, user_id in sorted(held):
            holders[role_id].append(user_id)
        return names, asked, holders

    def _prepare_panel_approval(self, waiting, facts):
        """Return for whom a submission waits, and what the current user may do about it.

        :param waiting: the ``crm.lead.output``, empty where it does not wait
        """
        asked_id = facts["asked"].get(waiting.id)
        may_remind = asked_id and asked_id != self.env.uid and self._can_advance()
        return {
            "waits_for": facts["users"].get(asked_id, ""),
            "can_remind": bool(may_remind) and not waiting._is_reminded(),
            "can_review": bool(waiting) and waiting._can_be_approved_by(self.env.user),
        }

    def _prepare_panel_people(self, rule, facts):
        """Return who has the role of a rule here, by name, and whether the current user may do what it asks
        for: who has the role, and who may edit the lead; a confirmation is its role's alone.
        """
        people = facts["holders"].get(rule["role_id"], [])
        user = self.env.user
        may_edit = facts["can_write"] and (rule["kind"] == "output" or self._is_done_by_one_of(people, user))
        return {
            "people": [facts["users"][user_id] for user_id in people],
            "can_do": may_edit or user.id in people,
        }

    @api.model
    def _shorten_panel(self, panel):
        """Return a checklist without what salespeople alone see."""
        return {**panel, "is_contributor": True, "score": False, "log": [], "log_count": 0}
