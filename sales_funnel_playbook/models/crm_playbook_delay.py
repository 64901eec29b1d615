from dateutil.relativedelta import relativedelta

from odoo import fields, models

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

    _delay_count_positive = models.Constraint("CHECK(delay_count >= 0)", "A time limit cannot be negative.")

    def _get_due_times(self, start, calendar):
        """Return ``{record: moment}`` when the time of each record is over, or False without limit.

        :param start: when it begins, naive UTC, or False: not begun
        :param calendar: ``resource.calendar`` for working time; empty: every hour counts
        """
        due = dict.fromkeys(self, False)
        limited = self.filtered("delay_count") if start else self.browse()
        working = limited.filtered(lambda rule: calendar and rule.delay_unit not in PLAIN_UNITS)
        for rule in limited - working:
            unit = rule.delay_unit.removeprefix("working_")
            due[rule] = start + relativedelta(**{unit: rule.delay_count})
        if working:
            by_delay = calendar._get_due_times(
                start, {(rule.delay_count, rule.delay_unit) for rule in working}
            )
            due |= {rule: by_delay[rule.delay_count, rule.delay_unit] for rule in working}
        return due
