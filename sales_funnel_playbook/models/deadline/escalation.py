from markupsafe import Markup

from odoo import models
from odoo.tools import SQL, format_datetime, split_every

from ..core.crm_playbook_refresh import BATCH
from .crm_lead_waiver import ON_RECORD

# Deals on which two deadlines were missed since this risk was last closed, with the last one missed.
MISSED_TWICE = """
    SELECT lead.id, 'misses:' || missed.last_id, missed.names FROM crm_lead lead
    LEFT JOIN (
        SELECT lead_id, MAX(closed_at) AS closed_at, BOOL_OR(state = 'open') AS is_open
        FROM crm_lead_risk WHERE lead_id = ANY(%(ids)s) AND type_id = ANY(%(types)s) GROUP BY lead_id
    ) risk ON risk.lead_id = lead.id
    JOIN LATERAL (
        SELECT COUNT(*) AS count, MAX(id) AS last_id, STRING_AGG(summary, ', ' ORDER BY id) AS names
        FROM %(on_record)s asked WHERE res_id = lead.id AND playbook_escalation_of_id IS NULL
            AND playbook_due_at < COALESCE(playbook_done_at, %(now)s)
            AND playbook_due_at > COALESCE(risk.closed_at, '-infinity'::timestamp)
    ) missed ON missed.count >= 2
    WHERE lead.id = ANY(%(ids)s) AND lead.active AND lead.won_status = 'pending'
        AND risk.is_open IS NOT TRUE
"""


class CrmLead(models.Model):
    """A missed deadline reaches somebody else, once; two of them are a risk of the deal."""

    _inherit = "crm.lead"

    def _escalate_deadlines(self):
        """Tell whom the rules name of what is still open on these leads some time after it was due."""
        now = self.env.cr.now()
        self._take_back_escalations()
        missed = self.env["mail.activity"].search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", self.ids),
                ("active", "=", True),
                ("playbook_escalate_at", "<=", now),
                ("playbook_escalated_at", "=", False),
            ]
        )
        if not missed:
            return
        missed.write({"playbook_escalated_at": now})
        missed._take_on_escalation_roles()
        vals_list = [missed_one._prepare_escalation_vals() for missed_one in missed]
        # who is told hears of it in one message, when the job is through
        told = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        told.create([vals for vals in vals_list if vals])._note_missed()

    def _take_back_escalations(self):
        """What was told to somebody who has left since is told again, to somebody who is there."""
        told = self.env["mail.activity"].search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", self.ids),
                ("active", "=", True),
                ("playbook_escalation_of_id.active", "=", True),
                ("user_id.active", "=", False),
            ]
        )
        told.playbook_escalation_of_id.write({"playbook_escalated_at": False})
        told.unlink()

    def _open_missed_twice(self):
        """Open the risk "deadline missed twice" on those of these leads on which that happened."""
        types = self and self.env["crm.risk.type"]._get_detecting("deadline")
        if types:
            query = SQL(
                MISSED_TWICE, ids=self.ids, types=types.ids, now=self.env.cr.now(), on_record=SQL(ON_RECORD)
            )
            self.env["crm.lead.risk"]._open_detected(types, self.env.execute_query(query))


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _prepare_escalation_vals(self):
        """Return the values of the activity that tells somebody that this one was missed, empty where
        nobody else is there to tell.
        """
        self.ensure_one()
        lead = self.env["crm.lead"].browse(self.res_id)
        user = self._get_escalation_user(lead)
        if not user or user == self.user_id:
            return {}
        in_words = self.with_context(lang=user.lang or "en_US", tz=user.tz)
        return {
            "res_model_id": self.res_model_id.id,
            "res_id": self.res_id,
            "activity_type_id": self.activity_type_id.id,
            "automated": True,
            "user_id": user.id,
            "date_deadline": user._get_playbook_day(self.env.cr.now()),
            **in_words._prepare_escalation_words(),
            "playbook_id": self.playbook_id.id,
            "playbook_kind": "escalation",
            "playbook_rule_id": self.id,
            "playbook_escalation_of_id": self.id,
            "playbook_assigned_id": user.id,
        }

    def _note_missed(self):
        """Note whom these tell of what was missed."""
        leads = self.env["crm.lead"].browse(set(self.mapped("res_id"))).grouped("id")
        self.env["crm.playbook.notice"]._note(
            "missed", [(one.user_id.partner_id, leads[one.res_id], one.summary) for one in self]
        )
        self.write({"playbook_escalated_at": self.env.cr.now()})

    def _prepare_escalation_words(self):
        """Return summary and note of what tells that this one was missed, in the reader's language and time
        zone: in what it asks for, too, as far as nobody has written into it.
        """
        words = self._get_words().get(self, {})
        told = {name: words[name] for name in self._get_untouched()[self]}
        return {
            "summary": self.env._("Missed: %s", told.get("summary", self.summary)),
            "note": self._prepare_escalation_note() + (told.get("note", self.note) or ""),
        }

    def _take_on_escalation_roles(self):
        """Have the roles that are told of these taken on: of most deals they never hear."""
        wanted = {}
        for one in self:
            rule = one._get_rule()
            if rule.escalation_to == "role":
                lead = self.env["crm.lead"].browse(one.res_id)
                wanted.setdefault(lead, set()).add(rule.escalation_role_id.id)
        self.env["crm.lead"]._fill_roles(wanted)

    def _get_escalation_user(self, lead):
        """Return who is told, as the rule says; somebody who has left is nobody."""
        rule = self._get_rule()
        leader = lead.team_id.user_id
        first = {"user": rule.escalation_user_id, "role": lead._get_role_people(rule.escalation_role_id)[:1]}
        first = first.get(rule.escalation_to, leader)
        others = (leader, self.playbook_id.responsible_user_id, lead.user_id)
        return next(
            (user for user in (first, *others) if user.active and user != self.user_id), first.browse()
        )

    def _prepare_escalation_note(self):
        """Return by whom it was missed, and since when, in the reader's language and time zone."""
        lead = self.env["crm.lead"].browse(self.res_id)
        lines = [
            self.env._("Deal: %s", lead.name),
            self.env._("Salesperson: %s", lead.user_id.name or "–"),
            self.env._("Responsible: %s", self.user_id.name or "–"),
            self.env._(
                "Due since: %s",
                format_datetime(self.env, self.playbook_due_at, tz=self.env.context.get("tz")),
            ),
        ]
        return Markup("").join(Markup("<p>%s</p>") % line for line in lines)


class ResUsers(models.Model):
    """Who leaves hands over what playbooks gave them: Odoo deletes it with their other activities."""

    _inherit = "res.users"

    def action_archive(self):
        # sudo: who may archive a user may not have to see the deals
        work = self.env["mail.activity"].sudo()
        work = work.search(
            [("res_model", "=", "crm.lead"), ("user_id", "in", self.ids), ("playbook_kind", "!=", False)]
        )
        if not work:
            return super().action_archive()
        self.write({"active": False})
        # what is overdue is told again, to somebody who is there
        work.playbook_escalation_of_id.filtered("active").write({"playbook_escalated_at": False})
        # sudo: as above
        leads = self.env["crm.lead"].sudo().browse(set(work.mapped("res_id"))).exists()
        for ids in split_every(BATCH, leads.ids):
            leads.browse(ids)._settle_deadlines()
        return super().action_archive()
