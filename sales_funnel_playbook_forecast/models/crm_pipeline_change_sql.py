from odoo import api, models
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.models.core.days import ANY_COMPANY

from ..tools import change as texts


class CrmPipelineChange(models.AbstractModel):
    """What the statements of ``tools/change.py`` are made of."""

    _inherit = "crm.pipeline.change"

    @api.model
    def _get_change_sql(self, filters, which):
        """Return what the statements of ``tools/change.py`` are made of.

        :param SQL which: of which deals the pairs are looked at
        """
        # for statements of a second, compiling them takes longer than it saves
        self.env.cr.execute("SET LOCAL jit TO off")
        self.env["crm.lead"].flush_model()
        pairs = self._get_pairs_sql(filters, self._get_condition_sql(filters), which)
        return {"pairs": pairs, "steps": self._get_steps_sql(filters)}

    @api.model
    def _get_condition_sql(self, filters):
        """Return whether a ``deal`` is in the scope, whether it is to close in the period that is looked at,
        what its currency is on both days, and to how many digits amounts are rounded.
        """
        currency, _company = self._get_currency(filters)
        rates = {one.id: its for one, its in self._get_rates(filters).items() if None not in its}
        whens = [
            SQL(" ").join(SQL("WHEN %s THEN %s::numeric", one, its[place]) for one, its in rates.items())
            for place in (0, 1)
        ]
        at_first, at_last = (SQL("CASE deal.currency_id WHEN 0 THEN NULL %s END", one) for one in whens)
        return {
            "at_first": at_first,
            "at_last": at_last,
            "in_scope": self._get_scope_sql(filters, self._get_moments(filters)),
            "in_window": self._get_window_sql(filters),
            "digits": currency.decimal_places,
        }

    @api.model
    def _get_sums_sql(self, filters):
        """Return the sums of all deals of the first day; exchange rates are nothing to add up where all are
        as they were.
        """
        conditions, rates = self._get_condition_sql(filters), self._get_rates(filters).values()
        sums = [SQL(texts.OPENING, **conditions), SQL(texts.UNKNOWN, digits=conditions["digits"])]
        if any(first != last for first, last in rates):
            sums.append(SQL(texts.RATES, **conditions))
        return SQL(" UNION ALL ").join(sums)

    @api.model
    def _get_pairs_sql(self, filters, conditions, which):
        """Return the ``PAIRS`` of the statements of ``tools/change.py``."""
        moments = self._get_moments(filters)
        first, last = self._get_days(filters)
        return SQL(
            texts.PAIRS,
            rates=self._get_rates_sql(filters),
            spans=self._get_spans_sql(moments),
            was=SQL(texts.KEPT, day=first),
            now=SQL(texts.KEPT, day=last) if last else self._get_open_sql(),
            closings=self._get_closings_sql(moments),
            tz=self._get_tz(filters),
            which=which,
            in_scope=conditions["in_scope"],
            in_window=conditions["in_window"],
        )

    @api.model
    def _get_steps_sql(self, filters):
        """Return the ``STEPS`` of the statements of ``tools/change.py``."""
        currency, _company = self._get_currency(filters)
        return SQL(
            texts.STEPS,
            digits=currency.decimal_places,
            is_back=SQL(texts.IS_BACK),
            has_playbook=bool(filters["playbook_id"]),
        )

    @api.model
    def _get_scope_sql(self, filters, moments):
        """Return whether a ``deal`` is in the scope; of companies only that were kept on both days."""
        companies = [one for one in self._get_companies(filters) if one in moments]
        conditions = [SQL("deal.company_id = ANY(%s)", companies)]
        conditions += [
            SQL("%s = %s", SQL.identifier("deal", name), filters[name])
            for name in ("playbook_id", "product_line_id", "team_id", "user_id")
            if filters[name]
        ]
        return SQL(" AND ").join(conditions)

    @api.model
    def _get_window_sql(self, filters):
        window = self._get_window(filters)
        return SQL("deal.date_deadline BETWEEN %s AND %s", *window) if window else SQL("TRUE")

    @api.model
    def _get_rates_sql(self, filters):
        rows = [
            SQL("(%s, %s::numeric, %s::numeric)", currency.id, *rates)
            for currency, rates in self._get_rates(filters).items()
            if None not in rates
        ]
        return SQL("VALUES %s", SQL(", ").join(rows or [SQL("(0, NULL::numeric, NULL::numeric)")]))

    @api.model
    def _get_spans_sql(self, moments):
        rows = [SQL("(%s, %s, %s)", company_id, *span) for company_id, span in moments.items()]
        return SQL("VALUES %s", SQL(", ").join(rows or [SQL("(0, NULL::timestamp, NULL::timestamp)")]))

    @api.model
    def _get_open_sql(self):
        """Return the deals that are open now, of all companies, with what a Monday keeps of them."""
        snapshots = self.env["crm.funnel.snapshot"]
        columns = snapshots._get_columns("lead")
        kept = [name for name in texts.DEAL if name in columns]
        return SQL(
            texts.OPEN_NOW,
            columns=SQL(", ").join(SQL("%s AS %s", columns[name], SQL.identifier(name)) for name in kept),
            adopter=snapshots._get_adopter_sql("lead"),
            condition=snapshots._get_open_condition("lead"),
        )

    @api.model
    def _get_closings_sql(self, moments):
        """Return what was won or lost in between, as the log says; what no playbook follows, as it is now."""
        spans = moments.values()
        # sudo: all playbooks, whichever the user sees
        playbooks = self.env["crm.playbook"].sudo().search(ANY_COMPANY)
        bounds = {
            "since": min((since for since, _until in spans), default=self.env.cr.now()),
            "until": max((until for _since, until in spans), default=self.env.cr.now()),
            "main": self.env["crm.playbook"]._get_main_company().id,
        }
        worth = self.env["crm.lead"]._field_to_sql("lead", "worth")
        logged = SQL(texts.LOGGED, playbooks=playbooks.ids, **bounds)
        return SQL("%s UNION ALL %s", logged, SQL(texts.UNLOGGED, worth=worth, **bounds))
