from ast import literal_eval
from itertools import pairwise, product

from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase
from .shipped_templates import COMMON_LIMITS, COPIED, GUIDED, each_template


@tagged("post_install", "-at_install")
class TestTemplateShipped(PlaybookCase):
    """Each template that comes with the module is complete, and can be worked with as it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the new team has no stage yet, so that each of a template becomes a new one
        cls.env["crm.stage"].search([("team_ids", "=", False)]).team_ids = cls.team
        cls.facts = cls._prepare_facts()

    @classmethod
    def _prepare_facts(cls):
        """Return ``{field: value}``: what rules that name a field of the deal are met by."""
        person = cls.env["res.partner"].create({"name": "Li Wei"})
        competitor = cls.env["crm.competitor"].create({"name": "Rival", "strengths": "Price"})
        chain = [
            Command.create({"partner_id": person.id, "role": role, "attitude": "for"})
            for role in ("decision_maker", "technical_evaluator")
        ]
        return {
            "email_from": "li.wei@example.com",
            "phone": "+86 10 5555 1234",
            "campaign_id": cls.env["utm.campaign"].create({"name": "Fair"}).id,
            "medium_id": cls.env["utm.medium"].create({"name": "Stand"}).id,
            "source_id": cls.env["utm.source"].create({"name": "Visitor"}).id,
            "contact_name": "Li Wei",
            "use_case": "Pressing 400 housings a day",
            "pain_points": "Every third shift stands still",
            "budget_max": 500_000,
            "budget_status": "approved",
            "expected_revenue": 400_000,
            "date_deadline": "2030-01-01",
            "date_closed": "2020-01-01 00:00:00",
            "last_contact_at": cls.env.cr.now(),
            "stakeholder_ids": chain,
            "competitor_ids": [Command.create({"competitor_id": competitor.id, "our_advantage": "Speed"})],
        }

    def _use(self, template):
        """Make a playbook of a template, for a team of its own."""
        team = self.env["crm.team"].create(
            {"name": template.name, "company_id": False, "user_id": self.leader.id}
        )
        dialog = self.env["crm.playbook.use.template"].create(
            {"template_id": template.id, "team_ids": team.ids, "company_id": False}
        )
        return self.env["crm.playbook"].browse(dialog.action_apply()["res_id"])

    def _create_deal(self, playbook, **vals):
        first = playbook.stage_ids[0].stage_id
        return self._create_lead(playbook.name, team_id=playbook.team_ids.id, stage_id=first.id, **vals)

    # what is shipped

    @each_template
    def test_stages(self, shipped, template):
        stages = template.stage_ids
        self.assertEqual(template.name, shipped.name)
        self.assertEqual({stage.name: stage.expected_days for stage in stages}, shipped.stages)
        self.assertEqual(stages.mapped("name"), list(shipped.stages), "in order")
        end = len(stages) - shipped.renewal
        self.assertEqual(stages.filtered("is_won"), stages[end - shipped.won : end])
        self.assertEqual(stages.filtered("is_renewal"), stages[end:])
        fixed = stages.filtered(lambda stage: not stage.allow_skip)
        self.assertEqual(set(fixed.mapped("name")), shipped.unskippable)

    @each_template
    def test_installing_adds_no_pipeline_stage(self, shipped, template):
        self.assertTrue(template.is_template)
        self.assertFalse(template.company_id or template.stage_ids.stage_id)
        added = self.env["ir.model.data"].search(
            [("module", "=", "sales_funnel_playbook"), ("model", "=", "crm.stage")]
        )
        self.assertFalse(added.mapped("name"))

    @each_template
    def test_every_text_is_there(self, shipped, template):
        for stage in template.stage_ids:
            self.assertTrue(stage.objective and stage.condition_ids, stage.name)
            self.assertTrue(stage.output_ids and stage.action_ids, stage.name)
        for path in GUIDED:
            for rule in template.mapped(path):
                self.assertRegex(rule.guidance or "", r"\w+.*[.?]$", rule.name)

    @each_template
    def test_nothing_is_broken(self, shipped, template):
        self.assertFalse(template.broken_rules)
        self.assertFalse(any(template.criterion_ids.mapped("broken_reason")))

    @each_template
    def test_score_sheet_makes_ten_points(self, shipped, template):
        self.assertEqual(template.score_maximum, 10)
        playbook = self._use(template)
        lead = self._create_deal(playbook)
        self.assertEqual(lead.score, 0, "nothing is known")
        self._write_facts(lead, template.criterion_ids)
        self._answer_all(lead, playbook)
        self.assertEqual((lead.score, lead.is_scored), (10, True))

    @each_template
    def test_tiers_do_not_cross(self, shipped, template):
        tiers = template.tier_ids.sorted("tier")
        self.assertEqual(tiers.mapped("tier"), ["A", "B", "C"])
        self.assertEqual((tiers[0].min_revenue, tiers[0].min_probability), shipped.top_tier)
        self.assertEqual((tiers[2].min_revenue, tiers[2].min_probability), (0, 0))
        self.assertFalse({"hours", "days"} & {*tiers.mapped("delay_unit")}, "nothing is missed on a Sunday")
        for better, lower in pairwise(tiers):
            self.assertGreater(better.min_revenue, lower.min_revenue)
            self.assertGreater(better.min_probability, lower.min_probability)

    @each_template
    def test_deadlines(self, shipped, template):
        limits = {(one.trigger, one.delay_count, one.delay_unit) for one in template.deadline_ids}
        self.assertEqual(limits, COMMON_LIMITS | shipped.limits)
        reminder = template.deadline_ids.filtered("is_renewal_reminder")
        self.assertEqual((reminder.trigger, reminder.delay_unit), ("won", "months"))
        asked = [(one.trigger, one.case_mode) for one in template.deadline_ids if one.case_mode]
        self.assertCountEqual(asked, product(("won", "lost"), ("required", "optional")))

    # working with it

    @each_template
    def test_using_it_copies_everything(self, shipped, template):
        playbook = self._use(template)
        self.assertEqual(playbook.mode, "observe")
        self.assertFalse(playbook.broken_rules)
        for path, names in COPIED.items():
            rules, copies = template.mapped(path), playbook.mapped(path)
            self.assertFalse(rules & copies)
            self.assertEqual(
                [[rule[name] for name in names] for rule in copies],
                [[rule[name] for name in names] for rule in rules],
            )

    @each_template
    def test_each_side_of_an_or_is_enough(self, shipped, template):
        """Nothing is met by a deal of which nothing is known, and each field that is named is enough."""
        playbook = self._use(template)
        for condition in playbook.stage_ids.condition_ids.filtered(lambda c: c.kind == "domain"):
            sides = condition._get_named_fields() & self.facts.keys()
            leads = {side: self._create_deal(playbook, **{side: self.facts[side]}) for side in sides}
            deals = sum(leads.values(), self._create_deal(playbook))
            met = condition._match({condition.id: condition.domain}, deals)[condition.id]
            self.assertEqual(met, {lead.id for lead in leads.values()}, condition.name)

    @each_template
    def test_a_deal_travels_through_it(self, shipped, template):
        """Step by step: it is refused for exactly what is missing, until nothing is."""
        playbook = self._use(template)
        playbook.mode = "enforce"
        lead = self._create_deal(playbook).with_user(self.rep)
        for left, target in pairwise(playbook.stage_ids.filtered(lambda stage: not stage.is_renewal)):
            missing = self._get_missing(lead, left, target)
            self.assertTrue(missing)
            while missing:
                self._assert_held_back(lead, target, missing)
                self._meet(lead, missing[0], lambda m=missing, t=target: self._assert_held_back(lead, t, m))
                missing.pop(0)
            lead.stage_id = target.stage_id
        log = lead.sudo().stage_log_ids.sorted("id")
        self.assertEqual(
            log.stage_id.mapped("name"), [*shipped.stages][: len(shipped.stages) - shipped.renewal]
        )
        self.assertEqual(set(log[1:].mapped("gate")), {"passed"})
        self.assertEqual(lead.won_status, "won")

    def _get_missing(self, lead, left, target):
        """Return the rules of the move in the order of the refusal, but those that facts already meet."""
        conditions = [
            condition
            for condition in target.condition_ids
            if condition.kind == "confirmation" or not lead.filtered_domain(literal_eval(condition.domain))
        ]
        return [*conditions, *left.output_ids.filtered("is_required")]

    def _assert_held_back(self, lead, stage, missing):
        """Assert that the deal may not enter the stage, and that each reason comes with its way out."""
        names = [rule.name for rule in missing]
        error = self.assertRefused(names, lead.write, {"stage_id": stage.stage_id.id})
        for rule in missing:
            self.assertIn(rule.guidance, str(error))

    def _meet(self, lead, rule, assert_held_back):
        """Do what a rule of the gate asks for; handing in alone does not do where approval is asked."""
        note = f"{lead.name} – {rule.name}: talked through on site"
        if rule._name == "crm.playbook.output":
            if rule.evidence == "score_sheet":
                return self._answer_all(lead, lead.playbook_id)
            submission = self.env["crm.lead.output"].browse(self._hand_in(lead, rule, note))
            if rule.approval == "team_leader":
                assert_held_back()
                submission.with_user(self.leader).action_approve()
        elif rule.kind == "confirmation":
            lead.confirm_condition(rule.id, note=note)
        else:
            self._write_facts(lead, rule)

    def _hand_in(self, lead, output, note):
        if output.evidence == "file":
            files = self.env["ir.attachment"].with_user(self.rep)
            return lead.submit_output(
                output.id, attachment_ids=files.create({"name": "f.pdf", "raw": b"%PDF"}).ids
            )
        evidence = {"note": note} if output.evidence == "note" else {"url": "https://example.com/folder"}
        return lead.submit_output(output.id, **evidence)

    def _answer_all(self, lead, playbook):
        """Give the best answer to each question of the score sheet."""
        for question in playbook.criterion_ids.filtered(lambda line: line.kind == "choice"):
            lead.answer_criterion(question.id, question.option_ids[-1].id)

    def _write_facts(self, lead, rules):
        """Fill in what rules look at, as far as people enter it."""
        lead.write({name: self.facts[name] for name in rules._get_named_fields() & self.facts.keys()})

    # what each is for

    def test_a_standard_product_is_sold_in_days(self):
        stages = self.env.ref("sales_funnel_playbook.crm_playbook_template_standard").stage_ids
        answer, quotation = stages[0].action_ids, stages[2].output_ids
        self.assertEqual((answer.delay_count, answer.delay_unit), (4, "working_hours"))
        self.assertEqual((quotation.delay_count, quotation.delay_unit), (1, "working_days"))

    def test_equipment_asks_for_proof_and_approval(self):
        stages = self.env.ref("sales_funnel_playbook.crm_playbook_template_equipment").stage_ids
        outputs = stages.output_ids
        approved = outputs.filtered(lambda output: output.approval == "team_leader")
        self.assertEqual(
            approved.mapped("name"),
            ["Drawings and specification", "Decision to bid", "Technical and commercial offer"],
        )
        self.assertEqual(set(outputs.mapped("evidence")), {"file", "link", "note", "score_sheet"})
        watched = stages.filtered("conversion_alert_rate")
        self.assertEqual(watched.mapped("conversion_alert_weeks"), [4, 5])
