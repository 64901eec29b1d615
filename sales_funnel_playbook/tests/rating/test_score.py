from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook.tools.scoring import Criterion, get_points, get_score

from ..common import PlaybookCase
from ..properties import SETTINGS, given, settings, st

POINTS = st.integers(0, 10)
LINES = st.lists(st.tuples(st.booleans(), st.lists(POINTS, min_size=1, max_size=4)), min_size=1, max_size=8)


@tagged("post_install", "-at_install")
class TestScoring(BaseCase):
    """What holds for any sheet."""

    @settings(SETTINGS)
    @given(LINES, st.data())
    def test_a_score_is_within_its_sheet_and_a_fact_more_never_costs_a_point(self, lines, data):
        sheet = [
            Criterion(
                number, "choice" if is_choice else "domain", max(points), "", dict(enumerate(points, 1))
            )
            for number, (is_choice, points) in enumerate(lines)
        ]
        met = data.draw(st.sets(st.sampled_from(range(len(sheet)))))
        answers = {c.id: data.draw(st.sampled_from([0, *c.options])) for c in sheet}
        score, is_complete = get_score(get_points(sheet, met, answers))
        self.assertTrue(0 <= score <= sum(criterion.points for criterion in sheet))
        self.assertTrue(is_complete)
        fewer, _ = get_score(get_points(sheet, set(), {}))
        self.assertLessEqual(fewer, score)
        best = {c.id: max(c.options, key=c.options.get) for c in sheet}
        self.assertEqual(
            get_score(get_points(sheet, {*range(len(sheet))}, best))[0], sum(c.points for c in sheet)
        )


