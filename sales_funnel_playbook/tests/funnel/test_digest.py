from datetime import timedelta

from odoo.tests import tagged

from .funnel_common import FunnelCase, monday


@tagged("post_install", "-at_install")
class TestDigest(FunnelCase):
    """Odoo's own digest mail with two figures of the funnel."""

    def test_figures(self):
        self.env["crm.lead"].search([]).unlink()
        self.work_through(4)
        self._create_deadline("Call", trigger="lead_created", satisfied_domain="[('phone', '!=', False)]")
        late = self.create_leads_at(monday(4) + timedelta(hours=11), 3)
        with self.at(monday(4) + timedelta(days=3)):
            late[0].phone = "123"
        digest = self.env["digest.digest"].create(
            {
                "name": "Ours",
                "kpi_funnel_conversion": True,
                "kpi_funnel_overdue": True,
                "company_id": self.env.company.id,
            }
        )
        with self.mock_datetime_and_now(monday(5)):
            week = digest.with_context(start_datetime=monday(4), end_datetime=monday(5)).with_user(
                self.leader
            )
            # Lead 2 ÷ 11, Demo 2 ÷ 2, Talks 1 ÷ 2, and nothing comes after Signed
            self.assertAlmostEqual(week.kpi_funnel_conversion_value, 5 / 15 * 100)
            self.assertEqual(week.kpi_funnel_overdue_value, 3)
            kpis = {kpi["kpi_name"]: kpi for kpi in digest._compute_kpis(self.env.company, self.leader)}
        self.assertEqual(kpis["kpi_funnel_overdue"]["kpi_col2"]["value"], 3)
        self.assertIn("crm_funnel_action", kpis["kpi_funnel_conversion"]["kpi_action"])

    def test_nothing_for_others(self):
        digest = self.env["digest.digest"].create({"name": "Ours", "kpi_funnel_conversion": True})
        stranger = self.env["res.users"].create({"name": "Stranger", "login": "stranger"})
        self.assertFalse(digest._compute_kpis(self.env.company, stranger))
