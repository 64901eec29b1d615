import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ...exceptions import CONCURRENCY_ERRORS
from ...tools.funnel import (
    PERIODS,
    get_bounds,
    get_last_period,
    get_period,
    get_periods_before,
    get_rate,
    get_today,
)

_logger = logging.getLogger(__name__)

LOOK_BACK = 4  # so many periods before the first one are made as well, where there is a history
MAX_CATCH_UP = 53


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    has_review = fields.Boolean(
        string="Reviews",
        default=True,
        tracking=True,
        help="Every Monday a review of the week before is generated for each team, and one of each month.",
    )
    review_user_ids = fields.Many2many(
        "res.users",
        "crm_playbook_review_user_rel",
        string="Recipients",
        domain=[("share", "=", False)],
        help="They get the reviews by mail, besides the team's leader. Empty: the sales managers get those"
        " that no team leader gets.",
    )

    def _get_tz(self):
        """Return the time zone whose Monday begins this playbook's week: the calendar's, or the company's."""
        company = self.company_id or self.env.company
        return self.calendar_id.tz or company.resource_calendar_id.tz or company.partner_id.tz or "UTC"

    def _get_due_periods(self, period):
        """Return the first and last days of the weeks or months that need a review, oldest first: those since
        the last review, that one included (it may lack a team), or since the log begins.
        """
        self.ensure_one()
        last = get_last_period(self.env.cr.now(), period, self._get_tz())
        reviews = self.env["crm.funnel.review"]
        made = [("playbook_id", "=", self.id), ("period", "=", period)]
        latest = reviews.search(made, order="date_from desc", limit=1)
        earlier = get_periods_before(last[0], period, MAX_CATCH_UP)
        if latest:
            return [days for days in [*earlier, last] if days[0] >= latest.date_from]
        log = self.env["crm.lead.stage.log"]
        first = log.search_fetch([("playbook_id", "=", self.id)], ["entered_at"], order="entered_at", limit=1)
        if not first:
            return []
        begun = get_period(get_today(first.entered_at, self._get_tz()), period)[0]
        return [days for days in [*earlier[-LOOK_BACK:], last] if days[0] >= begun]

    def _get_review_scopes(self, since, until):
        """Return ``{team id: company id}`` of the reviews of a period: for each team whose deals moved in it
        or were open at its end, and (as team False) for all deals together where there is more than one team,
        or a deal without. Deals of several companies are not added up: no company sees another's numbers.
        """
        self.ensure_one()
        log, work = self.env["crm.lead.stage.log"], set()
        moved = Domain("playbook_id", "=", self.id) & Domain("entered_at", ">=", since)
        moved &= Domain("entered_at", "<", until)
        is_open = self.env["crm.funnel.report"]._get_open_domain({"playbook_id": self.id}, until)
        for domain in (moved, is_open):
            rows = log._read_group(domain, ["team_id", "company_id"])
            work |= {(team.id, company.id) for team, company in rows}
        teams, own = {team_id for team_id, _company in work}, self.company_id.id
        companies = {company_id for _team, company_id in work if company_id}
        scopes = {
            team_id: own or self.env["crm.team"].browse(team_id).company_id.id for team_id in teams if team_id
        }
        is_joined = len(teams) > 1 or False in teams
        if is_joined and (own or len(companies) <= 1):
            scopes[False] = own or next(iter(companies), False)
        return scopes


