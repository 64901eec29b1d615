from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

UNITS = [
    ("working_hours", "Working Hours"),
    ("working_days", "Working Days"),
    ("hours", "Hours"),
    ("days", "Days"),
    ("weeks", "Weeks"),
    ("months", "Months"),
]
PLAIN_UNITS = ("hours", "days", "weeks", "months")


class CrmPlaybookDelay(models.AbstractModel):
    """How long something may take. Working time counts by the playbook's working hours, else by
    those of the deal's company.
    """

    _name = "crm.playbook.delay"
    _description = "Delay"

    delay_count = fields.Integer(string="Due In", help="0: no time limit.")
    delay_unit = fields.Selection(
        UNITS,
        string="Unit",
        required=True,
        default="working_days",
        help="A number of working days ends with the last working minute of the day; the day it"
        " begins is not counted.",
    )

    _delay_count_range = models.Constraint(
        "CHECK(delay_count BETWEEN 0 AND 1000)", "A time limit is between 0 and 1000 of its unit."
    )

    def _get_delay(self):
        """Return ``(count, unit)``, or None without a time limit."""
        self.ensure_one()
        return (self.delay_count, self.delay_unit) if self.delay_count else None

    def _get_delay_text(self):
        """Return the delay in words, such as "1 working day"."""
        count = self.delay_count
        one, many = {
            "working_hours": (self.env._("1 working hour"), self.env._("%s working hours", count)),
            "working_days": (self.env._("1 working day"), self.env._("%s working days", count)),
            "hours": (self.env._("1 hour"), self.env._("%s hours", count)),
            "days": (self.env._("1 day"), self.env._("%s days", count)),
            "weeks": (self.env._("1 week"), self.env._("%s weeks", count)),
            "months": (self.env._("1 month"), self.env._("%s months", count)),
        }[self.delay_unit or "days"]
        return one if count == 1 else many

    @api.model
    def _get_due_times(self, delays, start, calendar, user=None):
        """Return ``{delay: moment}`` when each of some delays that begin together is over.

        :param delays: as :meth:`_get_delay` returns them; None is never over: False
        :param start: when they begin, naive UTC, or False: they have not
        :param calendar: ``resource.calendar`` for working time; empty: every hour counts
        :param user: ``res.users`` whose time zone and leave count, if any
        """
        user = self.env["res.users"] if user is None else user
        requests = {delay: (delay, start, calendar, user) for delay in delays}
        moments = self._get_due_moments({request for request in requests.values() if request[0] and start})
        return {delay: moments.get(request, False) for delay, request in requests.items()}

    @api.model
    def _get_due_moments(self, requests):
        """Return ``{request: moment}`` when each delay is over; each calendar is asked once. Working time
        that a calendar does not have (nobody works for years) counts as plain time: no deadline is lost.

        :param requests: a set of ``((count, unit), start, calendar, user)``; start and results naive UTC
        """
        due, working = {}, defaultdict(set)
        for request in requests:
            (count, unit), start, calendar, user = request
            # a flexible calendar has no hours of the day to count
            if unit in PLAIN_UNITS or not calendar or calendar.flexible_hours:
                due[request] = start + relativedelta(**{unit.removeprefix("working_"): count})
            else:
                working[calendar].add(((count, unit), start, user))
        for calendar, asked in working.items():
            for (delay, start, user), moment in calendar._get_due_times(asked).items():
                plain = start + relativedelta(**{delay[1].removeprefix("working_"): delay[0]})
                due[delay, start, calendar, user] = moment or plain
        return due
