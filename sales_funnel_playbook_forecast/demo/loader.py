"""What thirteen Mondays would have kept of the demo's deals, as their log says; targets; and what people said
would be won, each in their own way: some are right, one is too sure, one says too little.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo.addons.sales_funnel_playbook.demo.stories import pick
from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds, get_period
from odoo.addons.sales_funnel_playbook.tools.zones import get_zone

from ..tools.targets import COMPANY

MODULE = "sales_funnel_playbook"
MONDAYS = 13
WEEK = timedelta(days=7)
PERIODS = ("month", "quarter")
CATEGORIES = {2: "best_case", 3: "commit"}  # of the third and the fourth stage
SHARES = {"commit": 0.7, "best_case": 0.4, "pipeline": 0.15}  # of which are won
# What share of the best case each says will be won, besides what is committed.
SAID = {"user_demo_rep": 0.4, "user_demo_account_manager": 0.0, "user_demo_chen": 0.3, "user_demo_tom": 1.0}
OTHERS_SAY = 0.3
SILENT = "user_demo_account_manager"  # in this week, until now
TARGET = 500_000  # of a person in a month
OWN_TARGET = 1_200_000  # of the second team in a quarter
STEP = 10_000  # to which people round what they say
DECIDED = "[('stakeholder_ids.role', '=', 'decision_maker')]"
COMMIT_TEXTS = {
    "en_US": {"name": "Decision maker known", "missing": "no decision maker"},
    "zh_CN": {"name": "已知决策人", "missing": "没有决策人"},
    "zh_TW": {"name": "已知決策人", "missing": "沒有決策人"},
}
PUT_OFF = timedelta(days=18)
PUT_OFF_SINCE = 5  # weeks; others were put off since Monday
NUMBERS = ("won", "commit", "best_case", "pipeline", "weighted", "calibrated")


class Demo:
    """The Mondays of the company whose the demo's deals are."""

    def __init__(self, env, leads):
        """Begin with the deals of the demo, and what their log says."""
        self.env = env(su=True)
        self.company = self.env["crm.playbook"]._get_main_company()
        logs = self.env["crm.lead.stage.log"].search([("lead_id", "in", leads.ids)])
        self.logs = logs.filtered(self.is_its)
        self.teams = self.logs.team_id.sorted("id")
        self.playbooks = self.logs.playbook_id
        self.others = self.find_others()
        self.tz = self.company._get_funnel_tz()
        self.forecast = self.env["crm.forecast"].with_context(allowed_company_ids=self.company.ids)
        self.monday = self.forecast._get_week(self.company)
        self.said = {self.find(name).id: share for name, share in SAID.items()}

    def is_its(self, log):
        return (log.company_id or log.playbook_id.company_id or self.company) == self.company

    def find_others(self):
        """Return the deals that no playbook follows, such as those of Odoo's own demo."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        domain = [("stage_log_ids", "=", False), ("type", "=", "opportunity")]
        return leads.search([*domain, ("company_id", "in", [self.company.id, False])])

    def find(self, name):
        """Return one of the people of the module's demo, or nobody."""
        return self.env.ref(f"{MODULE}.{name}", raise_if_not_found=False) or self.env["res.users"]

    def load(self):
        self.sort_stages()
        self.set_targets()
        for number in reversed(range(MONDAYS)):
            self.keep(self.monday - number * WEEK)
        self.submit()
        self.env.invalidate_all()
        self.review()

    def review(self):
        """The reviews of the last week were made before there was a Monday to compare with."""
        scope = [("period", "=", "week"), ("company_id", "=", self.company.id)]
        last = ("date_from", "=", self.monday - WEEK)
        for review in self.env["crm.funnel.review"].search([*scope, last]):
            review._keep_change()

    def sort_stages(self):
        """The later a stage, the surer its deals; a commit wants a decision maker who is known."""
        ranks = self.env["crm.stage"]._get_ranks()
        languages = dict(self.env["res.lang"].get_installed())
        for playbook in self.playbooks:
            stages = playbook.stage_ids.filtered(lambda one: not one.stage_id.is_won)
            for number, stage in enumerate(stages.sorted(lambda one: ranks.get(one.stage_id.id, 0))):
                stage.forecast_category = CATEGORIES.get(number, "pipeline")
            vals = {"playbook_id": playbook.id, "domain": DECIDED, **COMMIT_TEXTS["en_US"]}
            commit = self.env["crm.playbook.commit"].create(vals)
            for lang, texts in COMMIT_TEXTS.items():
                if lang in languages:
                    commit.with_context(lang=lang).write(texts)

    def set_targets(self):
        """Everybody has one for each month of this quarter and the one before; a team its own."""
        first, _last = get_period(self.monday, "quarter")
        owner = {"company_id": self.company.id}
        targets = [
            {**owner, "team_id": team.id, "user_id": user.id, "period": "month", "amount": TARGET}
            | {"date_from": first + relativedelta(months=month)}
            for team in self.teams
            for user in team.member_ids
            for month in range(-3, 3)
        ]
        targets += [
            {**owner, "team_id": team.id, "period": "quarter", "date_from": first, "amount": OWN_TARGET}
            for team in self.teams[1:]
        ]
        self.env["crm.sales.target"].create(targets)

    # what a Monday keeps

    def keep(self, monday):
        """Keep the forecast of a Monday, unless that is done."""
        scope = [("date", "=", monday), ("company_id", "=", self.company.id)]
        if self.env["crm.forecast.week"].search_count(scope, limit=1):
            return
        moment = self.to_utc(monday)
        if self.env["crm.funnel.snapshot.day"].search_count(scope, limit=1):
            deals = self.env["crm.funnel.snapshot"].search(scope)
            self.complete(deals, monday)
        else:
            deals = self.keep_deals(monday, moment)
        for period in PERIODS:
            for first, last in {get_period(day, period) for day in (monday, monday - WEEK)}:
                self.keep_forecast(deals, monday, moment, (period, first, last))

    def complete(self, deals, monday):
        """Say of the deals that the module's demo has kept what it did not know of: how sure they were; and
        when they were to close.
        """
        for deal in deals.filtered("lead_id"):
            deal.forecast_category = self.get_category(deal)
            deal.date_deadline = self.get_closing(deal.lead_id, monday)

    def keep_deals(self, monday, moment):
        """Keep the deals that were open when a Monday began, and return them."""
        deals = self.env["crm.funnel.snapshot"].create(
            [self.prepare_deal(log, monday) for log in self.logs if self.is_open(log, moment)]
            + [self.prepare_other(lead, monday) for lead in self.others if self.was_open(lead, moment)]
        )
        taken = {"date": monday, "company_id": self.company.id, "taken_at": moment}
        self.env["crm.funnel.snapshot.day"].create({**taken, "deal_count": len(deals)})
        return deals

    def to_utc(self, day):
        midnight = get_zone(self.tz).localize(datetime.combine(day, time(0, 30)))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    def is_open(self, log, moment):
        is_since = log.state == "open" and log.entered_at <= moment
        return is_since and (not log.left_at or log.left_at > moment)

    def was_open(self, lead, moment):
        """Tell whether a deal without a log was open; of one that was lost, its closing says until when."""
        since = max(lead.create_date, lead.date_conversion or lead.create_date)
        is_open = lead.active and lead.won_status == "pending"
        return since <= moment and (is_open or bool(lead.date_closed and lead.date_closed > moment))

    def prepare_deal(self, log, monday):
        lead = log.lead_id
        return {
            **self.prepare_plain(lead, log, monday),
            "playbook_id": log.playbook_id.id,
            "worth": log.amount,
            "expected_revenue": log.amount,
            "tier": lead.tier,
            "risk_level": lead.risk_level,
            "forecast_category": self.get_category(log),
        }

    def prepare_other(self, lead, monday):
        return {
            **self.prepare_plain(lead, lead, monday),
            "worth": lead.expected_revenue,
            "expected_revenue": lead.expected_revenue,
            "forecast_category": "pipeline",
        }

    def prepare_plain(self, lead, source, monday):
        """Return what is kept of any deal; whose and where it was says ``source``."""
        return {
            "date": monday,
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
            "lead_id": lead.id,
            "lead_name": lead.name,
            **{name: source[name].id for name in ("stage_id", "team_id", "user_id", "product_line_id")},
            "probability": source.probability,
            "date_deadline": self.get_closing(lead, monday),
        }

    def get_closing(self, lead, monday):
        """Return when a deal was to close then: a fifth were put off since, another fifth some weeks ago."""
        day, kind = lead.date_deadline, pick(lead.name, 5)
        is_later = kind == 0 or (kind == 1 and monday < self.monday - PUT_OFF_SINCE * WEEK)
        return day - PUT_OFF if day and is_later and lead.won_status == "pending" else day

    def get_category(self, source):
        """Return how sure the deal of a log or of a snapshot was, by its stage."""
        categories = self.env["crm.playbook"]._get_stage_categories()
        return categories.get(source.playbook_id.id, {}).get(source.stage_id.id, "pipeline")

    # the forecast on a Monday

    def keep_forecast(self, deals, monday, moment, scope):
        """Keep the forecast of a period, with what was said in the week before."""
        period, first, last = scope
        counted = self.count(deals, moment, first, last)
        targets = self.env["crm.sales.target"]._get_targets([self.company.id], *get_period(first, "year"))
        rows = self.add_up(counted)
        self.env["crm.forecast.week"].create(
            [
                {
                    **self.prepare_owner_vals(key, monday, period, first),
                    **{name: numbers[name] for name in NUMBERS},
                    "date_to": last,
                    "has_own": True,
                    "own": self.say(numbers),
                    "has_target": target is not None,
                    "target": target or 0,
                }
                for key, numbers in rows.items()
                for target in [targets[self.company.id].get(key, period, first)]
            ]
        )

    def count(self, deals, moment, first, last):
        """Return ``{(team id, user id): numbers}``."""
        counted = defaultdict(lambda: dict.fromkeys((*NUMBERS, "said"), 0.0))
        since, _until = get_bounds(first, last, self.tz)
        for log in self.logs:
            if log.kind == "won" and since <= log.entered_at <= moment:
                for name in ("won", "weighted", "calibrated", "said"):
                    counted[log.team_id.id, log.user_id.id][name] += log.amount
        for deal in deals.filtered(lambda one: one.date_deadline and first <= one.date_deadline <= last):
            numbers, category = counted[deal.team_id.id, deal.user_id.id], deal.forecast_category
            numbers[category] += deal.worth
            numbers["weighted"] += deal.worth * deal.probability / 100
            numbers["calibrated"] += deal.worth * SHARES[category]
            share = self.said.get(deal.user_id.id, OTHERS_SAY)
            numbers["said"] += deal.worth * {"commit": 1, "best_case": share}.get(category, 0)
        return counted

    def add_up(self, counted):
        """Return ``{key of a row: numbers}``: of the company, each team and each person."""
        rows = defaultdict(lambda: dict.fromkeys((*NUMBERS, "said"), 0.0))
        for (team_id, user_id), numbers in counted.items():
            for key in (COMPANY, ("team", team_id), ("person", team_id, user_id)):
                for name, amount in numbers.items():
                    rows[key][name] += amount
        return rows

    def say(self, numbers):
        return round(numbers["said"] / STEP) * STEP

    def prepare_owner_vals(self, key, day, period, first):
        filters = {"company_id": self.company.id, "period": period, "day": str(first)}
        return self.forecast._prepare_owner_vals(filters, key, day)

    def submit(self):
        """This week, all but one have said what this quarter will bring."""
        first, last = get_period(self.monday, "quarter")
        deals = self.env["crm.funnel.snapshot"].search(
            [("date", "=", self.monday), ("company_id", "=", self.company.id)]
        )
        moment = self.env.cr.now()
        counted = self.count(deals, moment, first, last)
        self.env["crm.forecast.figure"].create(
            [
                {
                    **self.prepare_owner_vals(("person", *owner), self.monday, "quarter", first),
                    "amount": self.say(numbers),
                    "submitted_by_id": owner[1],
                    "submitted_at": moment,
                }
                for owner, numbers in counted.items()
                if owner[1] != self.find(SILENT).id
            ]
        )


def load(env):
    """Make what the forecast's pages show of the module's demo, once; nothing without its deals."""
    data = env["ir.model.data"].sudo()
    named = data.search(
        [("module", "=", MODULE), ("model", "=", "crm.lead"), ("name", "=like", "lead_demo_%")]
    )
    leads = env["crm.lead"].sudo().with_context(active_test=False)
    leads = leads.search([("id", "in", named.mapped("res_id"))])
    if leads and not env["crm.sales.target"].sudo().search_count([], limit=1):
        Demo(env, leads).load()
