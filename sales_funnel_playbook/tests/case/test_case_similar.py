from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .case_common import CaseCase


class TestCaseSimilar(CaseCase):
    """Which cases a deal is shown and why, what is used, and whether that helps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env["crm.playbook.case"]
        cls.risk = cls.env["crm.risk.type"].create({"name": "Budget gone"})
        cls.deal = cls._create_lead(
            "Deal at hand",
            product_line_id=cls.line.id,
            industry_id=cls.industry.id,
            company_size="51-200",
            use_case="Laser alignment of spindles",
        )
        cls._set_competitors(cls.deal, cls.globex)
        cls.deal.risk_ids = [Command.create({"type_id": cls.risk.id})]
        # each has one thing in common with the deal
        cls.shared = {
            "same competitor": {"competitor_ids": cls.globex.ids},
            "same stage": {"stage_id": cls.stage_lead.id},
            "same risk": {"risk_type_ids": cls.risk.ids},
            "same industry": {"industry_id": cls.industry.id},
            "same product line": {"product_line_id": cls.line.id},
            "similar words": {"situation": "The spindles had to be aligned."},
        }

    def _get_reasons(self, lead=None, **kwargs):
        found = (lead or self.deal).with_user(self.rep).get_similar_cases(**kwargs)
        return {one["id"]: one["reasons"] for one in found}

    def test_each_thing_in_common_is_a_reason(self):
        cases = {reason: self._create_case(reason, **vals) for reason, vals in self.shared.items()}
        self._create_case("Nothing in common")
        reasons = self._get_reasons(limit=40)
        self.assertEqual(reasons, {case.id: [reason] for reason, case in cases.items()})

    def test_more_in_common_comes_first(self):
        one = self._create_case("One", stage_id=self.stage_lead.id)
        two = self._create_case("Two", stage_id=self.stage_lead.id, industry_id=self.industry.id)
        three = self._create_case(
            "Three", stage_id=self.stage_lead.id, industry_id=self.industry.id, company_size="51-200"
        )
        self.assertEqual([*self._get_reasons()], [three.id, two.id, one.id])
        self.assertEqual(self._get_reasons()[three.id], ["same stage", "same industry", "same company size"])

    def test_rare_words_count_more(self):
        common = [self._create_case(f"Other {n}", situation="Alignment of the teams") for n in range(30)]
        rare = self._create_case("Rare", situation="A spindle had run hot")
        self.assertEqual([*self._get_reasons(limit=1)], [rare.id])
        self.assertIn(common[0].id, self._get_reasons(limit=40))

    def test_out_of_date_falls_and_helpful_rises(self):
        stale, fresh = (self._create_case(name, stage_id=self.stage_lead.id) for name in ("Stale", "Fresh"))
        self.assertEqual([*self._get_reasons()], [fresh.id, stale.id], "of equals the newest")
        stale.helpful_user_ids = self.rep | self.leader
        self.assertEqual([*self._get_reasons()], [stale.id, fresh.id])
        stale.review_by = "2020-01-01"
        self.assertEqual([*self._get_reasons()], [fresh.id, stale.id])

    def test_only_what_is_to_be_read(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        for vals in ({"state": "draft"}, {"state": "retired"}, {"company_id": company.id}):
            self._create_case("Hidden", stage_id=self.stage_lead.id, **vals)
        own = self._create_case("Of all companies", stage_id=self.stage_lead.id, company_id=False)
        self.assertEqual([*self._get_reasons(limit=40)], [own.id])

    def test_a_record_rule_that_somebody_added(self):
        case = self._create_case("Confidential", stage_id=self.stage_lead.id)
        self.env["ir.rule"].create(
            {
                "name": "Nobody reads it",
                "model_id": self.env["ir.model"]._get_id(case._name),
                "domain_force": f"[('id', '!=', {case.id})]",
            }
        )
        self.assertFalse(self._get_reasons(limit=40))

    def test_its_own_case_is_none_to_learn_from(self):
        lead = self._create_closed("lost")
        case = self._create_case("Its own", outcome="lost", lead_id=lead.id, product_line_id=self.line.id)
        self.assertFalse(self._get_reasons(lead))
        self.assertEqual([*self._get_reasons()], [case.id])

    def test_a_deal_that_tells_nothing(self):
        self._create_case("Any", stage_id=self.stage_lead.id)
        bare = self._create_lead("Bare", stage_id=self.stage_demo.id)
        self.assertFalse(self._get_reasons(bare))

    def test_hostile_text_is_words(self):
        self._create_case("Quote", situation="It's a 'quoted' | word & (more):*")
        self.deal.use_case = "'); DROP TABLE x; -- \\ ' :* & | ! quoted %s %(x)s"
        self.assertEqual([*self._get_reasons().values()], [["similar words"]])

    def test_who_may_ask(self):
        own_only = self.user_sales_salesman
        with self.assertRaises(AccessError):
            self.deal.with_user(own_only).get_similar_cases()
        self.assertEqual(self.deal.with_user(self.rep).get_similar_cases(limit=-5), [])

    def test_as_a_list_the_best_first(self):
        one = self._create_case("One", stage_id=self.stage_lead.id)
        two = self._create_case("Two", stage_id=self.stage_lead.id, industry_id=self.industry.id)
        last = self._create_case("Last", product_line_id=self.line.id, review_by="2020-01-01")
        action = self.deal.with_user(self.rep).action_similar_cases()
        found = (
            self.cases.with_user(self.rep)
            .with_context(**action["context"])
            .search(action["domain"], order="similar_rank")
        )
        self.assertEqual(found, two | one | last)
        self.assertEqual(found.mapped("similar_rank"), [1, 2, 3])
        self.assertEqual(found[0].similar_reason, "same stage, same industry")
        self.assertEqual(one.with_context(similar_lead_id="x").similar_rank, 0)
        self.assertIn(one, self.cases.search([("id", "in", found.ids)], order="similar_rank"), "of no deal")

    def test_used_in_this_deal(self):
        case = self._create_case("Used", stage_id=self.stage_lead.id)
        deal = self.deal.with_user(self.rep)
        deal.mark_case_used(case.id)
        deal.mark_case_used(case.id)
        self.assertTrue(deal.get_similar_cases()[0]["is_used"])
        self.assertEqual(case.use_ids.lead_id, self.deal)
        deal.mark_case_used(case.id, is_used=False)
        self.assertFalse(deal.get_similar_cases()[0]["is_used"])
        draft = self._create_case("Draft", state="draft", user_id=self.rep.id)
        with self.assertRaisesRegex(UserError, "not published"):
            deal.mark_case_used(draft.id)
        with self.assertRaises(AccessError):
            self.deal.with_user(self.user_sales_salesman).mark_case_used(case.id)

    def test_whether_it_helps(self):
        with self.mock_datetime_and_now(datetime(2024, 1, 1)):
            self._create_closed("won", "Before it was published")
        with self.mock_datetime_and_now(datetime(2024, 2, 1)):
            case = self._create_case(product_line_id=self.line.id)
        with self.mock_datetime_and_now(datetime(2024, 3, 1)):
            used = [self._create_closed(status) for status in ("won", "won", "lost")]
            for status in ("won", "lost", "lost", "lost"):
                self._create_closed(status, "Without it")
            elsewhere = self._create_closed("lost", "Another line")
            elsewhere.product_line_id = False
        for lead in [*used, self.deal]:
            lead.mark_case_used(case.id)
        case = case.with_user(self.user_sales_salesman)  # counts are for all, deals are not
        self.assertEqual((case.used_count, case.used_won_count, case.used_lost_count), (4, 2, 1))
        self.assertEqual((case.other_won_count, case.other_lost_count), (1, 3))
        self.assertAlmostEqual(case.used_win_rate, 66.7, 1)
        self.assertEqual(case.other_win_rate, 25)
        unused = self._create_case("Nobody")
        self.assertIs(unused.used_win_rate, False, "of nothing there is no rate")
        action = case.action_open_uses()
        self.assertEqual(self.env["crm.lead"].search_count(action["domain"]), 3)

    def test_helpful(self):
        case = self._create_case()
        reader = new_test_user(self.env, "reader", groups="sales_team.group_sale_salesman")
        for user in (self.rep, reader):
            case.with_user(user).action_toggle_helpful()
        self.assertEqual((case.helpful_count, case.with_user(reader).is_helpful), (2, True))
        case.with_user(reader).action_toggle_helpful()
        self.assertEqual((case.helpful_count, case.with_user(reader).is_helpful), (1, False))
        with self.assertRaises(AccessError):
            case.with_user(reader).write({"helpful_user_ids": [Command.link(self.leader.id)]})

    def test_search_in_any_language(self):
        english = self._create_case("The budget", situation="A migration over Christmas", lesson="Überzeugt!")
        chinese = self._create_case(
            "打动技术总监，打破僵局", situation="客户要求延长试用合同", lesson="先问预算"
        )
        for words, found in {
            "budget": english,
            "migrat christmas": english,
            "MIGRATION": english,
            "uberzeugt": english,
            "僵局": chinese,
            "试用合同": chinese,
            "合同 预算": chinese,
            "局": chinese,
            "合用": self.cases,
            "budget 合同": self.cases,
            "%": english | chinese,
            "bud%et": self.cases,
        }.items():
            with self.subTest(words=words):
                domain = [("content", "ilike", words), ("id", "in", (english | chinese).ids)]
                self.assertEqual(self.cases.with_user(self.rep).search(domain, order="id"), found)

    def test_a_hidden_customer_is_not_found_by_name(self):
        lead = self._create_closed("lost", partner_name="Zephyr Works")
        vals = {"lead_id": lead.id, "outcome": "lost"}
        hidden, shown = self._create_case(**vals), self._create_case(hide_customer=False, **vals)
        found = self.cases.search([("content", "ilike", "zephyr")])
        self.assertEqual(found, shown)
        self.assertFalse(hidden.customer_name)
