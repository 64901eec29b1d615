from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestQuestion(PlaybookCase):
    """ "Not known yet, ask by …": an answer that earns nothing and schedules the question."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.criterion_ids = [
            Command.create(
                {
                    "name": "Fit",
                    "kind": "choice",
                    "option_ids": [Command.create({"name": "Full", "points": 10})],
                }
            )
        ]
        cls.fit = cls.playbook.criterion_ids
        cls.asked = cls._create_condition(
            cls.stage_demo, "Timing asked", kind="confirmation", severity="advisory"
        )
        cls.lead = cls._create_lead(phone="1", expected_revenue=5)
        cls.day = fields.Date.today() + timedelta(days=5)

    def _unmet(self):
        return [item["name"] for item in self.lead.check_gate(self.stage_demo.id)[str(self.lead.id)]["unmet"]]

    def test_a_question_earns_nothing_and_becomes_an_activity(self):
        lead = self.lead.with_user(self.rep)
        lead.ask_later(self.fit.id, "criterion", self.day)
        self.assertEqual((lead.score, lead.is_scored), (0, True))
        activity = lead.activity_ids
        self.assertEqual(
            (activity.summary, activity.date_deadline, activity.user_id), ("Ask: Fit", self.day, self.rep)
        )
        panel = lead.get_playbook_panel()["score"]
        self.assertTrue(panel["is_complete"])
        self.assertEqual(panel["criteria"][0]["ask_by"], fields.Date.to_string(self.day))
        lead.answer_criterion(self.fit.id, self.fit.option_ids.id)
        self.assertEqual((lead.score, lead.is_scored), (10, True))
        self.assertFalse(lead.question_ids or lead.activity_ids, "it need not be asked any more")

    def test_asking_after_answering_takes_the_answer_back(self):
        self.lead.answer_criterion(self.fit.id, self.fit.option_ids.id)
        self.lead.ask_later(self.fit.id, "criterion", self.day)
        self.assertEqual((self.lead.score, self.lead.is_scored), (0, True))
        self.lead.ask_later(self.fit.id, "criterion", self.day + timedelta(days=1))
        self.assertEqual(len(self.lead.question_ids), 1)
        self.assertEqual(len(self.lead.activity_ids), 1)

    def test_it_satisfies_advisory_conditions_only(self):
        self.assertEqual(self._unmet(), ["Needs confirmed", "Timing asked"])
        for condition in (self.needs_confirmed, self.asked):
            self.lead.ask_later(condition.id, "condition", self.day)
        self.assertEqual(self._unmet(), ["Needs confirmed"])
        conditions = self.lead.get_playbook_panel()["next_stages"][0]["conditions"]
        self.assertEqual(
            {c["name"]: (c["met"], bool(c["ask_by"])) for c in conditions if c["kind"] == "confirmation"},
            {"Needs confirmed": (False, True), "Timing asked": (True, True)},
        )
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.assertEqual(self.lead.question_ids.condition_id, self.asked)
        self.assertEqual(self._unmet(), [])

    def test_what_cannot_be_asked_later(self):
        for rule, kind in (
            (self.has_amount, "condition"),
            (self.fit, "condition"),
            (self.fit, "nothing"),
        ):
            with self.assertRaisesRegex(UserError, "cannot be asked later"), self.env.cr.savepoint():
                self.lead.ask_later(rule.id + 7 * (rule == self.fit), kind, self.day)
        for day in (False, "soon", fields.Date.today() - timedelta(days=1)):
            with self.assertRaisesRegex(ValidationError, "“Ask By” must be today"), self.env.cr.savepoint():
                self.lead.ask_later(self.fit.id, "criterion", day)
        with self.assertRaises(AccessError):
            self.lead.with_user(self.user_sales_salesman).ask_later(self.fit.id, "criterion", self.day)
        self.assertFalse(self.lead.question_ids or self.lead.activity_ids)

    def test_merging_keeps_answers_questions_and_explanations(self):
        other = self._create_lead("Other")
        other.answer_criterion(self.fit.id, self.fit.option_ids.id)
        other.ask_later(self.asked.id, "condition", self.day)
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual((merged.score, merged.question_ids.condition_id), (10, self.asked))

    def test_what_the_other_deal_answers_need_not_be_asked_after_a_merge(self):
        other = self._create_lead("Other")
        other.answer_criterion(self.fit.id, self.fit.option_ids.id)
        self.lead.ask_later(self.fit.id, "criterion", self.day)
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual((merged.score, merged.is_scored), (10, True))
        self.assertFalse(merged.question_ids)
