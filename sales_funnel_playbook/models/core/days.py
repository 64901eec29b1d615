from datetime import datetime, time

import pytz

from odoo import models

from ...tools.zones import get_zone


class CrmPlaybook(models.Model):
    """Which day it is where deals are worked: whoever asks, and in whatever zone a job runs."""

    _inherit = "crm.playbook"

    def _get_zone(self, company=None):
        """Return the time zone of this playbook's deals: that of its working hours, else that of the company's.
        Without a playbook it is the company's.

        :param company: the company of the deals, where they have one
        """
        # sudo: where a company works is no secret, also to those of another
        playbook = self.sudo()
        company = (company or playbook.company_id or self.env.company).sudo()
        return get_zone(playbook.calendar_id.tz or company.resource_calendar_id.tz)

    def _get_day(self, moment, company=None):
        """Return which day ``moment`` (naive UTC) is on, see :meth:`_get_zone`."""
        return pytz.utc.localize(moment).astimezone(self._get_zone(company)).date()

    def _get_today(self, company=None):
        """Return which day it is now, see :meth:`_get_zone`."""
        return self._get_day(self.env.cr.now(), company)

    def _get_midnight(self, day, company=None):
        """Return when ``day`` begins, naive UTC, see :meth:`_get_zone`."""
        local = self._get_zone(company)
        begin = local.localize(datetime.combine(day, time()))
        return begin.astimezone(pytz.utc).replace(tzinfo=None)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _get_day(self, moment):
        """Return which day ``moment`` (naive UTC) is on where this deal is worked."""
        return self.playbook_id._get_day(moment, self.company_id)

    def _get_today(self):
        """Return which day it is now where this deal is worked."""
        return self._get_day(self.env.cr.now())
