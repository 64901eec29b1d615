from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestAgreement(PlaybookCase):
    """Who has read which version of a playbook and agrees with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.as_rep = cls.playbook.with_user(cls.rep)

    def _agree(self, *users):
        for user in users or [self.rep]:
            self.playbook.with_user(user).action_agree()

    def _read_states(self, playbook=None):
        """Return ``{person: state}`` as the manager's list has it."""
        self.env.flush_all()
        self.env.invalidate_all()
        readers = self.env["crm.playbook.reader"].with_user(self.leader)
        rows = readers.search([("playbook_id", "=", (playbook or self.playbook).id)])
        return {row.user_id: row.state for row in rows}

    def test_read_and_agreed(self):
        moment = datetime(2024, 3, 15, 9)
        self.assertFalse(self.as_rep.agreed_at)
        self.assertIn("You have not agreed to it yet", self.as_rep._get_agreement_text())
        with self.mock_datetime_and_now(moment):
            self._agree()
            self._agree()
        self.assertEqual(self.as_rep.agreed_at, moment)
        self.assertEqual(self.as_rep._get_agreement_text(), "Version 1. You agreed to it on 2024-03-15.")
        self.assertEqual(len(self.playbook.agreement_ids), 1)
        self.assertFalse(self.playbook.with_user(self.leader).agreed_at)

    def test_a_changed_rule_asks_again(self):
        deadline = self._create_deadline("Call them", playbook_stage_id=self.rules[self.stage_lead].id)
        output = self._create_output(self.stage_lead, "Report")
        changes = [
            lambda: self.has_amount.write({"domain": "[('expected_revenue', '>', 10)]"}),
            lambda: output.write({"is_required": False}),
            lambda: deadline.write({"delay_count": 5}),
            lambda: self.rules[self.stage_demo].write({"objective": "Show it."}),
            lambda: self._create_condition(self.stage_demo, "Budget known"),
            lambda: self.has_phone.unlink(),
            lambda: self.playbook.write({"mode": "observe"}),
        ]
        for number, change in enumerate(changes, start=1):
            with self.subTest(change=number):
                self._agree()
                self.assertTrue(self.as_rep.agreed_at)
                change()
                self.assertEqual((self.playbook.version, self.as_rep.agreed_at), (number + 1, False))

    def test_a_changed_translation_asks_again(self):
        """In the dialog of translations too, where the English text can be changed."""
        self._agree()
        self.has_amount.update_field_translations("guidance", {"en_US": "Ask for another amount."})
        self.assertEqual((self.playbook.version, self.as_rep.agreed_at), (2, False))

    def test_nobody_is_asked_for_each_of_many_changes(self):
        """What nobody has agreed to is still being written: one number, and no message."""
        self._agree()
        before = self.env["mail.message"].search_count([])
        for days in (3, 4, 5):
            self.rules[self.stage_demo].expected_days = days
        self.assertEqual(self.playbook.version, 2)
        self.assertEqual(self.env["mail.message"].search_count([]), before)

    def test_what_is_no_rule_asks_nobody(self):
        self._agree()
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        self.playbook.write({"name": "Machines and more", "responsible_user_id": self.leader.id})
        self.playbook.product_line_ids = line
        self._create_lead("Deal")
        self.assertEqual(self.playbook.version, 1)

    def test_who_has_and_who_has_not(self):
        self.assertEqual(self._read_states()[self.rep], "none")
        self._agree(self.rep, self.leader)
        self.rules[self.stage_demo].expected_days = 3
        self._agree(self.leader)
        states = self._read_states()
        self.assertEqual((states[self.rep], states[self.leader]), ("older", "agreed"))
        self.assertEqual(set(states), set(self.team.member_ids | self.team.user_id))
        summary = self.playbook.with_user(self.leader).reader_summary
        self.assertEqual(summary, f"1/{len(states)}")
        self.rep.active = False
        self.assertNotIn(self.rep, self._read_states())

    def test_readers_are_who_may_get_its_deals(self):
        """A product line brings a playbook to all teams of its company; of a team of all companies a manager
        sees who works in theirs.
        """
        here, there = self.env.company, self.env["res.company"].create({"name": "Elsewhere"})
        ours, theirs, abroad, nobodys = (
            self.env["res.users"].create(
                {
                    "name": name,
                    "login": f"agree.{name}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                }
            )
            for name, company in (("ours", here), ("theirs", there), ("abroad", there), ("nobodys", here))
        )
        self.env["crm.team"].create(
            [
                {"name": "Ours", "company_id": here.id, "user_id": ours.id},
                {"name": "Theirs", "company_id": there.id, "user_id": theirs.id},
                {"name": "Everybody's", "company_id": False, "user_id": abroad.id},
            ]
        )
        playbook = self.env["crm.playbook"].create(
            {
                "name": "Presses",
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in self.stages],
                "product_line_ids": [Command.create({"name": "Presses"})],
            }
        )
        states = self._read_states(playbook)
        self.assertIn(ours, states)
        self.assertFalse({theirs, abroad, nobodys} & set(states))
        everybody = self.env["crm.playbook.reader"].search([("playbook_id", "=", playbook.id)]).user_id
        self.assertIn(abroad, everybody)
        self.assertFalse(everybody & (theirs | nobodys))

    def test_a_copy_begins_anew(self):
        self._agree()
        self.has_amount.name = "Amount"
        copy = self.playbook.copy()
        self.assertEqual((copy.version, copy.with_user(self.rep).agreed_at), (1, False))

    def test_nobody_agrees_to_what_they_have_not_seen(self):
        self._agree(self.leader)
        self.has_amount.severity = "advisory"
        with self.assertRaisesRegex(UserError, "was changed meanwhile: reload the page"):
            self.as_rep.with_context(agreed_version=1).action_agree()
        self.as_rep.with_context(agreed_version=2).action_agree()
        self.assertEqual(self._read_states()[self.rep], "agreed")

    def test_nobody_agrees_for_others(self):
        agreements = self.env["crm.playbook.agreement"]
        vals = {"playbook_id": self.playbook.id, "user_id": self.rep.id, "version": 1}
        for user in (self.rep, self.leader):
            with self.assertRaises(AccessError):
                agreements.with_user(user).create({**vals, "agreed_at": "2024-03-15 09:00:00"})
        with self.assertRaises(AccessError):
            self.playbook.with_user(self.leader).version = 7
        self._agree(self.leader)
        self.assertFalse(agreements.with_user(self.rep).search([]), "each sees their own")
        template = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        with self.assertRaisesRegex(UserError, "is a template"):
            template.with_user(self.rep).action_agree()

    def test_the_page_says_it(self):
        report = self.env["ir.actions.report"].with_user(self.rep)
        name = "sales_funnel_playbook.report_playbook"
        page = report._render_qweb_html(name, self.playbook.ids)[0].decode()
        self.assertIn("Version 1. You have not agreed to it yet.", page)
        self.assertIn(f'res-id="{self.playbook.id}"', page)
