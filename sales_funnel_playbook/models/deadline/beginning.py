from datetime import datetime, time, timedelta

import pytz

from odoo import api, models

from ..core.crm_playbook_duty import RECURRING


class CrmLead(models.Model):
    """When what has begun is due, and what of it appears now."""

    _inherit = "crm.lead"

    def _get_doers(self, causes):
        """Return ``{cause: who does it, maybe nobody}``."""
        return {cause: self.env["res.users"].browse(cause.user_id or ()) for cause in causes}

    def _get_beginning(self, causes, duties):
        """Return ``{cause: when it is due}`` of those that begin now, naive UTC: each counts from when the
        deal came to meet the rule. What comes up again and again begins on the day it is due; where that was
        looked at already, the deal has come to meet the rule since.
        """
        now = self.env.cr.now()
        causes = [
            cause.begin_at(now) if cause.is_late() and cause.duty.trigger not in RECURRING else cause
            for cause in causes
        ]
        people = self._get_doers(causes)
        due = self._get_cause_due_times(causes, people, duties)
        shown = {
            cause: due[cause] for cause in causes if self._is_due_to_appear(cause, due[cause], people[cause])
        }
        late = [
            cause
            for cause in shown
            if cause.duty.trigger in RECURRING
            and cause.looked_at
            and self._is_day_reached(due[cause], people[cause], cause.looked_at)
        ]
        again = [shown.pop(cause) and cause.begin_at(now) for cause in late]
        return shown | self._get_cause_due_times(again, self._get_doers(again), duties)

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
        local = user._get_playbook_zone()
        return (
            local.localize(datetime.combine(day, time(23, 59, 59))).astimezone(pytz.utc).replace(tzinfo=None)
        )

    def _is_due_to_appear(self, cause, due, user):
        """Tell whether the activity of ``cause`` appears now: at once, but what comes again and again only
        on the day it is due.
        """
        return cause.duty.trigger not in RECURRING or self._is_day_reached(due, user, self.env.cr.now())

    @api.model
    def _is_day_reached(self, due, user, moment):
        """Tell whether the day on which something is due had begun at ``moment`` where ``user`` is."""
        return self._get_due_day(due, user) <= user._get_playbook_day(moment)

    @api.model
    def _get_due_day(self, due, user):
        """Return on which day something is due where ``user`` is: midnight ends a day, and begins none."""
        return user._get_playbook_day(due - timedelta(seconds=1))
