from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestTemplate(PlaybookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        cls.other_team = cls.env["crm.team"].create({"name": "SaaS", "company_id": False})

    def _use(self, **vals):
        dialog = self.env["crm.playbook.use.template"].create(
            {"template_id": self.template.id, "team_ids": self.other_team.ids, **vals}
        )
        return self.env["crm.playbook"].browse(dialog.action_apply()["res_id"])

    def test_the_handbooks_six_stages(self):
        self.assertEqual(
            self.template.stage_ids.mapped("name"),
            [
                "Potential lead",
                "Preliminary intent",
                "Solution demo",
                "Negotiation",
                "Contract signed",
                "Renewal & upsell",
            ],
        )
        for stage in self.template.stage_ids:
            self.assertTrue(stage.objective)
            self.assertEqual(len(stage.condition_ids), 1)
            self.assertTrue(stage.condition_ids.guidance)
        self.assertFalse(self.template.stage_ids.stage_id, "installing adds no pipeline stage")

    def test_use_creates_what_is_missing_in_order(self):
        playbook = self._use()
        self.assertEqual(playbook.mode, "observe")
        self.assertEqual(playbook.team_ids, self.other_team)
        stages = playbook.stage_ids.stage_id
        ranks = self.env["crm.stage"]._get_ranks()
        self.assertEqual(stages.mapped(lambda s: ranks[s.id]), sorted(ranks[s.id] for s in stages))
        self.assertEqual(
            [stage.display_name for stage in playbook.stage_ids][:4],
            self.template.stage_ids.mapped("name")[:4],
        )
        self.assertEqual(stages[0].team_ids, self.other_team, "no other team gets new columns")
        self.assertEqual(
            playbook.stage_ids.condition_ids.mapped("domain"),
            self.template.stage_ids.condition_ids.mapped("domain"),
        )

    def test_the_only_team_is_proposed(self):
        """Where there is one team, nobody has to look for it; one with a playbook is left alone."""
        (self.env["crm.team"].search([]) - self.other_team).active = False
        dialog = self.env["crm.playbook.use.template"].with_context(default_template_id=self.template.id)
        proposed = Form(dialog)
        self.assertEqual(proposed.team_ids.ids, self.other_team.ids)
        self.assertEqual(proposed.save().stage_team_ids, self.other_team)
        self.playbook.team_ids = self.other_team
        self.assertFalse(Form(dialog).team_ids.ids)

    def test_a_company_keeps_its_pipeline(self):
        """Chosen stages are used, new ones stand between them, the others keep their order."""
        self.env["crm.stage"].search([("team_ids", "=", False)]).sequence = 9999
        contact, offer, won = self.env["crm.stage"].create(
            [
                {"name": "Contact", "sequence": 1},
                {"name": "Negotiation", "sequence": 2},
                {"name": "Closed", "sequence": 3, "is_won": True},
            ]
        )
        before = self.env["crm.stage"].search([], order="sequence, id")
        with Form(
            self.env["crm.playbook.use.template"].with_context(default_template_id=self.template.id)
        ) as form:
            form.team_ids.add(self.other_team)
            with form.line_ids.edit(0) as line:
                line.stage_id = contact
        dialog = form.save()
        self.assertEqual(dialog.line_ids[3].stage_id, offer, "proposed by its name")
        self.assertEqual(dialog.line_ids[4].stage_id, won, "proposed because it is won")
        playbook = self.env["crm.playbook"].browse(dialog.action_apply()["res_id"])
        stages = playbook.stage_ids.stage_id
        self.assertEqual(stages[0] | stages[3] | stages[4], contact | offer | won)
        self.assertEqual(stages, stages.sorted("sequence"))
        self.assertEqual(len(set(stages.mapped("sequence"))), 6)
        self.assertFalse(stages[5].is_won, "renewal deals are open there")
        self.assertTrue(playbook.stage_ids[5].is_renewal)
        after = self.env["crm.stage"].search([("id", "in", before.ids)], order="sequence, id")
        self.assertEqual(after, before)

    def test_stages_out_of_order_are_refused(self):
        dialog = self.env["crm.playbook.use.template"].create(
            {"template_id": self.template.id, "team_ids": self.other_team.ids}
        )
        dialog.line_ids[0].stage_id = self.stage_talks
        dialog.line_ids[1].stage_id = self.stage_lead
        with self.assertRaisesRegex(UserError, "order of the template"):
            dialog.action_apply()

    def test_wants_a_team_or_a_product_line(self):
        with self.assertRaisesRegex(UserError, "Choose the sales teams or product lines"):
            self._use(team_ids=False)
        line = self.env["crm.product.line"].create({"name": "Cloud"})
        by_line = {"team_ids": False, "product_line_ids": line.ids}
        with self.assertRaisesRegex(UserError, "Choose the teams that get the new stages"):
            self._use(**by_line)
        by_line["stage_team_ids"] = self.other_team.ids
        self.assertEqual(self._use(**by_line), line.playbook_id)
        with self.assertRaisesRegex(UserError, "“Cloud” already follows"):
            self._use(**by_line)

    def test_translations_come_along(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.template.stage_ids[0].with_context(lang="fr_FR").name = "Piste"
        condition = self.template.stage_ids[0].condition_ids
        condition.with_context(lang="fr_FR").name = "Venue d'une campagne"
        self.template.with_context(lang="fr_FR").name = "SaaS pour entreprises"
        self.assertEqual(self._use(name="Own").with_context(lang="fr_FR").name, "Own")
        self.other_team = self.env["crm.team"].create({"name": "Next", "company_id": False})
        playbook = self._use().with_context(lang="fr_FR")
        self.assertEqual(playbook.name, "SaaS pour entreprises")
        self.assertEqual(playbook.stage_ids[0].stage_id.name, "Piste")
        self.assertEqual(playbook.stage_ids[0].condition_ids.name, "Venue d'une campagne")
        self.assertEqual(playbook.with_context(lang="en_US").stage_ids[0].stage_id.name, "Potential lead")

    def test_the_deals_are_asked_for_once(self):
        """Hundreds of rules and texts are saved, and what follows from them is brought about once."""
        lines = self.env["crm.product.line"].create({"name": "New"})
        self.env["crm.lead"].create({"name": "Known", "product_line_id": lines.id})
        self.env["res.lang"]._activate_lang("zh_CN")
        before = self.env["ir.cron.trigger"].search([])
        playbook = self._use(team_ids=False, stage_team_ids=self.other_team.ids, product_line_ids=lines.ids)
        self.assertLess(len(self.env["ir.cron.trigger"].search([]) - before), 10)
        kinds = self.env["crm.playbook.refresh"].search([("playbook_id", "=", playbook.id)]).mapped("kind")
        self.assertIn("rating", kinds)
        self.assertIn("deadlines", kinds)
        self.assertIn(playbook.id, self.env["crm.playbook"]._get_duties())

    def test_what_fails_leaves_nothing_waiting(self):
        playbook = self._use()
        with self.assertRaises(UserError), self.env["crm.playbook"]._take_effects_once():
            raise UserError("No")
        playbook.deadline_ids[:1].name = "Said otherwise"
        duties = self.env["crm.playbook"]._get_duties()[playbook.id]
        self.assertTrue(duties)
        self.assertFalse(self.env.cr.precommit.data.get("crm.playbook.effects"))

    def test_each_rule_takes_its_own_translation(self):
        """Whatever the order in which rules were made and stand; in a template made of a playbook too."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.template.deadline_ids[0].sequence = 99
        self.template.criterion_ids[0].sequence = 99
        self.template.stage_ids[1].condition_ids.copy({"name": "Earlier", "sequence": 1})
        self.template.invalidate_recordset()
        for rule in self._get_rules(self.template):
            rule.with_context(lang="fr_FR").name = f"fr {rule.name}"
        playbook = self._use()
        first, *others = playbook.stage_ids
        others[0].stage_id.sequence, first.stage_id.sequence = (
            first.stage_id.sequence,
            others[0].stage_id.sequence,
        )
        self.env.flush_all()
        playbook.invalidate_recordset()
        saved = self.env["crm.playbook"].browse(playbook.action_save_as_template()["res_id"])
        self.env.invalidate_all()
        self.assertEqual(saved.stage_ids.mapped("name"), [s.display_name for s in playbook.stage_ids])
        for made in (playbook, saved):
            rules = self._get_rules(made)
            self.assertEqual(len(rules), len(self._get_rules(self.template)))
            for rule in rules:
                self.assertEqual(rule.with_context(lang="fr_FR").name, f"fr {rule.name}")
        for stage, copied in zip(playbook.stage_ids, saved.stage_ids, strict=True):
            self.assertEqual(copied.condition_ids.mapped("name"), stage.condition_ids.mapped("name"))

    def _get_rules(self, playbook):
        """Return all that has a name of its own in a playbook."""
        stages = playbook.stage_ids
        return [
            *playbook.criterion_ids,
            *playbook.criterion_ids.option_ids,
            *playbook.deadline_ids,
            *stages.condition_ids,
            *stages.action_ids,
            *stages.output_ids,
        ]

    def test_outputs_of_the_handbook(self):
        outputs = {stage.name: stage.output_ids for stage in self.template.stage_ids}
        self.assertEqual(
            {name: its_outputs.mapped("name") for name, its_outputs in outputs.items()},
            {
                "Potential lead": ["Lead score sheet"],
                "Preliminary intent": ["Needs analysis report"],
                "Solution demo": ["Proposal deck", "Trial account"],
                "Negotiation": ["Draft contract", "Negotiation minutes"],
                "Contract signed": ["Signed contract", "Customer file"],
                "Renewal & upsell": ["Renewal intent form", "Upsell proposal"],
            },
        )
        report = outputs["Preliminary intent"]
        self.assertEqual((report.delay_count, report.delay_unit), (3, "working_days"))
        playbook = self._use()
        copies = playbook.stage_ids.output_ids
        self.assertEqual(copies.mapped("name"), self.template.stage_ids.output_ids.mapped("name"))

    def test_the_score_sheet_comes_along_and_opens_the_second_stage(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        fit = self.template.criterion_ids.filtered(lambda line: line.name == "Fit")
        fit.with_context(lang="fr_FR").name = "Adéquation"
        playbook = self._use()
        self.assertEqual(playbook.criterion_ids.mapped("name"), self.template.criterion_ids.mapped("name"))
        self.assertEqual(playbook.score_maximum, 10)
        copied = playbook.criterion_ids.filtered(lambda line: line.name == "Fit")
        self.assertEqual(copied.with_context(lang="fr_FR").name, "Adéquation")
        playbook.mode = "enforce"
        first, second = playbook.stage_ids.stage_id[:2]
        lead = self.env["crm.lead"].create(
            {"name": "New", "type": "opportunity", "team_id": self.other_team.id, "stage_id": first.id}
        )
        questions = playbook.criterion_ids.filtered(lambda line: line.kind == "choice")
        names = ["Lead score of 6 or more, or a clear usage scenario", "Lead score sheet"]
        self.assertRefused(names, lead.write, {"stage_id": second.id})
        for question in questions:
            lead.answer_criterion(question.id, question.option_ids[-1].id)
        self.assertEqual((lead.score, lead.is_scored), (6, True))
        lead.stage_id = second
        other = lead.copy({"stage_id": first.id, "use_case": "Planning"})
        self.assertRefused(names[1:], other.write, {"stage_id": second.id})

    def test_salespeople_may_not(self):
        with self.assertRaises(AccessError):
            self.env["crm.playbook.use.template"].with_user(self.rep).create(
                {"template_id": self.template.id, "team_ids": [Command.set(self.other_team.ids)]}
            )

    def test_a_renewal_is_due_three_months_after_winning(self):
        playbook = self._use()
        playbook.mode = "enforce"
        signed, renewal = playbook.stage_ids.stage_id[-2:]
        for condition in playbook.stage_ids.condition_ids:
            if condition.kind == "confirmation":
                condition.severity = "advisory"
        playbook.stage_ids.allow_skip = True
        playbook.stage_ids.output_ids.is_required = False
        lead = self._create_lead(team_id=self.other_team.id, user_id=False)
        lead.stage_id = signed
        self.assertRefused(["“Renewal & upsell” is for renewal deals"], lead.write, {"stage_id": renewal.id})
        self.assertFalse(lead.is_renewal_due)
        lead.date_closed = "2020-01-01 00:00:00"
        lead.invalidate_recordset(["is_renewal_due"])
        self.assertTrue(lead.is_renewal_due)
        [made] = lead.make_renewal()
        made = lead.browse(made)
        self.assertEqual((made.stage_id, made.won_status), (renewal, "pending"))
        self.assertEqual((lead.stage_id, lead.won_status), (signed, "won"))

    def test_order_holds_where_all_sequences_are_the_same(self):
        self.env["crm.stage"].search([]).sequence = 1
        before = self.env["crm.stage"].search([], order="sequence, id")
        playbook = self._use()
        ranks = self.env["crm.stage"]._get_ranks()
        self.assertEqual(
            [stage.name for stage in playbook.stage_ids.stage_id.sorted(lambda s: ranks[s.id])],
            [stage.stage_id.name for stage in playbook.stage_ids],
        )
        self.assertEqual(
            before.ids, self.env["crm.stage"].search([("id", "in", before.ids)], order="sequence, id").ids
        )

    def test_a_template_of_a_template(self):
        saved = self.env["crm.playbook"].browse(self.template.action_save_as_template()["res_id"])
        self.assertTrue(saved.is_template)
        self.assertEqual(saved.stage_ids.mapped("name"), self.template.stage_ids.mapped("name"))
        self.assertEqual(saved.stage_ids.mapped("is_won"), self.template.stage_ids.mapped("is_won"))

    def test_a_template_cannot_be_turned_into_a_playbook_without_stages_of_the_pipeline(self):
        with self.assertRaisesRegex(UserError, "Choose a pipeline stage"):
            self.template.is_template = False
