from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Date
from odoo.tests import BaseCase, Form, tagged

from odoo.addons.sales_funnel_playbook.tools.tiering import Threshold, get_tier

from ..common import PlaybookCase
from ..properties import SETTINGS, given, settings, st

AMOUNTS = st.floats(0, 1e9, allow_nan=False)
PERCENTS = st.floats(0, 100, allow_nan=False)


@tagged("post_install", "-at_install")
class TestTiering(BaseCase):
    """What holds for any thresholds."""

    @settings(SETTINGS)
    @given(AMOUNTS, PERCENTS, st.lists(st.tuples(AMOUNTS, PERCENTS), min_size=3, max_size=3), PERCENTS)
    def test_a_tier_is_kept_longer_than_it_is_won_and_never_lost_by_gaining(
        self, revenue, probability, rows, margin
    ):
        lows, highs = zip(*rows, strict=True)
        rows = zip("ABC", sorted(lows, reverse=True), sorted(highs, reverse=True), strict=True)
        tiers = [Threshold(*row) for row in rows]
        order = ["A", "B", "C", None]
        fresh = get_tier(revenue, probability, tiers)
        for current in order:
            kept = get_tier(revenue, probability, tiers, current, margin)
            self.assertLessEqual(order.index(kept), order.index(fresh), "a margin never costs a tier")
            self.assertIn(kept, (fresh, current), "a margin keeps, and gives nothing else")
            self.assertEqual(get_tier(revenue, probability, tiers, kept, margin), kept, "it does not flap")
        better = get_tier(revenue * 2, probability, tiers)
        self.assertLessEqual(order.index(better), order.index(fresh))


