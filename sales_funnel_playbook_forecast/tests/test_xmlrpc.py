import xmlrpc.client
from datetime import date, datetime

from odoo.tests import tagged

from .forecast_common import ForecastCase

QUARTER = {"period": "quarter", "day": "2024-03-20"}


@tagged("post_install", "-at_install")
class TestXmlrpc(ForecastCase):
    """XML-RPC has no word for nothing, and no keys but text: what is not said is False."""

    def test_pages(self):
        case = {"date_deadline": date(2024, 3, 28), "company_id": self.main.id}
        lead = self.create_leads_at(datetime(2024, 3, 18, 9), 1, **case)
        forecast = self.env["crm.forecast"].with_context(allowed_company_ids=self.main.ids)
        key = ["person", lead.team_id.id, lead.user_id.id]
        with self.at(datetime(2024, 3, 19, 9)):
            forecast.with_user(lead.user_id).submit(QUARTER, key, 0)
        self.move_at(datetime(2024, 3, 20, 9), lead, self.stage_signed)
        for moment in (datetime(2024, 3, 25, 12), datetime(2024, 4, 1, 12)):
            self.take(moment)
            with self.at(moment):
                self.env["crm.forecast.week"]._freeze(self.main, moment.date())
        with self.at(datetime(2024, 4, 2, 9)):
            page = forecast.get_forecast(QUARTER)
            looks = self.env["crm.forecast.look"].get_looks(QUARTER)
            change = self.Change.get_change()
        self.assertTrue(page["accuracy"] and change["parts"])
        self.assertIs(page["rows"][0]["target"], False)
        for answer in (page, looks, change, self.Change.get_options()):
            xmlrpc.client.dumps((answer,))
