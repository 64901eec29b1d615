from collections import defaultdict
from datetime import datetime, time

import pytz

from odoo import models
from odoo.tools import plaintext2html

from .crm_playbook_duty_rows import RECURRING


class CrmLead(models.Model):
    """What has begun becomes an activity: whose it is, until when, and with which words."""

    _inherit = "crm.lead"

    def _begin_deadlines(self, playbook_id, duties):
        """Give each cause that these leads of one playbook have its activity. What is done already is noted
        as done, so that being in time counts too.
        """
        causes = self._find_causes(duties)
        if not causes:
            return
        leads = self.browse({cause.lead_id for cause in causes})
        leads.fetch(["name"])  # Odoo asks for the name of each activity's lead, one by one
        users = self.env["res.users"]
        people = {cause: users.browse(cause.user_id or ()) for cause in causes}
        due = leads._get_cause_due_times(causes, people, duties)
        causes = [cause for cause in causes if self._is_due_to_appear(cause, due[cause], people[cause])]
        escalations = leads._get_escalation_times(causes, due, people, duties)
        texts = self._get_duty_texts(causes, people)
        self.env["mail.activity"].create(
            [
                {
                    **self._prepare_deadline_vals(cause, people[cause], due[cause]),
                    **texts[cause.duty, people[cause].lang],
                    "playbook_id": playbook_id,
                    "playbook_escalate_at": escalations.get(cause, False),
                    **self._prepare_done_vals(cause),
                }
                for cause in causes
                if not (cause.is_satisfied and cause.duty.trigger in RECURRING)
            ]
        )

    def _get_cause_due_times(self, causes, people, duties):
        """Return ``{cause: when it is due}``, naive UTC."""
        leads = {lead.id: lead for lead in self}
        requests = {}
        for cause in causes:
            lead = leads[cause.lead_id]
            delay = cause.duty.delay or duties.tiers[lead.tier][0]
            requests[cause] = (delay, cause.started_at, lead._get_duty_calendar(duties), people[cause])
        moments = self.env["crm.playbook.delay"]._get_due_moments(set(requests.values()))
        return {
            cause: max(moments[request], self._get_end_of_day(cause.resumed_on, people[cause]))
            if cause.resumed_on
            else moments[request]
            for cause, request in requests.items()
        }

    def _get_duty_calendar(self, duties):
        """Return the calendar of working time for this lead, maybe empty."""
        calendar = self.env["resource.calendar"].browse(duties.calendar_id or ())
        return calendar or (self.company_id or self.env.company).resource_calendar_id

    def _get_end_of_day(self, day, user):
        """Return the end of a date where ``user`` is, naive UTC."""
        local = self._get_zone(user)
        return (
            local.localize(datetime.combine(day, time(23, 59, 59))).astimezone(pytz.utc).replace(tzinfo=None)
        )

    def _get_local_date(self, moment, user):
        """Return the date of ``moment`` (naive UTC) where ``user`` is."""
        return pytz.utc.localize(moment).astimezone(self._get_zone(user)).date()

    def _get_zone(self, user):
        """Return the time zone of ``user``, else the company's."""
        return pytz.timezone(user.tz or self.env.company.resource_calendar_id.tz or "UTC")

    def _is_due_to_appear(self, cause, due, user):
        """Tell whether the activity of ``cause`` appears now: at once, but what comes again and again only
        on the day it is due.
        """
        today = self._get_local_date(self.env.cr.now(), user)
        return cause.duty.trigger not in RECURRING or self._get_local_date(due, user) <= today

    def _get_escalation_times(self, causes, due, people, duties):
        """Return ``{cause: when somebody else is told}`` for the deadlines that say so, naive UTC."""
        leads = {lead.id: lead for lead in self}
        times, requests = {}, {}
        for cause in causes:
            delay = cause.duty.escalation
            if delay and delay[0]:
                calendar = leads[cause.lead_id]._get_duty_calendar(duties)
                requests[cause] = (delay, due[cause], calendar, people[cause])
            elif delay:
                times[cause] = due[cause]
        moments = self.env["crm.playbook.delay"]._get_due_moments(set(requests.values()))
        return times | {cause: moments[request] for cause, request in requests.items()}

    def _get_duty_texts(self, causes, people):
        """Return ``{(duty, language): summary and note}`` in the words of whoever reads them."""
        spoken = defaultdict(set)
        for cause in causes:
            spoken[people[cause].lang].add(cause.duty)
        texts = {}
        for lang, duties in spoken.items():
            for duty in duties:
                rule = duty.browse_rule(self.with_context(lang=lang or "en_US").env)
                summary = rule.env._("Hand in: %s", rule.name) if duty.is_output else rule.name
                texts[duty, lang] = {
                    "summary": summary,
                    "note": rule.guidance and plaintext2html(rule.guidance),
                    "activity_type_id": self._get_duty_activity_type(duty).id,
                }
        return texts

    def _get_duty_activity_type(self, duty):
        """Return the kind of activity of ``duty``, a to-do where none is chosen or it is out of use."""
        chosen = self.env["mail.activity.type"].browse(duty.activity_type_id or ()).exists()
        return (
            chosen.filtered("active")
            or self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
            or chosen.search([("res_model", "=", False)], limit=1)
        )

    def _prepare_deadline_vals(self, cause, user, due):
        duty = cause.duty
        return {
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": cause.lead_id,
            "user_id": user.id,
            "automated": True,
            "date_deadline": self._get_local_date(due, user),
            "playbook_cause": cause.key,
            "playbook_deadline_id": not duty.is_output and duty.id,
            "playbook_output_id": duty.is_output and duty.id,
            "playbook_assigned_id": user.id,
            "playbook_started_at": cause.started_at,
            "playbook_due_at": due,
        }

    def _prepare_done_vals(self, cause):
        if not cause.is_satisfied:
            return {}
        return {
            "active": False,
            "playbook_closing": "satisfied",
            "playbook_done_at": max(self.env.cr.now(), cause.started_at),
        }
