from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import new_test_user, tagged

from .funnel_common import monday
from .snapshot_common import MONDAY, NOON, SnapshotCase


@tagged("post_install", "-at_install")
class TestSnapshot(SnapshotCase):
    """What open deals are on Monday is kept, once, for each company in its own time zone."""

    def test_what_is_kept(self):
        plan = self.env["crm.recurring.plan"].create({"name": "Quarterly", "number_of_months": 3})
        self.playbook.worth_basis = "both"
        self.playbook.tier_ids = [Command.create({"tier": "A", "min_revenue": 10, "delay_count": 0})]
        line = self.env["crm.product.line"].create({"name": "Cloud", "playbook_id": self.playbook.id})
        lead = self.create_leads_at(
            NOON - timedelta(days=3),
            1,
            name="Acme",
            recurring_revenue=300,
            recurring_plan=plan.id,
            date_deadline="2024-02-01",
            probability=40,
            product_line_id=line.id,
            risk_level="high",
            risk_description="A rival is there",
        )
        self.take()
        lead.write({"name": "Changed", "expected_revenue": 5, "probability": 90, "team_id": False})
        expected = {
            "date": MONDAY,
            "company_id": self.main.id,
            "currency_id": self.main.currency_id.id,
            "lead_name": "Acme",
            "playbook_id": self.playbook.id,
            "stage_id": self.stage_lead.id,
            "team_id": self.team.id,
            "user_id": self.rep.id,
            "product_line_id": line.id,
            "worth": 2200,
            "expected_revenue": 1000,
            "recurring_revenue_monthly": 100,
            "probability": 40,
            "date_deadline": date(2024, 2, 1),
            "tier": "A",
            "risk_level": "high",
        }
        self.assertRecordValues(self.get_kept(lead), [expected])
        day = self.Day.search([("date", "=", MONDAY), ("company_id", "=", self.main.id)])
        self.assertEqual((day.deal_count, day.taken_at), (1, NOON))

    def test_open_deals_only(self):
        self.playbook.mode = "observe"
        leads = self.create_leads_at(NOON - timedelta(days=3), 8, user_id=False)
        opened, plain, lost, won, archived, bare, unqualified, restored = leads
        plain.team_id = False
        lost.action_set_lost()
        won.stage_id = self.stage_signed
        archived.active = False
        (bare | unqualified).type = "lead"
        bare.team_id = False
        restored.action_set_lost()
        restored.action_unarchive()
        self.assertEqual((plain | bare).playbook_id, self.env["crm.playbook"])
        self.take()
        kept = self.get_kept(leads)
        self.assertEqual(set(kept.lead_id.ids), set((opened | plain | unqualified | restored).ids))
        self.assertFalse(kept.filtered(lambda one: one.lead_id == plain).playbook_id)

    def test_monday_begins_at_different_moments(self):
        west = self._create_company("West", "America/Los_Angeles")
        self.team.company_id = False
        leads = self.env["crm.lead"].concat(
            *(
                self.create_leads_at(NOON - timedelta(days=5), 1, company_id=company.id, user_id=False)
                for company in (self.main, self.abroad, west)
            )
        )
        sunday = datetime(2024, 1, 7)
        for moment, companies in (
            (sunday + timedelta(hours=15, minutes=59), []),
            (sunday + timedelta(hours=16), [self.abroad]),
            (sunday + timedelta(hours=17), []),
            (sunday + timedelta(days=1), [self.main]),
            (sunday + timedelta(days=1, hours=7), []),
            (sunday + timedelta(days=1, hours=8), [west]),
            (sunday + timedelta(days=2, hours=7), []),
        ):
            with self.subTest(moment=moment):
                self.assertEqual(self.take(moment), companies)
        kept = self.get_kept(leads)
        self.assertEqual(
            {(one.lead_id, one.company_id, one.currency_id) for one in kept},
            {(lead, lead.company_id, lead.company_id.currency_id) for lead in leads},
        )

    def test_a_monday_that_is_over_is_not_made_up(self):
        self.create_leads_at(NOON - timedelta(days=5), 1)
        self.assertEqual(self.take(datetime(2024, 1, 9)), [])
        self.assertFalse(self.Snapshot.search([("date", "=", MONDAY)]))

    def test_a_deal_without_a_company(self):
        """It belongs to the company of its playbook, else to the main one."""
        self.team.company_id = False
        stages = [Command.create({"stage_id": self.stage_lead.id})]
        playbook = self.env["crm.playbook"].create(
            {"name": "Abroad's", "company_id": self.abroad.id, "stage_ids": stages, "is_default": False}
        )
        team = self.env["crm.team"].create({"name": "Abroad's"})
        team.company_id = False
        playbook.team_ids = team
        leads = self.create_leads_at(NOON - timedelta(days=5), 3, company_id=False, user_id=False)
        leads[1].team_id = team
        leads[2].team_id = False
        leads.company_id = False
        self.assertEqual(leads[1].playbook_id, playbook)
        self.take()
        kept = {one.lead_id: (one.company_id, one.currency_id) for one in self.get_kept(leads)}
        wanted = (self.main, self.abroad, self.main)
        self.assertEqual(kept, {lead: (c, c.currency_id) for lead, c in zip(leads, wanted, strict=True)})

    def test_many_deals_in_one_statement_once(self):
        leads = self.create_leads_at(NOON - timedelta(days=5), 50)
        self.env.flush_all()
        with self.mock_datetime_and_now(NOON):
            self.Snapshot._take(self.main, MONDAY - timedelta(weeks=1))  # all that is kept in memory
            statements = []
            execute = type(self.env.cr).execute
            with patch.object(
                type(self.env.cr),
                "execute",
                lambda cr, query, *args, **kwargs: (
                    statements.append(str(getattr(query, "code", query))),
                    execute(cr, query, *args, **kwargs),
                )[1],
            ):
                self.assertEqual(self.Snapshot._take(self.main, MONDAY), 50)
        self.assertEqual(len([one for one in statements if "INSERT" in one]), 1)
        self.assertLess(len(statements), 5)
        self.assertEqual(self.take(NOON + timedelta(hours=1)), [self.abroad], "not twice")
        self.assertEqual(len(self.get_kept(leads)), 50)

    def test_one_that_fails_holds_up_no_other(self):
        lead = self.create_leads_at(NOON - timedelta(days=5), 1)
        self.env.flush_all()
        self.patch(self.env.cr, "commit", lambda: None)
        self.patch(self.env.cr, "rollback", lambda: None)
        take = type(self.Snapshot)._take

        def _take(this, company, day):
            if company == self.main:
                raise ValueError("Not today")
            return take(this, company, day)

        with (
            self.mock_datetime_and_now(NOON),
            patch.object(type(self.Snapshot), "_take", _take),
            self.assertLogs("odoo.addons.sales_funnel_playbook.models.funnel.taking", "ERROR"),
        ):
            for company, day in self.Snapshot._get_due():
                self.Snapshot._take_safely(company, day)
        self.assertFalse(self.get_kept(lead))
        self.assertEqual(self.take(NOON + timedelta(hours=1)), [self.main])
        self.assertTrue(self.get_kept(lead))

    def test_what_it_names_may_go(self):
        """It stays and can be looked at, by list and by group, when stage, line and deal are gone."""
        line = self.env["crm.product.line"].create({"name": "Cloud"})
        stage = self.env["crm.stage"].create({"name": "Gone", "team_ids": self.team.ids})
        team = self.env["crm.team"].create({"name": "Gone"})
        lead = self.create_leads_at(
            NOON - timedelta(days=5), 1, team_id=team.id, stage_id=stage.id, product_line_id=line.id
        )
        self.take()
        kept = self.get_kept(lead)
        lead.unlink()
        (line | line.browse()).unlink()
        stage.unlink()
        team.unlink()
        self.env.invalidate_all()
        kept = kept.with_user(new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager"))
        spec = {
            "lead_name": {},
            **{n: {"fields": {"display_name": {}}} for n in ("stage_id", "team_id", "product_line_id")},
        }
        found = kept.web_search_read([("id", "in", kept.ids)], spec)["records"]
        self.assertEqual(len(found), 1)
        for name in ("stage_id", "team_id", "product_line_id", "lead_id"):
            groups = kept.formatted_read_group([("id", "in", kept.ids)], [name], ["worth:sum"])
            self.assertEqual(sum(group["worth:sum"] for group in groups), 1000)
            kept.web_read_group([("id", "in", kept.ids)], [name], ["worth:sum"])
        kept = kept.with_user(self.env.user)
        self.assertTrue(kept.export_data(["lead_name", "stage_id", "worth"])["datas"])

    def test_old_ones_go_as_the_settings_say(self):
        settings = self.env["res.config.settings"]
        self.create_leads_at(monday(1), 3)
        days = [date(2022, 1, 3) + timedelta(weeks=week) for week in range(4)]
        for day in days:
            self.Snapshot._take(self.main, day)
        with self.mock_datetime_and_now(datetime(2024, 1, 12)):
            self.assertEqual(self.env["crm.playbook"]._get_setting("snapshot_months"), 24)
            settings.create({"sales_funnel_snapshot_months": 0}).execute()
            self.assertEqual(settings.create({}).sales_funnel_snapshot_months, 0)
            self.Snapshot._gc_snapshots()
            self.assertEqual(self.Snapshot.search_count([("date", "in", days)]), 12, "0: for ever")
            settings.create({"sales_funnel_snapshot_months": 24}).execute()
            with patch("odoo.addons.sales_funnel_playbook.models.funnel.taking.BATCH", 4):
                done = [self.Snapshot._gc_snapshots() for _run in range(2)]
        self.assertEqual(done, [(4, 1), (2, 0)], "so many at a time")
        left = self.Snapshot.search([("date", "in", days)]).mapped("date")
        self.assertEqual(left, [days[3]] * 3 + [days[2]] * 3)
        self.assertEqual(self.Day.search([("date", "in", days)]).mapped("date"), [days[3], days[2]])
