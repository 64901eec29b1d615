from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..intake.intake_common import IntakeCase
from ..role.contributor_common import ContributorCase

PAGE = "sales_funnel_playbook.report_playbook"
SALES = "sales_team.group_sale_salesman"


@tagged("post_install", "-at_install")
class TestContributing(ContributorCase):
    """Who sees deals by a role alone reads the playbook of these deals, agrees to it, and suggests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.responsible_user_id = cls.user_sales_salesman
        cls.tier = cls.env["crm.playbook.tier"].create(
            {"playbook_id": cls.playbook.id, "tier": "A", "min_revenue": 123456}
        )
        cls._create_deadline("Call them", playbook_stage_id=cls.rules[cls.stage_lead].id)
        cls.other_playbook = cls.playbook.copy()
        cls.playbooks = cls.env["crm.playbook"].with_user(cls.cora)
        cls.suggestions = cls.env["crm.playbook.suggestion"].with_user(cls.cora)

    def read_page(self, user):
        report = self.env["ir.actions.report"].with_user(user)
        return report._render_qweb_html(PAGE, self.playbook.ids)[0].decode()

    def read_states(self):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["crm.playbook.reader"].search([("playbook_id", "=", self.playbook.id)])
        return {row.user_id: row.state for row in rows}

    def test_only_the_playbook_of_their_deals(self):
        self.assertEqual(self.playbooks.search([]), self.playbook)
        other = self.other_playbook
        for records in (other, other.stage_ids, other.stage_ids.condition_ids):
            self.refuse(records.with_user(self.cora).read, ["name"])
        outputs = self.env["crm.playbook.output"].with_user(self.cora)
        self.assertEqual(outputs.search([]), self.invoice | self.deck)
        self.lead.member_ids.unlink()
        self.env.invalidate_all()
        self.assertFalse(self.playbooks.search([]), "the role has ended")
        self.refuse(self.playbook.with_user(self.cora).action_agree)
        with self.assertRaisesRegex(UserError, "once you have a role on one"):
            self.playbooks.action_open_my_playbooks()

    def test_the_page_has_no_amounts(self):
        self.deck.write({"evidence": "score_sheet", "approval": "user", "approval_user_id": self.dan.id})
        self.invoice.write({"delay_count": 2, "approval": "team_leader"})
        menu = self.env.ref("sales_funnel_playbook.crm_playbook_page_action")
        for user in (self.cora, self.rep):
            action = menu.with_user(user).run()
            self.assertEqual(action["context"]["active_ids"], self.playbook.ids)
        page = self.read_page(self.cora)
        for text in ("Machines", "Needs confirmed", "Invoice", "Call them", "Version 1."):
            self.assertIn(text, page)
        self.assertNotIn("123,456", page)
        self.assertIn("123,456", self.read_page(self.rep))

    def test_reads_and_agrees(self):
        self.assertEqual(self.read_states()[self.cora], "none", "finance by default, which a rule names")
        self.assertNotIn(self.dan, self.read_states(), "of delivery nothing is asked")
        playbook = self.playbook.with_user(self.cora)
        view = playbook.get_view(view_type="form")["arch"]
        self.assertIn("action_agree", view)
        self.assertNotIn("tier_ids", view)
        playbook.action_agree()
        [row] = playbook.web_read({"version": {}, "agreed_at": {}, "suggestion_count": {}})
        self.assertTrue(row["agreed_at"])
        self.assertEqual(self.read_states()[self.cora], "agreed")
        agreements = self.env["crm.playbook.agreement"]
        self.assertEqual(agreements.with_user(self.cora).search([]).user_id, self.cora)
        self.assertFalse(agreements.with_user(self.amy).search([]))
        self.refuse(self.other_playbook.with_user(self.cora).action_agree)

    def test_suggests_and_hears_what_came_of_it(self):
        action = self.playbook.with_user(self.cora).action_suggest()
        with Form(self.suggestions.with_context(**action["context"])) as form:
            form.condition_id = self.needs_confirmed
            form.text = "Ask for the order number, too."
        suggestion = form.record
        self.assertEqual(suggestion.about, "Needs confirmed")
        suggestion.message_post(body="It is on each invoice.")
        self.refuse(suggestion.decide, True, "Yes")
        suggestion.with_user(self.user_sales_salesman).decide(True, "From Monday on.")
        self.assertEqual(suggestion.with_user(self.cora).answer, "From Monday on.")
        told = self.env["mail.notification"].search([("res_partner_id", "=", self.cora.partner_id.id)])
        self.assertIn("was accepted: From Monday on.", str(told.mail_message_id.mapped("body")))

    def test_nothing_of_thresholds_and_of_others(self):
        vals = {"playbook_id": self.playbook.id, "text": "Less."}
        theirs = self.env["crm.playbook.suggestion"].with_user(self.rep)
        theirs = theirs.create([vals, {**vals, "tier_id": self.tier.id, "text": "50,000 is enough."}])
        self.assertEqual(self.suggestions.search([]), theirs[0])
        self.refuse(theirs[1].with_user(self.cora).read, ["text"])
        self.refuse(self.suggestions.create, {**vals, "tier_id": self.tier.id})
        self.refuse(self.suggestions.create, {**vals, "playbook_id": self.other_playbook.id})

    def test_a_salesperson_with_a_role_loses_nothing(self):
        self.cora.group_ids = [Command.link(self.env.ref(SALES).id)]
        self.assertIn(self.other_playbook, self.playbooks.search([]))
        self.other_playbook.with_user(self.cora).action_agree()
        self.assertIn("tier_ids", self.playbook.with_user(self.cora).get_view(view_type="form")["arch"])


@tagged("post_install", "-at_install")
class TestMarketingAgrees(IntakeCase):
    """Marketing reads the playbook into which it brings leads."""

    def test_marketing_agrees(self):
        playbook = self.playbook.with_user(self.mia)
        self.refuse(playbook.action_agree)
        self.capture()
        self.env.flush_all()
        self.env.invalidate_all()
        playbook.action_agree()
        self.assertTrue(playbook.agreed_at)
