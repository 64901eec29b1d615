from datetime import timedelta

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tests.axe import AxeCase, Page
from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from .forecast_common import ForecastCase


@tagged("post_install", "-at_install")
class TestForecastAccessibility(AxeCase, ForecastCase):
    """The forecast, and what changed in the pipeline, with a deal in each."""

    def test_of_a_leader(self):
        self.leader.group_ids = [Command.link(self.env.ref("sales_team.group_sale_manager").id)]
        monday = Datetime.to_datetime(get_period(Datetime.now().date(), "week")[0])
        self.create_leads_at(
            monday - timedelta(days=9), 2, user_id=self.leader.id, date_deadline=Datetime.now().date()
        )
        self.take(monday - timedelta(days=7))
        self.take(monday)
        self.env.cr.flush()
        days = f"date_from={(monday - timedelta(days=7)).date()}&date_to={monday.date()}"
        self.assertAccessible(
            self.leader.login,
            Page("/odoo/sales-forecast?period=month", (".o_content",)),
            Page(f"/odoo/pipeline-change?{days}", (".o_content",)),
            Page("/odoo/sales-targets", (".o_content",)),
        )


@tagged("post_install", "-at_install")
class TestForecastAccessibilityOnAPhone(TestForecastAccessibility):
    """The same as on a phone."""

    browser_size = "390x844"
    touch_enabled = True
    allow_inherited_tests_method = True
