import os

from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase
from ..properties import SETTINGS, run_state_machine_as_test, seed, settings
from .story_machine import StoryMachine

# 1,000 steps in a test run, always the same; more by PLAYBOOK_STORIES, others by PLAYBOOK_STORIES_SEED.
STEPS = 25
STORIES = int(os.environ.get("PLAYBOOK_STORIES", "40"))
SEED = os.environ.get("PLAYBOOK_STORIES_SEED")


@tagged("post_install", "-at_install")
class TestStories(PlaybookCase):
    """Whole stories: what one capability does to a deal, the others and the numbers still understand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        env["crm.lead"].search([]).unlink()
        cls.companies = env.company | env["res.company"].create({"name": "Elsewhere"})
        env.user.company_ids |= cls.companies
        cls.needs_confirmed.unlink()
        cls.has_closing.unlink()
        cls.siding = env["crm.stage"].create({"name": "Siding", "sequence": 2})
        cls.stages.team_ids = False
        cls.places = [*cls.stages, cls.siding]
        cls.override_reason = env["crm.playbook.override.reason"].search([], limit=1)
        cls._create_playbooks()
        cls._create_people()
        cls.traits = cls._create_traits()
        cls.tests = cls._create_tests()

    @classmethod
    def _create_playbooks(cls):
        """Make teams and product lines; one playbook refuses, one observes."""
        env = cls.env
        cls.teams = env["crm.team"].create(
            [{"name": f"Team {n}", "company_id": False, "use_opportunities": True} for n in range(3)]
        )
        cls.playbook.team_ids = cls.teams[0]
        cls.lines = [
            *env["crm.product.line"].create(
                [{"name": "Presses", "company_id": False}, {"name": "Spare parts", "company_id": False}]
            ),
            env["crm.product.line"],
        ]
        cls.playbook.product_line_ids = cls.lines[0]
        cls.observing = env["crm.playbook"].create(
            {
                "name": "Spare parts",
                "company_id": False,
                "stage_ids": [
                    Command.create({"stage_id": stage.id})
                    for stage in (cls.stage_lead, cls.stage_talks, cls.siding)
                ],
                "product_line_ids": [Command.set(cls.lines[1].ids)],
                "team_ids": [Command.set(cls.teams[1].ids)],
            }
        )

    @classmethod
    def _create_people(cls):
        """Make who works on deals, who buys, and why and where from; none of them is the last of some."""
        env = cls.env
        cls.people = [cls.rep, cls.leader, env["res.users"]]
        cls.contacts = [*env["res.partner"].create([{"name": f"Ms Wu {n}"} for n in range(3)])]
        cls.reasons = [*env["crm.lost.reason"].create([{"name": "Price"}, {"name": "Time"}])]
        cls.reasons.append(env["crm.lost.reason"])
        cls.told, cls.untold = env["utm.medium"].create([{"name": "Told"}, {"name": "Untold"}])

    @classmethod
    def _create_tests(cls):
        """Return ``{rule: function(lead)}``, which tells whether a deal meets the rule."""
        cls.minutes = cls._create_output(cls.stage_demo, "Minutes", evidence="note", approval="team_leader")
        return {
            cls.has_amount: lambda lead: lead.expected_revenue > 0,
            cls.review_passed: lambda lead: any(
                one.condition_id == cls.review_passed and not one.withdrawn_at
                for one in lead.confirmation_ids
            ),
            cls.minutes: lambda lead: any(
                one.output_id == cls.minutes and one.is_current and one.state == "approved"
                for one in lead.output_ids
            ),
        }

    @classmethod
    def _create_traits(cls):
        """Return ``{field of the lead: three values, the last one empty}`` of channel and customer."""
        made = {
            name: cls.env[model].create([{field: f"{name} {n}"} for n in range(2)]).ids
            for name, model, field in (
                ("source_id", "utm.source", "name"),
                ("campaign_id", "utm.campaign", "title"),
                ("industry_id", "res.partner.industry", "name"),
            )
        }
        made["country_id"] = cls.env["res.country"].search([], limit=2).ids
        made["company_size"] = ["51-200", "201-500"]
        return {name: [*values, False] for name, values in made.items()}

    def test_stories(self):
        if run_state_machine_as_test is None:
            self.skipTest("hypothesis is not installed")
        machine = type("Machine", (StoryMachine,), {"case": self})
        if SEED:
            machine = seed(int(SEED))(machine)
        run_state_machine_as_test(
            machine, settings=settings(SETTINGS, max_examples=STORIES, stateful_step_count=STEPS)
        )
