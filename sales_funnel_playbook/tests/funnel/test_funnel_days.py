from datetime import datetime
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .funnel_common import FunnelCase

SUNDAY_EVENING = datetime(2024, 1, 7, 18)  # Monday in Shanghai and Kiritimati, Sunday morning in Los Angeles
ZONES = {"East": "Asia/Shanghai", "West": "America/Los_Angeles"}


@tagged("post_install", "-at_install")
class TestFunnelDays(FunnelCase):
    """On which day and in which week something happened is said by the place where the deal is worked, not
    by who looks.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.env["res.lang"]._lang_get(cls.env.user.lang).week_start = "7"
        cls.Report = cls.env["crm.funnel.report"].with_context(tz="America/New_York")

    def get_weeks(self, *domain, names=("week",)):
        domain = [("event", "=", "begun"), ("playbook_id", "=", self.playbook.id), *domain]
        return {tuple(key): count for *key, count in self.Report._read_group(domain, names, ["__count"])}

    def create_companies(self):
        """Two companies with a playbook in common that has no working hours of its own."""
        self.playbook.calendar_id = False
        companies = self.env["res.company"].create([{"name": name} for name in ZONES])
        for company in companies:
            company.resource_calendar_id = self._create_nine_to_five()
            company.resource_calendar_id.tz = ZONES[company.name]
        self.team.write({"company_id": False, "user_id": False})
        self.stages.team_ids = False
        return companies

    def test_the_playbooks_monday(self):
        self.create_leads_at(SUNDAY_EVENING, 2)
        self.create_leads_at(datetime(2024, 12, 30, 12), 1)
        self.assertEqual(self.get_weeks(), {("2024-W01",): 2, ("2025-W01",): 1})
        self.playbook.calendar_id.tz = "Pacific/Kiritimati"
        self.assertEqual(self.get_weeks(), {("2024-W02",): 2, ("2025-W01",): 1})
        self.assertEqual(
            [day.isoformat() for day in self.Report.search([]).sorted("id").mapped("day")][:1], ["2024-01-08"]
        )

    def test_each_company_has_its_monday(self):
        east, west = self.create_companies()
        for company in (east, west):
            self.create_leads_at(SUNDAY_EVENING, 1, company_id=company.id, user_id=False)
        self.create_leads_at(SUNDAY_EVENING, 1, company_id=False, user_id=False, team_id=self.team.id)
        self.env["res.company"].search([], order="id", limit=1).resource_calendar_id.tz = "Asia/Tokyo"
        weeks = self.get_weeks(names=("company_id", "week"))
        none = self.env["res.company"]
        self.assertEqual(weeks, {(east, "2024-W02"): 1, (west, "2024-W01"): 1, (none, "2024-W02"): 1})
        for company, begun in ((east, 0), (west, 1)):
            page = self.Report.get_funnel(
                {
                    **{"playbook_id": self.playbook.id, "company_id": company.id},
                    **{"date_from": "2024-01-01", "date_to": "2024-01-07"},
                }
            )
            stage = next(one for one in page["stages"] if one["stage_id"] == self.stage_lead.id)
            self.assertEqual(stage["begun_count"], begun, "the page has the same week")
            self.assertEqual(
                sum(page["trend"]["stages"].get(self.stage_lead.id, {"begun": []})["begun"]), begun
            )
        self.playbook.calendar_id = self._create_nine_to_five()
        self.assertEqual(self.get_weeks(), {("2024-W01",): 3}, "the playbook's own hours come first")
        other = self.playbook.copy({"name": "Elsewhere"})
        other.calendar_id = False
        self.assertEqual(self.get_weeks(), {("2024-W01",): 3}, "another playbook's zone is its own")

    def test_days_are_found_in_any_zone(self):
        """The moments that a day may be at are looked up by an index, and none of them is missed."""
        for tz in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            self.playbook.calendar_id.tz = tz
            midnight = self.playbook._get_midnight(datetime(2024, 1, 15).date())
            for seconds in (0, 86399):
                moment = datetime.fromtimestamp(midnight.timestamp() + seconds)
                leads = self.create_leads_at(moment, 1)
                for domain in (
                    [("day", "=", "2024-01-15")],
                    [("day", ">=", "2024-01-15"), ("day", "<", "2024-01-16")],
                    [("day", ">", "2024-01-14"), ("day", "<=", "2024-01-15")],
                    [("week", "=", "2024-W03"), ("day", "!=", False)],
                    ["!", ("day", "<", "2024-01-15"), "!", ("day", ">", "2024-01-15")],
                ):
                    found = self.Report.search([("lead_id", "in", leads.ids), *domain])
                    self.assertEqual(
                        len(found), 3, (tz, seconds, domain)
                    )  # came, entered, for the first time
        query = self.Report._search([("day", "=", "2024-01-15")]).select()
        for moment in (datetime(2024, 1, 14), datetime(2024, 1, 17)):
            self.assertIn(moment, query.params, "an index finds it")

    def test_the_last_twelve_weeks(self):
        """The filter of the analysis has the weeks of the page, also on a Sunday."""
        for moment in (datetime(2024, 1, 7, 12), datetime(2024, 1, 8, 12), datetime(2024, 3, 31, 12)):
            self.create_leads_at(moment, 1)
        with self.mock_datetime_and_now(datetime(2024, 3, 31, 12)):
            weeks = self.get_weeks(("day", ">=", "today -monday -11w"))
            page = self.Report.get_funnel({"playbook_id": self.playbook.id, "period": "weeks_12"})
        self.assertEqual(set(weeks), {("2024-W02",), ("2024-W13",)})
        self.assertEqual(page["filters"]["date_from"], "2024-01-08")

    def test_weeks_without_anything_are_on_the_axis(self):
        """As for dates; a list of groups, which fills nothing, is as it was."""
        for moment in (datetime(2023, 12, 20, 12), datetime(2024, 1, 10, 12)):
            self.create_leads_at(moment, 1)
        begun, asked = [("event", "=", "begun")], (["week", "stage_id"], ["__count"])
        report = self.Report.with_context(fill_temporal=True)
        rows = report.formatted_read_group(begun, *asked)
        counts = [(row["week"], row["__count"]) for row in rows]
        between = [("2023-W52", 0), ("2024-W01", 0)]
        self.assertEqual(counts, [("2023-W51", 1), *between, ("2024-W02", 1)])
        self.assertEqual(rows[1]["__extra_domain"][1], ("week", "=", "2023-W52"))
        self.assertEqual(len(self.Report.formatted_read_group(begun, *asked)), 2)
        self.assertEqual(report.formatted_read_group([("id", "=", 0)], *asked), [])

    def test_a_zone_that_postgresql_lacks(self):
        self.playbook.calendar_id.tz = "Asia/Calcutta"
        self.create_leads_at(SUNDAY_EVENING.replace(hour=19), 1)
        playbooks = type(self.playbook)
        for known, week in (({"Asia/Kolkata"}, "2024-W02"), ({"Europe/Paris"}, "2024-W01")):
            with patch.object(playbooks, "_get_sql_zones", lambda self, names=known: names):
                self.env.registry.clear_cache()
                self.assertEqual(self.get_weeks(), {(week,): 1})
        self.env.registry.clear_cache()
        [(count,)] = self.env.execute_query(SQL("SELECT COUNT(*) FROM pg_timezone_names"))
        self.assertEqual(len(self.playbook._get_sql_zones()), count)

    def test_the_trend_needs_no_zone_of_postgresql(self):
        """Its days are those of the page, whatever PostgreSQL calls the zone."""
        self.playbook.calendar_id.tz = "Asia/Shanghai"
        self.create_leads_at(SUNDAY_EVENING, 3)
        page = {"playbook_id": self.playbook.id, "date_from": "2024-01-07", "date_to": "2024-01-09"}
        trend = self.Report.get_funnel(page)["trend"]
        self.assertEqual(trend["stages"][self.stage_lead.id]["begun"], [0, 3, 0])
        trend = self.Report.get_funnel({**page, "date_from": "2023-12-20"})["trend"]
        self.assertEqual(trend["dates"], ["2023-12-18", "2023-12-25", "2024-01-01", "2024-01-08"])
        self.assertEqual(trend["stages"][self.stage_lead.id]["begun"], [0, 0, 0, 3])

    def test_who_sees_what(self):
        self.create_leads_at(SUNDAY_EVENING, 1)
        self.create_leads_at(SUNDAY_EVENING, 2, user_id=self.leader.id)
        own, everything = (
            self.env.ref(f"sales_team.group_sale_salesman{which}") for which in ("", "_all_leads")
        )
        self.rep.group_ids = [Command.unlink(everything.id), Command.link(own.id)]
        rows = self.Report.with_user(self.rep)._read_group([("event", "=", "begun")], ["week"], ["__count"])
        self.assertEqual(rows, [("2024-W01", 1)])
