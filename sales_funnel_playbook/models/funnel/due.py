from odoo import fields, models
from odoo.fields import Domain

from ...tools.funnel import get_last_period, get_period, get_periods_before, get_today

LOOK_BACK = 4  # so many periods before the first one are made as well, where there is a history
MAX_CATCH_UP = 53


class CrmPlaybook(models.Model):
    """Which reviews a playbook should have: of whose deals, in whose time zone, since when."""

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

    def _get_tz(self, company=None):
        """Return the name of the time zone whose Monday begins this playbook's week: that of its calendar,
        else of ``company``, whose deals a review is of; else of its own company or the first one. It is the
        one that each deal of that company has, whoever asks.
        """
        return self._get_zone(company).zone

    def _get_review_companies(self):
        """Return the companies whose deals have reviews of their own, empty for deals that belong to none.
        Deals of several companies are not added up: no company sees another's numbers.
        """
        # sudo: which companies there are decides whose deals are told apart, whoever asks
        companies = self.company_id or self.env["res.company"].sudo().search([("active", "=", True)])
        return [*companies] if len(companies) == 1 else [*companies, companies.browse()]

    def _get_company_scope(self, company_id):
        """Return the part of a scope that restricts it to a company's deals (False: to those of none),
        nothing where there is but one.
        """
        if len(self._get_review_companies()) == 1:
            return {}
        return {"company_id": company_id} if company_id else {"is_without_company": True}

    def _get_due_periods(self, period, company):
        """Return the first and last days of the weeks or months for which a company's deals need a review,
        oldest first: those since the last review, that one included (it may lack a team), or since the log
        begins; and those of which a review could not be made.
        """
        self.ensure_one()
        tz = self._get_tz(company)
        last = get_last_period(self.env.cr.now(), period, tz)
        reviews = self.env["crm.funnel.review"]
        made = Domain("playbook_id", "=", self.id) & Domain("period", "=", period)
        made &= Domain("company_id", "=", company.id)
        failed = set(reviews.search(made & Domain("state", "=", "failed")).mapped("date_from"))
        latest = reviews.search(made & Domain("state", "!=", "failed"), order="date_from desc", limit=1)
        earlier = get_periods_before(last[0], period, MAX_CATCH_UP)
        since = latest.date_from
        if not latest:
            log, its = self.env["crm.lead.stage.log"], self._get_log_domain(company)
            first = log.search_fetch(its, ["entered_at"], order="entered_at", limit=1)
            if not first:
                return []
            begun = get_period(get_today(first.entered_at, tz), period)[0]
            since = max(begun, earlier[-LOOK_BACK][0])
        return [days for days in [*earlier, last] if days[0] >= since or days[0] in failed]

    def _get_log_domain(self, company):
        """Return the domain on the stage log of a company's deals under this playbook."""
        scope = {"playbook_id": self.id, **self._get_company_scope(company.id)}
        return self.env["crm.funnel.report"]._get_scope_domain(scope, tier="lead_id.tier")

    def _get_review_scopes(self, since, until, company):
        """Return the ids of the teams that have a review of a period: those whose deals moved in it or were
        open at its end; and False, for all deals together, where there is more than one team, or a deal
        without.
        """
        self.ensure_one()
        log, its = self.env["crm.lead.stage.log"], self._get_log_domain(company)
        moved = its & Domain("entered_at", ">=", since) & Domain("entered_at", "<", until)
        scope = {"playbook_id": self.id, **self._get_company_scope(company.id)}
        is_open = self.env["crm.funnel.report"]._get_open_domain(scope, until)
        teams = {team.id for domain in (moved, is_open) for (team,) in log._read_group(domain, ["team_id"])}
        if len(teams) > 1:
            teams.add(False)
        return sorted(teams)
