from odoo.addons.mail.tools.discuss import Store
from odoo.tests import tagged

from .contributor_common import ContributorCase


@tagged("post_install", "-at_install")
class TestContributorTalk(ContributorCase):
    """What is said and handed in on the deals of their roles is theirs too, and of no others."""

    def test_messages_and_files(self):
        self.as_cora.message_post(body="The money is there")
        posted = self.lead.message_ids[0]
        self.assertEqual(posted.author_id, self.cora.partner_id)
        messages = self.env["mail.message"].with_user(self.cora)
        self.assertIn(posted, messages.search([("model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]))
        self.hidden.message_post(body="A secret of theirs")
        theirs = self.hidden.message_ids
        self.assertFalse(messages.search([("id", "in", theirs.ids)]))
        self.refuse(lambda: theirs.with_user(self.cora).read(["body"]))
        on_deal = self.env["ir.attachment"].create(
            {"name": "price.xlsx", "raw": b"1", "res_model": "crm.lead", "res_id": self.lead.id}
        )
        files = self.env["ir.attachment"].with_user(self.cora)
        self.refuse(lambda: on_deal.with_user(self.cora).read(["name"]))
        self.assertFalse(files.search([("id", "=", on_deal.id)]))
        self.assertFalse(files.search([("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]))
        deck = self.upload(self.rep, "deck.pdf")
        self.lead.with_user(self.rep).submit_output(self.deck.id, attachment_ids=deck.ids)
        self.assertEqual(deck.with_user(self.cora).raw, b"%PDF")
        secret = self.upload(self.rep, "secret.pdf")
        self.hidden.team_id = self.team
        self.hidden.with_user(self.rep).submit_output(self.deck.id, attachment_ids=secret.ids)
        self.hidden.member_ids.unlink()
        self.refuse(lambda: secret.with_user(self.cora).read(["name"]))
        self.assertFalse(
            self.env["crm.lead.output"].with_user(self.cora).search([("lead_id", "=", self.hidden.id)])
        )

    def test_the_chatter_opens(self):
        self.lead.email_from = "buyer@example.com"
        self.lead.activity_schedule("mail.mail_activity_data_todo", user_id=self.rep.id)
        asked = ["activities", "attachments", "contact_fields", "followers", "scheduledMessages"]
        store = Store()
        self.as_cora._thread_to_store(store, [], request_list=[*asked, "suggestedRecipients"])
        [thread] = store.get_result()["mail.thread"]
        self.assertEqual((thread["hasReadAccess"], thread["hasWriteAccess"]), (True, False))
        self.assertTrue(thread["canPostOnReadonly"])
        self.assertEqual(thread["suggestedRecipients"][0]["email"], "buyer@example.com")

    def test_activities(self):
        own = self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.cora.id, summary="Look"
        )
        theirs = self.hidden.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.rep.id, summary="X"
        )
        own.with_user(self.cora).action_feedback("It is there")
        self.assertFalse(own.exists().active)
        self.refuse(lambda: theirs.with_user(self.cora).read(["summary"]))
        self.assertFalse(theirs.with_user(self.cora).search([("id", "=", theirs.id)]))

    def test_their_calls_and_mails_are_contact(self):
        """As everybody's: a follow-up of the deal ends, and it is told who it was and that it was."""
        buyer = self.env["res.partner"].create({"name": "Buyer", "email": "buyer@harbour.example.com"})
        self.lead.partner_id = buyer
        call = self.lead.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.cora.id, summary="About the invoice"
        )
        call.with_user(self.cora).action_feedback()
        self.env.cr.flush()
        self.assertRecordValues(
            self.lead.contact_ids,
            [{"user_id": self.cora.id, "channel": "call", "summary": "About the invoice"}],
        )
        self.assertEqual(self.lead.last_contact_channel, "call")
        self.as_cora.message_post(
            body="The invoice is attached", partner_ids=buyer.ids, message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )  # fmt: skip
        self.env.cr.flush()
        self.assertEqual(self.lead.last_contact_channel, "email")

    def test_mails_name_no_amounts_where_a_contributor_follows(self):
        tracking = self.env["mail.tracking.value"]
        field = self.env["ir.model.fields"]._get("crm.lead", "expected_revenue")
        message = self.lead.message_post(body="Tracked")
        value = tracking.create({"mail_message_id": message.id, "field_id": field.id})
        self.assertEqual(value._filter_free_field_access(), value)
        self.lead.message_subscribe(self.cora.partner_id.ids)
        self.assertFalse(value._filter_free_field_access())
        self.assertFalse(value._filter_has_field_access(self.lead.with_user(self.cora).env))
