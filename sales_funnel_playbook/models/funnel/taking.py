import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...exceptions import CONCURRENCY_ERRORS
from ...tools.funnel import MONDAY, get_today

_logger = logging.getLogger(__name__)

BATCH = 50_000  # so many old rows go in one transaction
# Twice at once: the second waits for the first at the unique indexes, and is undone.
TAKE = """
    WITH kept AS (
        INSERT INTO crm_funnel_snapshot (date, company_id, currency_id, %(columns)s)
        SELECT %(date)s, %(company_id)s, %(currency_id)s, %(values)s FROM crm_lead lead WHERE %(condition)s
        ON CONFLICT (date, lead_id) DO NOTHING
        RETURNING 1
    )
    INSERT INTO crm_funnel_snapshot_day (date, company_id, taken_at, deal_count)
    SELECT %(date)s, %(company_id)s, %(now)s, COUNT(*) FROM kept
    RETURNING deal_count
"""
PLAIN = (
    *("probability", "date_deadline", "stage_id", "team_id", "user_id", "product_line_id"),
    *("tier", "risk_level"),
)


class CrmFunnelSnapshot(models.Model):
    """Each company's open deals are kept when Monday begins there, once; a Monday that is over cannot be
    known any more. What is kept of other days is in ``daily.py``.
    """

    _inherit = "crm.funnel.snapshot"

    @api.model
    def _cron_take(self):
        """Keep the open deals of each company where it is Monday, and let go of days that are kept no
        longer. Runs every hour, commits each company, and goes on where it stopped.
        """
        steps = [(self._take_safely, due) for due in self._get_due()]
        steps += [(self._drop, over) for over in self._get_over()]
        for number, (step, its) in enumerate(steps, start=1):
            step(*its)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(steps) - number):
                return

    @api.model
    def _get_due(self):
        """Return ``[(company, day), …]`` of the companies that keep what day it is there and have not."""
        days = self._get_days_to_keep()
        taken = self.env["crm.funnel.snapshot.day"].search([("date", "in", [*set(days.values())])])
        known = {(one.company_id, one.date) for one in taken}
        return [one for one in days.items() if one not in known]

    @api.model
    def _get_days_to_keep(self):
        """Return ``{company: what day it is there}`` of the companies that keep this day."""
        return self._get_mondays()

    @api.model
    def _get_mondays(self):
        """Return ``{company: what day it is there}`` of the companies where it is Monday."""
        return {company: day for company, day in self._get_todays().items() if day.weekday() == MONDAY}

    @api.model
    def _get_todays(self):
        """Return ``{company: what day it is there}`` of the active companies."""
        now = self.env.cr.now()
        companies = self.env["res.company"].search([("active", "=", True)], order="id")
        return {company: get_today(now, company._get_funnel_tz()) for company in companies}

    @api.model
    def _take_safely(self, company, day):
        """Keep the deals of a company; one that fails is tried again in an hour, and holds up no other."""
        try:
            self._take(company, day)
        except Exception as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            if not isinstance(error, CONCURRENCY_ERRORS):  # else somebody else has done it
                _logger.exception("The open deals of %s could not be kept on %s.", company.name, day)
                self.env["crm.playbook.failure"]._note(company, error)

    @api.model
    def _take(self, company, day):
        """Keep the open deals of a company as they are now, under the day ``day``, in one statement.

        :return: how many
        """
        columns = self._get_columns("lead")
        self.env["crm.lead"].flush_model()
        query = SQL(
            TAKE,
            date=day,
            company_id=company.id,
            currency_id=company.currency_id.id,
            now=self.env.cr.now(),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(columns.values()),
            condition=self._get_condition(company, "lead"),
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _get_columns(self, alias):
        """Return ``{column: expression on a row of crm_lead}`` of what is kept of a deal. To be extended."""
        leads = self.env["crm.lead"]
        playbooks = leads._get_playbook_domains()
        ids = {playbook_id: SQL("%s", playbook_id) for playbook_id in playbooks}
        amounts = {
            name: SQL("COALESCE(%s, 0)", leads._field_to_sql(alias, name))
            for name in ("worth", "expected_revenue", "recurring_revenue_monthly")
        }
        return {
            "lead_id": SQL.identifier(alias, "id"),
            "lead_name": SQL.identifier(alias, "name"),
            "playbook_id": leads._get_playbook_case(ids, SQL("NULL"), alias),
            **amounts,
            **{name: SQL.identifier(alias, name) for name in PLAIN},
        }

    @api.model
    def _get_condition(self, company, alias):
        """Return which rows of ``crm_lead`` are open deals of a company. A deal without one belongs to that
        of its playbook, else to the main one.
        """
        return SQL(
            "%(is_open)s AND (%(own)s = %(company_id)s OR %(own)s IS NULL AND %(adopter)s = %(company_id)s)",
            is_open=self._get_open_condition(alias),
            own=SQL.identifier(alias, "company_id"),
            company_id=company.id,
            adopter=self._get_adopter_sql(alias),
        )

    @api.model
    def _get_open_condition(self, alias):
        """Return which rows of ``crm_lead`` are open deals: opportunities, and whatever else follows a
        playbook.
        """
        leads = self.env["crm.lead"]
        followed = dict.fromkeys(leads._get_playbook_domains(), SQL("TRUE"))
        return SQL(
            """%(lead)s.active IS TRUE AND %(lead)s.won_status = 'pending'
            AND (%(lead)s.type = 'opportunity' OR %(is_followed)s)""",
            lead=SQL.identifier(alias),
            is_followed=leads._get_playbook_case(followed, SQL("FALSE"), alias),
        )

    @api.model
    def _get_adopter_sql(self, alias):
        """Return the id of the company to which a row of ``crm_lead`` belongs that has none itself."""
        # sudo: all playbooks, also of companies in which the user does not work just now
        playbooks = self.env["crm.playbook"].sudo()
        own = playbooks.browse(self.env["crm.lead"]._get_playbook_domains()).filtered("company_id")
        adopters = {playbook.id: SQL("%s", playbook.company_id.id) for playbook in own}
        main = SQL("%s", playbooks._get_main_company().id)
        return self.env["crm.lead"]._get_playbook_case(adopters, main, alias)

    @api.autovacuum
    def _gc_snapshots(self):
        """Delete what is older than the settings say, so many rows at a time."""
        months = self.env["crm.playbook"]._get_setting("snapshot_months")
        if not months:
            return None
        oldest = fields.Date.today() - relativedelta(months=months)
        rows = SQL("SELECT id FROM crm_funnel_snapshot WHERE date < %s ORDER BY date LIMIT %s", oldest, BATCH)
        self.env.cr.execute(SQL("DELETE FROM crm_funnel_snapshot WHERE id IN (%s)", rows))
        done = self.env.cr.rowcount
        if done < BATCH:
            self.env.cr.execute(SQL("DELETE FROM crm_funnel_snapshot_day WHERE date < %s", oldest))
        return done, int(done == BATCH)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_funnel_tz(self):
        """Return the time zone in which Monday begins for this company."""
        return self.resource_calendar_id.tz or self.partner_id.tz or "UTC"
