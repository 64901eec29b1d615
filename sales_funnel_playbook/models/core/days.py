from collections import defaultdict
from datetime import datetime, time
from itertools import product

import pytz

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, frozendict, ormcache

from ...tools.zones import get_known_name, get_zone
from .memory import forget, remembered

ANY_COMPANY = [("active", "in", (True, False))]


class CrmPlaybook(models.Model):
    """Which day it is where deals are worked: whoever asks, and in whatever zone a job runs."""

    _inherit = "crm.playbook"

    @api.model
    @remembered("playbook_id", "company_id")
    def _get_zone_name(self, playbook_id, company_id):
        """Return the name of the time zone of a playbook's working hours, else the company's; kept in memory.

        :param playbook_id: or False
        :param company_id: of the deals; or False: the playbook's company, else the first of all
        """
        # sudo: where a company works is no secret, also to those of another
        playbook, companies = self.sudo().browse(playbook_id or ()), self.env["res.company"].sudo()
        company = companies.browse(company_id or ()) or playbook.company_id
        company = company or companies.search([], order="id", limit=1)
        return playbook.calendar_id.tz or company.resource_calendar_id.tz

    @api.model
    @remembered()
    def _get_only_zone_name(self):
        """Return the name of the time zone in which all deals are worked, None where there are several; kept
        in memory.
        """
        in_use = {id_ for by_key in self._get_assignment() for id_, _company in by_key.values()}
        # sudo: all companies, whichever the user sees; deals of archived ones live on
        companies = self.env["res.company"].sudo().search([("active", "in", (True, False))])
        names = {self._get_zone_name(*key) for key in product({*in_use, False}, {*companies.ids, False})}
        return names.pop() if len(names) == 1 else None

    def _get_zone(self, company=None):
        """Return the time zone in which deals of this playbook, or none, and of a ``company`` are worked."""
        return self._get_zone_of(company._origin.id if company else False)

    def _get_zone_of(self, company_id):
        """Return what :meth:`_get_zone` does, of a company's id or False."""
        return get_zone(self._get_zone_name(self._origin.id, company_id))

    def _get_day(self, moment, company=None):
        """Return which day ``moment`` (naive UTC) is on, see :meth:`_get_zone`."""
        return pytz.utc.localize(moment).astimezone(self._get_zone(company)).date()

    def _get_today(self, company=None):
        """Return which day it is now, see :meth:`_get_zone`."""
        return self._get_day(self.env.cr.now(), company)

    def _get_midnight(self, day, company=None):
        """Return when ``day`` begins, naive UTC, see :meth:`_get_zone`."""
        begin = self._get_zone(company).localize(datetime.combine(day, time()))
        return begin.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_company_days(self):
        """Return ``{which day it is: ids of the companies with it}``, False for what has no company."""
        days = defaultdict(list)
        # sudo: all companies, whichever the user sees; deals of archived ones live on
        companies = self.env["res.company"].sudo().search(ANY_COMPANY)
        for company in [*companies, None]:
            days[self._get_today(company)].append(company.id if company else False)
        return days

    @api.model
    def _get_today_sql(self, column):
        """Return which day it is for the playbook whose id is in ``column``."""
        in_use = {id_ for by_key in self._get_assignment() for id_, _company in by_key.values()}
        return choose_day(column, {id_: self.browse(id_)._get_today() for id_ in in_use}, self._get_today())

    @api.model
    @ormcache(cache="stable")
    def _get_sql_zones(self):
        """Return the names of the time zones that PostgreSQL knows, kept in memory."""
        return frozenset(
            name for (name,) in self.env.execute_query(SQL("SELECT name FROM pg_timezone_names"))
        )

    @api.model
    @remembered()
    def _get_zones(self):
        """Return ``{playbook id: {company id, or False: name of the time zone, as PostgreSQL knows it}}`` of
        all playbooks, archived ones too; kept in memory.
        """
        # sudo: where a company works is no secret, also to those of another
        everything = self.sudo().with_context(active_test=False)
        playbooks = everything.search([("is_template", "=", False)])
        companies, known = everything.env["res.company"].search(ANY_COMPANY), self._get_sql_zones()
        return frozendict(
            {
                playbook.id: frozendict(
                    {
                        id_: get_known_name(playbook._get_zone_of(id_).zone, known)
                        for id_ in (*companies.ids, False)
                    }
                )
                for playbook in playbooks
            }
        )

    @api.model
    def _get_zone_sql(self, playbook, company):
        """Return the name of the time zone of a playbook's and a company's id as SQL, a constant wherever it
        is the same for all.
        """
        return choose_of_pair(playbook, company, self._get_zones(), "UTC")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _get_day(self, moment):
        """Return which day ``moment`` (naive UTC) is on where this deal is worked."""
        return self.playbook_id._get_day(moment, self.company_id)

    def _get_today(self):
        """Return which day it is now where this deal is worked."""
        return self._get_day(self.env.cr.now())

    def _group_by_zone(self):
        """Return ``{name of a time zone: the leads that are worked in it}``."""
        playbooks = self.env["crm.playbook"]
        if only := playbooks._get_only_zone_name():
            return {get_zone(only).zone: self} if self else {}
        playbook_ids = self._get_playbook_ids()
        zones = {}
        for key, leads in self.grouped(
            lambda lead: (playbook_ids.get(lead.id, False), lead.company_id.id)
        ).items():
            name = get_zone(playbooks._get_zone_name(*key)).zone
            zones[name] = zones.get(name, self.browse()) | leads
        return zones

    def _get_today_sql(self, column):
        """Return which day it is for these leads of one playbook, where ``column`` has their company's id."""
        playbook = self[:1].playbook_id
        days = {company.id: playbook._get_today(company) for company in self.company_id}
        return choose_day(column, days, playbook._get_today())

    @api.model
    def _get_day_domains(self):
        """Return ``{which day it is: domain of the leads for which it is that}``."""
        domains = self._get_playbook_domains()
        domains = {**domains, False: ~Domain.OR(domains.values())}
        days = defaultdict(list)
        for playbook_id, domain in domains.items():
            playbook = self.env["crm.playbook"].browse(playbook_id or ())
            for day, company_ids in playbook._get_company_days().items():
                days[day].append(domain & Domain("company_id", "in", company_ids))
        if len(days) == 1:  # nearly always
            return dict.fromkeys(days, Domain.TRUE)
        return {day: Domain.OR(parts) for day, parts in days.items()}


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_playbook_zone(self):
        """Return this user's time zone, else their company's; without a user the first company's."""
        return get_zone(self.tz) if self.tz else self.env["crm.playbook"]._get_zone(self.company_id)

    def _get_playbook_day(self, moment):
        """Return which day ``moment`` (naive UTC) is on where this user is."""
        return pytz.utc.localize(moment).astimezone(self._get_playbook_zone()).date()


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        forget(self.env)
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            forget(self.env)
        return result


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if "tz" in vals:
            forget(self.env)
        return result


