from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.funnel import get_bounds

FINDINGS = {
    "overdue": "overdue_count",
    "override": "override_count",
    "high_risk": "high_risk_count",
    "check": "check_count",
    "no_contact": "no_contact_count",
}
# The numbers of a stage in the order in which they are shown.
NUMBERS = (
    *("begun_count", "next_count", "flow_rate", "last_flow_rate", "mean_flow_rate"),
    *("advanced_count", "won_count", "lost_count", "returned_count"),
    *("open_count", "open_amount", "weighted_amount"),
    *("cohort_count", "reached_count", "reached_rate"),
    *("cohort_won_count", "cohort_lost_count", "cohort_open_count"),
    *("stay_count", "stay_days", "stay_days_median", "stay_days_p90"),
    *("stay_hours", "stay_hours_median", "stay_hours_p90", "over_limit_count"),
)
# What is explained on paper, besides the counts of what was found; the review itself explains all.
ON_PAPER = ("flow_rate", "mean_flow_rate", "reached_rate", "open_amount", "stay_days", "stay_days_p90")
MAX_NAMED = 20


class CrmFunnelReview(models.Model):
    """What else the review looks at, with the deals behind it as they were then.

    Each number's definition, wherever it is shown.
    """

    _inherit = "crm.funnel.review"

    overdue_count = fields.Integer(
        string="Overdue Work",
        readonly=True,
        help="Activities of the playbook that were overdue at that moment.",
    )
    override_count = fields.Integer(
        string="Overrides", readonly=True, help="Moves in the period for which a manager overrode the gate."
    )
    high_risk_count = fields.Integer(
        string="New High Risks", readonly=True, help="Risks that became high in the period."
    )
    check_count = fields.Integer(
        string="Flagged Deals", readonly=True, help="Open deals that data checks flagged at that moment."
    )
    no_contact_count = fields.Integer(
        string="Tier A Without Contact",
        readonly=True,
        help="Open tier A deals with no contact noted since the period began.",
    )
    finding_lead_ids = fields.Json(
        string="Deals Found", readonly=True, help="The deals behind these counts, by their names."
    )
    definitions = fields.Html(compute="_compute_definitions", sanitize=False)

    @api.model
    def _prepare_finding_vals(self, playbook, team_id, days, company_id=False):
        """Return the counts above, and the deals behind them."""
        since, until = get_bounds(*days, playbook._get_tz(self.env["res.company"].browse(company_id or ())))
        its = self._get_team_domain(playbook, team_id, company_id)
        found = {
            "overdue": self._find_overdue(playbook, team_id, company_id),
            "override": self._find_overrides(playbook, its, since, until),
            "high_risk": self._find_high_risks(playbook, its, since, until),
            "check": self._find_open(playbook, its & Domain("check_ids", "!=", False)),
            "no_contact": self._find_open(playbook, its & self._get_no_contact_domain(since)),
        }
        counts = {FINDINGS[name]: count for name, (count, _lead_ids) in found.items()}
        return {**counts, "finding_lead_ids": {name: lead_ids for name, (_count, lead_ids) in found.items()}}

    @api.model
    def _get_no_contact_domain(self, since):
        silent = Domain("last_contact_at", "=", False) | Domain("last_contact_at", "<", since)
        return Domain("tier", "=", "A") & silent

    @api.model
    def _find(self, model, domain):
        """Return how many records there are, and the sorted ids of their deals."""
        ((count, lead_ids),) = self.env[model]._read_group(domain, [], ["__count", "lead_id:array_agg"])
        return count, sorted({lead_id for lead_id in lead_ids or () if lead_id})

    @api.model
    def _get_team_domain(self, playbook, team_id, company_id, company="company_id"):
        """Return the domain of what is of a team (False: of any) and of the company that a review is of.

        :param str company: the field that has the deal's company
        """
        domain = Domain("team_id", "=", team_id) if team_id else Domain.TRUE
        if playbook._get_company_scope(company_id):
            domain &= Domain(company, "=", company_id)
        return domain

    @api.model
    def _find_overdue(self, playbook, team_id, company_id):
        domain = self._get_overdue_domain(playbook, team_id, company_id)
        return self._find("crm.playbook.deadline.report", domain)

    @api.model
    def _get_overdue_domain(self, playbook, team_id, company_id):
        """Return the domain of the overdue work that a review counts."""
        its = self._get_team_domain(playbook, team_id, company_id, "lead_id.company_id")
        return its & Domain("playbook_id", "=", playbook.id) & Domain("state", "=", "overdue")

    @api.model
    def _find_overrides(self, playbook, its, since, until):
        entered = Domain("entered_at", ">=", since) & Domain("entered_at", "<", until)
        overridden = Domain("playbook_id", "=", playbook.id) & Domain("gate", "=", "overridden")
        return self._find("crm.lead.stage.log", its & entered & overridden)

    @api.model
    def _find_high_risks(self, playbook, its, since, until):
        raised = Domain("raised_at", ">=", since) & Domain("raised_at", "<", until)
        followed = self.env["crm.lead"]._get_playbook_domains().get(playbook.id, Domain.FALSE)
        return self._find("crm.lead.risk", raised & Domain("lead_id", "any", followed & its))

    @api.model
    def _find_open(self, playbook, domain):
        leads = self.env["crm.lead"].search(domain & playbook._get_open_leads_domain(), order="id")
        return len(leads), leads.ids

    def _get_finding_texts(self):
        """Return each count with its name, for a text."""
        self.ensure_one()
        labels = [
            (self._fields[name]._description_string(self.env), self[name]) for name in FINDINGS.values()
        ]
        return [self.env._("%(finding)s: %(count)s", finding=label, count=count) for label, count in labels]

    def _get_named_findings(self):
        """Return ``[(label, count, text that names the deals), …]`` of the counts, for paper: the deals that
        the reader may see, the worthiest first.
        """
        self.ensure_one()
        leads = self.env["crm.lead"].with_context(active_test=False)
        named = []
        for finding, name in FINDINGS.items():
            its = leads.search([("id", "in", (self.finding_lead_ids or {}).get(finding, []))])
            its = its.sorted("worth", reverse=True)
            label = self._fields[name]._description_string(self.env)
            text = " · ".join(its[:MAX_NAMED].mapped("name"))
            more = len(its) - MAX_NAMED
            named.append(
                (label, self[name], f"{text} {self.env._('and %s more', more)}" if more > 0 else text)
            )
        return [finding for finding in named if finding[1]]

    @api.readonly
    def action_open_finding(self):
        """Open the deals behind the count that the context names as ``finding``."""
        self.ensure_one()
        name = self.env.context.get("finding", "overdue")
        label = self._fields[FINDINGS[name]]._description_string(self.env)
        lead_ids = (self.finding_lead_ids or {}).get(name, [])
        return self.env["crm.funnel.report"]._prepare_frozen_action(label, lead_ids)

    @api.depends_context("lang")
    def _compute_definitions(self):
        """The help of each number, which is its definition."""
        rows = Markup().join(
            Markup("<dt>%s</dt><dd>%s</dd>") % text for text in self._get_definitions(NUMBERS)
        )
        self.definitions = Markup("<dl>%s</dl>") % rows

    @api.model
    def _get_definitions(self, numbers=ON_PAPER):
        """Return ``[(label, definition), …]`` of numbers of a stage and of the counts of what was found."""
        line_fields = self.env["crm.funnel.review.line"]._fields
        named = [
            *(line_fields[name] for name in numbers),
            *(self._fields[name] for name in FINDINGS.values()),
        ]
        return [(one._description_string(self.env), one._description_help(self.env)) for one in named]