class CrmFunnelReview(models.Model):
    """Reviews are made once, by a job, and never again."""

    _inherit = "crm.funnel.review"

    @api.model
    def _cron_make(self):
        """Make the reviews that are due: every Monday and first of a month, in each playbook's time zone.
        Runs every hour, commits each review, and goes on where it stopped.
        """
        due = self._get_due()
        for number, one in enumerate(due, start=1):
            self._make_safely(*one)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - number):
                return

    @api.model
    def _make_safely(self, playbook, period, days, team_id, company_id):
        """Make a review and tell of it; one that fails is tried again in an hour.

        It keeps no other from being made.
        """
        try:
            self._make(playbook, period, days, team_id, company_id)._tell_made()
            self.env.cr.flush()
        except Exception as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            if not isinstance(error, CONCURRENCY_ERRORS):  # else somebody else has made it
                _logger.exception(
                    "The review of %s, %s %s, could not be made.", playbook.name, period, days[0]
                )

    @api.model
    def _get_due(self):
        """Return ``[(playbook, period, (first day, last day), team id, company id), …]`` with no review yet,
        oldest first.
        """
        playbooks = self.env["crm.playbook"].search(
            [("is_template", "=", False), ("has_review", "=", True), ("stage_ids", "!=", False)]
        )
        due, pending = [], playbooks._get_pending_histories()
        for playbook in playbooks.filtered(lambda one: one.id not in pending):  # else deals would be missing
            for period in PERIODS:
                for days in playbook._get_due_periods(period):
                    due += [
                        (playbook, period, days, *one) for one in self._get_missing(playbook, period, days)
                    ]
        return sorted(due, key=lambda one: (one[2][0], one[3]))

    @api.model
    def _get_missing(self, playbook, period, days):
        """Return ``[(team id or False for all, company id), …]`` whose review of a period is missing."""
        scopes = playbook._get_review_scopes(*get_bounds(*days, playbook._get_tz()))
        made = self.search(
            [("playbook_id", "=", playbook.id), ("period", "=", period), ("date_from", "=", days[0])]
        )
        made_for = {review.team_id.id for review in made}
        return [(team, company) for team, company in scopes.items() if team not in made_for]

    @api.model
    def _make(self, playbook, period, days, team_id, company_id=False):
        """Make a review with everything that is in it, and tell nobody.

        :param str period: ``week`` or ``month``
        :param days: the first and the last day
        :param team_id: a ``crm.team``, False for all
        :param company_id: whose people may see it, False for all
        :return: the review
        """
        if company_id:
            self = self.with_company(company_id)
        playbook = playbook.with_env(self.env)
        previous_days = get_periods_before(days[0], period, 1)[0]
        scope = [("playbook_id", "=", playbook.id), ("team_id", "=", team_id), ("period", "=", period)]
        review = self.create(
            {
                "playbook_id": playbook.id,
                "team_id": team_id,
                "company_id": company_id,
                "currency_id": playbook.currency_id.id,
                "period": period,
                "date_from": days[0],
                "date_to": days[1],
                "tz": playbook._get_tz(),
                "missing_rates": playbook.missing_rates if not playbook.company_id else False,
                "previous_id": self.search([*scope, ("date_from", "=", previous_days[0])], limit=1).id,
                **self._prepare_finding_vals(playbook, team_id, days),
            }
        )
        review._make_lines()
        return review

    def _make_lines(self):
        """Freeze the numbers of each stage."""
        self.ensure_one()
        since, until = get_bounds(self.date_from, self.date_to, self.tz)
        numbers = self.env["crm.funnel.report"]._get_stage_numbers(self._get_scope(), since, until)
        nothing = self.env["crm.funnel.report"]._get_no_numbers()
        before = self._get_lines_before()
        ranks = self.env["crm.stage"]._get_ranks()
        stages = self.playbook_id.stage_ids.sorted(lambda stage: ranks.get(stage.stage_id.id, -1))
        lines = self.env["crm.funnel.review.line"].create(
            [
                {
                    "review_id": self.id,
                    "sequence": sequence,
                    "playbook_stage_id": stage.id,
                    "stage_id": stage.stage_id.id,
                    "name": stage.display_name,
                    **self._prepare_comparison_vals(before.get(stage.stage_id.id, [])),
                    **numbers.get(stage.stage_id.id, nothing),
                }
                for sequence, stage in enumerate(stages)
            ]
        )
        for line in lines:
            names = line.stage_id._fields["name"]._get_stored_translations(line.stage_id)
            line.update_field_translations("name", names or {})
        lines._find_bottlenecks()

    def _get_lines_before(self):
        """Return ``{stage id: lines of the four periods before, newest first}``, as their own reviews have
        them.
        """
        lines = self.env["crm.funnel.review.line"].search(
            [
                ("review_id.playbook_id", "=", self.playbook_id.id),
                ("review_id.team_id", "=", self.team_id.id),
                ("review_id.period", "=", self.period),
                ("review_id.date_from", "<", self.date_from),
                ("review_id.date_from", ">=", get_periods_before(self.date_from, self.period, 4)[0][0]),
            ],
            order="date_from desc",
        )
        return lines.grouped(lambda line: line.stage_id.id)

    @api.model
    def _prepare_comparison_vals(self, before):
        """Return what a stage's line says of the periods before.

        :param before: the lines of the four periods before, newest first
        """
        if not before:
            return {}
        previous = get_periods_before(self.date_from, self.period, 1)[0][0]
        newest = before[0] if before[0].date_from == previous else before.browse()
        has_next = any(line.flow_rate is not False for line in before)
        return {
            "last_flow_rate": newest.flow_rate if newest else None,
            "mean_flow_rate": get_rate(sum(before.mapped("next_count")), sum(before.mapped("begun_count")))
            if has_next
            else None,
        }
