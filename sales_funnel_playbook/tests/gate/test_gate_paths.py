from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestGatePaths(PlaybookCase):
    """Ways to a stage that are not a plain move: conversions, merges, other playbooks, other modules."""

    DEMO = ["Amount known", "Needs confirmed"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme")

    def test_duplicate_starts_from_the_beginning(self):
        lead = self._advance(self.lead, self.stage_talks)
        copy = lead.copy()
        self.assertEqual(copy.stage_id, self.stage_lead)
        self.assertFalse(copy.confirmation_ids)
        self.assertLog(copy, [("created", "Lead", "observed")])

    def test_conversion_to_opportunity(self):
        lead = self._create_lead(type="lead")
        lead.convert_opportunity(False, team_id=self.team.id)
        self.assertEqual(lead.stage_id, self.stage_lead)
        lead.type = "lead"
        self.assertRefused(self.DEMO, lead.write, {"type": "opportunity", "stage_id": self.stage_demo.id})

    def test_conversion_dialog(self):
        self.has_phone.severity = "blocking"
        elsewhere = self.env["crm.team"].create({"name": "Elsewhere", "company_id": False})
        lead = self._create_lead(type="lead", team_id=elsewhere.id, user_id=False)
        dialog = self.env["crm.lead2opportunity.partner"].with_context(
            active_model="crm.lead", active_id=lead.id, active_ids=lead.ids
        )
        dialog.create({"name": "convert", "action": "create", "team_id": self.team.id}).action_apply()
        self.assertEqual((lead.type, lead.team_id), ("opportunity", self.team))
        self.assertRefused(self.DEMO, lead.write, {"stage_id": self.stage_demo.id})

    def test_merge(self):
        """The head of a merge keeps its stage; a stage its new team has not is given, and gated."""
        ahead = self._advance(self._create_lead(name="Ahead"), self.stage_demo)
        merged = (ahead | self.lead).merge_opportunity()
        self.assertEqual(merged, ahead)
        self.assertEqual(merged.stage_id, self.stage_demo)

        other_team = self.env["crm.team"].create({"name": "Other", "company_id": False})
        elsewhere = self._create_lead(name="Elsewhere", team_id=other_team.id, type="opportunity")
        self.has_phone.severity = "blocking"
        elsewhere.stage_id.sequence = -1  # its stage is before all, and not one of our team's
        elsewhere.stage_id.team_ids = other_team
        lonely = self._create_lead(name="Lonely", type="lead", team_id=other_team.id)
        self.assertRefused(["Phone known"], (elsewhere | lonely).merge_opportunity, team_id=self.team.id)

    def test_automation_by_server_action(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Promote",
                "model_id": self.env.ref("crm.model_crm_lead").id,
                "state": "code",
                "code": f"records.write({{'stage_id': {self.stage_demo.id}}})",
            }
        )
        run = action.with_context(active_model="crm.lead", active_ids=self.lead.ids).run
        with mute_logger("odoo.addons.base.models.ir_actions"):
            self.assertRefused(self.DEMO, run)

    def test_another_modules_write_below_ours(self):
        """A module that changes the stage inside Odoo's own write is seen all the same."""
        crm_lead = self.env.registry["crm.lead"]
        base_write = next(
            cls for cls in crm_lead.mro() if cls.__module__ == "odoo.addons.crm.models.crm_lead"
        )
        original = base_write.write
        stage_demo = self.stage_demo

        def write(self, vals):
            if vals.get("type") == "lead":
                vals = {**vals, "stage_id": stage_demo.id}
            return original(self, vals)

        self.patch(base_write, "write", write)
        self.assertRefused(self.DEMO, self.lead.write, {"type": "lead"})

    def test_team_change_gives_a_stage_and_is_not_refused(self):
        lead = self._advance(self.lead, self.stage_talks)
        other_team = self.env["crm.team"].create(
            {"name": "Other", "company_id": False, "use_opportunities": True}
        )
        first, demo = self.env["crm.stage"].create(
            [
                {"name": "Theirs first", "sequence": 1, "team_ids": other_team.ids},
                {"name": "Theirs second", "sequence": 2, "team_ids": other_team.ids},
            ]
        )
        self.env["crm.playbook"].create(
            {
                "name": "Theirs",
                "mode": "enforce",
                "company_id": False,
                "team_ids": other_team.ids,
                "stage_ids": [
                    (
                        0,
                        0,
                        {
                            "stage_id": first.id,
                            "condition_ids": [(0, 0, {"name": "Never", "domain": "[(0, '=', 1)]"})],
                        },
                    ),
                    (0, 0, {"stage_id": demo.id}),
                ],
            }
        )
        lead.team_id = other_team
        self.assertEqual(lead.stage_id, demo, "the third stage of three becomes the last of two")
        entry = lead.stage_log_ids[0]
        self.assertEqual(
            (entry.kind, entry.gate, entry.previous_stage_id), ("joined", "passed", self.stage_talks)
        )
        self.assertFalse(entry.gate_stage_id, "it has not come through the gates of this playbook")

    def test_recomputation_without_a_write_is_logged(self):
        lead = self._advance(self.lead, self.stage_talks)
        self.stage_talks.team_ids = self.env["crm.team"].create({"name": "Other"})
        self.env.add_to_compute(lead._fields["stage_id"], lead)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(lead.stage_id, self.stage_demo, "as near to its place as can be")
        self.assertEqual(lead.stage_log_ids[0].kind, "reassigned")
        self.assertEqual(lead.stage_log_ids[0].gate_stage_id, self.stage_talks, "it has been let in there")

    def test_recomputation_before_the_lead_comes_under_a_playbook(self):
        """What happened before is no move of the playbook's."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        siding = self.env["crm.team"].create({"name": "Siding", "company_id": False})
        self.stage_lead.team_ids |= siding
        self.env["crm.stage"].search([("team_ids", "=", False)]).team_ids = self.team
        self.playbook.product_line_ids = line
        lead = self._create_lead(team_id=False)
        lead.stage_id = self.stage_talks
        lead.team_id = siding
        self.assertEqual((lead.stage_id, lead.playbook_id.id), (self.stage_lead, False))
        lead.product_line_id = line
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertLog(lead, [("joined", "Lead", "observed")])

    def test_leaving_the_playbook_in_the_same_write_is_no_way_around(self):
        self.assertRefused(self.DEMO, self.lead.write, {"stage_id": self.stage_demo.id, "team_id": False})

    def test_joining_the_playbook_in_the_same_write_asks(self):
        self.stage_gen_1.sequence = 0
        lead = self._create_lead(team_id=False, user_id=False)
        self.assertEqual((lead.playbook_id.id, lead.stage_id), (False, self.stage_gen_1))
        self.assertRefused(self.DEMO, lead.write, {"stage_id": self.stage_demo.id, "team_id": self.team.id})

    def test_a_siding_is_no_way_past_the_gates(self):
        """Stages that the playbook does not name may be visited; the way goes on where it left."""
        siding = self.env["crm.stage"].create({"name": "Siding", "sequence": 50})
        self.lead.stage_id = siding
        self.assertRefused(
            ["The stage “Talks” cannot be skipped", "Closing date known"][::-1],
            self.lead.write,
            {"stage_id": self.stage_signed.id},
        )
        self.assertRefused(self.DEMO, self.lead.write, {"stage_id": self.stage_demo.id})
        self.lead.stage_id = self.stage_lead
        self.assertEqual(self.lead.stage_id, self.stage_lead)

        stranger = self._create_lead(team_id=False, user_id=False, stage_id=siding.id)
        stranger.team_id = self.team
        self.assertRefused(self.DEMO, stranger.write, {"stage_id": self.stage_demo.id})

    def test_leaving_moving_and_coming_back_is_no_way_around(self):
        self.stages.team_ids = False
        self.lead.write({"team_id": False, "user_id": False})
        self.lead.stage_id = self.stage_demo
        self.lead.team_id = self.team
        entry = self.lead.stage_log_ids[0]
        self.assertEqual((entry.kind, entry.gate), ("joined", "observed"))
        self.assertEqual([item["name"] for item in entry.unmet], self.DEMO)
        self.assertRefused(
            [*self.DEMO, "Review passed"][-1:], self.lead.write, {"stage_id": self.stage_talks.id}
        )

    def test_joining_by_salesperson_in_the_same_write_asks(self):
        self.stages.team_ids = False
        lead = self._create_lead(team_id=False, user_id=False)
        self.assertFalse(lead.playbook_id)
        self.assertRefused(self.DEMO, lead.write, {"user_id": self.rep.id, "stage_id": self.stage_demo.id})

    def test_giving_a_deal_away_and_moving_it(self):
        self.lead.user_id = self.user_sales_salesman
        self.needs_confirmed.active = False
        self.lead.with_user(self.user_sales_salesman).write(
            {
                "user_id": self.rep.id,
                "team_id": self.team.id,
                "expected_revenue": 5,
                "stage_id": self.stage_demo.id,
            }
        )
        self.assertEqual((self.lead.user_id, self.lead.stage_id), (self.rep, self.stage_demo))

    def test_giving_a_deal_away(self):
        self.lead.user_id = self.user_sales_salesman
        self.env.invalidate_all()
        self.lead.with_user(self.user_sales_salesman).user_id = self.rep
        self.assertEqual(self.lead.user_id, self.rep)

    def test_a_stage_that_an_inner_write_puts_instead_is_asked_for(self):
        crm_lead = self.env.registry["crm.lead"]
        base_write = next(
            cls for cls in crm_lead.mro() if cls.__module__ == "odoo.addons.crm.models.crm_lead"
        )
        original, stage_demo, stage_talks = base_write.write, self.stage_demo, self.stage_talks

        def write(self, vals):
            if vals.get("stage_id") == stage_demo.id:
                vals = {**vals, "stage_id": stage_talks.id}
            return original(self, vals)

        self.lead.expected_revenue = 1
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.patch(base_write, "write", write)
        self.assertRefused(["Review passed"], self.lead.write, {"stage_id": stage_demo.id})

    def test_merge_keeps_what_was_confirmed(self):
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        ahead = self._advance(self._create_lead(name="Ahead"), self.stage_demo)
        self.lead.product_line_id = line
        self.lead.confirm_condition(self.review_passed.id)
        merged = (ahead | self.lead).merge_opportunity()
        self.assertEqual(merged.product_line_id, line)
        self.assertIn(self.review_passed, merged.confirmation_ids.condition_id)
        merged.stage_id = self.stage_talks
