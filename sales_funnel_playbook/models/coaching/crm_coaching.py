from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...arguments import check_argument
from ...tools.calibration import MIN_SAMPLE
from ...tools.coaching import NUMBERS, choose_facts, get_median, get_value
from ...tools.coaching_numbers import DEALS, FIGURES
from ...tools.funnel import get_bounds, get_days

PERIODS = ("this_month", "last_month", "weeks_12", "this_quarter", "last_quarter", "this_year", "last_year")
DEFAULT_PERIOD = "weeks_12"
FEWEST = 5  # deals, where the playbook asks for no other number of them


class CrmCoaching(models.AbstractModel):
    """One salesperson's numbers beside the median of the team. No list of people is ordered by a number."""

    _inherit = "crm.coaching"

    @api.model
    @api.readonly
    def get_coaching(self, filters=None):
        """Return a salesperson's page.

        :param dict filters: ``user_id``, the user if none is given; ``playbook_id``, that in which they work
            if none is given; ``period``, one of ``PERIODS``
        :return: ``{"filters", "people": [{"id", "name"}, …], "playbooks": the same, "team": {"name",
            "count"}, "date_from", "date_to", "rows": see :meth:`_prepare_rows`, "facts": the names and parts
            of at most two of them, "calibration": a sentence, "firsts": see :meth:`_get_firsts`, "sessions":
            see :meth:`_get_sessions`, "currency_id"}``; what there is not is False. Without any playbook
            ``{"filters", "people", "rows": []}``
        :raise AccessError: when the user may not read these figures
        :raise UserError: when a filter makes no sense, or figures of people are switched off
        """
        filters = self._clean_filters(filters)
        people = self._prepare_choices(self._get_people())
        if not filters["playbook_id"]:
            return {"filters": filters, "people": people, "rows": []}
        person, playbook = self._get_scope(filters)
        team = self._get_team(person)
        days = get_days(filters["period"], self.env.cr.now(), playbook._get_tz(self.env.company))
        rows = self._get_rows(filters, team.member_ids | person)
        return {
            "filters": filters,
            "people": people,
            "playbooks": self._prepare_choices(self._get_playbooks()),
            "team": {"name": team.name or "", "count": len(team.member_ids)},
            **dict(zip(("date_from", "date_to"), map(fields.Date.to_string, days), strict=True)),
            "rows": [{name: False if its is None else its for name, its in row.items()} for row in rows],
            "facts": [{"name": row["name"], "part": row["part"]} for row in choose_facts(rows)],
            "calibration": self._get_calibration(person, playbook),
            "firsts": self._get_firsts(person, playbook),
            "sessions": self._get_sessions(person),
            "currency_id": playbook.currency_id.id,
        }

    @api.model
    @api.readonly
    def get_deals_action(self, filters, name, part=""):
        """Return the action that opens the deals behind a number of :meth:`get_coaching`, as far as the user
        may see them.

        :param str name: of a row; ``part`` its stage or tier
        """
        filters = self._clean_filters(filters)
        check_argument(self.env, "name", name, isinstance(name, str) and name in NUMBERS)
        check_argument(self.env, "part", part, isinstance(part, str))
        person, _playbook = self._get_scope(filters)
        query = SQL(DEALS, **self._get_values(filters, person), name=name, part=part)
        lead_ids = [lead_id for (lead_id,) in self.env.execute_query(query)]
        # sudo: the name of whom the user may choose
        title = self.env._(
            "%(person)s: %(number)s", person=person.sudo().name, number=self._get_label(name, part)
        )
        return self.env["crm.funnel.report"]._prepare_deals_action(title, Domain("id", "in", lead_ids))

    @api.model
    def _clean_filters(self, filters):
        """Return the filters in effect, of a person whose figures the user may read."""
        filters = check_argument(self.env, "filters", filters or {}, isinstance(filters or {}, dict))
        person = self._get_person(filters.get("user_id") or False)
        playbooks = self._get_playbooks()
        playbook_id, period = filters.get("playbook_id"), filters.get("period") or DEFAULT_PERIOD
        check_argument(self.env, "period", period, isinstance(period, str) and period in PERIODS)
        if not isinstance(playbook_id, int) or playbook_id not in playbooks.ids:
            team = self._get_team(person)
            # sudo: which teams follow it, also one that the user does not see
            own = playbooks.filtered(lambda playbook: team.id in playbook.sudo().team_ids.ids)
            playbook_id = (own or playbooks)[:1].id
        return {"user_id": person.id, "playbook_id": playbook_id, "period": period}

    @api.model
    def _get_playbooks(self):
        return self.env["crm.funnel.report"]._get_playbooks()

    @api.model
    def _get_scope(self, filters):
        """Return the person and the playbook of clean filters."""
        return (
            self.env["res.users"].browse(filters["user_id"]),
            self.env["crm.playbook"].browse(filters["playbook_id"]),
        )

    @api.model
    def _prepare_choices(self, records):
        # sudo: whom the user may choose
        return [{"id": one.id, "name": one.name} for one in records.sudo()]

    @api.model
    def _get_stages(self, playbook):
        """Return the stages of which conversion and time are told: those before the last one, not won."""
        ranks = self.env["crm.stage"]._get_ranks()
        stages = playbook.stage_ids.filtered(lambda stage: not stage.is_renewal)
        stages = stages.sorted(lambda stage: ranks.get(stage.stage_id.id, -1))
        return stages[:-1].filtered(lambda stage: not stage.stage_id.is_won)

    @api.model
    def _get_values(self, filters, people):
        """Return what the texts of ``tools/coaching_numbers.py`` need; all they read is written before."""
        _person, playbook = self._get_scope(filters)
        days = get_days(filters["period"], self.env.cr.now(), playbook._get_tz(self.env.company))
        since, until = get_bounds(*days, playbook._get_tz(self.env.company))
        self.env.flush_all()
        # sudo: the facts count, not who asks; whose they are is checked, and names are for who may read them
        reports = self.sudo().env
        return {
            "people": people.ids,
            "playbook": playbook.id,
            "companies": self._get_companies().ids,
            "company": self.env.company.id,  # for which a deal without a company counts
            "stages": self._get_stages(playbook).stage_id.ids,
            "since": since,
            "until": until,
            "now": self.env.cr.now(),
            "rate": playbook._get_rate_sql(SQL("log.playbook_id"), SQL("log.company_id")),
            "basis": playbook.worth_basis,
            "work": reports["crm.playbook.deadline.report"]._table_query,
            "stated": reports["crm.lead.calibration.report"]._table_query,
        }

    @api.model
    def _get_rows(self, filters, people):
        """Return the rows of a person, from one query for all of the team."""
        query = SQL(FIGURES, **self._get_values(filters, people))
        counted = {}
        for name, part, user_id, count, mean, middle in self.env.execute_query(query):
            value = get_value(NUMBERS[name], count, float(mean or 0), float(middle or 0))
            counted.setdefault((name, part), {})[user_id] = (count, value)
        _person, playbook = self._get_scope(filters)
        return [
            self._prepare_row(key, counted.get(key, {}), filters["user_id"], people.ids, minimum)
            for key, minimum in self._get_keys(playbook).items()
        ]

    @api.model
    def _get_keys(self, playbook):
        """Return ``{(number, part): of how many deals at least it is told}``, in the order of the page."""
        stages = self._get_stages(playbook)
        minimum = max(stages.mapped("conversion_alert_minimum"), default=FEWEST)
        keys = {}
        for name in NUMBERS:
            if name in ("conversion", "time"):
                keys |= {(name, str(one.stage_id.id)): one.conversion_alert_minimum for one in stages}
            elif name == "contact":
                keys |= {(name, tier): minimum for tier in ("A", "B", "C")}
            else:
                keys[name, ""] = MIN_SAMPLE if name == "brier" else minimum
        return keys

    @api.model
    def _prepare_row(self, key, counted, user_id, member_ids, minimum):
        """Return ``{"name", "part", "label", "title": without the part, "help", "group", "unit", "count": of
        how many deals or rows, "value": None where these are too few, "median": of the team, None where
        fewer than four colleagues have a value, "people": of how many, "minimum"}``.

        :param dict counted: ``{user id: (count, value)}``
        """
        name, part = key
        number = NUMBERS[name]
        count, value = counted.get(user_id, (0, 0 if number.kind == "count" else None))
        if number.kind == "count":  # who has none has none, where anybody has some
            values = {id_: counted.get(id_, (0, 0))[1] for id_ in member_ids} if counted else {}
        else:
            values = {id_: its for id_, (sample, its) in counted.items() if sample >= minimum}
            value = value if count >= minimum else None
        return {
            "name": name,
            "part": part,
            "label": self._get_label(name, part),
            "title": self._get_label(name, ""),
            "help": self._get_help(name),
            "group": number.group,
            "unit": number.unit,
            "count": count,
            "value": value,
            "median": get_median(values, user_id),
            "people": len(values),
            "minimum": 0 if number.kind == "count" else minimum,
        }
