import random
from collections import defaultdict
from math import comb

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, HttpCase, tagged

from odoo.addons.sales_funnel_playbook.tools.calibration import calibrate, judge

from ..common import PlaybookCase
from ..properties import SETTINGS, given, settings, st

STATED = st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=5)
DEALS = st.lists(st.tuples(STATED, st.booleans()), min_size=1, max_size=40)


@tagged("post_install", "-at_install")
class TestCalibrationTool(BaseCase):
    """What holds for any statements."""

    @settings(SETTINGS)
    @given(DEALS)
    def test_figures_stay_within_their_bounds(self, deals):
        result = calibrate(deals)
        self.assertTrue(0 <= result.brier <= 1)
        self.assertTrue(0 <= result.mean <= 100 and 0 <= result.observed <= 100)
        self.assertEqual(result.verdict == "too_few", len(deals) < 10)

    @settings(SETTINGS)
    @given(DEALS, st.integers(2, 4))
    def test_who_says_the_same_again_says_nothing_more(self, deals, times):
        again = [(statements * times, won) for statements, won in deals]
        once, often = calibrate(deals), calibrate(again)
        self.assertEqual((once.count, once.verdict), (often.count, often.verdict))
        self.assertAlmostEqual(once.mean, often.mean, places=1)
        self.assertAlmostEqual(once.brier, often.brier, places=3)

    def test_who_is_right_is_called_wrong_less_than_once_in_twenty(self):
        for count in (10, 11, 17, 27, 51, 80):
            for percent in range(1, 100):
                p = percent / 100
                wrong = (
                    comb(count, won) * p**won * (1 - p) ** (count - won)
                    for won in range(count + 1)
                    if judge(count, count * p, won, count * p * (1 - p), 0).verdict != "fits"
                )
                self.assertLess(sum(wrong), 0.05, (count, percent))

    @settings(SETTINGS)
    @given(st.integers(10, 500))
    def test_who_is_always_right_fits_and_who_is_always_wrong_does_not(self, count):
        right = [([100 * (n % 2)], bool(n % 2)) for n in range(count)]
        self.assertEqual((calibrate(right).verdict, calibrate(right).brier), ("fits", 0))
        self.assertEqual(calibrate([([99], False)] * count).verdict, "too_high")
        self.assertEqual(calibrate([([1], True)] * count).verdict, "too_low")


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

    def _close(self, probability, is_won, later=(), **vals):
        """A deal of which ``probability`` was said when it came, and ``later`` in the next stages."""
        lead = self._create_lead(probability=probability, **vals)
        lead.flush_recordset()
        for stage, stated in zip((self.stage_demo, self.stage_talks, self.stage_lead), later, strict=False):
            lead.write({"stage_id": stage.id, "probability": stated})
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
            row.meaning,
            "Said 70 % on average, but 30 % of 10 deals were won: read these probabilities as lower.",
        )
        with self.assertRaises(AccessError):
            summary.with_user(self.rep).search([])

    def test_three_deals_are_three_however_often_they_moved(self):
        for _number in range(3):
            self._close(30, False, later=(40, 50, 60))
        self.env.flush_all()
        row = self.env["crm.lead.calibration.summary"].search([("user_id", "=", self.rep.id)])
        self.assertRecordValues(
            row,
            [{"count": 12, "lead_count": 3, "won": 0, "stated": 45, "observed": 0, "verdict": "too_few"}],
        )
        self.assertIn("3 closed deals are not enough data", row.meaning)
        self.assertFalse(row.search([("id", "=", row.id), ("lead_count", ">=", 10)]))

    def test_both_reports_say_what_a_slow_model_says(self):
        chance, deals = random.Random(25), []
        for _number in range(26):
            stated = [float(chance.randrange(0, 101, 5)) or 1.0 for _stage in range(chance.randint(1, 4))]
            owner = chance.choice((self.rep, self.leader))
            is_won = chance.random() < 0.4
            lead = self._close(stated[0], is_won, later=stated[1:], user_id=owner.id)
            deals.append((lead, owner, stated, is_won))
        self.env.flush_all()
        stages = (self.stage_lead, self.stage_demo, self.stage_talks, self.stage_lead)
        entries = [
            {"lead": lead, "user_id": owner, "stage_id": stage, "p": p, "won": is_won}
            | {"band": str(min(int(p // 10) * 10, 90))}
            for lead, owner, stated, is_won in deals
            for stage, p in zip(stages, stated, strict=False)
        ]
        report = self.env["crm.lead.calibration.report"]
        aggregates = ["lead_id:count_distinct", "probability:avg", "win_rate:avg", "brier:avg"]
        for groups in ([], ["user_id"], ["band"], ["stage_id"], ["user_id", "band"]):
            expected = defaultdict(lambda: defaultdict(list))
            for entry in entries:
                expected[tuple(entry[name] for name in groups)][entry["lead"], entry["won"]].append(
                    entry["p"]
                )
            found = report._read_group([("playbook_id", "=", self.playbook.id)], groups, aggregates)
            self.assertEqual(len(found), len(expected))
            for *key, count, stated, observed, brier in found:
                model = calibrate([(said, won) for (_lead, won), said in expected[tuple(key)].items()])
                with self.subTest(groups=groups, key=key):
                    self.assertEqual(count, model.count)
                    self.assertAlmostEqual(stated, model.mean, delta=0.01)
                    self.assertAlmostEqual(observed, model.observed, delta=0.01)
                    self.assertAlmostEqual(brier, model.brier, delta=1e-4)
        for row in self.env["crm.lead.calibration.summary"].search([("playbook_id", "=", self.playbook.id)]):
            model = calibrate([(said, won) for _lead, owner, said, won in deals if owner == row.user_id])
            self.assertEqual((row.lead_count, row.verdict), (model.count, model.verdict))
            self.assertAlmostEqual(row.stated, model.mean, delta=0.1)
            self.assertAlmostEqual(row.observed, model.observed, delta=0.1)
            self.assertAlmostEqual(row.brier, model.brier, delta=1e-3)

    def test_bands_come_in_their_order(self):
        for probability in (95, 10, 45, 1):
            self._close(probability, probability < 50)
        self.env.flush_all()
        view = self.env.ref("sales_funnel_playbook.crm_lead_calibration_report_view_graph")
        self.assertNotIn("order=", view.arch, "it would order by how many were won")
        report = self.env["crm.lead.calibration.report"].with_user(self.leader)
        groups = report.formatted_read_group([("user_id", "=", self.rep.id)], ["band"], ["win_rate:avg"])
        self.assertEqual([group["band"] for group in groups], ["0", "10", "40", "90"])

    def test_each_verdict_has_its_sentence(self):
        summary = self.env["crm.lead.calibration.summary"]
        for result, words in (
            (judge(4, 3, 0, 1, 0.2), "not enough data: at least 10"),
            (judge(20, 10, 10, 5, 0.2), "no more apart than by chance"),
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

    def test_people_are_judged_by_what_they_said(self):
        """What Odoo has worked out, and nobody has touched, is no word of a person; what was said before
        the log told them apart counts on.
        """
        said, worked_out, unknown = self._close(70, True), self._create_lead(), self._close(30, True)
        self.assertEqual(worked_out.stage_log_ids.mapped("is_own_probability"), [False])
        worked_out.action_set_won()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead_stage_log SET is_own_probability = NULL WHERE lead_id = %s", [unknown.id]
        )
        self.env.invalidate_all()
        report = self.env["crm.lead.calibration.report"].with_user(self.leader)
        found = report.search([("lead_id", "in", (said | worked_out | unknown).ids)])
        self.assertEqual(found.lead_id, said | unknown)
        row = self.env["crm.lead.calibration.summary"].search([("user_id", "=", self.rep.id)])
        self.assertEqual((row.lead_count, row.stated), (2, 50))

    def test_colleagues_deals_stay_theirs(self):
        lead = self._close(70, True)
        self.env.flush_all()
        report = self.env["crm.lead.calibration.report"]
        self.assertIn(lead, report.with_user(self.rep).search([]).lead_id)
        self.assertNotIn(lead, report.with_user(self.user_sales_salesman).search([]).lead_id)


@tagged("post_install", "-at_install")
class TestCalibrationGraph(HttpCase, PlaybookCase):
    """What a reader of the graph sees."""

    def test_stated_beside_won_with_the_number_of_deals(self):
        self.playbook.mode = "observe"
        for probability, is_won in ((95, True), (95, False), (12, True), (45, False)):
            lead = self._create_lead(probability=probability)
            lead.flush_recordset()
            lead.action_set_won() if is_won else lead.action_set_lost()
        self.env.flush_all()
        self.env.user.invalidate_recordset()
        self.leader.lang = "en_US"
        action = self.env.ref("sales_funnel_playbook.crm_lead_calibration_report_action")
        action.domain = [("playbook_id", "=", self.playbook.id)]
        self.start_tour(f"/odoo/action-{action.id}", "playbook_calibration", login=self.leader.login)
