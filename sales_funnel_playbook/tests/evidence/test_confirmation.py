from psycopg2.errors import ForeignKeyViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestConfirmation(PlaybookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme")

    def test_says_who_and_when_and_tells_the_chatter(self):
        self.lead.with_user(self.rep).confirm_condition(self.needs_confirmed.id, note=" By phone ")
        confirmation = self.lead.confirmation_ids
        self.assertEqual((confirmation.user_id, confirmation.note), (self.rep, "By phone"))
        self.assertTrue(confirmation.date)
        self.assertIn("Needs confirmed", self.lead.message_ids[0].body)

    def test_twice_is_refused(self):
        self.lead.confirm_condition(self.needs_confirmed.id)
        with self.assertRaisesRegex(UserError, "already confirmed"):
            self.lead.confirm_condition(self.needs_confirmed.id)

    def test_only_conditions_of_this_leads_playbook(self):
        other = self.playbook.copy()
        foreign = other.stage_ids.condition_ids.filtered(lambda c: c.kind == "confirmation")[0]
        for condition_id in (foreign.id, self.has_amount.id, 999_999_999):
            with self.assertRaisesRegex(UserError, "cannot be confirmed for"):
                self.lead.confirm_condition(condition_id)

    def test_evidence(self):
        self.needs_confirmed.evidence_required = True
        for note in ("", "   \n"):
            with self.assertRaisesRegex(UserError, "needs evidence"):
                self.lead.confirm_condition(self.needs_confirmed.id, note=note)
        lead = self.lead.with_user(self.rep)
        file = self.env["ir.attachment"].with_user(self.rep).create({"name": "mail.txt", "raw": b"yes"})
        lead.confirm_condition(self.needs_confirmed.id, attachment_ids=file.ids)
        self.assertEqual(lead.confirmation_ids.attachment_ids, file)

    def test_a_file_of_another_record_is_not_taken(self):
        file = self.env["ir.attachment"].create(
            {"name": "pay.txt", "raw": b"!", "res_model": "res.partner", "res_id": self.contact_1.id}
        )
        with self.assertRaisesRegex(UserError, "belongs to another record or user"):
            self.lead.confirm_condition(self.needs_confirmed.id, attachment_ids=file.ids)
        self.assertEqual(file.res_model, "res.partner")

    def test_a_confirmed_condition_cannot_be_deleted(self):
        self.lead.confirm_condition(self.needs_confirmed.id)
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"):
            self.needs_confirmed.unlink()

    def test_dialog_of_another_user_is_not_readable(self):
        dialog = self.env["crm.lead.confirm"].create(
            {"lead_id": self.lead.id, "condition_id": self.needs_confirmed.id, "note": "Secret"}
        )
        with self.assertRaises(AccessError):
            dialog.with_user(self.rep).read(["note"])

    def test_dialog(self):
        dialog = (
            self.env["crm.lead.confirm"]
            .with_user(self.rep)
            .create({"lead_id": self.lead.id, "condition_id": self.needs_confirmed.id, "note": "Seen"})
        )
        dialog.action_confirm()
        self.assertEqual(self.lead.confirmation_ids.note, "Seen")

    def test_withdrawn_no_longer_counts_and_stays_on_record(self):
        lead = self.lead.with_user(self.rep)
        lead.expected_revenue = 1
        lead.confirm_condition(self.needs_confirmed.id)
        lead.withdraw_confirmation(self.needs_confirmed.id)
        self.assertRefused(["Needs confirmed"], lead.write, {"stage_id": self.stage_demo.id})
        self.assertEqual(lead.confirmation_ids.withdrawn_by_id, self.rep)
        lead.confirm_condition(self.needs_confirmed.id)
        lead.stage_id = self.stage_demo
        self.assertEqual(len(lead.confirmation_ids), 2)

    def test_only_who_confirmed_or_a_manager_withdraws(self):
        self.lead.user_id = False
        self.lead.with_user(self.leader).confirm_condition(self.needs_confirmed.id)
        with self.assertRaisesRegex(UserError, self.leader.name):
            self.lead.with_user(self.rep).withdraw_confirmation(self.needs_confirmed.id)
        self.lead.with_user(self.rep).confirm_condition(self.review_passed.id)
        self.lead.with_user(self.leader).withdraw_confirmation(self.review_passed.id)
        with self.assertRaisesRegex(UserError, "nothing to withdraw"):
            self.lead.withdraw_confirmation(self.review_passed.id)

    def test_nobody_writes_facts_by_hand(self):
        self.lead.confirm_condition(self.needs_confirmed.id)
        facts = [self.lead.confirmation_ids, self.lead.stage_log_ids]
        for user in (self.rep, self.leader, self.env.ref("base.user_admin")):
            for fact in facts:
                fact = fact.with_user(user)
                with self.subTest(user=user.login, model=fact._name):
                    with self.assertRaises(AccessError):
                        fact.write({"lead_id": self.lead.id})
                    with self.assertRaises(AccessError):
                        fact.unlink()
                    with self.assertRaises(AccessError):
                        fact.create({"lead_id": self.lead.id})

    def test_a_fact_is_visible_exactly_when_its_lead_is(self):
        salesman = self.user_sales_salesman  # sees own and unassigned leads only
        self.lead.confirm_condition(self.needs_confirmed.id)
        for fact in (self.lead.confirmation_ids, self.lead.stage_log_ids):
            fact = fact.with_user(salesman)
            fact.invalidate_recordset()
            self.assertFalse(fact.search([("id", "in", fact.ids)]))
            with self.assertRaises(AccessError):
                fact.read(["lead_id"])
            self.lead.user_id = salesman
            self.assertEqual(fact.search([("id", "in", fact.ids)]), fact)
            self.assertTrue(fact.read(["lead_id"]))
            self.lead.user_id = self.rep

    def test_facts_of_an_archived_lead_stay_visible(self):
        self.lead.action_archive()
        log = self.lead.stage_log_ids.with_user(self.rep)
        self.assertEqual(log.search([("lead_id", "=", self.lead.id)]), log)

    def test_portal_and_public_see_nothing(self):
        self.lead.confirm_condition(self.needs_confirmed.id)
        for login in ("portal_rep", "public_rep"):
            group = "base.group_portal" if login == "portal_rep" else "base.group_public"
            user = self.env["res.users"].create(
                {"name": login, "login": login, "group_ids": [(6, 0, self.env.ref(group).ids)]}
            )
            for model in (
                "crm.playbook",
                "crm.playbook.stage",
                "crm.playbook.condition",
                "crm.product.line",
                "crm.lead.confirmation",
                "crm.lead.stage.log",
            ):
                with self.subTest(login=login, model=model), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_another_companys_user_cannot_confirm(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.rep.copy(
            {"login": "stranger", "company_id": company.id, "company_ids": [(6, 0, company.ids)]}
        )
        self.lead.company_id = self.env.company
        with self.assertRaises(AccessError):
            self.lead.with_user(stranger).confirm_condition(self.needs_confirmed.id)
