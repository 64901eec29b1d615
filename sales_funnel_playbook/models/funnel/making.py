import logging

from odoo import api, models

from ...exceptions import CONCURRENCY_ERRORS
from ...tools.funnel import PERIODS, get_bounds, get_periods_before, get_rate

_logger = logging.getLogger(__name__)


class CrmFunnelReview(models.Model):
    """Reviews are made once, by a job, and never again."""

    _inherit = "crm.funnel.review"

    @api.model
    def _cron_make(self):
        """Make the reviews that are due: every Monday and first of a month, in each playbook's time zone.
        Runs every hour, commits each review, and goes on where it stopped. Reminds of what is not reviewed
        once all are made: who is asked does not depend on where it stopped.
        """
        due = self._get_due()
        for number, one in enumerate(due, start=1):
            self._make_safely(*one)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(due) - number):
                return
        self._remind_safely()

    @api.model
    def _make_safely(self, playbook, period, days, team_id, company_id):
        """Make a review and tell of it; one that fails is tried again in an hour, over the whole window in
        which reviews are caught up, and is shown with its reason meanwhile. It keeps no other from
        being made.

        :return: the review, or the one that says why there is none; nothing when somebody else makes it
        """
        scope = self._prepare_scope_vals(playbook, period, days, team_id, company_id)
        try:
            review = self._make(playbook, period, days, team_id, company_id)
            review._tell_made()
            self.env.cr.flush()
        except Exception as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            if isinstance(error, CONCURRENCY_ERRORS):  # then somebody else has made it
                return self.browse()
            _logger.exception("The review of %s, %s %s, could not be made.", playbook.name, period, days[0])
            return self._note_failed(scope, str(error) or type(error).__name__)
        return review

    @api.model
    def _find_failed(self, scope):
        names = ("playbook_id", "team_id", "company_id", "period", "date_from")
        return self.search([("state", "=", "failed"), *((name, "=", scope[name]) for name in names)])

    @api.model
    def _note_failed(self, scope, reason):
        """Return the review that says why there is none, the one that said so before if there is one."""
        self._find_failed(scope).unlink()
        return self.create({**scope, "state": "failed", "failure": reason})

    @api.model
    def _prepare_scope_vals(self, playbook, period, days, team_id, company_id):
        """Return what a review is of."""
        company = self.env["res.company"].browse(company_id or ())
        return {
            "playbook_id": playbook.id,
            "team_id": team_id,
            "company_id": company_id,
            "currency_id": playbook.currency_id.id,
            "period": period,
            "date_from": days[0],
            "date_to": days[1],
            "tz": playbook._get_tz(company),
        }

    @api.model
    def _get_due(self):
        """Return ``[(playbook, period, (first day, last day), team id, company id), …]`` with no review yet,
        oldest first. A playbook that fails holds up none of the others.
        """
        playbooks = self.env["crm.playbook"].search(
            [("is_template", "=", False), ("has_review", "=", True), ("stage_ids", "!=", False)]
        )
        due, pending = [], playbooks._get_pending_histories()
        for playbook in playbooks.filtered(lambda one: one.id not in pending):  # else deals would be missing
            with self.env["crm.playbook.failure"]._noting(playbook):
                due += self._get_due_of(playbook)
        return sorted(due, key=lambda one: (one[2][0], one[3], one[4]))

    @api.model
    def _get_due_of(self, playbook):
        """Return what :meth:`_get_due` does, of one playbook."""
        return [
            (playbook, period, days, team_id, company.id)
            for company in playbook._get_review_companies()
            for period in PERIODS
            for days in playbook._get_due_periods(period, company)
            for team_id in self._get_missing(playbook, period, days, company)
        ]

    @api.model
    def _get_missing(self, playbook, period, days, company):
        """Return the ids of the teams (False for all) whose review of a period is missing."""
        teams = playbook._get_review_scopes(*get_bounds(*days, playbook._get_tz(company)), company)
        made = self.search(
            [
                ("playbook_id", "=", playbook.id),
                ("period", "=", period),
                ("date_from", "=", days[0]),
                ("company_id", "=", company.id),
                ("state", "!=", "failed"),
            ]
        )
        made_for = {review.team_id.id for review in made}
        return [team_id for team_id in teams if team_id not in made_for]

    @api.model
    def _make(self, playbook, period, days, team_id, company_id=False):
        """Make a review with everything that is in it, and tell nobody.

        :param str period: ``week`` or ``month``
        :param days: the first and the last day
        :param team_id: a ``crm.team``, False for all
        :param company_id: of whose deals it is, False for those of none
        :return: the review
        """
        if company_id:
            self = self.with_company(company_id)
        playbook = playbook.with_env(self.env)
        scope = self._prepare_scope_vals(playbook, period, days, team_id, company_id)
        self._find_failed(scope).unlink()
        previous = get_periods_before(days[0], period, 1)[0][0]
        review = self.create(
            {
                **scope,
                "previous_id": self._find_earlier(scope, 1)
                .filtered(lambda one: one.date_from == previous)
                .id,
                "missing_rates": playbook.missing_rates,
                **self._prepare_finding_vals(playbook, team_id, days, company_id),
            }
        )
        review._make_lines()
        review._make_channels()
        return review

    @api.model
    def _find_earlier(self, scope, count):
        """Return the reviews of the same scope of so many periods before, newest first, if they were made.

        :param dict scope: see :meth:`_prepare_scope_vals`
        """
        same = [(name, "=", scope[name]) for name in ("playbook_id", "team_id", "company_id", "period")]
        since = get_periods_before(scope["date_from"], scope["period"], count)[0][0]
        before = [("date_from", "<", scope["date_from"]), ("date_from", ">=", since)]
        return self.search([*same, *before, ("state", "!=", "failed")], order="date_from desc")

    def _make_lines(self):
        """Freeze the numbers of each stage, and of all deals."""
        self.ensure_one()
        since, until = get_bounds(self.date_from, self.date_to, self.tz)
        report, scope = self.env["crm.funnel.report"], self._get_scope()
        numbers, deals = report._get_frozen_numbers(scope, since, until, self.tz)
        ranks = self.env["crm.stage"]._get_ranks()
        stages = self.playbook_id.stage_ids.sorted(lambda stage: ranks.get(stage.stage_id.id, -1))
        named = stages.stage_id.ids
        total = report._get_frozen_total(scope, since, until, numbers, deals, named)
        lines = self.env["crm.funnel.review.line"].create(
            [
                *self._prepare_stage_vals(stages, numbers),
                self._prepare_total_vals(len(stages), *total),
            ]
        )
        lines._keep_names()
        path = report._get_path(scope)
        self.stage_line_ids._find_bottlenecks(
            {
                line: line._prepare_kept_deals(deals.get(line.stage_id.id, {}), path.get(line.stage_id.id))
                for line in lines
            }
        )

    def _prepare_stage_vals(self, stages, numbers):
        """Return the values of the line of each stage of the playbook."""
        before, nothing = self._get_lines_before(), self.env["crm.funnel.report"]._get_no_numbers()
        return [
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

    def _prepare_total_vals(self, sequence, numbers, deals):
        """Return the values of the line of all deals."""
        return {
            "review_id": self.id,
            "sequence": sequence,
            "is_total": True,
            "name": self.env._("All Deals"),
            "counted_lead_ids": {name: sorted(set(ids)) for name, ids in deals.items()},
            **numbers,
        }

    def _get_lines_before(self):
        """Return ``{stage id: lines of the four periods before, newest first}``, as their own reviews have
        them.
        """
        scope = {name: self[name] for name in ("period", "date_from")}
        scope |= {name: self[name].id for name in ("playbook_id", "team_id", "company_id")}
        lines = self._find_earlier(scope, 4).stage_line_ids.sorted("date_from", reverse=True)
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