def choose_day(column, days, otherwise):
    """Return the day of the id in ``column`` as SQL, a constant wherever it is the same for all."""
    others = {id_: day for id_, day in days.items() if day != otherwise}
    if not others:
        return SQL("%s::date", otherwise)
    cases = SQL(" ").join(SQL("WHEN %s THEN %s::date", id_, day) for id_, day in others.items())
    return SQL("CASE %s %s ELSE %s::date END", column, cases, otherwise)


def choose_of_pair(playbook, company, values, otherwise):
    """Return the value of a playbook's and a company's id as SQL, a constant wherever it is the same for all.

    :param SQL playbook: the column with the playbook's id; ``company`` with the company's
    :param dict values: ``{playbook id: {company id: value}}``, that of a deal without a company under False
    :param otherwise: the value where there is no playbook
    """
    playbooks = defaultdict(list)
    for playbook_id, of_companies in values.items():
        playbooks[frozendict(of_companies)].append(playbook_id)
    if not playbooks:
        return SQL("%s", otherwise)
    *others, (most, _ids) = sorted(playbooks.items(), key=lambda one: len(one[1]))
    cases = [
        SQL("WHEN %s IN %s THEN %s", playbook, tuple(ids), choose(company, of_companies))
        for of_companies, ids in others
    ]
    rest = choose(company, most)
    return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), rest) if cases else rest


def choose(column, values):
    """Return the value of the id in ``column`` as SQL, that of False where there is none of it."""
    rest = values[False]
    cases = [SQL("WHEN %s THEN %s", id_, value) for id_, value in values.items() if id_ and value != rest]
    return SQL("CASE %s %s ELSE %s END", column, SQL(" ").join(cases), rest) if cases else SQL("%s", rest)
