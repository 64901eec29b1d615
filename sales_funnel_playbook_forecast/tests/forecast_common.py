from datetime import date, datetime, timedelta

from odoo.addons.sales_funnel_playbook.tests.funnel.snapshot_common import SnapshotCase

MONDAY = date(2024, 1, 8)
NEXT = date(2024, 1, 15)
NOON = datetime(2024, 1, 8, 12)
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


class ForecastCase(SnapshotCase):
    """Two companies, in dollars at home and yuan abroad: 7 for a dollar, 8 from Friday 12 January."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.main.currency_id = cls.env.ref("base.USD")
        cls.playbook.currency_id = cls.main.currency_id
        cls.env["res.currency.rate"].search([]).unlink()
        for currency, day, rate in (
            ("base.USD", "2023-01-01", 1),
            ("base.CNY", "2023-01-01", 7),
            ("base.CNY", "2024-01-12", 8),
        ):
            cls.env["res.currency.rate"].create(
                {"currency_id": cls.env.ref(currency).id, "name": day, "rate": rate, "company_id": False}
            )
        cls.team.company_id = False
        (cls.rep | cls.leader).company_ids += cls.abroad
        both = (cls.main | cls.abroad).ids
        cls.Change = cls.env["crm.pipeline.change"].with_context(allowed_company_ids=both)

    def get_parts(self, date_from=MONDAY, date_to=NEXT, change=None, **filters):
        """Return ``{part: (amount, deals more or fewer)}`` of the parts that there are."""
        days = {"date_from": date_from.isoformat(), "date_to": date_to and date_to.isoformat()}
        found = (self.Change if change is None else change).get_change({**days, **filters})
        return {one["name"]: (one["amount"], one["count"]) for one in found["parts"] if one["deals"]}

    def get_deals(self, name, date_from=MONDAY, date_to=NEXT, change=None, **filters):
        days = {"date_from": date_from.isoformat(), "date_to": date_to and date_to.isoformat()}
        return (self.Change if change is None else change).get_change_deals({**days, **filters}, name)
