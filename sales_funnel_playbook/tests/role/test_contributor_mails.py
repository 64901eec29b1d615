from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..deadline.deadline_common import at
from .contributor_common import SECRET, ContributorCase
from .mail_reading import AMOUNTS, RAISED, MailReading

NOTE = "Three presses are to be replaced next year"


@tagged("post_install", "-at_install")
class TestContributorMails(MailReading, ContributorCase):
    """Mails about deals, as they go out and read whole: what a contributor gets names no amounts and no other
    deals; a salesperson's names them where something has changed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead.write({**AMOUNTS, "member_ids": [Command.clear()]})
        cls.hidden.expected_revenue = RAISED + 1
        cls.lead.member_ids = [
            Command.create({"role_id": cls.finance.id, "user_id": user.id}) for user in (cls.cora, cls.amy)
        ]
        cls.sam = cls._create_colleague("Sam")
        subtypes = cls.env["mail.message.subtype"].search([("res_model", "in", ("crm.lead", False))])
        partners = (cls.cora | cls.amy | cls.sam).partner_id
        cls.lead.message_subscribe(partners.ids, subtypes.ids)
        cls.team_subtypes = cls.env["mail.message.subtype"].search([("res_model", "=", "crm.team")])
        cls.playbook.mode = "observe"
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    def assertEachNamesNoAmounts(self, kinds):
        """Assert that Cora gets mails by each of these, which name the deal and nothing that is not hers."""
        for kind, deed in kinds.items():
            with self.subTest(kind):
                mails = self.get_mails(deed).get(self.cora)
                self.assertTrue(mails)
                for mail in mails:
                    self.assertIn("Acme", mail)
                    self.assertNamesNoAmounts(mail)

    def test_a_change_names_amounts_to_who_may_see_them(self):
        change = {"expected_revenue": RAISED, "stage_id": self.stage_demo.id, "budget_min": RAISED - 1}
        mails = self.get_mails(lambda: self.lead.with_user(self.rep).write(change))
        [mail] = mails[self.cora]
        self.assertIn("Demo", mail, "what changed that is theirs")
        self.assertNamesNoAmounts(mail)
        for user in (self.amy, self.sam):
            [mail] = mails[user]
            for amount in (RAISED, RAISED - 1, 7654321):
                self.assertIn(str(amount), mail, user.name)

    def test_a_message_that_no_contributor_hears_costs_no_query_more(self):
        """Nor do more contributors than one."""
        self.lead.message_unsubscribe((self.cora | self.amy).partner_id.ids)
        message = self.lead.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        recipients = self.lead._notify_get_recipients(message)
        self.assertEqual([one["uid"] for one in recipients if one["uid"] == self.sam.id], self.sam.ids)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            self.lead._group_by_sight(message, recipients)
        counts = []
        for user in (self.cora, self.amy):
            self.lead.message_subscribe(user.partner_id.ids)
            counts.append([self.count_queries() for _time in range(2)][1])  # groups are in memory then
        self.assertEqual(counts[0], counts[1])

    def count_queries(self):
        """Return how many queries it costs to find out who hears of a change."""
        change = self.lead.message_ids.filtered("tracking_value_ids")[:1]
        change = change or self.lead.message_post(body="Hello", subtype_xmlid="mail.mt_comment")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        recipients = self.lead._notify_get_recipients(change)
        self.lead._group_by_sight(change, recipients)
        return self.env.cr.sql_log_count - before

    def _submit(self, output, by):
        text = f"{NOTE}, says {by.login}"
        submission = self.lead.with_user(by).submit_output(output.id, note=text)
        return self.env["crm.lead.output"].browse(submission)

    def _get_talk(self):
        """Return ``{kind of mail: what brings it about}``: what people say, and what Odoo says of deals."""
        lead = self.lead.with_user(self.rep)
        return {
            "comment": lambda: lead.message_post(body="It is with legal", subtype_xmlid="mail.mt_comment"),
            "note": lambda: lead.message_post(
                body="Finance, please look", partner_ids=self.cora.partner_id.ids
            ),
            "follower": lambda: (
                self.env["mail.followers.edit"]
                .with_user(self.leader)
                .create(
                    {
                        "res_model": "crm.lead",
                        "res_ids": str(self.lead.ids),
                        "partner_ids": self.cora.partner_id.ids,
                        "notify": True,
                        "message": "Have a look",
                    }
                )
                .edit_followers()
            ),
            "activity": lambda: lead.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.cora.id, summary="Call the bank"
            ),
            "restaged": lambda: lead.write({"stage_id": self.stage_talks.id, "expected_revenue": RAISED}),
            "lost": lambda: lead.action_set_lost(),
            "restored": lambda: lead.action_unarchive(),
            "won": lambda: lead.action_set_won(),
        }

    def test_what_is_said_and_what_changes(self):
        self.assertEachNamesNoAmounts(self._get_talk())

    def _get_asked(self):
        """Return the same of what playbooks ask of a role, and tell it."""
        self.deck.write({"approval": "role", "approval_role_id": self.finance.id, "evidence": "note"})
        self.invoice.write({"approval": "team_leader", "evidence": "note"})
        self.rules[self.stage_demo].notify_role_ids = self.finance
        lead = self.lead.with_user(self.rep)
        day = self.env["crm.my.day"].with_user(self.cora)
        return {
            "asked to approve": lambda: self._submit(self.deck, self.rep),
            "reminded": lambda: self.lead.output_ids.with_user(self.rep).action_remind(),
            "rejected": lambda: (
                self._submit(self.invoice, self.cora).with_user(self.leader).reject("No price")
            ),
            "entered": lambda: lead.write({"stage_id": self.stage_demo.id}),
            "risk": lambda: lead.write(
                {"risk_ids": [Command.create({"level": "high", "description": "Ms Ba left"})]}
            ),
            "my day": lambda: self.cora._send_day({"today": 1}, day.search([])),
        }

    def test_what_playbooks_ask_and_tell(self):
        self.assertEachNamesNoAmounts(self._get_asked())

    def _create_deals(self):
        """Three deals of finance on which a deadline is soon missed."""
        escalation = {"escalation_to": "role", "escalation_role_id": self.finance.id}
        self._create_deadline("Call", playbook_stage_id=self.rules[self.stage_lead].id, **escalation)
        self.deck.write({"approval": "role", "approval_role_id": self.finance.id, "evidence": "note"})
        self.rules[self.stage_demo].notify_role_ids = self.finance
        self.finance.person_ids = [Command.clear(), Command.create({"user_id": self.cora.id})]
        with self.at(18):
            return self.env["crm.lead"].concat(
                *(self._create_lead(name=f"Acme {number}", **AMOUNTS) for number in range(3))
            )

    def _submit_decks(self, deals):
        for deal in deals.with_user(self.rep):
            deal.submit_output(self.deck.id, note=f"{NOTE}: {deal.name}")

    def test_what_is_told_of_many_deals(self):
        deals = self._create_deals()
        for deed, title in (
            (lambda: self._submit_decks(deals), "3 new tasks"),
            (lambda: self.run_job(20), "3 missed deadlines"),
            (
                lambda: deals.with_user(self.rep).write({"stage_id": self.stage_demo.id}),
                "3 deals have entered",
            ),
        ):
            mails = self.get_mails(deed)
            with self.subTest(title):
                [mail] = [one for one in mails[self.cora] if title in one]
                self.assertIn("Acme 2", mail)
                self.assertNamesNoAmounts(mail)

    def test_whoever_has_lost_the_role_until_then_is_not_told(self):
        deals = self._create_deals()
        self._submit_decks(deals)
        self.env.cr.flush()
        deals[:2].member_ids.with_user(self.rep).unlink()
        [mail] = self.get_mails(lambda: None)[self.cora]
        self.assertIn("Acme 2", mail)
        self.assertNotIn("Acme 0", mail)

    def test_who_follows_without_a_role_hears_nothing(self):
        """Neither by following, as by a team, nor as somebody whom a stage names."""
        stage = self.rules[self.stage_demo]
        with self.assertRaisesRegex(ValidationError, "Cora cannot open.*“Demo” names: choose a role"):
            stage.notify_user_ids = self.cora
        crew = self.env["crm.team"].create({"name": "Crew", "company_id": False})
        self.env["crm.team.member"].create({"crm_team_id": crew.id, "user_id": self.cora.id})
        stage.write({"notify_user_ids": self.sam.ids, "notify_team_ids": crew.ids})
        self.finance.person_ids = [Command.clear()]
        self.team.message_subscribe((self.cora | self.sam).partner_id.ids, self.team_subtypes.ids)
        deal = self.env["crm.lead"]

        def create_and_move():
            nonlocal deal
            deal = self._create_lead(name=SECRET, expected_revenue=RAISED)
            self.env.cr.flush()
            deal.with_user(self.rep).stage_id = self.stage_demo

        mails = self.get_mails(create_and_move)
        self.assertEqual((self.cora in mails, len(mails[self.sam])), (False, 3))
        self.assertIn(self.cora.partner_id, deal.message_partner_ids)
        self.choose(deal, self.finance, self.cora)
        [mail] = self.get_mails(lambda: deal.message_post(body="Hello", subtype_xmlid="crm.mt_lead_stage"))[
            self.cora
        ]
        self.assertIn("Hello", mail)

    def test_figures_of_deals_are_not_mailed_to_them(self):
        """Odoo's digest has none of the figures, and reviews go to whoever may read them."""
        figures = {
            name: True
            for name in self.env["digest.digest"]._fields
            if name.startswith(("kpi_crm", "kpi_fun")) and not name.endswith("_value")
        }
        self.assertGreater(len(figures), 3)
        digest = self.env["digest.digest"].create({"name": "Ours", **figures})
        [mail] = self.get_mails(lambda: digest._action_send_to_user(self.cora))[self.cora]
        self.assertNamesNoAmounts(mail)
        self.assertNotIn("Weekly Flow", mail)
        self.assertIn(
            "Weekly Flow", self.get_mails(lambda: digest._action_send_to_user(self.sam))[self.sam][0]
        )
        self.playbook.review_user_ids = self.cora | self.sam
        review = self.env["crm.funnel.review"].create(
            {
                "playbook_id": self.playbook.id,
                "team_id": self.team.id,
                "tz": "UTC",
                "period": "week",
                "currency_id": self.env.company.currency_id.id,
                "date_from": "2024-03-11",
                "date_to": "2024-03-17",
            }
        )
        with self.mock_datetime_and_now(at(18)):
            mails = self.get_mails(review._tell_made)
        self.assertEqual((self.cora in mails, self.sam in mails), (False, True))
