from datetime import timedelta

from odoo import models

from .crm_lead import CONTRACT


class CrmPlaybookDeadline(models.Model):
    _inherit = "crm.playbook.deadline"

    def _prepare_duty(self):
        return super()._prepare_duty()._replace(is_reminder=self.is_renewal_reminder)


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"
    _playbook_effects = {"deadlines": {"renewal_days"}}

    def _prepare_duties(self):
        return super()._prepare_duties()._replace(renewal_days=self.renewal_days)


class CrmLead(models.Model):
    """The renewal reminder of a deal with a contract comes by the contract's dates: so long before the last
    day on which it can be terminated as the playbook says.
    """

    _inherit = "crm.lead"

    def _get_cause_due_times(self, causes, people, duties):
        due = super()._get_cause_due_times(causes, people, duties)
        leads = {lead.id: lead for lead in self}
        reminders = {cause: leads[cause.lead_id] for cause in causes if cause.duty.is_reminder}
        return due | {
            cause: lead._get_reminder_due(duties.renewal_days, people[cause])
            for cause, lead in reminders.items()
            if lead.contract_end
        }

    def _get_reminder_due(self, days, user):
        """Return until when the renewal of this deal is to be begun by its contract, naive UTC: nothing is
        overdue at birth.
        """
        today = user._get_playbook_day(self.env.cr.now())
        return self._get_end_of_day(max(self.notice_by - timedelta(days=days), today), user)

    def _after_save_renewal(self, save):
        """Reminders that are open follow the dates of the contract."""
        if save.is_new or save.written.keys().isdisjoint(CONTRACT):
            return
        dutiful = self._get_dutiful()  # whoever leaves a playbook is reminded no more
        if not dutiful:
            return
        # sudo: the module's activities, whoever has them
        work = self.env["mail.activity"].sudo()
        work = work.search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", dutiful.ids),
                ("playbook_deadline_id.is_renewal_reminder", "=", True),
            ]
        )
        for activity in work:
            self.browse(activity.res_id)._move_reminder(activity)

    def _move_reminder(self, activity):
        """Have a reminder of this deal due when its contract says, or as long after winning as its rule
        does.
        """
        duties = self.env["crm.playbook"]._get_duties().get(activity.playbook_id.id)
        if not duties:
            return
        user, rule = activity.user_id, activity.playbook_deadline_id
        if self.contract_end:
            due = self._get_reminder_due(duties.renewal_days, user)
        else:
            calendar = self._get_duty_calendar(duties)
            request = (rule._get_delay(), activity.playbook_started_at, calendar, user)
            due = rule._get_due_moments({request})[request]
        escalated = activity.playbook_escalate_at
        activity.write(
            {
                "playbook_due_at": due,
                "date_deadline": self._get_due_day(due, user),
                "playbook_escalate_at": escalated and escalated + (due - activity.playbook_due_at),
            }
        )
