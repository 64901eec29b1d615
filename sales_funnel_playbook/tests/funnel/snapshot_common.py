from datetime import date, datetime

from .funnel_common import FunnelCase

MONDAY = date(2024, 1, 8)
NOON = datetime(2024, 1, 8, 12)


class SnapshotCase(FunnelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.env["res.company"].search([]).resource_calendar_id.tz = "UTC"
        cls.Snapshot = cls.env["crm.funnel.snapshot"]
        cls.Day = cls.env["crm.funnel.snapshot.day"]
        cls.main = cls.env["crm.playbook"]._get_main_company()
        cls.abroad = cls._create_company("Abroad", "Asia/Shanghai", "base.CNY")

    @classmethod
    def _create_company(cls, name, tz, currency="base.USD"):
        company = cls.env["res.company"].create({"name": name, "currency_id": cls.env.ref(currency).id})
        company.resource_calendar_id.tz = tz
        return company

    def take(self, moment=NOON):
        """The hourly job; it commits, which a test cannot, so its steps are taken one by one."""
        with self.mock_datetime_and_now(moment):
            due = self.Snapshot._get_due()
            for company, day in due:
                self.Snapshot._take(company, day)
        self.env.invalidate_all()
        return [company for company, _day in due]

    def get_kept(self, leads, day=MONDAY):
        return self.Snapshot.search([("date", "=", day), ("lead_id", "in", leads.ids)])
