from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from odoo.addons.sales_funnel_playbook.wording import list_texts

from ..tools import look as texts


class CrmForecastLook(models.AbstractModel):
    """Which open deals want to be looked at before a period is over, each once with all its reasons."""

    _name = "crm.forecast.look"
    _description = "Deals to Look At"
    _inherit = ["crm.forecast.scope"]

    @api.model
    @api.readonly
    def get_looks(self, filters=None):
        """Return the deals to look at among those that the user may see, the largest first.

        :param dict filters: as ``crm.forecast.get_forecast`` takes them
        :return: ``{"deals": [see :meth:`_prepare_look`, …], at most ``LIMIT``, "count": how many there are,
            "definitions": [{"name", "label", "help"}, …], "currency_id"}``
        """
        self._check_is_seller()
        forecast = self.env["crm.forecast"]
        filters = forecast._clean_forecast(filters or {})
        company, first, last = forecast._get_forecast_scope(filters)
        rows = self._find(company, first, last)
        return {
            "deals": self._prepare_looks(rows, company.currency_id),
            "count": rows[0]["total"] if rows else 0,
            "definitions": [
                {"name": name, "label": label, "help": text}
                for name, (label, text) in self._get_definitions().items()
            ],
            "currency_id": company.currency_id.id,
        }

    @api.model
    def _find(self, company, first, last, scope=None, monday=None, only=None, limit=texts.LIMIT):
        """Return the rows of the deals to look at, the largest first.

        :param scope: condition on ``crm_lead``, whose deals they are
        :param monday: the closing dates of which Monday are compared, the one before today if none is given
        :param only: condition on ``found``, which of them are returned
        """
        looks = self._get_looks_sql(company, first, last, scope, monday)
        query = SQL(texts.LARGEST, looks=looks, only=only or SQL("TRUE"), limit=limit)
        return self.env.execute_query_dict(query)

    @api.model
    def _get_ids_sql(self, company, first, last):
        """Return the ids of the deals to look at, as a statement."""
        looks = self._get_looks_sql(company, first, last)
        return SQL(texts.IDS, looks=looks)

    @api.model
    def _get_looks_sql(self, company, first, last, scope=None, monday=None):
        today = self.env["crm.forecast"]._get_day(company)
        for name in ("crm.lead", "mail.activity"):
            self.env[name].flush_model()
        self.env.cr.execute("SET LOCAL jit TO off")
        # whom the user sees: their table is the statement's own, so that it is read but once
        visible = self.env["crm.lead"]._search([])
        condition = self.env["crm.funnel.snapshot"]._get_condition(company, "crm_lead")
        conditions = [condition, self._get_where(visible), scope or SQL("TRUE")]
        return SQL(
            texts.LOOKS,
            typical=self._get_typical_sql(company, today),
            deal=self._get_deal_sql(today),
            visible=visible.from_clause,
            condition=SQL(" AND ").join(conditions),
            unproven=self._get_unproven_sql(),
            monday=monday or self._get_monday_before(company, today),
            since=date.min if first <= today <= last else first,
            first=first,
            last=last,
            today=today,
            digits=company.currency_id.decimal_places,
        )

    @api.model
    def _get_typical_sql(self, company, today):
        """Return what deals are usually worth that a company has won, by playbook."""
        return SQL(
            texts.TYPICAL,
            since=today - relativedelta(years=texts.YEARS),
            until=self.env.cr.now(),
            main=self.env["crm.playbook"]._get_main_company().id,
            company=company.id,
        )

    @api.model
    def _get_deal_sql(self, today):
        """Return what is looked at of a row of ``crm_lead``."""
        leads = self.env["crm.lead"]
        return SQL(
            texts.DEAL,
            playbook=self.env["crm.funnel.snapshot"]._get_columns("crm_lead")["playbook_id"],
            worth=leads._field_to_sql("crm_lead", "worth"),
            category=leads._field_to_sql("crm_lead", "forecast_category"),
            today=today,
        )

    @api.model
    def _get_unproven_sql(self):
        """Return whether a ``deal`` lacks what its playbook asks of a commit."""
        # sudo: rules may name what not everybody reads; that a deal lacks it is told to who sees the deal
        unproven = self.env["crm.lead"].sudo()._search([("has_commit_gaps", "=", True)])
        return SQL(texts.UNPROVEN, unproven=unproven.from_clause, where=self._get_where(unproven))

    @api.model
    def _get_where(self, query):
        """Return the condition of a search."""
        if query.is_empty():
            return SQL("FALSE")
        return query.where_clause or SQL("TRUE")

    @api.model
    def _get_monday_before(self, company, day):
        [[monday]] = self.env.execute_query(SQL(texts.MONDAY_BEFORE, company.id, day))
        return monday

    @api.model
    def _get_definitions(self):
        """Return ``{reason: (label, what it is)}``."""
        return {
            "decides": (
                self.env._("Decides the Period"),
                self.env._(
                    "Worth × probability × (1 − probability): the %s largest of the deals that are to close"
                    " in the period. What is large and may go either way decides it.",
                    texts.MOST,
                ),
            ),
            "slipped": (
                self.env._("Slipped"),
                self.env._(
                    "The closing date is later than on the Monday before, or was postponed %s times or more.",
                    texts.PUSHES,
                ),
            ),
            "overdue": (
                self.env._("Closing Date Over"),
                self.env._("The deal was to close before today, and is open."),
            ),
            **self._get_more_definitions(),
        }

    @api.model
    def _get_more_definitions(self):
        return {
            "unproven": (
                self.env._("Commit Without Evidence"),
                self.env._("Committed, and lacks what the playbook asks of a commit."),
            ),
            "large": (
                self.env._("Larger Than Usual"),
                self.env._(
                    "Worth more than %(times)s × the median of the deals of the same playbook and company"
                    " that were won within %(years)s years; of fewer than %(count)s nothing is said.",
                    times=texts.TIMES,
                    years=texts.YEARS,
                    count=texts.MIN_WON,
                ),
            ),
            "no_step": (
                self.env._("No Next Step"),
                self.env._(
                    "No activity is due today or later, recurring reviews and follow-ups of the playbook"
                    " aside, and the deal does not wait for the customer."
                ),
            ),
        }

    @api.model
    def _prepare_looks(self, rows, currency):
        """Return what is shown of the deals in these rows, with what is planned of each."""
        ids = [row["lead_id"] for row in rows]
        leads = {lead.id: lead for lead in self.env["crm.lead"].browse(ids)}
        planned = self._get_planned(ids)
        return [self._prepare_look(row, leads[row["lead_id"]], planned, currency) for row in rows]

    @api.model
    def _prepare_look(self, row, lead, planned, currency):
        """Return ``{"lead_id", "name", "worth", "date", "user", "user_id", "team", "reasons": see
        :meth:`_tell_reasons`, "planned": {"summary", "user", "date"} of the next activity, or False}``.
        """
        return {
            "lead_id": row["lead_id"],
            "name": row["name"],
            "worth": float(row["worth"]),
            "date": fields.Date.to_string(row["date_deadline"]) or False,
            "user": lead.user_id.name or "",
            "user_id": lead.user_id.id,
            "team": lead.team_id.name or "",
            "reasons": self._tell_reasons({**row, "gaps": row["unproven"] and lead.commit_gaps}, currency),
            "planned": planned.get(row["lead_id"], False),
        }

    @api.model
    def _get_planned(self, lead_ids):
        """Return ``{lead id: the next activity that somebody planned}``."""
        activities = self.env["mail.activity"].search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", lead_ids),
                ("playbook_kind", "=", False),
                ("date_deadline", ">=", fields.Date.context_today(self)),
            ],
            order="date_deadline desc, id desc",
        )
        return {
            one.res_id: {
                "summary": one.summary or one.activity_type_id.name or "",
                "user": one.user_id.name or "",
                "date": fields.Date.to_string(one.date_deadline),
            }
            for one in activities
        }

    @api.model
    def _tell_reasons(self, row, currency):
        """Return ``[{"name", "label", "text": why, in numbers, or ""}, …]`` of a deal."""
        labels = self._get_definitions()
        told = {
            "decides": lambda: self._tell_uncertainty(row, currency),
            "slipped": lambda: self._tell_slipping(row),
            "unproven": lambda: row.get("gaps") or "",
            "large": lambda: self.env._(
                "%(times)s × the median of %(median)s",
                times=round(float(row["worth"]) / float(row["median"]), 1),
                median=self._format(row["median"], currency),
            ),
        }
        return [
            {"name": name, "label": labels[name][0], "text": told[name]() if name in told else ""}
            for name in texts.REASONS
            if row[name]
        ]

    @api.model
    def _join_reasons(self, reasons):
        """Return reasons, as :meth:`_tell_reasons` does, as one text."""
        return " · ".join(
            self.env._("%(reason)s: %(why)s", reason=label, why=why) if why else label
            for label, why in ((one["label"], one["text"]) for one in reasons)
        )

    @api.model
    def _tell_uncertainty(self, row, currency):
        chance = round(row["probability"], 1)
        return self.env._(
            "%(worth)s × %(chance)s %% × %(rest)s %% = %(product)s",
            worth=self._format(row["worth"], currency),
            chance=f"{chance:g}",
            rest=f"{100 - chance:g}",
            product=self._format(row["uncertainty"], currency),
        )

    @api.model
    def _format(self, amount, currency):
        return format_amount(self.env, amount, currency, trailing_zeroes=False)

    @api.model
    def _tell_slipping(self, row):
        now, before = row["date_deadline"], row["was_date"]
        parts = []
        if before and (not now or now > before):
            days = {
                name: format_date(self.env, day) if day else "–"
                for name, day in (("before", before), ("after", now))
            }
            parts.append(self.env._("%(before)s → %(after)s", **days))
        if row["pushes"] >= texts.PUSHES:
            parts.append(self.env._("postponed %s times", row["pushes"]))
        return list_texts(self.env, parts)
