from datetime import datetime

from .renewal_common import RenewalCase

MEASURES = (
    *("open_count", "renewed_count", "not_renewed_count", "asked_amount", "renewed_amount"),
    *("not_renewed_amount", "growth_amount"),
)
RATES = ("amount_rate", "customer_rate")


class TestRenewalTwoYears(RenewalCase):
    """One customer from the first contract to the last day: what was won, earned and renewed, to the cent, at
    each point.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reminder = cls._create_deadline(
            "Talk about renewing", "won", 3, "months", is_renewal_reminder=True
        )

    def _read_renewals(self):
        """Return what the report says: counts and amounts, and the rates by amount and by customer."""
        self.env.flush_all()
        domain = [("playbook_id", "=", self.playbook.id)]
        aggregates = [f"{name}:sum" for name in MEASURES] + [f"{name}:avg" for name in RATES]
        [row] = self.env["crm.renewal.report"]._read_group(domain, [], aggregates)
        values = dict(zip((*MEASURES, *RATES), row, strict=True))
        return {name: round(value, 2) for name, value in values.items() if value}

    def _read_year(self, year):
        """Return how many deals were won in a year and their revenue, and how many customers the funnel has
        won in it.
        """
        bounds = (datetime(year, 1, 1), datetime(year + 1, 1, 1))
        domain = [
            ("playbook_id", "=", self.playbook.id),
            ("won_status", "=", "won"),
            ("date_closed", ">=", bounds[0]),
            ("date_closed", "<", bounds[1]),
        ]
        [(count, revenue)] = self.env["crm.lead"]._read_group(domain, [], ["__count", "expected_revenue:sum"])
        funnel = self.env["crm.funnel.report"]
        scope = {"playbook_id": self.playbook.id}
        totals = funnel._get_totals(scope, funnel._get_stage_numbers(scope, *bounds), *bounds)
        return count, round(revenue or 0, 2), totals["won_count"]

    def _find_reminder(self, lead):
        return self.env["mail.activity"].search(
            [("playbook_deadline_id", "=", self.reminder.id), ("res_id", "=", lead.id)]
        )

    def _get_told(self):
        notices = self.env["crm.playbook.notice"].search([("partner_id", "=", self.rep.partner_id.id)])
        return [(one.kind, one.res_id) for one in notices]

    def test_from_the_first_contract_to_the_last(self):
        first = self._check_the_first_year()
        second = self._check_the_renewal(first)
        self._check_the_upsell(second)
        self._check_the_end(second)
        self.assertEqual(self._read_year(2022), (2, 27_245.67, 1), "no later year changes an earlier one")
        self.assertEqual(first.mapped("won_status"), ["won"])
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def _check_the_first_year(self):
        """Won in January, and reminded of the renewal before the last day of notice."""
        contract = {"contract_end": "2022-12-31", "notice_count": 1}
        first = self._create_won("2022-01-03 09:00:00", 12_345.67, **contract)
        self.assertEqual((self._read_year(2022), self._read_renewals()), ((1, 12_345.67, 1), {}))
        self.assertEqual(str(self._find_reminder(first).date_deadline), "2022-10-31")
        self._run_job("2022-09-15 09:00:00")
        self.assertFalse(self._get_told(), "too early")
        self._run_job("2022-11-01 09:00:00")
        self.assertEqual(self._get_told(), [("asked", first.id)])
        return first

    def _check_the_renewal(self, first):
        """Renewed in December with more: what was up is renewed whole, the rest is growth."""
        second = self._renew(first, "2022-11-02 09:00:00")
        self.assertEqual(self._read_renewals(), {"open_count": 1})
        self._win(second, "2022-12-05 09:00:00", expected_revenue=14_900)
        renewals = {
            "renewed_count": 1,
            "asked_amount": 12_345.67,
            "renewed_amount": 12_345.67,
            "growth_amount": 2_554.33,
            "amount_rate": 100,
            "customer_rate": 100,
        }
        self.assertEqual(self._read_renewals(), renewals)
        self.assertEqual(self._read_year(2022), (2, 27_245.67, 1), "renewing wins no new customer")
        return second

    def _check_the_upsell(self, second):
        """In spring they buy a module more: growth, which no rate counts."""
        before = self._read_renewals()
        upsell = self._renew(second, "2023-03-06 09:00:00", "upsell")
        self.assertEqual(self._read_renewals(), before, "an open upsell is no open renewal")
        self._win(upsell, "2023-04-03 09:00:00", expected_revenue=999.99)
        self.assertEqual(self._read_renewals(), {**before, "growth_amount": 3_554.32})
        self.assertEqual(self._read_year(2023), (1, 999.99, 0))

    def _check_the_end(self, second):
        """In the second winter they do not renew, and say why."""
        third = self._renew(second, "2023-11-06 09:00:00")
        self.assertEqual(third.renewal_base, 14_900)
        self._lose(third, "2023-12-11 09:00:00")
        renewals = {
            "renewed_count": 1,
            "not_renewed_count": 1,
            "asked_amount": 27_245.67,
            "renewed_amount": 12_345.67,
            "not_renewed_amount": 14_900,
            "growth_amount": 3_554.32,
            "amount_rate": 45.31,
            "customer_rate": 100,
        }
        self.assertEqual(self._read_renewals(), renewals)
        [row] = self.env["crm.renewal.report"].search([("lead_id", "=", third.id)])
        self.assertEqual((row.outcome, row.lost_reason_id), ("lost", self.reason))
        self.assertEqual(self._read_year(2023), (1, 999.99, 0))
