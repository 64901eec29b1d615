"""How the people of the demo work off what the deadlines ask of them."""

from datetime import timedelta

from ..models.deadline.settling import QUEUE
from .stories import pick

TOLD_FROM = 2  # weeks before this one: of what was missed earlier, nobody need be told any more


class Office:
    """The part of :class:`~.loader.Demo` that keeps the deadlines and does the work."""

    def settle(self, moment):
        """Keep the deadlines, as the hourly job does; date what it ends by what was recorded."""
        self.set_clock(moment)
        self.put_off_settling()
        leads = self.leads.with_context(active_test=False)
        for followed in leads._group_by_playbook().values():
            followed._settle_deadlines(is_job=True)
        ended = [("playbook_done_at", "=", moment), ("playbook_started_at", "!=", False)]
        ended += [("active", "=", False), ("playbook_closing", "in", ["satisfied", "dropped"])]
        for activity in self.env["mail.activity"].search(ended):
            activity.playbook_done_at = self._get_done_at(activity, moment)
        while again := self.work_off(moment):
            self._begin_follow_ups(again)
        leads._open_missed_twice()
        if moment >= self.calendar.at(TOLD_FROM, 1, 8):
            leads._escalate_deadlines()
        self.env["crm.playbook.notice"]._tell_queued()

    def put_off_settling(self):
        """What waits to be looked at when the transaction ends, which each savepoint does, too, is looked at
        with all the rest on the next of these days.
        """
        self.env.cr.precommit.data.pop(QUEUE, None)

    def _begin_follow_ups(self, leads):
        """Begin what comes again after it was done: daily for the best deals, and so several times here."""
        duties = self.env["crm.playbook"]._get_duties()
        for playbook_id, followed in leads._group_by_playbook().items():
            mine = duties[playbook_id]
            again = tuple(duty for duty in mine.duties if duty.trigger == "follow_up")
            followed._begin_deadlines(playbook_id, mine._replace(duties=again))
        self.env.flush_all()

    def _get_done_at(self, activity, moment):
        """Return when an activity was satisfied or dropped: by the first that was recorded after it began."""
        lead = self.env["crm.lead"].browse(activity.res_id)
        output = activity.playbook_output_id
        if output:
            recorded = lead._get_submissions(output).mapped("submitted_at")
        else:
            notes = lead.progress_ids if activity.playbook_closing == "satisfied" else lead.progress_ids[:0]
            recorded = notes.mapped("create_date") + lead.stage_log_ids.mapped("entered_at")
        begun = activity.playbook_started_at
        later = [one for one in recorded if begun < one <= moment]
        return min(later, default=min(begun + timedelta(minutes=20), moment))

    def work_off(self, until):
        """Do what has been due, most of it in time. Calls and meetings ask for notes, made next time.

        :return: the leads on which something was done that comes again
        """
        deals = {deal.lead.id: deal for deal in self.deals.values() if deal.lead and deal.key != "c"}
        deals |= {renewal.id: deal for deal in self.deals.values() for renewal in deal.renewals}
        deals |= self.worked
        open_work = self.env["mail.activity"].search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", [*deals]),
                ("playbook_kind", "!=", False),
                ("playbook_kind", "not in", ["approval", "output"]),
            ]
        )
        timed = [(self._get_work_at(one, deals[one.res_id]), one) for one in open_work]
        done = sorted((one for one in timed if one[0] < until), key=lambda one: one[0])
        plain = {activity: moment for moment, activity in done if self._is_plain(activity)}
        for moment, activity in done:
            if activity not in plain:
                self.set_clock(moment)
                if activity.playbook_deadline_id.trigger == "communication":
                    deals[activity.res_id].note(activity.playbook_started_at)
                activity.active = False
        self.env["mail.activity"].union(*plain).active = False  # in one save
        for activity, moment in plain.items():
            activity.playbook_done_at = moment
        self.set_clock(until)
        again = {one.res_id for _at, one in done if one.playbook_deadline_id.trigger == "follow_up"}
        return self.env["crm.lead"].browse(sorted(again))

    def _is_plain(self, activity):
        """Tell whether all that comes of doing this is that it is done: nobody writes a note or was told."""
        is_told = activity.playbook_escalated_at or activity.playbook_escalation_of_id
        return not is_told and activity.playbook_deadline_id.trigger != "communication"

    def _get_work_at(self, activity, deal):
        """Return when somebody does this: most in time, some late, some so late that others hear of it."""
        begun = activity.playbook_started_at or activity.create_date
        due = activity.playbook_due_at or self.calendar.to_utc(activity.date_deadline, 17)
        is_recurring = activity.playbook_deadline_id.trigger in ("review", "follow_up")
        work = self._get_kind_of_work(activity)
        chance = pick(f"{deal.key}{due - begun}{work}{deal.position}{due.day}", 20)
        if chance < (12 if deal.is_neglected else 19):
            in_hours = self.calendar.to_utc(self.calendar.to_date(due), 9 + chance % 3)
            in_time = in_hours if begun < in_hours < due else due - timedelta(hours=1 + chance % 4)
            return max(begun + timedelta(minutes=10), in_time)
        days = {12: 1, 13: 1, 14: 2, 15: 3, 16: 5}.get(chance, 3 if chance < 19 or is_recurring else 20)
        return self.calendar.between(due, due + timedelta(days=days + 3), 0.6, f"{deal.key}{work}")

    def _get_kind_of_work(self, activity):
        """Return what kind of work it is, whatever its words in whatever language."""
        rule = activity.playbook_deadline_id or activity.playbook_output_id
        return f"{rule._name}{rule.sequence}{activity.playbook_deadline_id.trigger}"
