from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...exceptions import PlaybookGateError
from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestFilling(PlaybookCase):
    """What a move lacks is filled in where it was refused, and the deal moves: all of it, or nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.minutes = cls._create_output(cls.stage_lead, "Minutes", evidence="note")
        cls.trial = cls._create_output(cls.stage_lead, "Trial", evidence="link")
        cls.lead = cls._create_lead(name="Acme")
        cls.note = {"kind": "output", "id": cls.minutes.id, "note": "They need three presses in spring"}
        cls.link = {"kind": "output", "id": cls.trial.id, "url": "https://trial.example.com"}
        cls.vouch = {"kind": "confirmation", "id": cls.needs_confirmed.id, "note": "Said on Monday"}
        cls.all_facts = [cls.note, cls.link, cls.vouch]

    def move(self, facts, user=None, stage=None, lead=None, **values):
        leads = (lead or self.lead).with_user(user or self.rep)
        return leads.fill_in_and_move((stage or self.stage_demo).id, values, facts)

    def assert_untouched(self):
        self.env.invalidate_all()
        self.assertEqual((self.lead.stage_id, self.lead.expected_revenue), (self.stage_lead, 0))
        self.assertFalse(self.lead.output_ids | self.lead.output_ids.browse(self.lead.confirmation_ids.ids))

    def test_it_names_what_the_gate_names(self):
        missing = self.lead.with_user(self.rep).get_missing(self.stage_demo.id)
        told = self.lead.check_gate(self.stage_demo.id)[str(self.lead.id)]["unmet"]
        self.assertEqual([item["name"] for item in missing["items"]], [item["name"] for item in told])
        items = {item["name"]: item for item in missing["items"]}
        self.assertEqual([field["name"] for field in items["Amount known"]["fields"]], ["expected_revenue"])
        self.assertEqual((items["Minutes"]["evidence"], items["Trial"]["evidence"]), ("note", "link"))
        self.assertEqual((missing["lead"], missing["stage"]), ("Acme", "Demo"))
        self.assertEqual((missing["can_write"], missing["can_override"]), (True, False))
        self.assertTrue(self.lead.with_user(self.leader).get_missing(self.stage_demo.id)["can_override"])

    def test_nothing_is_missing_where_nothing_is_asked(self):
        for lead, stage in (
            (self.lead, self.stage_lead),
            (self._create_lead(name="Free", team_id=False, user_id=False), self.stage_demo),
        ):
            self.assertEqual(lead.get_missing(stage.id)["items"], [])

    def test_all_at_once(self):
        self.assertFalse(self.move(self.all_facts, expected_revenue=5))
        self.assertEqual(self.lead.stage_id, self.stage_demo)
        self.assertEqual(self.lead.confirmation_ids.note, "Said on Monday")
        self.assertEqual(self.lead.output_ids.output_id, self.minutes | self.trial)
        self.assertLog(self.lead, [("created", "Lead", "observed"), ("forward", "Demo", "passed")])

    def test_or_nothing(self):
        for facts, values, error in (
            (self.all_facts, {}, PlaybookGateError),
            (self.all_facts[:2], {"expected_revenue": 5}, PlaybookGateError),
            ([*self.all_facts, {**self.note, "note": "ok"}], {"expected_revenue": 5}, UserError),
            ([*self.all_facts, {**self.vouch, "id": self.review_passed.id + 999}], {}, UserError),
        ):
            with self.subTest(facts=facts), self.assertRaises(error):
                self.move(facts, **values)
            self.assert_untouched()

    def test_the_refusal_says_what_is_left(self):
        with self.assertRaises(PlaybookGateError) as caught:
            self.move(self.all_facts)
        [refused] = caught.exception.context["refused"]
        self.assertEqual([item["name"] for item in refused["unmet"]], ["Amount known"])

    def test_an_honest_not_known_yet_lets_advisory_conditions_pass(self):
        self.needs_confirmed.severity = "advisory"
        asked = {"kind": "question", "id": self.needs_confirmed.id, "ask_by": "2999-01-01"}
        self.move([self.note, self.link, asked], expected_revenue=5)
        self.assertEqual(self.lead.question_ids.condition_id, self.needs_confirmed)
        self.assertEqual(self.lead.stage_id, self.stage_demo)

    def test_the_score_sheet_is_answered_in_it(self):
        self.playbook.criterion_ids = [
            Command.create(
                {
                    "name": "Fit",
                    "kind": "choice",
                    "option_ids": [
                        Command.create({"name": n, "points": p}) for n, p in (("No", 0), ("Full", 10))
                    ],
                }
            )
        ]
        self._create_condition(self.stage_demo, "Score of six", domain="[('score', '>=', 6)]")
        missing = self.lead.get_missing(self.stage_demo.id)
        [criterion] = missing["criteria"]
        full = next(option for option in criterion["options"] if option["name"] == "Full")
        answer = {"kind": "answer", "id": criterion["id"], "option_id": full["id"]}
        with self.assertRaises(PlaybookGateError):
            self.move(self.all_facts, expected_revenue=5)
        self.move([*self.all_facts, answer], expected_revenue=5)
        self.assertEqual((self.lead.score, self.lead.stage_id), (10, self.stage_demo))

    def test_winning_says_so(self):
        self.playbook.mode = "observe"
        self.assertTrue(self.move([], stage=self.stage_signed))

    def test_alternatives_are_told(self):
        self._create_condition(
            self.stage_demo,
            "A way to reach them",
            domain="['|', ('phone', '!=', False), ('email_from', '!=', False)]",
        )
        items = self.lead.get_missing(self.stage_demo.id)["items"]
        told = {item["name"]: item.get("is_any") for item in items}
        self.assertEqual((told["A way to reach them"], told["Amount known"]), (True, False))

    def test_nothing_that_the_user_may_not_do_otherwise(self):
        stranger = self.user_sales_salesman
        with self.assertRaises(AccessError):
            self.lead.with_user(stranger).get_missing(self.stage_demo.id)
        with self.assertRaises(AccessError):
            self.move(self.all_facts, stranger, expected_revenue=5)
        for values in ({"score": 10}, {"tier": "A"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.move(self.all_facts, expected_revenue=5, **values)
        self.assert_untouched()

    def test_nothing_is_guessed_or_forged_through_it(self):
        """Ids of others' files and people, and what a context says, get what they get elsewhere."""
        hidden = self._create_lead(name="Hidden", user_id=self.leader.id)
        file = self.env["ir.attachment"].create(
            {"name": "price.xlsx", "raw": b"1", "res_model": "crm.lead", "res_id": hidden.id}
        )
        theirs = self.env["res.partner"].create({"name": "Theirs"})
        person = self.env["crm.lead.stakeholder"].create(
            {"lead_id": hidden.id, "partner_id": theirs.id, "role": "user"}
        )
        own = self.user_sales_salesman
        self.lead.user_id = own
        stolen = {"kind": "output", "id": self.minutes.id, "attachment_ids": file.ids}
        for facts, values in (
            ([stolen, self.link, self.vouch], {}),
            (self.all_facts, {"stakeholder_ids": [Command.update(person.id, {"attitude": "against"})]}),
            (self.all_facts, {"stakeholder_ids": [Command.delete(person.id)]}),
            (
                self.all_facts,
                {"confirmation_ids": [Command.create({"condition_id": self.needs_confirmed.id})]},
            ),
            (self.all_facts, {"output_ids": [Command.create({"output_id": self.minutes.id})]}),
            (self.all_facts, {"stage_log_ids": [Command.clear()]}),
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.move(facts, own, expected_revenue=5, **values)
        self.assert_untouched()
        self.assertEqual((file.res_id, person.exists().attitude), (hidden.id, "unknown"))
        forging = self.lead.with_user(own).with_context(default_user_id=self.leader.id, default_state="done")
        forging.fill_in_and_move(self.stage_demo.id, {"expected_revenue": 5}, self.all_facts)
        self.assertEqual(self.lead.confirmation_ids.user_id, own)
        self.assertEqual(self.lead.output_ids.user_id, own)

    def test_giving_the_deal_away_in_the_same_breath(self):
        """Whoever has their own documents only does not see the deal any more, and has moved it."""
        own = self.user_sales_salesman
        self.lead.user_id = own
        self.assertFalse(self.move(self.all_facts, own, expected_revenue=5, user_id=self.rep.id))
        self.assertEqual((self.lead.stage_id, self.lead.user_id), (self.stage_demo, self.rep))
        self.assertEqual(self.lead.confirmation_ids.user_id, own)

    def test_archived_copied_lost_and_restored(self):
        self.lead.active = False
        self.assertTrue(self.lead.with_user(self.rep).get_missing(self.stage_demo.id)["items"])
        self.lead.active = True
        self.move(self.all_facts, expected_revenue=5)
        copied = self.lead.copy({"stage_id": self.stage_lead.id})
        told = {item["name"] for item in copied.get_missing(self.stage_demo.id)["items"]}
        self.assertLessEqual({"Needs confirmed", "Minutes", "Trial"}, told, "what was done is the other's")
        self.lead.action_set_lost()
        self.lead.action_unarchive()
        self.assertEqual(self.lead.stage_id, self.stage_demo)
        self.move([{"kind": "confirmation", "id": self.review_passed.id}], stage=self.stage_talks)
        self.assertEqual(self.lead.stage_id, self.stage_talks)

    def test_another_company(self):
        """Its deals are nobody's here; its own people fill in by its own playbook, or by none."""
        abroad = self.env["res.company"].create(
            {"name": "Abroad", "currency_id": self.env.ref("base.EUR").id}
        )
        theirs = self._create_lead(name="Theirs", team_id=False, user_id=False, company_id=abroad.id)
        with self.assertRaises(AccessError):
            theirs.with_user(self.rep).get_missing(self.stage_demo.id)
        with self.assertRaises(AccessError):
            self.move(self.all_facts, lead=theirs, expected_revenue=5)
        self.assertEqual(theirs.get_missing(self.stage_demo.id)["items"], [])
        with self.assertRaises(UserError):
            theirs.fill_in_and_move(self.stage_demo.id, {}, [self.note])

    def test_what_is_no_fact(self):
        for fact in ({"kind": "unlink", "id": 1}, {"kind": "output"}, "output", None, {"id": 1}):
            with self.subTest(fact=fact), self.assertRaises(UserError):
                self.move([fact])
