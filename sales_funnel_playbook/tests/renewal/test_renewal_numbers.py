from datetime import date, datetime

from .renewal_common import RenewalCase

MEASURES = (
    *("renewed_count", "not_renewed_count", "open_count", "asked_amount", "renewed_amount"),
    *("not_renewed_amount", "growth_amount"),
)
RATES = ("amount_rate", "customer_rate")


class TestRenewalNumbers(RenewalCase):
    """Two years of two customers: what the report says of them, and what the funnel does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Fabrikam", "is_company": True})
        cls.Report = cls.env["crm.renewal.report"]
        cls.Funnel = cls.env["crm.funnel.report"]

    def _live_two_years(self):
        """Northwind renews twice, the first time for more, the second for less, and adds something; of two
        contracts of Fabrikam one is not renewed, the other is still open.
        """
        first = self._create_won("2022-01-03 09:00:00", contract_end="2022-12-31")
        second = self._renew(first, "2022-10-03 09:00:00")
        self._win(second, "2022-12-05 09:00:00", expected_revenue=1500)
        self._win(
            self._renew(second, "2023-03-06 09:00:00", "upsell"), "2023-04-03 09:00:00", expected_revenue=200
        )
        third = self._renew(second, "2023-10-02 09:00:00")
        self._win(third, "2023-12-04 09:00:00", expected_revenue=900)
        lost = self._create_won("2022-02-07 09:00:00", 4000, partner_id=self.other.id)
        self._lose(self._renew(lost, "2023-01-02 09:00:00"), "2023-02-06 09:00:00")
        self._renew(
            self._create_won("2022-03-07 09:00:00", 600, partner_id=self.other.id), "2023-11-06 09:00:00"
        )
        return first | second | third

    def _read(self, domain=(), names=(*MEASURES, *RATES)):
        aggregates = [f"{name}:{'avg' if name in RATES else 'sum'}" for name in names]
        mine = [("playbook_id", "=", self.playbook.id), *domain]
        [row] = self.Report._read_group(mine, [], aggregates)
        return dict(zip(names, row, strict=True))

    def test_the_report(self):
        chain = self._live_two_years()
        self.assertEqual(chain.mapped("won_status"), ["won"] * 3)
        self.assertEqual(chain.mapped("expected_revenue"), [1000, 1500, 900])
        self.assertEqual(
            self._read(names=MEASURES),
            {
                "renewed_count": 2,
                "not_renewed_count": 1,
                "open_count": 1,
                "asked_amount": 1000 + 1500 + 4000,
                "renewed_amount": 1000 + 900,
                "not_renewed_amount": 600 + 4000,
                "growth_amount": 500 + 200,
            },
        )
        rates = self._read(names=RATES)
        self.assertAlmostEqual(rates["amount_rate"], 1900 / 6500 * 100)
        self.assertEqual(rates["customer_rate"], 50)

    def test_by_period_and_line(self):
        self._live_two_years()
        year = [("day", ">=", "2022-01-01"), ("day", "<=", "2022-12-31")]
        self.assertEqual(self._read(year)["asked_amount"], 1000)
        self.assertEqual(self._read(year)["amount_rate"], 100)
        year = [("day", ">=", "2023-01-01"), ("day", "<=", "2023-12-31")]
        self.assertAlmostEqual(self._read(year)["amount_rate"], 900 / 5500 * 100)
        self.assertEqual(self._read([("product_line_id", "=", self.line.id)])["renewed_count"], 2)
        self.assertFalse(self._read([("product_line_id", "=", False)])["renewed_count"])
        rows = self.Report._read_group(
            [("playbook_id", "=", self.playbook.id), ("outcome", "=", "lost")],
            ["lost_reason_id"],
            ["not_renewed_amount:sum"],
        )
        self.assertEqual(rows, [(self.reason, 4000)])
        open_one = self.Report.search([("playbook_id", "=", self.playbook.id), ("outcome", "=", "pending")])
        self.assertEqual(
            (open_one.customer_id, open_one.open_amount, open_one.date), (self.other, 600, False)
        )

    def test_a_renewal_that_was_lost_and_taken_up_again(self):
        renewal = self._renew(self._create_won(), "2023-08-07 09:00:00")
        self._lose(renewal, "2023-09-04 09:00:00")
        self.assertEqual(self._read()["not_renewed_count"], 1)
        with self.mock_datetime_and_now("2023-10-02 09:00:00"):
            renewal.action_unarchive()
            self.env.cr.flush()
        self._win(renewal, "2023-11-06 09:00:00")
        row = self.Report.search([("lead_id", "=", renewal.id)])
        self.assertEqual((row.outcome, row.date), ("won", datetime(2023, 11, 6, 9)))
        with self.mock_datetime_and_now("2023-12-04 09:00:00"):
            renewal.user_id = self.leader
            self.env.cr.flush()
        row.invalidate_recordset()
        self.assertEqual((row.date, row.user_id), (datetime(2023, 11, 6, 9), self.leader))

    def test_salespeople_see_their_own(self):
        self._live_two_years()
        self.Report.flush_model()
        mine = self.Report.with_user(self.rep).search([("playbook_id", "=", self.playbook.id)])
        self.assertEqual(len(mine), 5)
        stranger = self._create_stranger()
        self.assertFalse(self.Report.with_user(stranger).search([("playbook_id", "=", self.playbook.id)]))

    def test_in_dollars_and_what_recurs(self):
        """What a deal is worth is the playbook's choice, in its currency."""
        self.playbook.worth_basis = "recurring"
        plan = self.env["crm.recurring.plan"].create({"name": "Year", "number_of_months": 12})
        won = self._create_won(recurring_revenue=700, recurring_plan=plan.id)
        renewal = self._renew(won, "2023-08-07 09:00:00")
        self.assertEqual((renewal.renewal_base, renewal.recurring_revenue), (700, 700))
        self._win(renewal, "2023-11-06 09:00:00", recurring_revenue=800)
        read = self._read()
        self.assertEqual((read["renewed_amount"], read["growth_amount"]), (700, 100))

    def _get_numbers(self, since="2022-01-01", until="2024-01-01"):
        scope = {"playbook_id": self.playbook.id}
        bounds = (datetime.fromisoformat(since), datetime.fromisoformat(until))
        numbers = self.Funnel._get_stage_numbers(scope, *bounds)
        return numbers, self.Funnel._get_totals(scope, numbers, *bounds), scope, bounds

    def test_the_funnel_counts_new_business(self):
        """Signed is its last stage; renewal deals count in their own stage, and in what is open."""
        self._live_two_years()
        numbers, totals, scope, bounds = self._get_numbers()
        signed, renewal = numbers[self.stage_signed.id], numbers[self.stage_renewal.id]
        self.assertEqual(
            (signed["begun_count"], signed["cohort_count"], signed["cohort_won_count"]), (3, 3, 3)
        )
        self.assertEqual((signed["next_count"], signed["flow_rate"], signed["reached_rate"]), (None,) * 3)
        self.assertEqual((renewal["begun_count"], renewal["won_count"], renewal["lost_count"]), (5, 3, 1))
        self.assertEqual(
            (renewal["open_count"], renewal["flow_rate"], renewal["reached_rate"]), (1, None, None)
        )
        lead = numbers[self.stage_lead.id]
        self.assertEqual((lead["cohort_count"], lead["reached_rate"]), (3, 100))
        self.assertEqual((totals["won_count"], totals["lost_count"], totals["win_rate"]), (3, 0, 100))
        self.assertEqual((totals["begun_count"], totals["cohort_won_count"], totals["open_count"]), (3, 3, 1))
        self.assertEqual((totals["open_amount"], totals["won_days_median"]), (600, 0))
        for name in ("won_count", "begun_count", "cohort_count"):
            domain = self.Funnel._get_deals_domain(scope, *bounds, False, name)
            deals = self.env["crm.lead"].with_context(active_test=False).search(domain)
            self.assertEqual(len(deals), 3, name)
            self.assertFalse(deals.filtered("renewal_kind"), name)
        domain = self.Funnel._get_deals_domain(scope, *bounds, self.stage_renewal.id, "won_count")
        self.assertEqual(self.env["crm.lead"].search_count(domain), 3)

    def test_the_page_and_the_pivot_say_the_same(self):
        self._live_two_years()
        filters = {"playbook_id": self.playbook.id, "date_from": "2022-01-01", "date_to": "2023-12-31"}
        page = self.Funnel.get_funnel(filters)
        rows = {stage["name"]: stage for stage in page["stages"]}
        self.assertEqual([one["name"] for one in page["stages"] if one["is_renewal"]], ["Renewal"])
        self.assertIsNone(rows["Signed"]["reached_rate"])
        domain = [("playbook_id", "=", self.playbook.id), ("day", "<", "2024-01-01")]
        pivot = self.Funnel._read_group(domain, ["stage_id"], ["begun_count:sum", "next_count:sum"])
        counts = {stage.name: (begun, following) for stage, begun, following in pivot if stage}
        self.assertEqual(counts["Signed"][0], 3)
        self.assertFalse(counts["Signed"][1])
        self.assertEqual(counts["Renewal"][0], 5)
        [(came,)] = self.Funnel._read_group(domain, [], ["came_count:sum"])
        self.assertEqual(came, 3)

    def test_a_review_keeps_them_apart(self):
        self._live_two_years()
        days = (date(2023, 12, 1), date(2023, 12, 31))
        company_id = self.env["crm.lead"].search([("renewal_kind", "!=", False)], limit=1).company_id.id
        review = self.env["crm.funnel.review"]._make(self.playbook, "month", days, False, company_id)
        lines = {line.name: line for line in review.line_ids}
        self.assertEqual((lines["Renewal"].won_count, lines["Renewal"].open_count), (1, 1))
        self.assertEqual((lines["All Deals"].won_count, lines["All Deals"].open_count), (0, 1))
        self.assertFalse(lines["All Deals"].counted_lead_ids["won_count"])

    def test_the_log_can_be_told_again(self):
        """What is derived from the log's facts is the same for renewal deals."""
        chain = self._live_two_years()
        leads = self.env["crm.lead"].with_context(active_test=False).search([("renewal_kind", "!=", False)])
        log = self.env["crm.lead.stage.log"]
        names = (
            "is_entry",
            "is_first",
            "went",
            "gate_stage_id",
            "came_further_at",
            "closes_stay",
            "stage_rank",
        )
        segments = log.search([("lead_id", "in", (leads | chain).ids)])
        before = {one.id: [one[name] for name in names] for one in segments}
        log._rebuild((leads | chain).ids)
        self.assertEqual({one.id: [one[name] for name in names] for one in segments}, before)
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
