from datetime import date, datetime, timedelta

from odoo.tests import new_test_user, tagged

from .forecast_common import ForecastCase

TUESDAY = datetime(2024, 1, 23, 9)


@tagged("post_install", "-at_install")
class TestForecastDigest(ForecastCase):
    """Odoo's own digest mail has the forecast against the target."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.digest = cls.env["digest.digest"].create(
            {"name": "Ours", "kpi_forecast_target": True, "company_id": cls.main.id}
        )
        cls.env["crm.sales.target"].create(
            {"company_id": cls.main.id, "period": "quarter", "date_from": "2024-01-01", "amount": 4000}
        )
        vals = {"own_forecast_category": "commit", "date_deadline": date(2024, 3, 1)}
        cls.lead = case.create_leads_at(datetime(2024, 1, 10), 1, **vals)

    def get_kpi(self, user, start, end):
        digest = self.digest.with_context(start_datetime=start, end_datetime=end).with_user(user)
        digest.invalidate_recordset(["kpi_forecast_target_value"])
        return digest.with_company(self.main).kpi_forecast_target_value

    def test_now_and_as_it_was(self):
        """1,000 of 4,000 were committed on Monday, 3,000 are by now; before the quarter nothing was known."""
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        with self.at(datetime(2024, 1, 22, 1)):
            weeks = self.env["crm.forecast.week"]
            for company, day in weeks._get_due():
                weeks._freeze(company, day)
        with self.at(TUESDAY):
            self.lead.expected_revenue = 3000
            day = timedelta(days=1)
            self.assertEqual(self.get_kpi(boss, TUESDAY - day, TUESDAY), 75)
            self.assertEqual(self.get_kpi(boss, TUESDAY - 2 * day, TUESDAY - day), 25)
            self.assertEqual(self.get_kpi(boss, TUESDAY - 60 * day, TUESDAY - 30 * day), 0)
            self.digest.invalidate_recordset(["kpi_forecast_target_value"])
            [kpi] = [
                one
                for one in self.digest._compute_kpis(self.main, boss)
                if one["kpi_name"] == "kpi_forecast_target"
            ]
        self.assertEqual(kpi["kpi_col1"]["value"], "75.00")
        self.assertIn("crm_forecast_action", kpi["kpi_action"])

    def test_outside_of_a_mail(self):
        """Without a period, it is as it is now."""
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        with self.at(TUESDAY):
            digest = self.digest.with_user(boss).with_company(self.main)
            self.assertEqual(digest.kpi_forecast_target_value, 25)

    def test_without_a_target(self):
        self.env["crm.sales.target"].search([]).unlink()
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        with self.at(TUESDAY):
            self.assertEqual(self.get_kpi(boss, TUESDAY - timedelta(days=1), TUESDAY), 0)

    def test_only_for_whoever_sees_all_deals(self):
        own = new_test_user(self.env, login="own", groups="sales_team.group_sale_salesman")
        with self.at(TUESDAY):
            self.assertFalse(self.digest._compute_kpis(self.main, own))
