from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestObserving(PlaybookCase):
    """Whoever sets a playbook up hears once, after a week, what it would have held back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.playbook"].search([]).ticked_steps = ["told"]
        cls.playbook.active = False
        cls.observing = cls._observe("Machines", cls.leader)

    @classmethod
    def _observe(cls, name, user):
        team = cls.env["crm.team"].create({"name": name, "company_id": False, "user_id": cls.rep.id})
        return (
            cls.env["crm.playbook"]
            .with_user(user)
            .create(
                {
                    "name": name,
                    "team_ids": [Command.set(team.ids)],
                    "stage_ids": [
                        Command.create({"stage_id": cls.stage_lead.id}),
                        Command.create(
                            {
                                "stage_id": cls.stage_demo.id,
                                "condition_ids": [
                                    Command.create(
                                        {"name": "Budget known", "domain": "[('expected_revenue', '>', 0)]"}
                                    )
                                ],
                            }
                        ),
                    ],
                }
            )
        )

    def _move(self, playbook=None, **values):
        playbook = playbook or self.observing
        lead = self._create_lead(team_id=playbook.team_ids.id, user_id=False, stage_id=self.stage_lead.id)
        lead.write({"expected_revenue": 0, **values})
        lead.stage_id = self.stage_demo

    def _tell(self, days=8):
        """Let the job run so many days from now, and return the messages that somebody has got."""
        last = self.env["mail.message"].search([], order="id desc", limit=1)
        with self.mock_datetime_and_now(self.env.cr.now() + timedelta(days=days)):
            for user, playbooks in self.env["crm.playbook"]._get_observed_by_person().items():
                playbooks._tell_observed_safely(user)
        return self.env["mail.message"].search([("id", ">", last.id), ("partner_ids", "!=", False)])

    def test_it_is_told_once_after_a_week(self):
        self._move()
        self._move(expected_revenue=5000)
        self.assertFalse(self._tell(days=6), "not before it has watched for a week")
        message = self._tell()
        self.assertEqual(message.partner_ids, self.leader.partner_id)
        self.assertIn("4 moves, 1 of which", message.body)
        self.assertIn("Budget known (1)", message.body)
        self.assertIn(f"crm.playbook/{self.observing.id}/action-", message.body)
        self.assertFalse(self._tell(days=15), "and never again")

    def test_the_link_opens_the_simulation(self):
        action = self.env.ref("sales_funnel_playbook.crm_playbook_action_simulate").with_user(self.leader)
        opened = action.with_context(active_id=self.observing.id).run()
        self.assertEqual(opened["res_model"], "crm.playbook.simulation")

    def test_nothing_is_told_of_what_nobody_uses_or_what_is_enforced(self):
        self.assertFalse(self._tell(), "no deal has moved")
        self._move()
        self.observing.mode = "enforce"
        self.assertFalse(self._tell())

    def test_one_message_for_two_playbooks(self):
        for playbook in self.observing | self._observe("Spares", self.leader):
            self._move(playbook)
        message = self._tell()
        self.assertEqual(len(message), 1)
        self.assertIn("Machines", message.body)
        self.assertIn("Spares", message.body)

    def test_who_is_responsible_now_hears_where_the_founder_is_gone(self):
        self._move()
        other = self.user_sales_manager.copy({"login": "other_manager", "lang": "en_US"})
        self.observing.responsible_user_id = other
        self.leader.active = False
        self.assertEqual(self._tell().partner_ids, other.partner_id)

    def test_the_job(self):
        self._move()
        self.env.cr.execute(
            "UPDATE crm_playbook SET create_date = create_date - INTERVAL '8 days' WHERE id = %s",
            [self.observing.id],
        )
        with self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_observed").method_direct_trigger()
        self.assertIn("told", self.observing.ticked_steps)
