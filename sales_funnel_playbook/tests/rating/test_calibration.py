from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from odoo.addons.sales_funnel_playbook.tools.calibration import calibrate, judge

from ..common import PlaybookCase
from ..properties import SETTINGS, given, settings, st

STATEMENTS = st.lists(st.tuples(st.floats(0, 100, allow_nan=False), st.booleans()), min_size=1, max_size=60)


@tagged("post_install", "-at_install")
class TestCalibrationTool(BaseCase):
    """What holds for any statements."""

    @settings(SETTINGS)
    @given(STATEMENTS)
    def test_figures_stay_within_their_bounds(self, statements):
        result = calibrate(statements)
        self.assertTrue(0 <= result.brier <= 1)
        self.assertTrue(0 <= result.mean <= 100 and 0 <= result.observed <= 100)
        self.assertEqual(result.verdict == "too_few", len(statements) < 10)

    @settings(SETTINGS)
    @given(st.integers(10, 500))
    def test_who_is_always_right_fits_and_who_is_always_wrong_does_not(self, count):
        right = [(100 * (n % 2), bool(n % 2)) for n in range(count)]
        self.assertEqual((calibrate(right).verdict, calibrate(right).brier), ("fits", 0))
        self.assertEqual(calibrate([(99, False)] * count).verdict, "too_high")
        self.assertEqual(calibrate([(1, True)] * count).verdict, "too_low")


@tagged("post_install", "-at_install")
class TestCalibration(PlaybookCase):
    """Stated probabilities against what became of the deals, worked out by hand.

    ===== =========== ======= =====================
    deal  stated      outcome (stated − outcome)²
    ===== =========== ======= =====================
    1     90          won     0.01
    2     70          lost    0.49
    3     30          lost    0.09
    4     50          won     0.25
    mean  60          50 %    0.84 ÷ 4 = 0.21
    ===== =========== ======= =====================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.mode = "observe"
        cls.playbook.criterion_ids = [
            (0, 0, {"name": "Phone", "points": 10, "domain": "[('phone', '!=', False)]"}),
        ]

    def _close(self, probability, is_won, **vals):
        lead = self._create_lead(probability=probability, **vals)
        lead.flush_recordset()
        lead.action_set_won() if is_won else lead.action_set_lost()
        return lead

    def test_the_worked_example(self):
        for probability, is_won in ((90, True), (70, False), (30, False), (50, True)):
            self._close(probability, is_won, phone=is_won and "1")
        open_deal = self._create_lead(probability=10)
        self.env.flush_all()
        report = self.env["crm.lead.calibration.report"].with_user(self.leader)
        [[count, stated, observed, brier, score]] = report._read_group(
            [("playbook_id", "=", self.playbook.id), ("user_id", "=", self.rep.id)],
            [],
            ["lead_id:count_distinct", "probability:avg", "win_rate:avg", "brier:avg", "score:avg"],
        )
        self.assertEqual((count, stated, observed, score), (4, 60, 50, 5))
        self.assertAlmostEqual(brier, 0.21)
        bands = report._read_group([("user_id", "=", self.rep.id)], ["band"], ["win_rate:avg"])
        self.assertEqual(dict(bands), {"30": 0, "50": 100, "70": 0, "90": 100})
        self.assertNotIn(open_deal, report.search([]).lead_id)

    def test_a_manager_sees_whose_70_is_really_30(self):
        for number in range(10):
            self._close(70, number < 3)
        self.env.flush_all()
        summary = self.env["crm.lead.calibration.summary"]
        row = summary.with_user(self.leader).search([("user_id", "=", self.rep.id)])
        self.assertEqual((row.lead_count, row.stated, row.observed, row.verdict), (10, 70, 30, "too_high"))
        self.assertEqual(
            row.meaning, "Said 70 % on average, but 30 % were won: read these probabilities as lower."
        )
        with self.assertRaises(AccessError):
            summary.with_user(self.rep).search([])

    def test_each_verdict_has_its_sentence(self):
        summary = self.env["crm.lead.calibration.summary"]
        for result, words in (
            (judge(4, 3, 0, 1, 0.2), "not enough data: at least 10"),
            (judge(20, 10, 10, 5, 0.2), "can be relied on"),
            (judge(20, 4, 13, 3, 0.2), "deserve more confidence"),
        ):
            self.assertIn(words, summary._get_meaning(result))

    def test_later_changes_do_not_change_what_was_stated(self):
        lead = self._create_lead(probability=80)
        lead.flush_recordset()
        lead.probability = 20
        lead.phone = "1"
        self.assertEqual(lead.stage_log_ids.mapped(lambda s: (s.probability, s.score)), [(80, 0)])
        lead.stage_id = self.stage_demo
        self.assertEqual(lead.stage_log_ids[0].score, 10)

    def test_colleagues_deals_stay_theirs(self):
        lead = self._close(70, True)
        self.env.flush_all()
        report = self.env["crm.lead.calibration.report"]
        self.assertIn(lead, report.with_user(self.rep).search([]).lead_id)
        self.assertNotIn(lead, report.with_user(self.user_sales_salesman).search([]).lead_id)