@tagged("post_install", "-at_install")
class TestTier(PlaybookCase):
    """Tiers of deals: when they change, in which currency, and what is proposed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.write(
            {
                "tier_margin": 10,
                "tier_ids": [
                    Command.create({"tier": tier, "min_revenue": revenue, "min_probability": probability})
                    for tier, revenue, probability in (("A", 1000, 60), ("B", 100, 30), ("C", 0, 0))
                ],
            }
        )
        cls.lead = cls._create_lead(expected_revenue=2000, probability=70)

    def _refresh(self):
        for refresh in self.env["crm.playbook.refresh"].search([]):
            refresh._run_batch()

    def test_by_revenue_and_probability(self):
        self.assertEqual(self.lead.tier, "A")
        self.lead.probability = 50
        self.assertEqual(self.lead.tier, "B")
        self.lead.probability = 5
        self.assertEqual(self.lead.tier, "C")
        self.assertFalse(self._create_lead(team_id=False, expected_revenue=5000, probability=90).tier)

    def test_a_deal_on_the_edge_does_not_flap(self):
        for revenue, tier in ((950, "A"), (1000, "A"), (899, "B"), (950, "B"), (1000, "A")):
            self.lead.expected_revenue = revenue
            self.assertEqual((revenue, self.lead.tier), (revenue, tier))

    def test_revenue_tier_and_score_are_written_at_once(self):
        amount = {"name": "Amount", "domain": "[('expected_revenue', '>', 500)]", "points": 10}
        self.playbook.criterion_ids = [Command.create(amount)]
        self._refresh()
        self.env.flush_all()
        before = self.count_lead_updates()
        self.lead.expected_revenue = 800  # from A to B; the score stays
        self.env.flush_all()
        self.assertEqual(self.lead.tier, "B")
        self.assertEqual(self.count_lead_updates() - before, 1)

    def test_changes_are_tracked(self):
        self.flush_tracking()
        self.lead.expected_revenue = 200
        self.flush_tracking()
        tracked = self.lead.message_ids.tracking_value_ids.filtered(lambda v: v.field_id.name == "tier")
        self.assertEqual(tracked.mapped(lambda v: (v.old_value_char, v.new_value_char)), [("A", "B")])

    def test_all_the_modules_tracked_fields_are_tracked_and_only_when_written(self):
        line = self.env["crm.product.line"].create({"name": "Cloud", "playbook_id": self.playbook.id})
        industry = self.env["res.partner.industry"].create({"name": "Steel"})
        changes = {
            "product_line_id": line.id,
            "industry_id": industry.id,
            "company_size": "11-50",
            "use_case": "Planning",
            "pain_points": "Slow",
            "budget_min": 1,
            "budget_max": 2,
            "budget_status": "approved",
            "risk_level": "low",
            "waiting_until": Date.today(),
            "wechat": "wu-of-steel",
            "expected_revenue": 200,
        }
        own = self.env["crm.lead"]._get_own_tracked()
        self.assertEqual(own, changes.keys() - {"expected_revenue"} | {"tier"})
        self.flush_tracking()
        self.lead.write(changes)
        self.flush_tracking()
        tracked = self.lead.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertEqual({*tracked}, changes.keys() | {"tier"})

    def test_changed_thresholds_are_right_after_the_job(self):
        self.flush_tracking()
        before = len(self.lead.message_ids)
        self.playbook.tier_ids[0].min_revenue = 5000
        self._refresh()
        self.flush_tracking()
        self.assertEqual(self.lead.tier, "B")
        self.assertEqual(len(self.lead.message_ids), before, "no message on each of a thousand deals")
        self.playbook.tier_ids.unlink()
        self._refresh()
        self.assertFalse(self.lead.tier)

    def test_other_currencies_are_converted_and_a_missing_rate_is_said(self):
        euro, dollar = self.env.ref("base.EUR"), self.env.company.currency_id
        currency = euro if dollar != euro else self.env.ref("base.USD")
        currency.active = True
        other = self.env["res.company"].create({"name": "Abroad", "currency_id": currency.id})
        currency.rate_ids.unlink()
        self.env.invalidate_all()
        self.assertIn(currency.name, self.playbook.missing_rates)
        self.team.company_id = False
        lead = self._create_lead(user_id=False, company_id=other.id, expected_revenue=700, probability=70)
        self.assertEqual(lead.playbook_id, self.playbook)
        self.assertFalse(lead.tier, "nobody knows what it is worth")
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 0.5, "name": "2020-01-01", "company_id": False}
        )
        self.env.invalidate_all()
        self.assertNotIn(currency.name, self.playbook.missing_rates or "")
        self.playbook._request_rating()
        self._refresh()
        self.assertEqual(lead.tier, "A", "700 of theirs are 1,400 of ours")

    def test_thresholds_that_cross_are_refused(self):
        best, middle, _last = self.playbook.tier_ids
        with self.assertRaisesRegex(ValidationError, "“A” asks for less than “B”"), self.env.cr.savepoint():
            self.playbook.tier_ids = [Command.update(best.id, {"min_revenue": 50})]
        self.assertEqual((best.min_revenue, middle.min_revenue), (1000, 100))

    def test_a_closed_deal_keeps_the_tier_it_had(self):
        """A lost deal has a probability of 0: it was lost as the A deal that it was."""
        lead = self._create_lead(expected_revenue=1_000_000, probability=90)
        self.assertEqual(lead.tier, "A")
        lead.action_set_lost()
        self.assertEqual((lead.probability, lead.tier), (0, "A"))
        lead._refresh()
        self.assertEqual(lead.tier, "A")
        lead.action_unarchive()
        lead.probability = 1
        self.assertEqual(lead.tier, "C", "open again, it is rated again")

    def test_proposed_from_the_won_deals(self):
        self.playbook.mode = "observe"
        self.env["crm.lead"].search([("playbook_id", "=", self.playbook.id)]).filtered(
            lambda lead: lead != self.lead
        ).unlink()
        for amount in range(100, 1000, 100):
            self._create_lead(expected_revenue=amount).action_set_won()
        action = self.playbook.with_user(self.leader).action_propose_tiers()
        wizard = self.env[action["res_model"]].with_user(self.leader).browse(action["res_id"])
        self.assertEqual(wizard.won_count, 9)
        self.assertEqual(
            [(line.tier, line.min_revenue, line.open_count) for line in wizard.line_ids],
            [("A", 630, 1), ("B", 360, 0), ("C", 0, 0)],
        )
        with Form(wizard) as form, form.line_ids.edit(0) as line:
            line.min_revenue = 3000
        self.assertEqual(wizard.line_ids.mapped("open_count"), [0, 1, 0])
        wizard.action_apply()
        self.assertEqual(self.playbook.tier_ids.mapped("min_revenue"), [3000, 360, 0])

    def test_too_few_won_deals_propose_nothing(self):
        wizard = self.env["crm.playbook.propose.tiers"].create({"playbook_id": self.playbook.id})
        self.assertEqual(wizard.line_ids.mapped("min_revenue"), [1000, 100, 0])
        self.playbook.tier_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no won deals yet"):
            self.playbook.action_propose_tiers()
