from datetime import date, timedelta

from odoo.fields import Domain

from .story_model import START
from .story_numbers import Funnel, count_intake, count_lost, get_midnight, get_rate

CHANNELS = ("source_id", "campaign_id", "medium_id")
TODAY = ("source_id", "campaign_id", "industry_id", "country_id", "company_size", "lost_reason_id")
THEN = ("company_id", "team_id", "user_id", "product_line_id")
SPANS = ((0, 60), (0, 4), (2, 9), (5, 30))  # days after the first one
INTAKE = (
    *("captured_count:sum", "contacted_count:sum", "contact_hours:avg", "further_count:sum"),
    *("won_count:sum", "lost_count:sum", "won_amount:sum"),
)


class StoryFunnelChecks:
    """The page, *Intake by Channel* and *Why Deals Are Lost* count what the stories tell: of all deals whose
    whole story is told, and of those of one channel, customer, reason, company, team or salesperson.
    """

    def check_numbers(self):
        case = self.case
        stories = [story for story in self.stories if story.is_told and story.is_clear]
        savepoint = case.env.cr.savepoint()
        try:
            self.mark(stories)
            for playbook in case.playbook | case.observing:
                for scope in self.get_scopes(stories):
                    self.check_page(stories, playbook, scope)
                self.check_intake(stories, playbook)
            self.check_lost(stories)
        finally:
            savepoint.close(rollback=True)
            case.env.invalidate_all(flush=False)

    def mark(self, stories):
        """Let the medium of each deal say whether its whole story is told: no log is looked at for it."""
        env = self.case.env
        env.flush_all()
        leads = [story.lead.id for story in stories]
        env.cr.execute(
            "UPDATE crm_lead SET medium_id = CASE WHEN id = ANY(%s) THEN %s ELSE %s END",
            [leads, self.case.told.id, self.case.untold.id],
        )
        env.invalidate_all(flush=False)

    def get_scopes(self, stories):
        """Return the scopes that are looked at: all deals; and those like one of them, by one thing."""
        told = {"medium_id": self.case.told.id}
        if not stories:
            return [told]
        story = stories[self.number % len(stories)]
        today, then = TODAY[self.number // 10 % len(TODAY)], THEN[self.number // 10 % len(THEN)]
        value = story.lead[today] if today == "company_size" else story.lead[today].id
        key = dict(zip(THEN, story.now[4:], strict=True))[then]
        return [told, *({**told, name: value} for name, value in ((today, value), (then, key)) if value)]

    def check_page(self, stories, playbook, scope):
        first, last = (START.date() + timedelta(days=days) for days in SPANS[self.number // 10 % len(SPANS)])
        days = {"date_from": str(first), "date_to": str(last)}
        report = self.case.env["crm.funnel.report"].with_context(active_test=False)  # archived playbooks, too
        page = report.get_funnel({"playbook_id": playbook.id, **scope, **days})
        stages = [stage["stage_id"] for stage in page["stages"]]
        bounds = (get_midnight(first, page["tz"]), get_midnight(last + timedelta(days=1), page["tz"]))
        funnel = Funnel(stories, playbook.id, stages, scope, *bounds)
        where = (playbook.name, scope, days)
        for stage in page["stages"]:
            expected = funnel.count_stages()[stage["stage_id"]]
            expected["reached_rate"] = get_rate(expected["reached_count"], expected["cohort_count"])
            if stage is page["stages"][-1]:
                expected["reached_rate"] = None
            self.compare(stage, expected, (*where, stage["name"]))
        self.compare(page["totals"], funnel.count_all(), where)
        self.check_trend(page["trend"], funnel, page["tz"], where)

    def compare(self, found, expected, where):
        for name, value in expected.items():
            told = (*where, name, self.describe_paths())
            if value is None:
                self.case.assertIsNone(found[name], told)
            else:
                self.case.assertAlmostEqual(found[name] or 0, value, 4, told)

    def check_trend(self, trend, funnel, tz, where):
        expected = funnel.count_days([date.fromisoformat(day) for day in trend["dates"]], tz)
        for stage_id in funnel.stages:
            for name in ("begun", "cohort", "reached"):
                nothing = [0] * len(trend["dates"])
                found = trend["stages"].get(stage_id, {}).get(name, nothing)
                counts = expected.get(stage_id, {}).get(name, nothing)
                self.case.assertEqual(found, counts, (*where, stage_id, name))

    def check_intake(self, stories, playbook):
        """What each source and campaign, and all of them, brought."""
        its = [story for story in stories if story.path[-1].playbook == playbook.id]
        domain = Domain("playbook_id", "=", playbook.id) & Domain("medium_id", "=", self.case.told.id)
        for channel in CHANNELS:
            rows = self.case.env["crm.funnel.intake.report"]._read_group(domain, [channel], INTAKE)
            found = {
                key.id: tuple(None if value is False else value for value in values) for key, *values in rows
            }
            expected = count_intake(its, channel)
            self.case.assertEqual(found.keys(), expected.keys(), channel)
            for key, values in expected.items():
                for one, another in zip(found[key], values, strict=True):
                    self.case.assertAlmostEqual(one or 0, another or 0, 4, (channel, key, found, expected))

    def check_lost(self, stories):
        """Why deals are lost that are lost, and where and when that was."""
        case = self.case
        zones = {company.id: case.playbook._get_tz(company) for company in case.companies}
        zones[False] = case.playbook._get_tz()
        rows = case.env["crm.funnel.lost.report"]._read_group(
            [("medium_id", "=", case.told.id)],
            ["playbook_id", "stage_id", "lost_reason_id", "day:day"],
            ["lost_count:sum", "amount:sum"],
        )
        found = {
            (playbook.id, stage.id, reason.id, day): (count, amount)
            for playbook, stage, reason, day, count, amount in rows
        }
        case.assertEqual(found, count_lost(stories, zones), self.describe_paths())

    def describe_paths(self):
        return [[str(part[0]), *part[1:]] for story in self.stories for part in story.path]
