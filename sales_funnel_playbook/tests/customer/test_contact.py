from importlib import import_module

from odoo import Command, fields, models
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..deadline.deadline_common import at
from .contact_common import ContactCase


@tagged("post_install", "-at_install")
class TestContactMails(ContactCase):
    """Mails both ways note themselves as contact with the customer; what a program or a colleague wrote does
    not.
    """

    def test_a_mail_of_the_customer_is_the_last_contact(self):
        message = self.receive((18, 10))
        self.assertContacts(self.lead, [(at(18, 10), "email", "Your offer", True)])
        self.assertRecordValues(
            self.lead,
            [
                {
                    "last_contact_at": at(18, 10),
                    "last_contact_summary": "Your offer",
                    "last_contact_channel": "email",
                }
            ],
        )
        contact = self.lead.contact_ids
        self.assertEqual((contact.source_model, contact.source_id), ("mail.message", message.id))
        self.assertEqual(
            (contact.partner_id, contact.user_id, contact.is_on_deal), (self.wu, self.env["res.users"], True)
        )

    def test_a_mail_to_the_customer_is_too_and_is_called_by_its_first_line(self):
        self.send((18, 11))
        self.assertContacts(self.lead, [(at(18, 11), "email", "Our offer is attached", False)])
        contact = self.lead.contact_ids
        self.assertEqual((contact.user_id, contact.partner_id), (self.rep, self.wu))

    def test_the_answer_to_a_mail_finds_its_deal(self):
        sent = self.send((18, 11))
        self.receive((18, 15), answers=sent)
        self.receive((18, 14), sender="somebody@harbour.example.com", Subject="From the buyer")
        self.assertContacts(
            self.lead,
            [
                (at(18, 11), "email", "Our offer is attached", False),
                (at(18, 14), "email", "From the buyer", True),
                (at(18, 15), "email", "Your offer", True),
            ],
        )
        self.assertEqual(self.lead.last_contact_at, at(18, 15))

    def test_the_mail_that_makes_a_deal_is_contact(self):
        alias = self.team.alias_id
        alias.alias_defaults = str({"type": "opportunity", "team_id": self.team.id})
        self.receive((18, 10), record=self.env["crm.lead"], To=f"{alias.alias_name}@{alias.alias_domain}")
        lead = self.env["crm.lead"].search([("name", "=", "Your offer")])
        self.assertEqual(lead.playbook_id, self.playbook)
        self.assertContacts(lead, [(at(18, 10), "email", "Your offer", True)])

    def test_what_a_program_wrote_is_none(self):
        for headers in (
            {"Auto-Submitted": "auto-replied"},
            {"Auto-Submitted": "auto-generated"},
            {"X-Autoreply": "yes"},
            {"Precedence": "bulk"},
            {"Precedence": "auto_reply"},
        ):
            with self.subTest(headers=headers):
                self.assertTrue(self.receive((18, 10), **headers).is_automatic)
                self.assertFalse(self.lead.contact_ids)
        for headers in ({"Auto-Submitted": "no"}, {"Precedence": "list"}):
            with self.subTest(headers=headers):
                self.receive((18, 12), **headers)
                self.assertTrue(self.lead.contact_ids)
                self.lead.contact_ids.unlink()

    def test_what_colleagues_write_to_each_other_is_none(self):
        with self.at(18, 10):
            asked = self.lead.with_user(self.leader).message_post(
                body="How is it going?", partner_ids=self.rep.partner_id.ids, message_type="comment"
            )
        self.receive((18, 11), sender=self.rep.email, answers=asked)
        self.send((18, 12), to=self.leader.partner_id)
        with self.at(18, 13):
            self.lead.message_post(body="A note")
        self.assertFalse(self.lead.contact_ids)

    def test_a_colleague_who_answers_the_customer_by_mail_speaks_with_them(self):
        asked = self.receive((18, 10))
        self.lead.message_subscribe(self.wu.ids)
        self.receive((18, 11), sender=self.rep.email, answers=asked, Subject="Re: Your offer")
        self.assertContacts(
            self.lead,
            [(at(18, 10), "email", "Your offer", True), (at(18, 11), "email", "Re: Your offer", False)],
        )

    def test_a_mailing_to_many_deals_is_none(self):
        leads = self.lead | self.create_lead_at(18, 9, partner_id=self.wu.id)
        with self.at(18, 10):
            self.env["mail.compose.message"].with_context(
                active_ids=leads.ids, default_model="crm.lead", default_composition_mode="mass_mail"
            ).create(
                {"subject": "News", "body": "<p>News</p>", "auto_delete_keep_log": True}
            )._action_send_mail()
        self.assertTrue(leads.message_ids.filtered(lambda one: one.subject == "News"))
        self.assertFalse(leads.contact_ids)

    def test_a_colleagues_own_out_of_office_message_is_none(self):
        with self.at(18, 10):
            self.lead.message_post(
                body="I am away", message_type="out_of_office", partner_ids=self.wu.ids,
                author_id=self.rep.partner_id.id, subtype_xmlid="mail.mt_comment",
            )  # fmt: skip
        self.assertFalse(self.lead.contact_ids)

    def test_a_mail_on_a_contact_counts_for_all_open_deals_of_its_company(self):
        second = self.create_lead_at(18, 9, partner_id=self.harbour.id)
        lost = self.create_lead_at(18, 9, partner_id=self.wu.id)
        lost.action_set_lost()
        plain = self.create_lead_at(18, 9, partner_id=self.wu.id, team_id=False)
        other = self.create_lead_at(18, 9)
        self.receive((18, 10), record=self.wu)
        self.send((18, 11), record=self.harbour)
        for lead in (self.lead, second):
            self.assertContacts(
                lead,
                [
                    (at(18, 10), "email", "Your offer", True),
                    (at(18, 11), "email", "Our offer is attached", False),
                ],
            )
            self.assertFalse(any(lead.contact_ids.mapped("is_on_deal")))
        self.assertFalse((lost | plain | other).contact_ids)

    def test_another_companys_deals_are_spoken_of_by_their_own_people(self):
        west = self.env["res.company"].create({"name": "West"})
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": west.id})
        stages = [Command.create({"stage_id": stage.id}) for stage in self.stages]
        self.stages.team_ids |= team
        self.env["crm.playbook"].create(
            {"name": "Theirs", "company_id": west.id, "team_ids": team.ids, "stage_ids": stages}
        )
        ann = new_test_user(
            self.env, "contact_ann", "sales_team.group_sale_salesman", company_id=west.id,
            company_ids=[Command.set(west.ids)], email="ann@west.example.com",
        )  # fmt: skip
        theirs = self.create_lead_at(
            18, 9, partner_id=self.wu.id, team_id=team.id, company_id=west.id, user_id=ann.id
        )
        self.lead.company_id = self.env.company
        self.send((18, 11), record=self.wu)
        self.assertTrue(self.lead.contact_ids)
        self.assertFalse(theirs.contact_ids)
        self.send((18, 12), record=self.wu, user=ann)
        self.assertEqual(len(self.lead.contact_ids), 1)
        self.assertEqual(theirs.contact_ids.user_id, ann)
        with self.assertRaises(Exception):  # noqa: B017 - whichever error says that it is not theirs
            theirs.contact_ids.with_user(self.rep).read(["summary"])
        self.assertEqual(self.env["crm.lead.contact"].with_user(ann).search([]), theirs.contact_ids)

    def test_a_wrong_clock_does_not_bring_contact_from_the_future(self):
        self.receive((18, 10), Date="Mon, 18 Mar 2030 10:00:00 +0000")
        self.assertEqual(self.lead.last_contact_at, at(18, 10))

    @mute_logger("odoo.addons.sales_funnel_playbook.models.customer.capture", "odoo.sql_db")
    def test_a_mail_comes_in_also_where_it_cannot_be_captured(self):
        self.env.cr.execute("ALTER TABLE crm_lead_contact ADD CONSTRAINT no_more CHECK (id < 0) NOT VALID")
        message = self.receive((18, 10))
        self.assertEqual((message.model, message.res_id), ("crm.lead", self.lead.id))
        self.assertFalse(self.lead.contact_ids)


