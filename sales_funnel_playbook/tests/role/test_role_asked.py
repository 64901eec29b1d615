from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..deadline.deadline_common import at
from .role_common import RoleCase

NOTE = "The customer wants to replace three presses next year"


@tagged("post_install", "-at_install")
class TestRoleAsked(RoleCase):
    """What rules ask of a role is asked of who has it on the deal; else of the salesperson."""

    def submit(self, lead, output, by):
        text = f"{NOTE}, deal {lead.id} {by.login}"
        submission = lead.with_user(by).submit_output(output.id, note=text)
        return self.env["crm.lead.output"].browse(submission)

    def get_asked(self, lead, kind):
        return self.get_work(lead).filtered(lambda one: one.active and one.playbook_kind == kind).user_id

    def test_an_output_is_asked_of_its_role(self):
        deck = self._create_output(
            self.stage_lead, "Deck", evidence="note", delay_count=2, role_id=self.presales.id
        )
        deck.effective_from = "2000-01-01"
        with self.at(18):
            lead = self._create_lead()
        self.assertWork(lead, [("Submit: Deck", self.rep, at(20, 17), False)])
        with self.at(18, 10):
            mine = self.choose(lead, self.presales, self.fred)
        self.assertWork(lead, [("Submit: Deck", self.fred, at(20, 17), False)])
        with self.at(18, 11):
            mine.unlink()
        self.assertWork(lead, [("Submit: Deck", self.rep, at(20, 17), False)])
        self.submit(lead, deck, self.rep)  # who is asked is not the only one who may

    def test_a_deadline_is_asked_of_its_role(self):
        self._create_deadline(
            "Plan the kick-off", trigger="won", responsible="role", role_id=self.delivery.id
        )
        with self.at(18):
            lead = self._create_lead()
        self.assertFalse(self.get_people(lead, self.delivery))
        with self.at(19):
            self._advance(lead, self.stage_signed)
        self.assertEqual(self.get_people(lead, self.delivery), ["Dan"], "needed when it is won")
        self.assertWork(lead, [("Plan the kick-off", self.dan, at(20, 17), False)])
        with self.at(19, 10):
            self.dan.action_archive()
        self.assertEqual(self.get_asked(lead, "deadline"), self.rep)

    def test_a_rule_needs_the_role_it_speaks_of(self):
        deadline = self._create_deadline("Call", playbook_stage_id=self.rules[self.stage_lead].id)
        output = self._create_output(self.stage_lead, "Deck")
        for rule, vals in (
            (deadline, {"responsible": "role"}),
            (deadline, {"escalation_to": "role"}),
            (output, {"approval": "role"}),
            (output, {"approval": "user"}),
        ):
            with self.subTest(vals), self.assertRaises(ValidationError), self.env.cr.savepoint():
                rule.write(vals)

    def test_a_missed_deadline_reaches_a_role(self):
        self._create_deadline(
            "Call",
            playbook_stage_id=self.rules[self.stage_lead].id,
            escalation_to="role",
            escalation_role_id=self.finance.id,
        )
        with self.at(18):
            lead = self._create_lead()
        self.assertFalse(self.get_people(lead, self.finance), "most deals are never late")
        self.run_job(20, 9)
        self.assertEqual(self.get_asked(lead, "escalation"), self.fay)
        self.assertEqual(self.get_people(lead, self.finance), ["Fay"])

    def test_a_confirmation_is_its_roles(self):
        self.needs_confirmed.role_id = self.finance
        lead = self._create_lead()
        with self.assertRaisesRegex(UserError, "confirmed by the role Finance: Fay"):
            lead.with_user(self.rep).confirm_condition(self.needs_confirmed.id)
        lead.with_user(self.fay).confirm_condition(self.needs_confirmed.id)
        led = self._create_lead()
        led.with_user(self.leader).confirm_condition(self.needs_confirmed.id)
        nobodys = self._create_lead()
        nobodys.member_ids.unlink()
        nobodys.with_user(self.rep).confirm_condition(self.needs_confirmed.id)

    def test_a_role_approves(self):
        offer = self._create_output(
            self.stage_lead, "Offer", evidence="note", approval="role", approval_role_id=self.finance.id
        )
        lead = self._create_lead()
        submission = self.submit(lead, offer, self.rep)
        self.assertEqual(self.get_asked(lead, "approval"), self.fay)
        for user in (self.rep, self.fred):
            self.assertFalse(submission.with_user(user).can_approve)
            with self.assertRaisesRegex(AccessError, "one of these.*: Fay"):
                submission.with_user(user).action_approve()
        self.assertTrue(submission.with_user(self.fay).can_approve)
        submission.with_user(self.fay).action_approve()
        self.assertEqual((submission.state, submission.reviewed_by_id), ("approved", self.fay))
        self.assertFalse(self.get_asked(lead, "approval"))

    def test_a_named_person_approves(self):
        offer = self._create_output(
            self.stage_lead, "Offer", evidence="note", approval="user", approval_user_id=self.fred.id
        )
        lead = self._create_lead()
        submission = self.submit(lead, offer, self.rep)
        self.assertEqual(self.get_asked(lead, "approval"), self.fred)
        submission.with_user(self.fred).reject("Half of it is missing")
        self.assertEqual(submission.state, "rejected")
        self.submit(lead, offer, self.fay)
        with self.at(18):
            self.fred.action_archive()
        self.assertEqual(self.get_asked(lead, "approval"), self.leader, "whoever has left approves nothing")

    def test_nobody_is_named_who_could_not_open_what_they_approve(self):
        own = self._create_colleague("Olga", groups="sales_team.group_sale_salesman")
        offer = self._create_output(self.stage_lead, "Offer", evidence="note")
        with self.assertRaisesRegex(ValidationError, "Olga cannot open.*such as .*Dan"):
            offer.write({"approval": "user", "approval_user_id": own.id})
        elsewhere = self.env["res.company"].create({"name": "Elsewhere of Approvals"})
        theirs = {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        self.dan.write(theirs)
        self.playbook.company_id = self.env.company
        with self.assertRaisesRegex(ValidationError, "Dan cannot open"):
            offer.write({"approval": "user", "approval_user_id": self.dan.id})

    def test_nobody_approves_their_own_where_the_rule_says_so(self):
        offer = self._create_output(
            self.stage_lead, "Offer", evidence="note", approval="role", approval_role_id=self.finance.id
        )
        lead = self._create_lead()
        own = self.submit(lead, offer, self.fay)
        self.assertTrue(own.with_user(self.fay).can_approve)
        offer.approval_by_other = True
        own = self.submit(lead, offer, self.fay)
        self.assertFalse(own.with_user(self.fay).can_approve)
        with self.assertRaisesRegex(AccessError, "somebody else than who submitted"):
            own.with_user(self.fay).action_approve()
        self.assertEqual(self.get_asked(lead, "approval"), self.leader)
        self.choose(lead, self.finance, self.fred)
        self.env.cr.flush()
        self.assertEqual(self.get_asked(lead, "approval"), self.fred, "another one has the role")
        mine = self.submit(lead, offer, self.leader)
        with self.assertRaises(AccessError):
            mine.with_user(self.leader).action_approve()

    def test_who_is_asked_for_an_approval_follows_the_role(self):
        offer = self._create_output(
            self.stage_lead, "Offer", evidence="note", approval="role", approval_role_id=self.finance.id
        )
        lead = self._create_lead()
        self.submit(lead, offer, self.rep)
        self.choose(lead, self.finance, self.fred)
        self.env.cr.flush()
        self.assertEqual(self.get_asked(lead, "approval"), self.fay, "they have the role still")
        lead.member_ids.filtered(lambda one: one.user_id == self.fay).unlink()
        self.env.cr.flush()
        self.assertEqual(self.get_asked(lead, "approval"), self.fred)
        lead.member_ids.unlink()
        self.env.cr.flush()
        self.assertEqual(self.get_asked(lead, "approval"), self.leader)

    def test_a_stage_tells_a_role(self):
        self.rules[self.stage_demo].notify_role_ids = self.delivery
        lead, other = self._create_lead(), self._create_lead()
        self.choose(other, self.delivery, self.fred)
        subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_stage")
        for deal, told in ((lead, self.dan), (other, self.fred)):
            self._advance(deal, self.stage_demo)
            self.env.cr.flush()
            message = deal.message_ids.filtered(lambda one: one.subtype_id == subtype)
            self.assertEqual(message.notified_partner_ids, told.partner_id)

    def test_the_checklist_names_who_has_the_role(self):
        self.needs_confirmed.role_id = self.finance
        deck = self._create_output(self.stage_lead, "Deck", role_id=self.presales.id)
        lead = self._create_lead()
        for user, can_do in ((self.rep, False), (self.fay, True), (self.leader, True)):
            panel = lead.with_user(user).get_playbook_panel()
            condition = next(
                one for one in panel["next_stages"][0]["conditions"] if one["id"] == self.needs_confirmed.id
            )
            self.assertEqual((condition["role"], condition["people"]), ("Finance", ["Fay"]))
            self.assertEqual(condition["can_do"], can_do)
            output = next(one for one in panel["stage"]["outputs"] if one["id"] == deck.id)
            self.assertEqual((output["role"], output["people"], output["can_do"]), ("Pre-sales", [], True))

    def test_a_card_shows_who_has_a_role(self):
        self.needs_confirmed.role_id = self.finance
        lead = self._create_lead()
        card = lead.with_user(self.rep).playbook_card
        self.assertEqual(card["members"], [{"id": self.fay.id, "name": "Fay", "role": "Finance"}])

    def test_files_and_copies_carry_roles(self):
        legal = self.env["crm.playbook.role"].create({"name": "Quality"})
        deadline = self._create_deadline(
            "Call",
            playbook_stage_id=self.rules[self.stage_lead].id,
            responsible="role",
            role_id=legal.id,
            escalation_to="role",
            escalation_role_id=self.finance.id,
        )
        output = self._create_output(
            self.stage_lead,
            "Deck",
            role_id=self.presales.id,
            approval="role",
            approval_role_id=legal.id,
            approval_by_other=True,
        )
        self.needs_confirmed.role_id = self.finance
        self.rules[self.stage_demo].notify_role_ids = self.delivery | legal
        text = self.playbook._export_text().encode()
        copied = self.playbook.copy()
        names = ["role_id", "escalation_role_id", "responsible", "escalation_to"]
        for makes_role, playbook in ((False, copied), (False, self.playbook._import_text(text))):
            first, second = playbook.stage_ids.sorted("sequence")[:2]
            call, deck = first.action_ids, first.output_ids
            self.assertEqual([call[name] for name in names], [deadline[name] for name in names])
            for name in ("role_id", "approval", "approval_role_id", "approval_by_other"):
                self.assertEqual(deck[name], output[name])
            asked = second.condition_ids.filtered(lambda one: one.kind == "confirmation")
            self.assertEqual(asked.role_id, self.finance)
            self.assertEqual(second.notify_role_ids, self.delivery | legal)
            self.assertFalse(makes_role)
        (deadline | copied.stage_ids.action_ids).unlink()
        text = text.replace(b"Quality", "验收".encode())
        imported = self.playbook._import_text(text)
        self.assertIn(
            "验收", imported.stage_ids.action_ids.role_id.name, "a role that is new here is created"
        )

    def test_templates_name_roles(self):
        for name, field_name, role in (
            ("saas_demo_deck_output", "role_id", self.presales),
            ("saas_signed_contract", "role_id", self.finance),
            ("saas_signed_handover_action", "role_id", self.delivery),
            ("standard_order_ordered", "role_id", self.finance),
            ("equipment_solution_drawings_output", "role_id", self.presales),
            ("equipment_signed_contract", "role_id", self.finance),
            ("equipment_signed_handover_action", "role_id", self.delivery),
        ):
            rule = self.env.ref(f"sales_funnel_playbook.crm_playbook_template_{name}")
            self.assertEqual(rule[field_name], role, name)

    def test_another_company_s_deal_needs_its_own_people(self):
        """Whoever has a role by default everywhere gets it only where they work."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        ann = self._create_colleague("Ann", company_id=company.id, company_ids=[Command.set(company.ids)])
        self.needs_confirmed.role_id = self.delivery
        lead = self._create_lead(company_id=company.id, team_id=False, user_id=ann.id)
        self.playbook.write({"team_ids": False, "company_id": company.id})
        lead._take_on_roles()
        self.assertFalse(self.get_people(lead, self.delivery), "Dan does not work there")
