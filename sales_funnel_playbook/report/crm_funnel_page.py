from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..answers import fit_caller
from ..arguments import check_argument, is_id
from ..models.customer.crm_lead import COMPANY_SIZES
from ..models.rating.crm_playbook_tier import TIERS
from ..tools.funnel import get_bounds, get_days, get_days_before
from ..tools.funnel_events import TRAITS
from .crm_funnel_numbers import COUNTS, LATER, RATES, SCOPE, STAYS

PRESETS = (
    *("this_week", "last_week", "weeks_4", "weeks_12"),
    *("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year"),
)
DEFAULT_PRESET = "weeks_12"
MAX_DAYS = 10 * 366
YEARS = range(1900, 3000)
CHOICES = {
    "tier": [name for name, _label in TIERS],
    "company_size": [name for name, _label in COMPANY_SIZES],
}


class CrmFunnelReport(models.Model):
    """What the funnel page shows."""

    _inherit = "crm.funnel.report"

    @api.model
    @api.readonly
    def get_funnel(self, filters=None, is_quick=False):
        """Return the funnel of a playbook in a period, from the deals that the user may see.

        :param dict filters: what a scope has, see :class:`CrmFunnelReport`, and either ``period`` (one of
            ``PRESETS``) or ``date_from`` and ``date_to`` (ISO dates, the last day included); all are
            optional. Without a playbook it is that of the user's team, else the first one
        :param bool is_quick: without what takes longer, as the page shows it at first: numbers in ``LATER``
            are not there, nor are totals of what came and in how many days it was won
        :return: ``{"filters": the filters in effect, "previous": {"date_from", "date_to"}, "stages": [stage,
            …], "totals": see :meth:`_get_totals`, "trend": see :meth:`_get_trend`, "definitions": {number:
            {"label", "help"}}, "total_definitions": the same of the totals, "currency_id", "missing_rates",
            "is_pending": whether the stage log lags behind, "is_own": whether the user may see no others'
            deals, "tz", "other_zones": see :meth:`_get_other_zones`}``; a stage is ``{"stage_id",
            "playbook_stage_id", "name", "alert", "minimum": of how many deals a rate means something,
            "previous": numbers}`` and the numbers of :meth:`_get_stage_numbers`. Without any playbook:
            ``{"filters", "stages": []}``.
        :raise UserError: when a filter makes no sense
        """
        return fit_caller(self._prepare_funnel(self._clean_filters(filters), is_quick))

    @api.model
    def _prepare_funnel(self, filters, is_quick):
        """Return what :meth:`get_funnel` does; ``filters`` are clean."""
        if not filters["playbook_id"]:
            return {"filters": filters, "stages": []}
        playbook = self._get_playbook(filters)
        first, last = (fields.Date.to_date(filters[name]) for name in ("date_from", "date_to"))
        before = get_days_before(first, last, filters["period"])  # ends where the period begins
        tz = self._get_scope_tz(filters)
        bounds, bounds_before = get_bounds(first, last, tz), get_bounds(*before, tz)
        count, add_up = self._get_stage_numbers, self._get_totals
        if is_quick:
            count, add_up = self._get_quick_numbers, self._get_quick_totals
        step, dates, starts = self._get_steps(first, last, tz)
        known, its = self._count_both(filters, bounds, bounds_before, starts, is_quick)
        with self._knowing(known):
            numbers, previous = count(filters, *bounds), count(filters, *bounds_before)
        return {
            "filters": filters,
            "previous": dict(zip(("date_from", "date_to"), map(fields.Date.to_string, before), strict=True)),
            "stages": self._prepare_stages(playbook, filters, numbers, previous, LATER if is_quick else ()),
            "totals": {
                **add_up(filters, numbers, *bounds),
                "previous": add_up(filters, previous, *bounds_before),
            },
            "trend": self._get_trend(filters, step, dates, its),
            **self._prepare_page_notes(playbook, filters, tz),
        }

    @api.model
    def _prepare_page_notes(self, playbook, filters, tz):
        """Return what the page says about its numbers."""
        return {
            "definitions": self._get_definitions(),
            "total_definitions": self._get_total_definitions(),
            "currency_id": playbook.currency_id.id,
            "missing_rates": playbook.missing_rates,
            "is_pending": playbook.is_history_pending,
            "is_own": self._is_own(),
            "tz": tz,
            "other_zones": self._get_other_zones(filters, tz),
        }

    @api.model
    def _is_own(self):
        """Tell whether Odoo shows the user only their own deals, and those that nobody has."""
        return not self.env.su and not self.env.user.has_group("sales_team.group_sale_salesman_all_leads")

    @api.model
    @api.readonly
    def get_filter_options(self):
        """Return ``{filter: [{"id", "name"}, …]}``: what the page offers to choose from."""
        salesmen = self.env.ref("sales_team.group_sale_salesman")
        records = {
            "playbook_id": self._get_playbooks(),
            "company_id": self.env.companies if len(self.env.companies) > 1 else self.env.companies.browse(),
            "product_line_id": self.env["crm.product.line"].search_fetch([], ["name"]),
            "team_id": self.env["crm.team"].search_fetch([], ["name"]),
            "user_id": self.env["res.users"].search(
                [("all_group_ids", "in", salesmen.ids), ("company_ids", "in", self.env.companies.ids)]
            ),
            **{name: self._find_used(name) for name in TRAITS if name not in CHOICES},
        }
        options = {
            name: [{"id": one.id, "name": one.display_name} for one in found]
            for name, found in records.items()
        }
        for name in CHOICES:
            labels = self._fields[name]._description_selection(self.env)
            options[name] = [{"id": value, "name": label} for value, label in labels]
        return options

    @api.model
    def _find_used(self, name):
        """Return what the deals that the user may see have as ``name``: of all campaigns that there are,
        most are mailings nobody has answered.
        """
        leads = self.env["crm.lead"].with_context(active_test=False)._search([(name, "!=", False)])
        used = leads.subselect(self.env["crm.lead"]._field_to_sql(leads.table, name, leads))
        options = self.env[self._fields[name].comodel_name].with_context(active_test=False)
        return options.search([("id", "in", used)])

    @api.model
    @api.readonly
    def get_deals_action(self, filters, stage_id, name):
        """Return the action that opens the deals behind a number of :meth:`get_funnel`.

        :param stage_id: False for all stages
        :param str name: a count or amount, such as ``begun_count``
        """
        check_argument(self.env, "filters", filters, isinstance(filters, dict))
        filters = self._clean_filters({**filters, "period": False})  # the days that were shown
        days = (fields.Date.to_date(filters[name]) for name in ("date_from", "date_to"))
        bounds = get_bounds(*days, self._get_scope_tz(filters))
        check_argument(self.env, "stage_id", stage_id, is_id(stage_id) or stage_id is False)
        check_argument(self.env, "name", name, isinstance(name, str))
        if self._get_no_numbers().get(name) is None:  # a count is 0 where there is nothing to count
            raise UserError(self.env._("There are no deals behind “%s”.", name))
        where = self.env["crm.stage"].browse(stage_id).name if stage_id else self._get_playbook(filters).name
        label = self.env["crm.funnel.review.line"]._get_label(name)
        title = self.env._("%(stage)s: %(number)s", stage=where, number=label)
        return self._prepare_deals_action(title, self._get_deals_domain(filters, *bounds, stage_id, name))

    @api.model
    def _get_scope_tz(self, scope):
        """Return the name of the time zone in which the days of a scope are counted: that of its company,
        else of the playbook's, else of the one in which the user works.
        """
        playbook = self._get_playbook(scope)
        company = self.env["res.company"].browse(scope.get("company_id") or ())
        return playbook._get_tz(company or playbook.company_id or self.env.company)

    @api.model
    def _get_other_zones(self, scope, tz):
        """Return ``[{"name", "tz"}, …]`` of the companies whose deals are counted by the days of another time
        zone here than their own, which is that of pivot and review.
        """
        if scope.get("company_id"):
            return []
        playbook = self._get_playbook(scope)
        zones = [(one.name, playbook._get_tz(one)) for one in playbook.company_id or self.env.companies]
        of_none = playbook._get_tz()
        if of_none != tz:
            theirs = Domain("company_id", "=", False)
            theirs &= Domain("stage_log_ids", "any", [("playbook_id", "=", playbook.id)])
            if self.env["crm.lead"].with_context(active_test=False).search_count(theirs, limit=1):
                zones.append((self.env._("no company"), of_none))
        return [{"name": name, "tz": zone} for name, zone in zones if zone != tz]

    @api.model
    def _get_playbooks(self):
        domain = [("is_template", "=", False), ("stage_ids", "!=", False)]
        return self.env["crm.playbook"].search(domain)

    @api.model
    def _clean_filters(self, filters):
        """Return the filters in effect: the known ones of ``filters`` with a playbook and dates."""
        filters = check_argument(self.env, "filters", filters or {}, isinstance(filters or {}, dict))
        playbooks = self._get_playbooks()
        clean = {name: filters.get(name) or False for name in SCOPE}
        for name, value in clean.items():
            is_usable = value in CHOICES[name] if name in CHOICES else is_id(value)
            check_argument(self.env, name, value, is_usable or not value)
        if clean["playbook_id"] not in playbooks.ids:
            clean["playbook_id"] = (playbooks._filter_mine() or playbooks)[:1].id
        try:
            days = [fields.Date.to_date(filters.get(name) or False) for name in ("date_from", "date_to")]
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("“%s” is not a date.", error)) from error
        clean["period"] = filters.get("period") if filters.get("period") in PRESETS else False
        if clean["period"] or not all(days):
            clean["period"] = clean["period"] or DEFAULT_PRESET
            tz = self._get_scope_tz(clean) if clean["playbook_id"] else "UTC"
            days = get_days(clean["period"], self.env.cr.now(), tz)
        if days[0] > days[1]:
            raise UserError(self.env._("The period ends before it begins: choose another first or last day."))
        if (days[1] - days[0]).days > MAX_DAYS or any(day.year not in YEARS for day in days):
            raise UserError(
                self.env._(
                    "A period is at most ten years, from 1900 to 2999: choose another first or last day."
                )
            )
        return clean | {
            name: fields.Date.to_string(day) for name, day in zip(("date_from", "date_to"), days, strict=True)
        }

    @api.model
    def _prepare_stages(self, playbook, filters, numbers, previous, missing=()):
        ranks = self.env["crm.stage"]._get_ranks()
        alerts = self._get_alerts(playbook, filters)
        nothing = self._get_no_numbers()
        stages = [
            {
                "stage_id": stage.stage_id.id,
                "playbook_stage_id": stage.id,
                "name": stage.display_name,
                "is_renewal": stage.is_renewal,
                "alert": alerts.get(stage.stage_id.id, False),
                "minimum": stage.conversion_alert_minimum,
                **numbers.get(stage.stage_id.id, nothing),
                "previous": dict(previous.get(stage.stage_id.id, nothing)),
            }
            for stage in playbook.stage_ids.sorted(lambda stage: ranks.get(stage.stage_id.id, -1))
        ]
        for values in [*stages, *(stage["previous"] for stage in stages)] if missing else ():
            for name in missing:
                del values[name]
        return stages

    @api.model
    def _get_alerts(self, playbook, filters):
        """Return ``{stage id: {"review_id", "text"}}`` of the bottlenecks in the last weekly review of the
        playbook, team and company; no id where the user may not open it.
        """
        teams = [("team_id", "=", filters["team_id"])] if filters["team_id"] else []
        companies = [filters["company_id"]] if filters["company_id"] else self.env.companies.ids
        # sudo: that a stage is a bottleneck concerns whoever has deals in it; the review names others' deals
        reviews = self.env["crm.funnel.review"].sudo()
        review = reviews.search(
            [
                ("playbook_id", "=", playbook.id),
                ("company_id", "in", companies),
                ("period", "=", "week"),
                ("state", "!=", "failed"),
                *teams,
            ],
            order="date_from desc, team_id nulls first",
            limit=1,
        )
        readable = review.sudo(False)._filtered_access("read").id
        return {
            line.stage_id.id: {"review_id": readable, "text": " ".join(line._get_alert_sentences())}
            for line in review.bottleneck_line_ids
        }

    @api.model
    def _get_definitions(self):
        line_fields = self.env["crm.funnel.review.line"]._fields
        definitions = {
            name: {
                "label": line_fields[name]._description_string(self.env),
                "help": line_fields[name]._description_help(self.env),
            }
            for name in (*COUNTS, *RATES, *STAYS)
        }
        # unlike a review's, they are not kept
        definitions["open_amount"]["help"] = self.env._(
            "Worth of the open deals as it is today, in the playbook's currency."
        )
        definitions["weighted_amount"]["help"] = self.env._(
            "Worth × probability of the open deals, as both are today, in the playbook's currency."
        )
        return definitions