@tagged("post_install", "-at_install")
class TestContactMeetings(ContactCase):
    """Meetings that were held, and calls that were made."""

    def test_a_meeting_counts_when_it_has_ended(self):
        self.meet((18, 14), (18, 15), entered=(18, 9))
        self.run_job(18, 14)
        self.assertFalse(self.lead.contact_ids)
        self.run_job(18, 15)
        self.run_job(18, 16)
        self.assertContacts(self.lead, [(at(18, 15), "meeting", "Demo", True)])
        self.assertEqual(self.lead.contact_ids.user_id, self.rep)

    def test_one_that_is_entered_afterwards_counts_at_once(self):
        self.meet((12, 14), (12, 15), entered=(18, 10), videocall_location="https://meet.example.com/1")
        self.assertContacts(self.lead, [(at(12, 15), "video", "Demo", True)])

    def test_one_among_colleagues_or_that_they_have_declined_is_none(self):
        self.meet((18, 14), (18, 15), guests=self.leader.partner_id)
        declined = self.meet((18, 14), (18, 15), entered=(18, 9))
        declined.attendee_ids.filtered(lambda one: one.partner_id == self.wu).state = "declined"
        self.run_job(18, 16)
        self.assertFalse(self.lead.contact_ids)
        self.meet((18, 16), (18, 17), guests=self.env["res.partner"], name="Visit")
        self.assertContacts(self.lead, [(at(18, 17), "meeting", "Visit", True)])

    def test_one_that_was_put_off_called_off_or_deleted_is_none_any_more(self):
        meeting = self.meet((18, 14), (18, 15))
        self.assertEqual(self.lead.last_contact_at, at(18, 15))
        with self.at(18, 16):
            meeting.write({"start": at(20, 14), "stop": at(20, 15)})
        self.assertFalse(self.lead.contact_ids or self.lead.last_contact_at)
        self.run_job(20, 16)
        self.assertEqual(self.lead.last_contact_at, at(20, 15))
        with self.at(21, 9):
            meeting.action_archive()
        self.assertFalse(self.lead.last_contact_at)
        with self.at(21, 10):
            meeting.action_unarchive()
        self.assertEqual(self.lead.last_contact_at, at(20, 15))
        with self.at(21, 11):
            meeting.unlink()
        self.assertFalse(self.lead.last_contact_at)

    def test_one_without_a_deal_counts_for_the_open_deals_of_who_was_there(self):
        second = self.create_lead_at(18, 9, partner_id=self.harbour.id)
        meeting = self.meet((18, 14), (18, 15), guests=self.wu | self.harbour, opportunity_id=False)
        for lead in (self.lead, second):
            self.assertContacts(lead, [(at(18, 15), "meeting", "Demo", True)])
        with self.at(18, 16):
            meeting.opportunity_id = second
        self.assertFalse(self.lead.contact_ids)
        self.assertTrue(second.contact_ids.is_on_deal)

    def test_what_a_private_meeting_is_called_stays_private(self):
        self.meet((18, 14), (18, 15), privacy="private", name="About their take-over")
        self.assertContacts(self.lead, [(at(18, 15), "meeting", False, True)])

    def test_calls_that_are_done_on_the_deal_and_on_the_contact(self):
        self.call((18, 10), summary="About price")
        self.call((18, 11), record=self.wu)
        self.call((18, 12), kind="todo", summary="Write the offer")
        self.assertContacts(
            self.lead,
            [(at(18, 10), "call", "About price", True), (at(18, 11), "call", "They want three", True)],
        )
        self.assertEqual(self.lead.last_contact_channel, "call")

    def test_a_planned_call_that_is_cancelled_is_none(self):
        with self.at(18, 10):
            call = self.lead.activity_schedule("mail.mail_activity_data_call", user_id=self.rep.id)
            call.unlink()
        self.assertFalse(self.lead.contact_ids)

    def test_phone_calls_of_another_module(self):
        """The table of OCA's crm_phonecall, as far as it is read."""

        class Phonecall(models.Model):
            _module = None
            _name = "crm.phonecall"
            _description = "Phone call"

            name = fields.Char()
            active = fields.Boolean(default=True)
            date = fields.Datetime()
            state = fields.Selection([("open", "Confirmed"), ("done", "Held")], default="open")
            user_id = fields.Many2one("res.users")
            partner_id = fields.Many2one("res.partner")
            opportunity_id = fields.Many2one("crm.lead")
            company_id = fields.Many2one("res.company")

        import_module("odoo.orm.model_classes").add_to_registry(self.registry, Phonecall)
        self.addCleanup(self._forget_model, "crm.phonecall")
        self.registry._setup_models__(self.env.cr, ["crm.phonecall"])
        calls = self.env["crm.phonecall"]
        self.env.cr.execute(
            "CREATE TABLE crm_phonecall (id serial PRIMARY KEY, create_uid int, create_date timestamp,"
            " write_uid int, write_date timestamp, name varchar, active bool, date timestamp, state varchar,"
            " user_id int, partner_id int, opportunity_id int, company_id int)"
        )
        with self.at(18, 10):
            vals = {"date": at(18, 10), "user_id": self.rep.id}
            calls.create(
                [
                    {"name": "Held", "state": "done", "opportunity_id": self.lead.id, **vals},
                    {"name": "Planned", "opportunity_id": self.lead.id, **vals},
                    {"name": "With her", "state": "done", "partner_id": self.wu.id, **vals},
                ]
            )
        self.run_job(18, 11)
        self.assertContacts(
            self.lead, [(at(18, 10), "call", "Held", True), (at(18, 10), "call", "With her", True)]
        )

    def _forget_model(self, name):
        del self.registry.models[name]
        self.registry._setup_models__(self.env.cr, [])