@tagged("post_install", "-at_install")
class TestScore(PlaybookCase):
    """The ten-point score: what earns it, when it changes, and sheets that cannot be used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.criterion_ids = [
            Command.create(
                {"name": "Budget", "points": 4, "domain": "[('budget_max', '>', 0)]"},
            ),
            Command.create(
                {
                    "name": "Decision maker",
                    "points": 3,
                    "domain": "[('stakeholder_ids', 'any', [('role', '=', 'decision_maker')])]",
                }
            ),
            Command.create(
                {
                    "name": "Fit",
                    "kind": "choice",
                    "option_ids": [
                        Command.create({"name": name, "points": points})
                        for name, points in (("Poor fit", 0), ("Partial fit", 1.5), ("Full", 3))
                    ],
                }
            ),
        ]
        cls.budget, cls.decision, cls.fit = cls.playbook.criterion_ids
        cls.poor, cls.partly, cls.full = cls.fit.option_ids
        cls.lead = cls._create_lead()

    def _refresh(self):
        """Run the job that a changed rule asks for, without its commits."""
        for refresh in self.env["crm.playbook.refresh"].search([]):
            refresh._run_batch()

    def test_a_deal_earns_its_points_as_facts_come_in(self):
        lead = self.lead
        self.assertEqual((lead.score, lead.is_scored), (0, False))
        lead.budget_max = 100
        self.assertEqual(lead.score, 4)
        chief = self.env["res.partner"].create({"name": "Chief"})
        person = self.env["crm.lead.stakeholder"].create(
            {"lead_id": lead.id, "partner_id": chief.id, "role": "user"}
        )
        self.assertEqual(lead.score, 4)
        person.role = "decision_maker"
        self.assertEqual(lead.score, 7)
        self.assertEqual(lead.with_user(self.rep).answer_criterion(self.fit.id, self.partly.id), 8.5)
        self.assertTrue(lead.is_scored)
        lead.answer_criterion(self.fit.id, self.full.id)
        self.assertEqual((lead.score, len(lead.score_answer_ids)), (10, 1))
        person.unlink()
        lead.answer_criterion(self.fit.id, False)
        self.assertEqual((lead.score, lead.is_scored), (4, False))

    def test_a_new_deal_is_scored_with_what_it_brings(self):
        lead = self._create_lead(budget_max=100)
        self.assertEqual(lead.score, 4)
        free = self._create_lead(budget_max=100, team_id=False)
        self.assertEqual((free.score, free.is_scored), (0, False))

    def test_a_deal_that_changes_its_playbook_is_scored_anew(self):
        self.lead.budget_max = 100
        self.lead.team_id = False
        self.assertEqual(self.lead.score, 0)
        self.lead.team_id = self.team
        self.assertEqual(self.lead.score, 4)

    def test_a_field_that_follows_from_others_counts(self):
        self.budget.domain = "[('last_contact_at', '!=', False)]"
        self.env["crm.lead.progress"].create({"lead_id": self.lead.id, "summary": "Called"})
        self.assertEqual(self.lead.score, 4)

    def test_a_changed_rule_is_right_on_every_open_deal_after_the_job(self):
        leads = self.lead | self._create_lead("Second", phone="1") | self._create_lead("Third", budget_max=1)
        self.assertEqual(leads.mapped("score"), [0, 0, 4])
        self.budget.domain = "[('phone', '!=', False)]"
        self._refresh()
        self.assertEqual(leads.mapped("score"), [0, 4, 0])
        self.fit.active = False
        self._refresh()
        self.assertEqual(leads.mapped("score"), [0, 0, 0], "seven points are no sheet")
        self.fit.active = True
        self._refresh()
        self.assertEqual(leads.mapped("score"), [0, 4, 0])

    def test_the_panel_shows_what_earned_each_point(self):
        self.lead.budget_max = 1
        self.lead.answer_criterion(self.fit.id, self.partly.id)
        sheet = self.lead.with_user(self.rep).get_playbook_panel()["score"]
        self.assertEqual((sheet["total"], sheet["is_complete"]), (5.5, True))
        self.assertEqual(
            [(c["name"], c["earned"]) for c in sheet["criteria"]][1:], [("Decision maker", 0), ("Fit", 1.5)]
        )
        self.assertEqual(sheet["criteria"][2]["option_id"], self.partly.id)

    def test_points_that_do_not_make_ten_are_refused_and_nothing_is_lost(self):
        with self.assertRaisesRegex(ValidationError, "totals 7 points"), self.env.cr.savepoint():
            self.playbook.criterion_ids = [Command.update(self.budget.id, {"points": 1})]
        self.assertEqual(self.budget.points, 4)
        for record in (self.budget, self.poor):
            with (
                self.assertRaises(Exception) as caught,
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                record.points = -1
                record.flush_recordset()
            self.assertIn("points_positive", str(caught.exception))

    def test_what_is_answered_cannot_be_deleted(self):
        self.lead.answer_criterion(self.fit.id, self.full.id)
        for rule, message in (
            (self.fit, "is answered on 1 deals: archive it"),
            (self.full, "was given on deals"),
        ):
            with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                rule.unlink()
        self.assertEqual(self.lead.score, 3)

    def test_answers_that_do_not_fit_are_refused(self):
        for criterion, option in ((self.budget, False), (self.fit, 987654)):
            with self.assertRaisesRegex(UserError, "cannot be answered so"), self.env.cr.savepoint():
                self.lead.answer_criterion(criterion.id, option and option)
        with self.assertRaisesRegex(ValidationError, "cannot look at “score”"), self.env.cr.savepoint():
            self.budget.domain = "[('score', '>', 1)]"
        with self.assertRaises(AccessError):
            self.lead.with_user(self.user_sales_salesman).answer_criterion(self.fit.id, self.full.id)
        with self.assertRaises(AccessError):
            self.fit.with_user(self.rep).name = "Mine"

    def test_the_score_sheet_is_an_output_of_its_own(self):
        sheet = self._create_output(self.stage_lead, "Sheet", evidence="score_sheet")
        self.lead.phone = "1"
        self.assertIn("Sheet", [i["name"] for i in self._unmet(self.stage_demo)])
        with self.assertRaisesRegex(UserError, "is not submitted: answer"):
            self.lead.submit_output(sheet.id)
        self.lead.answer_criterion(self.fit.id, self.poor.id)
        self.assertNotIn("Sheet", [i["name"] for i in self._unmet(self.stage_demo)])
        self.assertEqual(self.lead.get_playbook_panel()["stage"]["outputs"][0]["state"], "done")

    def _unmet(self, stage):
        return self.lead.check_gate(stage.id)[str(self.lead.id)]["unmet"]

    def test_queries_do_not_grow_with_the_deals(self):
        leads = self.env["crm.lead"].union(*[self._create_lead(f"Deal {n}") for n in range(20)])
        counts = []
        for batch in (leads[:2], leads[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch.write({"budget_max": 5})
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(batch.mapped("score")), {4})
        self.assertEqual(*counts)
