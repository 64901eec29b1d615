from datetime import datetime

from odoo import Command
from odoo.tests import Form

from .case_common import CaseCase


class TestCaseDeal(CaseCase):
    """What a case takes over from its deal, and how closing a deal asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.risk = cls.env["crm.risk.type"].create({"name": "Budget gone"})
        cls.won_rule = cls._create_case_rule("won", "required", domain="[('tier', '!=', 'C')]")
        cls.won_optional = cls._create_case_rule("won", "optional", domain="[('tier', '=', 'C')]")
        cls.lost_rule = cls._create_case_rule("lost", "optional")
        cls.playbook.tier_ids = [
            Command.create({"tier": "A", "min_revenue": 1000}),
            Command.create({"tier": "C", "min_revenue": 0}),
        ]

    @classmethod
    def _create_case_rule(cls, trigger, mode, **vals):
        return cls._create_deadline(f"Case {trigger} {mode}", trigger, case_mode=mode, **vals)

    def _get_requests(self, lead):
        self.env["crm.lead"]._settle_queued()
        return lead._get_case_requests()

    def _create_rich_deal(self):
        """A deal with a bit of everything: in Talks from the 4th of March, lost on the 14th."""
        anna = self.env["res.partner"].create({"name": "Anna Berg"})
        with self.mock_datetime_and_now(datetime(2024, 3, 1, 9)):
            lead = self._create_lead(
                "Acme presses",
                product_line_id=self.line.id,
                partner_name="Acme Ltd",
                industry_id=self.industry.id,
                company_size="51-200",
                use_case="Press bearings at Acme Ltd",
                pain_points="Every tenth one cracks",
                budget_status="requested",
            )
        with self.mock_datetime_and_now(datetime(2024, 3, 4, 9)):
            lead.stage_id = self.stage_talks
            lead.stakeholder_ids = [
                Command.create({"partner_id": anna.id, "role": "champion", "attitude": "for"})
            ]
            lead.competitor_ids = [
                Command.create({"competitor_id": self.globex.id, "our_advantage": "Service nearby"})
            ]
            lead.risk_ids = [
                Command.create({"type_id": self.risk.id, "response": "A director visits Anna Berg"})
            ]
            lead.progress_ids = [
                Command.create(
                    {
                        "communicated_at": datetime(2024, 3, 4, 8),
                        "summary": "Called",
                        "milestone_ids": [Command.create({"name": "Proposal approved"})],
                    }
                )
            ]
        with self.mock_datetime_and_now(datetime(2024, 3, 14, 9)):
            lead.action_set_lost(lost_reason_id=self.lost_reason.id)
        return lead

    def test_filled_from_the_deal(self):
        lead = self._create_rich_deal()
        case = self.env["crm.playbook.case"].with_user(self.rep).create({"lead_id": lead.id})
        self.assertEqual(
            (case.outcome, case.stage_id, case.product_line_id, case.industry_id, case.company_size),
            ("lost", self.stage_talks, self.line, self.industry, "51-200"),
        )
        self.assertEqual((case.stay_days, case.lost_reason_id, case.tier), (10, self.lost_reason, lead.tier))
        self.assertEqual(case.competitor_ids, self.globex)
        self.assertIn(self.risk, case.risk_type_ids)
        self.assertEqual(case.risk_type_ids, lead.risk_ids.type_id)
        self.assertEqual(case.name, "Lost in Talks against Globex")
        self.assertIn("Press bearings at the customer", case.situation)
        self.assertIn("Every tenth one cracks", case.situation)
        self.assertIn("In Approval", case.situation)
        self.assertIn("Champion (supportive)", case.situation)
        self.assertIn("Globex: Cheap", case.situation)
        self.assertIn("Service nearby", case.approach)
        self.assertIn("03/04/2024 Proposal approved", case.approach)
        self.assertIn("Budget gone: A director visits the customer", case.approach)
        self.assertIn("13 days, 10 of them in “Talks”", case.result)
        self.assertIn("Too slow", case.result)
        for name in ("Acme", "Anna"):
            self.assertNotIn(name, f"{case.situation}{case.approach}{case.result}")
        case.lesson = "Ask for the date."
        case.action_submit()

    def test_won_is_decided_in_the_stage_before(self):
        lead = self._create_lead(stage_id=self.stage_demo.id)
        lead.action_set_won()
        case = self.env["crm.playbook.case"].create({"lead_id": lead.id})
        self.assertEqual((case.outcome, case.stage_id), ("won", self.stage_demo))
        self.assertEqual(case.name, "Won in Demo")
        self.assertNotIn("Lost reason", case.result)

    def test_what_the_author_says_stays(self):
        lead = self._create_rich_deal()
        case = self.env["crm.playbook.case"].create(
            {"lead_id": lead.id, "name": "Mine", "company_size": "1-10", "situation": "My words"}
        )
        self.assertEqual((case.name, case.company_size), ("Mine", "1-10"))
        self.assertIn("My words", case.situation)
        without = self.env["crm.playbook.case"].create({"name": "Before our time", "outcome": "won"})
        self.assertEqual((without.lead_id.id, without.company_id), (False, self.env.company))

    def test_in_a_form(self):
        lead = self._create_rich_deal()
        action = lead.with_user(self.rep).get_case_offer()
        self.assertFalse(action, "closed before the deadlines began: nothing was asked for")
        dialog = lead.with_user(self.rep).action_open_cases()
        form = Form(
            self.env["crm.playbook.case"].with_user(self.rep).with_context(**dialog["context"]),
            view="sales_funnel_playbook.crm_playbook_case_view_form_dialog",
        )
        self.assertEqual(form.name, "Lost in Talks against Globex")
        form.lesson = "Ask for the date."
        case = form.save()
        self.env.invalidate_all()
        self.assertEqual(lead.with_user(self.rep).case_count, 1)
        self.assertEqual(lead.with_user(self.rep).action_open_cases()["res_id"], case.id)

    def test_closing_asks_by_an_activity(self):
        lead = self._create_closed("won", expected_revenue=5000)
        self.assertEqual(lead.tier, "A")
        request = self._get_requests(lead)
        self.assertEqual((request.playbook_deadline_id, request.user_id), (self.won_rule, self.rep))

    def test_required_or_optional_by_tier(self):
        for revenue, rule in ((5000, self.won_rule), (10, self.won_optional)):
            lead = self._create_closed("won", expected_revenue=revenue)
            with self.subTest(tier=lead.tier):
                self.assertEqual(self._get_requests(lead).playbook_deadline_id, rule)
                offer = lead.with_user(self.rep).get_case_offer()
                self.assertEqual(offer["context"]["is_case_optional"], rule != self.won_rule)

    def test_a_draft_is_not_yet_the_case(self):
        lead = self._create_closed("lost")
        self.assertTrue(self._get_requests(lead))
        case = (
            self.env["crm.playbook.case"]
            .with_user(self.rep)
            .create({"lead_id": lead.id, "situation": "Busy", "lesson": "Call earlier."})
        )
        self.assertTrue(self._get_requests(lead))
        offer = lead.with_user(self.rep).get_case_offer()
        self.assertEqual(offer["res_id"], case.id, "the draft that was begun goes on")
        case.action_submit()
        self.assertFalse(self._get_requests(lead))
        self.assertFalse(lead.with_user(self.rep).get_case_offer())
        self.assertEqual(self._get_work(lead).playbook_closing, "satisfied")

    def _get_work(self, lead):
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("res_id", "=", lead.id), ("playbook_deadline_id.case_mode", "!=", False)])
        )

    def test_won_after_it_was_lost(self):
        lead = self._create_closed("lost")
        self.env["crm.playbook.case"].create(
            {"lead_id": lead.id, "situation": "Busy", "lesson": "Call.", "state": "published"}
        )
        self.assertFalse(self._get_requests(lead))
        lead.action_unarchive()
        lead.action_set_won()
        self.assertTrue(self._get_requests(lead), "winning it teaches something else")

    def test_declined(self):
        optional = self._create_closed("lost")
        self._get_requests(optional)
        optional.with_user(self.rep).decline_case()
        self.assertFalse(self._get_requests(optional))
        required = self._create_closed("won", expected_revenue=5000)
        self._get_requests(required)
        with self.assertRaisesRegex(Exception, "is required"):
            required.with_user(self.rep).decline_case()
        self.assertTrue(self._get_requests(required))

    def test_the_won_button_and_the_lost_dialog_offer_it(self):
        won, lost = self._create_lead("One"), self._create_lead("Two")
        action = won.with_user(self.rep).action_set_won_rainbowman()
        self.assertEqual(action["tag"], "sales_funnel_playbook.case_offer")
        self.assertEqual(action["params"]["lead_id"], won.id)
        self.assertTrue(action["params"]["effect"], "it is still celebrated")
        dialog = self.env["crm.lead.lost"].with_user(self.rep)
        wizard = dialog.create({"lead_ids": lost.ids, "lost_reason_id": self.lost_reason.id})
        self.assertEqual(wizard.action_lost_reason_apply()["params"]["lead_id"], lost.id)
        several = self._create_lead("Three") | self._create_lead("Four")
        wizard = dialog.create({"lead_ids": several.ids, "lost_reason_id": self.lost_reason.id})
        self.assertNotIsInstance(wizard.action_lost_reason_apply(), dict, "each has its activity")

    def test_a_deal_without_a_playbook(self):
        self.playbook.team_ids = False
        lead = self._create_lead("Plain", stage_id=self.stage_talks.id)
        lead.flush_recordset()
        with self.assertQueryCount(0):
            self.assertFalse(lead.get_case_offer())
        result = lead.action_set_won_rainbowman()
        self.assertNotEqual(isinstance(result, dict) and result.get("type"), "ir.actions.client")

    def test_a_rule_that_asks_twice(self):
        with self.assertRaisesRegex(Exception, "leave “Completed When” empty"):
            self.won_rule.satisfied_domain = "[('priority', '=', '3')]"

    def test_merged_deals(self):
        head, tail, other = (self._create_closed("won", name) for name in ("Head", "Tail", "Other"))
        case = self.env["crm.playbook.case"].create({"lead_id": tail.id, "name": "Tail's"})
        read = self._create_case()
        for lead in (tail, other):
            lead.mark_case_used(read.id)
        (head | tail | other).merge_opportunity()
        self.assertEqual(case.lead_id, head)
        self.assertEqual(head.used_case_ids.case_id, read)
        self.assertEqual(len(head.used_case_ids), 1)
