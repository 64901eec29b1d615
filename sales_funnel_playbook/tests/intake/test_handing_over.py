from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestHandingOver(IntakeCase):
    """Marketing hands leads over; sales accepts them or sends them back, and both is counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.leads.create(
            {"name": "Acme", "team_id": cls.team.id, "source_id": cls.source.id, "type": "opportunity"}
        )
        cls.theirs = cls.lead.with_user(cls.rep)

    def get_open(self, user):
        return self.lead.sudo().activity_ids.filtered(
            lambda one: one.user_id == user and not one.playbook_kind
        )

    def test_the_salesperson_is_asked_and_accepts(self):
        with self.at(18):
            self.lead.hand_over(self.rep.id, "They want a quick answer")
        hand_over = self.lead.hand_over_ids
        self.assertEqual((self.lead.user_id, hand_over.state), (self.rep, "waiting"))
        self.assertEqual((hand_over.handed_by_id, hand_over.user_id), (self.mia, self.rep))
        self.assertIn("They want a quick answer", self.theirs.hand_over_alert)
        self.assertTrue(self.theirs.can_decide_hand_over)
        [asked] = self.get_open(self.rep)
        self.assertIn("They want a quick answer", asked.note)
        self.assertEqual(asked._filter_ended_by_event(), asked, "it ends by deciding")
        with self.at(18, 12):
            self.theirs.accept_hand_over()
        self.assertEqual((hand_over.state, hand_over.decision_hours), ("accepted", 3))
        self.assertFalse(self.get_open(self.rep))
        with self.assertRaises(UserError):
            self.theirs.send_back("other")

    def test_many_at_once_are_one_message(self):
        """To whoever gets them, to who they are passed on to, and to whom they are sent back."""

        def get_told(user):
            self.env.cr.flush()
            notices = self.env["crm.playbook.notice"].search([("partner_id", "=", user.partner_id.id)])
            mails = self.env["mail.notification"].search([("res_partner_id", "=", user.partner_id.id)])
            return len(notices), len(mails)

        vals = {"team_id": self.team.id, "type": "opportunity"}
        leads = self.leads.create([{**vals, "name": f"Acme {number}"} for number in range(3)])
        for user, step, assigned in (  # Odoo itself says whose a deal is by now, each alone
            (self.rep, lambda: leads.hand_over(self.rep.id), 3),
            (self.leader, lambda: leads.with_user(self.rep).write({"user_id": self.leader.id}), 3),
            (self.mia, lambda: leads.with_user(self.leader).send_back("incomplete"), 0),
        ):
            notices, mails = get_told(user)
            step()
            self.assertEqual(get_told(user), (notices + 3, mails + assigned))

    def test_a_context_decides_nothing(self):
        self.lead.with_context(default_state="accepted", default_decision_hours=1).hand_over(self.rep.id)
        self.assertEqual(
            (self.lead.hand_over_ids.state, self.lead.hand_over_ids.decision_hours), ("waiting", 0)
        )

    def test_who_gets_it_after_it_was_taken_away_is_asked(self):
        self.lead.hand_over(self.rep.id)
        self.lead.sudo().user_id = False
        self.assertFalse(self.get_open(self.rep), "it is nobody's")
        self.lead.hand_over(self.leader.id)
        self.assertEqual(self.lead.hand_over_ids.user_id, self.leader)
        self.assertFalse(self.get_open(self.rep))
        self.assertTrue(self.get_open(self.leader))

    def test_it_is_sent_back_with_a_reason(self):
        self.lead.hand_over(self.rep.id)
        self.env["crm.lead.send.back"].with_user(self.rep).create(
            {"lead_ids": self.lead.ids, "reason": "incomplete", "comment": "Whom do I call?"}
        ).action_send_back()
        hand_over = self.lead.hand_over_ids
        self.assertEqual((hand_over.state, hand_over.reason), ("returned", "incomplete"))
        self.assertFalse(self.lead.user_id)
        self.assertEqual(self.get_open(self.mia).summary, "Sent back: Information Missing")
        self.assertIn("Whom do I call?", self.lead.hand_over_alert)
        self.assertEqual(self.leads.search([("hand_over_state", "=", "returned")]), self.lead)
        self.lead.contact_name = "Ann"
        self.lead.hand_over(self.rep.id)
        self.assertFalse(self.leads.search([("hand_over_state", "=", "returned")]))
        rows = self.env["crm.lead.hand.over"].with_user(self.mia)
        groups = rows._read_group([], ["source_id", "state"], ["__count"])
        self.assertEqual(
            sorted(groups, key=lambda row: row[1]),
            [(self.source, "returned", 1), (self.source, "waiting", 1)],
        )

    def test_moving_it_on_accepts_it(self):
        self.lead.hand_over(self.rep.id)
        self._advance(self.theirs, self.stage_demo)
        self.assertEqual(self.lead.hand_over_ids.state, "accepted")
        self.assertEqual(self.lead.hand_over_ids.decided_by_id, self.rep)

    def test_losing_it_accepts_it(self):
        self.lead.hand_over(self.rep.id)
        self.theirs.action_set_lost()
        self.assertEqual(self.lead.hand_over_ids.state, "accepted")

    def test_a_lead_without_a_playbook_is_moved_on_or_passed_on_too(self):
        self.other_team.member_ids = self.fay | self.fred
        plain = self.capture(name="Spare part", team_id=self.other_team.id, product_line_id=False)
        for has_playbooks in (True, False):
            with self.subTest(has_playbooks=has_playbooks), self.env.cr.savepoint():
                if not has_playbooks:
                    self.env["crm.playbook"].search([]).active = False
                plain.hand_over(self.fred.id)
                plain.with_user(self.leader).user_id = self.fay
                self.assertFalse(plain.playbook_id)
                self.assertEqual(plain.hand_over_ids.user_id, self.fay)
                plain.with_user(self.fay).stage_id = self.stage_demo
                self.assertEqual(plain.hand_over_ids.mapped("state"), ["accepted"])
                self.assertFalse(self.get_open(self.fay))
                plain.with_user(self.leader).user_id = False
                plain.hand_over_ids.sudo().unlink()

    def test_a_lead_of_a_companys_product_line_has_no_salesperson_meanwhile(self):
        """The team works for all companies, the product line is of one."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": self.env.company.id})
        self.assertFalse(self.team.company_id)
        lead = self.capture(product_line_id=line.id)
        self.assertEqual(lead.company_id, self.env.company)
        lead.hand_over(self.rep.id)
        lead.with_user(self.rep).send_back("not_ours")
        self.assertEqual((lead.user_id.id, lead.company_id), (False, self.env.company))
        late = self.capture(name="Late")
        self.assertFalse(late.company_id)
        late.product_line_id = line
        self.assertEqual(late.company_id, self.env.company)

    def test_another_salesperson_is_asked_instead(self):
        self.lead.hand_over(self.rep.id)
        self.lead.with_user(self.leader).user_id = self.fay
        self.assertEqual(self.lead.hand_over_ids.user_id, self.fay)
        self.assertFalse(self.get_open(self.rep))
        self.assertTrue(self.get_open(self.fay))
        with self.assertRaises(AccessError):
            self.theirs.accept_hand_over()
        self.lead.with_user(self.leader).accept_hand_over()

    def test_giving_it_on_the_form_is_handing_it_over(self):
        self.lead.user_id = self.rep
        self.assertEqual(self.lead.hand_over_ids.state, "waiting")
        sold = self.capture(user_id=self.rep.id)
        self.assertEqual(sold.hand_over_ids.user_id, self.rep)

    def test_to_whom_it_cannot_be_handed_over(self):
        for user_id in (self.mia.id, self.max.id, -1, "x", None):
            with self.subTest(user_id), self.assertRaises(UserError), self.env.cr.savepoint():
                self.lead.hand_over(user_id)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.lead.user_id = self.max
        dialog = self.env["crm.lead.give"].with_user(self.mia).new({"lead_ids": self.lead.ids})
        self.assertIn(self.rep, dialog.salesperson_ids._origin)
        self.assertNotIn(self.max, dialog.salesperson_ids._origin)

    def test_merged_hand_overs_are_on_record(self):
        other = self.capture()
        (self.lead | other).hand_over(self.rep.id)
        merged = (self.lead | other).with_user(self.rep).merge_opportunity()
        self.assertEqual(sorted(merged.hand_over_ids.mapped("state")), ["accepted", "waiting"])
        self.assertEqual(merged.intake_user_id, self.mia)

    def test_whoever_captured_one_of_merged_deals_has_captured_it(self):
        own = self._create_lead(name="Own")
        self.lead.hand_over(self.rep.id)
        merged = (own | self.lead).with_user(self.rep).merge_opportunity()
        self.assertEqual(merged.intake_user_id, self.mia)

    def test_what_a_salesperson_who_left_was_to_accept_asks_the_leader(self):
        self.team.user_id = self.leader
        gone = {"active": False}
        for name, leave in (("Tim", lambda one: one.action_archive()), ("Tom", lambda one: one.write(gone))):
            seller = self._create_colleague(name, groups="sales_team.group_sale_salesman")
            lead = self.capture(name=f"Acme of {name}")
            lead.hand_over(seller.id, "They are in a hurry")
            leave(seller)
            self.env.flush_all()
            [hand_over] = lead.sudo().hand_over_ids
            asked = hand_over.activity_id
            self.assertEqual((hand_over.state, asked.user_id), ("waiting", self.leader))
            self.assertIn("Accept or send back", asked.summary)
            self.assertIn("in a hurry", asked.note)
            lead.with_user(self.leader).user_id = self.rep
            self.assertEqual(asked.user_id, self.rep)

    def test_a_marketer_who_left_is_asked_for_nothing(self):
        self.lead.hand_over(self.rep.id)
        self.mia.action_archive()
        self.theirs.send_back("not_ours")
        self.assertTrue(self.get_open(self.leader))

    def test_salespeople_who_assign_hand_nothing_over(self):
        lead = self._create_lead(user_id=False)
        lead.with_user(self.leader).user_id = self.rep
        self.assertFalse(lead.hand_over_ids)
        self._advance(lead, self.stage_demo)

    def test_an_answer_is_no_contact_with_the_customer(self):
        """Neither that nor a lead that is taken away ends a follow-up, or puts it off."""
        self.playbook.tier_ids.create(
            {"playbook_id": self.playbook.id, "tier": "C", "min_probability": 0, "delay_count": 1}
        )
        self._create_deadline("Follow up", "follow_up", 0)
        taken = self.capture(name="Taken away", source_id=self.source.id)
        with self.at(18):
            (self.lead | taken).hand_over(self.rep.id)
        with self.at(18, 15):
            self.theirs.accept_hand_over()
            taken.sudo().user_id = False
        self.assertFalse((self.lead | taken).sudo().activity_ids.filtered(lambda one: not one.playbook_kind))
        every = self.env["mail.activity"].with_context(active_test=False)
        asked = every.search([("res_id", "in", (self.lead | taken).ids), ("summary", "=like", "Accept%")])
        self.assertEqual(asked.mapped("playbook_done_at"), [False, False])
