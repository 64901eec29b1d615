import pytz

from odoo import models

from ..tools.working_time import WorkingTime


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _get_working_time(self, since, until):
        """Return the :class:`WorkingTime` of this calendar in a span, holidays left out.

        :param since: naive UTC, as ``until`` and as what the result is asked
        """
        self.ensure_one()
        since, until = (pytz.utc.localize(moment) for moment in (since, max(since, until)))
        return WorkingTime(
            [
                tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in interval[:2])
                for interval in self._work_intervals_batch(since, until)[False]
            ]
        )
