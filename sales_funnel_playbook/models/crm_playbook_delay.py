from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

PLAIN_UNITS = ("hours", "days", "weeks", "months")


class CrmPlaybookDelay(models.AbstractModel):
    """How long something may take. Working time counts by the playbook's working hours, else by
    those of the deal's company.
    """

    _name = "crm.playbook.delay"
    _description = "Delay"

    delay_count = fields.Integer(string="Due In", help="0: no time limit.")
    delay_unit = fields.Selection(
        [
            ("working_hours", "Working Hours"),
            ("working_days", "Working Days"),
            ("hours", "Hours"),
            ("days", "Days"),
            ("weeks", "Weeks"),
            ("months", "Months"),
        ],
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

    @api.model
    def _get_due_times(self, delays, start, calendar):
        """Return ``{delay: moment}`` when each of some delays that begin together is over.

        :param delays: as :meth:`_get_delay` returns them; None is never over: False
        :param start: when they begin, naive UTC, or False: they have not
        :param calendar: ``resource.calendar`` for working time; empty: every hour counts
        """
        due = dict.fromkeys(delays, False)
        limited = {delay for delay in due if delay and start}
        # a flexible calendar has no hours of the day to count
        is_counted = calendar and not calendar.flexible_hours
        working = {delay for delay in limited if is_counted and delay[1] not in PLAIN_UNITS}
        for count, unit in limited - working:
            due[count, unit] = start + relativedelta(**{unit.removeprefix("working_"): count})
        if working:
            due |= calendar._get_due_times(start, working)
        return due
