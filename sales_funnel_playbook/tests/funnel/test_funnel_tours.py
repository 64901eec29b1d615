from datetime import timedelta
from io import BytesIO

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfReader

from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from .review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestFunnelTours(HttpCase, ReviewCase):
    """The page and the review as a sales manager uses them, and the review as PDF."""

    def setUp(self):
        super().setUp()
        self.leader.group_ids = [Command.link(self.env.ref("sales_team.group_sale_manager").id)]
        monday = get_period(Datetime.now().date(), "week")[0] - timedelta(weeks=1)
        self.ten = Datetime.to_datetime(monday) + timedelta(hours=10)
        self.leads = self.create_leads_at(self.ten, 5)
        self.move_at(self.ten + timedelta(days=1), self.leads[:2], self.stage_demo)
        self.leads[0].name = "Acme presses"
        self.leads[0].source_id = self.env["utm.source"].create({"name": "Fair"})
        self.env.cr.flush()

    def make_last_week(self):
        self.rules[self.stage_lead].write({"conversion_alert_rate": 60, "conversion_alert_weeks": 1})
        self.make_reviews(self.ten + timedelta(days=7))
        return self.Review.search([("playbook_id", "=", self.playbook.id), ("period", "=", "week")])

    def test_page(self):
        self.start_tour("/odoo", "funnel_page", login=self.leader.login)

    def test_page_against_the_week_before(self):
        before = self.create_leads_at(self.ten - timedelta(days=7), 5)
        self.move_at(self.ten - timedelta(days=6), before[0], self.stage_demo)
        self.env.cr.flush()
        self.start_tour("/odoo/funnel?period=last_week", "funnel_page_compared", login=self.leader.login)

    def test_page_elsewhere_and_columns(self):
        parked = self.env["crm.stage"].create({"name": "Parked", "sequence": 9, "team_ids": self.team.ids})
        self.move_at(self.ten + timedelta(days=2), self.leads[3:], parked)
        self.start_tour("/odoo/funnel?period=last_week", "funnel_page_elsewhere", login=self.leader.login)

    def test_page_of_companies_in_other_zones(self):
        self.playbook.calendar_id = False
        self.leader.company_id.resource_calendar_id.tz = "UTC"
        east = self.env["res.company"].create({"name": "Far East"})
        east.resource_calendar_id.tz = "Asia/Shanghai"
        self.leader.company_ids |= east
        both = "-".join(str(id_) for id_ in (self.leader.company_id | east).ids)
        url = f"/odoo/funnel?playbook_id={self.playbook.id}&period=last_week"
        self.start_tour(url, "funnel_page_zones", login=self.leader.login, cookies={"cids": both})

    def test_page_that_is_cut_off(self):
        francs = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
        francs.active = True
        francs.rate_ids.unlink()
        self.playbook.currency_id = francs
        self.env.cr.flush()
        self.start_tour("/odoo/funnel?period=last_week", "funnel_page_cut_off", login=self.leader.login)

    def test_page_of_own_deals(self):
        """One of the five is the leader's."""
        self.rep.group_ids = [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)]
        self.leads[4].user_id = self.leader
        self.env.cr.flush()
        self.start_tour("/odoo/funnel?period=last_week", "funnel_page_of_own", login=self.rep.login)

    def test_page_without_playbooks(self):
        self.env["crm.playbook"].search([]).active = False
        self.start_tour("/odoo/funnel", "funnel_page_without_playbooks", login=self.leader.login)

    def test_channel(self):
        fair = self.env["utm.source"].create({"name": "Machine fair"})
        self.leads[:2].source_id = fair
        reason = self.env["crm.lost.reason"].create({"name": "Too dear for them"})
        with self.at(self.ten + timedelta(days=2)):
            self.leads[4].action_set_lost(lost_reason_id=reason.id)
        self.start_tour("/odoo", "funnel_channel", login=self.leader.login)

    def test_review(self):
        review = self.make_last_week()
        self.assertIn("Fair", review.channel_ids.mapped("name"))
        self.start_tour("/odoo/funnel-reviews", "funnel_review", login=self.leader.login)
        self.assertEqual(review.state, "done")
        decision = review.decision_ids
        self.assertEqual((decision.name, decision.user_id), ("Call the buyers", self.leader))
        self.assertEqual(decision.activity_id.res_id, review.id)
        self.assertIn("Qualify", self.playbook.stage_ids.stage_id.mapped("name"))

    def test_pdf(self):
        """Printed by the real thing."""
        review = self.make_last_week()
        review.decision_ids = [Command.create({"name": "Call the buyer", "user_id": self.leader.id})]
        self.env["ir.config_parameter"].set_param("report.url", self.base_url())
        report = (
            self.env["ir.actions.report"].with_user(self.leader).with_context(force_report_rendering=True)
        )
        name = "sales_funnel_playbook.report_funnel_review"
        html = str(report._render_qweb_html(name, review.ids)[0], "utf-8")
        for text in ("40.0 %", "Call the buyer", review.display_name, "both within the period", "Bottleneck"):
            self.assertIn(text, html)
        if report.get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        with mute_logger("odoo.addons.base.models.ir_actions_report"):  # Debian's cannot print page headers
            content, kind = report._render_qweb_pdf(name, review.ids)
        self.assertEqual((kind, content[:5]), ("pdf", b"%PDF-"))
        self.assertLessEqual(len(PdfReader(BytesIO(content)).pages), 2, "one sheet of paper")
