from odoo import Command, api
from odoo.tests import Form, new_test_user, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestCurrency(PlaybookCase):
    """A playbook of several companies counts in one currency, whoever looks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main = cls.env["crm.playbook"]._get_main_company()
        cls.francs = cls.env.ref("base.CHF")
        cls.abroad = cls.env["res.company"].create({"name": "Abroad", "currency_id": cls.francs.id})
        cls.team.company_id = False
        currencies = cls.main.currency_id | cls.francs
        cls.env["res.currency.rate"].search([("currency_id", "in", currencies.ids)]).unlink()
        cls.set_rate(cls.francs, 0.5)
        cls.playbook.tier_ids = [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0})
            for tier, revenue in (("A", 1000), ("B", 100), ("C", 0))
        ]
        cls.users = [
            new_test_user(
                cls.env,
                login=f"rep of {company.name}",
                groups="sales_team.group_sale_salesman_all_leads",
                company_id=company.id,
                company_ids=[Command.set((cls.main | cls.abroad).ids)],
            )
            for company in (cls.main, cls.abroad)
        ]

    @classmethod
    def set_rate(cls, currency, rate):
        vals = {"currency_id": currency.id, "rate": rate, "name": "2020-01-01", "company_id": False}
        cls.env["res.currency.rate"].create(vals)

    def get_envs(self):
        """Return the environments of a user of each company, as they work: in their own one."""
        return [
            api.Environment(self.env.cr, user.id, {"allowed_company_ids": user.company_id.ids})
            for user in self.users
        ]

    def test_who_saves_decides_nothing(self):
        for company in (self.main, self.abroad, self.main.browse()):
            lead = self._create_lead(company_id=company.id, user_id=False, expected_revenue=1, probability=50)
            told = []
            for env in self.get_envs():
                if company and company != env.company:
                    env = env(context={"allowed_company_ids": [env.company.id, company.id]})
                lead.with_env(env).expected_revenue = 600
                self.env.flush_all()
                told.append(lead.tier)
                lead.expected_revenue = 1
                self.env.flush_all()
            wanted = "A" if company == self.abroad else "B"
            self.assertEqual(told, [wanted, wanted], company.name or "of no company")

    def test_the_funnel_is_the_same_for_everybody(self):
        for company in (self.main, self.abroad, self.main.browse()):
            self._create_lead(company_id=company.id, user_id=False, expected_revenue=100)
        both = (self.main | self.abroad).ids
        told = []
        for env in self.get_envs():
            env = env(context={"allowed_company_ids": [env.company.id, *both]})
            funnel = env["crm.funnel.report"].get_funnel({"playbook_id": self.playbook.id})
            first = funnel["stages"][0]
            told.append((funnel["currency_id"], first["open_count"], first["open_amount"]))
        self.assertEqual(told, [(self.main.currency_id.id, 3, 400)] * 2, "one in francs, at two for one")

    def _rate(self):
        for refresh in self.env["crm.playbook.refresh"].search([("kind", "=", "rating")]):
            refresh._run_batch()

    def test_it_is_stored_and_may_be_another(self):
        in_abroad = self.env["crm.playbook"].with_company(self.abroad)
        shared = in_abroad.create({"name": "Shared", "company_id": False})
        self.assertEqual(shared.currency_id, self.francs)
        shared.invalidate_recordset()
        self.assertEqual(shared.with_company(self.main).currency_id, self.francs)
        self.env.user.group_ids += self.env.ref("base.group_multi_currency")
        with Form(shared) as form:
            form.company_id = self.main
            self.assertEqual(form.currency_id, self.main.currency_id, "its company's is proposed")
            form.currency_id = self.francs
        self.assertEqual(shared.currency_id, self.francs)
        shared.company_id = False
        self.assertEqual(shared.currency_id, self.francs, "of all companies, it keeps the one it has")

    def test_a_missing_rate_is_named_where_there_are_no_tiers(self):
        self.playbook.tier_ids.unlink()
        self.francs.rate_ids.unlink()
        self.env.invalidate_all()
        report = self.env["crm.funnel.report"]
        for playbook, missing in ((self.playbook, "CHF"), (self._make_own_playbook(), False)):
            self.assertEqual(playbook.missing_rates, missing)
            self.assertEqual(report.get_funnel({"playbook_id": playbook.id})["missing_rates"], missing)

    def _make_own_playbook(self):
        stages = [Command.create({"stage_id": self.stage_lead.id})]
        vals = {"name": "Own", "company_id": self.main.id, "is_default": False, "stage_ids": stages}
        return self.env["crm.playbook"].create(vals)

    def test_one_company_with_another_currency_than_its_own(self):
        playbook = self._make_own_playbook()
        playbook.currency_id = self.francs
        self.assertFalse(playbook.missing_rates)
        self.francs.rate_ids.unlink()
        self.env.invalidate_all()
        self.assertEqual(playbook.missing_rates, self.main.currency_id.name)

    def test_another_currency_rates_deals_again(self):
        lead = self._create_lead(company_id=self.main.id, user_id=False, expected_revenue=600)
        self.assertEqual(lead.tier, "B")
        self.playbook.currency_id = self.francs
        self._rate()
        self.assertEqual(lead.tier, "B", "it is worth 300 francs")
        self.set_rate(self.main.currency_id, 0.25)
        self.playbook._request_rating()
        self._rate()
        self.assertEqual(lead.tier, "A", "it is worth 1,200 francs")
