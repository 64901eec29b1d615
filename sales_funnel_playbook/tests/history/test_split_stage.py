from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..funnel.funnel_common import FunnelCase

TEN = datetime(2024, 1, 1, 10)


@tagged("post_install", "-at_install")
class TestSplitStage(FunnelCase):
    """A stage becomes sub-stages, with its rules, open deals and history where the user wants them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.talks = cls.rules[cls.stage_talks]
        cls.talks.write({"expected_days": 15, "dwell_alert_days": 15, "conversion_alert_rate": 40})
        cls.minutes = cls._create_output(cls.stage_talks, "Minutes", evidence="note")
        cls.call = cls._create_deadline("Call", playbook_stage_id=cls.talks.id)
        self = cls("setUpClass")
        cls.past = self.create_leads_at(TEN, 2, stage_id=cls.stage_talks.id)
        self.move_at(TEN + timedelta(days=5), cls.past, cls.stage_signed)
        cls.open = self.create_leads_at(TEN + timedelta(days=6), 4, stage_id=cls.stage_talks.id)
        cls.open[3].expected_revenue = 9000

    def start(self, **vals):
        action = self.talks.with_user(self.leader).action_split()
        wizard = self.env[action["res_model"]].with_user(self.leader).browse(action["res_id"])
        wizard.write(vals)
        return wizard

    def split(self, moment=TEN + timedelta(days=10), **vals):
        wizard = self.start(**vals)
        with self.at(moment):
            wizard.line_ids[1].write({"takes_deals": True, "domain": "[('expected_revenue', '>', 5000)]"})
            wizard.action_split()
        self.env.invalidate_all()
        stages = self.playbook.stage_ids.sorted("sequence")
        self.assertEqual(
            [stage.stage_id.name for stage in stages],
            ["Lead", "Demo", "Talks (1)", "Talks (2)", "Signed"],
        )
        return stages[2], stages[3]

    def test_proposal(self):
        wizard = self.start()
        self.assertEqual(wizard.line_ids.mapped("name"), ["Talks (1)", "Talks (2)"])
        self.assertEqual(wizard.line_ids.mapped("is_kept"), [True, False])
        self.assertEqual(wizard.line_ids.mapped("expected_days"), [8, 8])
        parts = {rule.name: rule.part for rule in wizard.rule_ids}
        self.assertEqual(parts, {"Review passed": "1", "Call": "1", "Minutes": "2"})

    def test_it_says_how_many_deals_go_where(self):
        wizard = self.start()
        kept, other = wizard.line_ids
        self.assertEqual((kept.deal_count, other.deal_count), (4, 0))
        other.write({"takes_deals": True, "domain": "[('expected_revenue', '>', 5000)]"})
        self.assertEqual((kept.deal_count, other.deal_count), (4, 1))
        other.domain = "[('expected_revenue', '>'"
        self.assertEqual(other.deal_count, 0, "it is being written still")

    def test_work_in_it_goes_on(self):
        """What is open stays as it was, in either part; what is done is not asked for again, and what the
        new part asks for is not overdue when it is asked.
        """
        with self.at(TEN + timedelta(days=7)):
            self.minutes.delay_count = 1
            self.env.cr.flush()
        work = self.env["mail.activity"].with_context(active_test=False)
        work = work.search([("res_id", "in", self.open.ids), ("playbook_deadline_id", "=", self.call.id)])
        self.assertEqual(len(work), 4)
        by_lead = {self.open.browse(one.res_id): one for one in work}
        with self.at(TEN + timedelta(days=7)):
            by_lead[self.open[0]].with_user(self.rep).action_done()
            self.env.cr.flush()
        before = {one: (one.active, one.playbook_due_at, one.playbook_closing) for one in work}
        _kept, other = self.split()
        self.env.cr.flush()
        self.assertEqual(self.open[3].stage_id, other.stage_id)
        self.env.invalidate_all()
        after = {one: (one.active, one.playbook_due_at, one.playbook_closing) for one in work.exists()}
        self.assertEqual(after, before)
        again = work.search([("res_id", "in", self.open.ids), ("playbook_kind", "!=", False)]) - work
        self.assertFalse(again.filtered(lambda one: one.playbook_deadline_id == self.call))
        self.assertFalse(again.filtered(lambda one: one.playbook_due_at <= TEN + timedelta(days=10)))

    def test_other_modules_see_that_deals_change_stage(self):
        crm_lead = self.env.registry["crm.lead"]
        original, seen = crm_lead.write, []

        def write(leads, vals):
            seen.append((leads.ids, vals.get("stage_id")))
            return original(leads, vals)

        self.patch(crm_lead, "write", write)
        _terms, price = self.split()
        self.assertIn((self.open[3].ids, price.stage_id.id), seen)

    def test_rules_go_where_they_belong(self):
        terms, price = self.split()
        self.assertEqual(terms, self.talks)
        self.assertEqual((terms.condition_ids, terms.action_ids), (self.review_passed, self.call))
        self.assertEqual((terms.output_ids, price.output_ids), (self.minutes.browse(), self.minutes))
        self.assertFalse(price.condition_ids | price.action_ids.playbook_stage_id.condition_ids)
        self.assertEqual((terms.allow_skip, price.allow_skip), (False, False))
        self.assertEqual((terms.conversion_alert_rate, price.conversion_alert_rate), (0, 40))
        self.assertEqual(price.stage_id.team_ids, self.team)

    def test_deals_go_on_where_they_belong(self):
        """The one over 5,000 is at the price; its stay goes on, and no gate was asked."""
        self.playbook.mode = "enforce"
        terms, price = self.split()
        self.assertEqual(self.open[:3].stage_id, terms.stage_id)
        self.assertEqual(self.open[3].stage_id, price.stage_id)
        self.assertLog(self.open[3], [("created", "Talks (2)", "observed")])
        self.assertEqual(self.open[3].stage_entered_at, TEN + timedelta(days=6))
        self.assertEqual(self.open[3].date_last_stage_update, TEN + timedelta(days=6), "it rots as before")
        self.assertEqual([*self.open[3].duration_tracking], [str(price.stage_id.id)], "as on the status bar")
        self.assertEqual(self.past.stage_log_ids.filtered("left_at").stage_id, terms.stage_id)
        self.assertRefused(
            ["Closing date known", "Minutes"], self.open[3].write, {"stage_id": self.stage_signed.id}
        )

    def test_or_a_new_stay_begins(self):
        _terms, price = self.split(stay="begin")
        self.assertLog(
            self.open[3],
            [("created", "Talks (1)", "observed"), ("split", "Talks (2)", "none")],
        )
        self.assertEqual(self.open[3].stage_log_ids.filtered("left_at").duration_days, 4)
        self.assertEqual(self.open[3].stage_id, price.stage_id)
        self.assertEqual(self.open[3].stage_log_ids[0].gate_stage_id, price.stage_id)
        told = self.open[3].check_gate(self.stage_signed.id)[str(self.open[3].id)]
        self.assertNotIn("skip", {item["kind"] for item in told["unmet"]}, "it stands there")
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_the_other_part_may_keep_the_history(self):
        wizard = self.start()
        wizard.line_ids[0].is_kept, wizard.line_ids[1].is_kept = False, True
        wizard.action_split()
        self.env.invalidate_all()
        self.assertEqual(self.stage_talks.name, "Talks (2)")
        self.assertEqual(self.open.stage_id, self.stage_talks)
        order = self.playbook.stage_ids.sorted("sequence").stage_id.mapped("name")
        self.assertEqual(order, ["Lead", "Demo", "Talks (1)", "Talks (2)", "Signed"])

    def test_what_does_not_fit_changes_nothing(self):
        before = self.playbook.stage_ids.ids
        for change, message in (
            (lambda w: w.line_ids[1].unlink(), "at least two"),
            (lambda w: w.line_ids[1].write({"is_kept": True}), "keeps the history"),
            (lambda w: w.line_ids[1].write({"name": "Talks (1)"}), "name of its own"),
            (lambda w: w.line_ids[1].write({"part": "1"}), "number of its own"),
            (lambda w: w.rule_ids[0].write({"part": "4"}), "Check the numbers"),
            (lambda w: w.line_ids[1].write({"takes_deals": True, "domain": "import os"}), "not a domain"),
        ):
            wizard = self.start()
            change(wizard)
            with self.subTest(message=message), self.assertRaisesRegex(UserError, message):
                wizard.action_split()
            self.assertEqual(self.playbook.stage_ids.ids, before)
            self.assertEqual(self.stage_talks.name, "Talks")
        with self.assertRaisesRegex(UserError, "Won stages"):
            signed = self.rules[self.stage_signed].action_split()
            self.env[signed["res_model"]].browse(signed["res_id"]).action_split()

    def test_rules_of_other_stages_stay_where_they_are(self):
        wizard = self.start()
        wizard.rule_ids[0].write({"rule_id": self.has_closing.id, "part": "2"})
        wizard.action_split()
        self.assertEqual(self.has_closing.playbook_stage_id, self.rules[self.stage_signed])

    def test_only_managers(self):
        with self.assertRaises(AccessError):
            self.talks.with_user(self.rep).action_split()

    def test_what_is_logged_next_in_the_same_transaction(self):
        lead, other = self._create_lead(), self._create_lead()
        lead.sudo()._restage(self.stage_demo, False)
        other.action_set_lost()
        self.env.flush_all()
        self.assertEqual(lead.stage_log_ids.stage_id, self.stage_demo)

    def test_the_funnel_goes_on(self):
        """Stays that ended count for the sub-stage that keeps them; the next one takes the flow."""
        self.split()
        numbers = self.get_numbers(1, 2)
        self.assertEqual(numbers["Talks (1)"]["stay_count"], 2)
        self.assertEqual(numbers["Talks (1)"]["open_count"], 3)
        self.assertEqual(numbers["Talks (2)"]["open_count"], 1)
