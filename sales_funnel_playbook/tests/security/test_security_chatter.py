from odoo.tests import tagged

from .security_case import WebCase
from .security_common import OUTSIDERS, get_our_models

# Who opens deals, but not this one; outsiders open nothing of the module at all.
STRANGERS = ("own", "contributor", "marketing")
DETAILS = [
    "activities",
    "attachments",
    "contact_fields",
    "followers",
    "scheduledMessages",
    "suggestedRecipients",
]


@tagged("post_install", "-at_install")
class TestSecurityChatter(WebCase):
    """The addresses of the chatter, with guessed ids: nobody reads what is said on what they cannot open,
    and nobody says, follows or changes anything there.
    """

    owners = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        models = [name for name in get_our_models(cls.env) if hasattr(cls.env[name], "message_post")]
        cls.deal = cls.other.get("crm.lead")
        cls.threads = [cls.deal, *(cls.other.get(name) for name in models if not cls.env[name]._abstract)]
        for thread in cls.threads:
            said = cls._get_said(thread)
            thread.message_post(body=said, attachments=[(f"{said}.txt", said.encode())])
        for role in (*STRANGERS, *OUTSIDERS, "manager"):
            cls.users[role].password = cls.users[role].login

    @staticmethod
    def _get_said(thread):
        """Return what only who opens a record may read of it."""
        return f"Said-in-confidence-{thread._name}"

    def _get_calls(self, thread):
        """Return ``(address, arguments)`` of what is asked of a chatter, and said there."""
        place = {"thread_model": thread._name, "thread_id": thread.id}
        message = thread.message_ids[0]
        follower = thread.message_follower_ids[:1]
        partner = self.users["contributor"].partner_id
        return [
            ("/mail/thread/messages", place),
            ("/mail/thread/recipients", {**place, "message_id": message.id}),
            ("/mail/thread/recipients/get_suggested_recipients", place),
            ("/mail/data", {"fetch_params": [["mail.thread", {**place, "request_list": DETAILS}]]}),
            ("/mail/read_subscription_data", {"follower_id": follower.id}),
            ("/mail/message/post", {**place, "post_data": {"body": "Mine", "message_type": "comment"}}),
            ("/mail/message/update_content", {"message_id": message.id, "update_data": {"body": "Mine"}}),
            ("/mail/message/reaction", {"message_id": message.id, "content": "👍", "action": "add"}),
            ("/mail/attachment/delete", {"attachment_id": message.attachment_ids.id}),
            (
                "/mail/thread/subscribe",
                {"res_model": thread._name, "res_id": thread.id, "partner_ids": partner.ids},
            ),
            (
                "/mail/thread/unsubscribe",
                {"res_model": thread._name, "res_id": thread.id, "partner_ids": partner.ids},
            ),
        ]

    def _get_addresses(self, thread):
        message = thread.message_ids[0]
        file = message.attachment_ids
        return [
            f"/mail/view?model={thread._name}&res_id={thread.id}",
            f"/mail/view?message_id={message.id}",
            f"/mail/message/{message.id}",
            f"/mail/unfollow?model={thread._name}&res_id={thread.id}&pid={self.users['portal'].partner_id.id}&token=x",
            f"/web/content/{file.id}",
            f"/web/content/mail.message/{message.id}/body",
            f"/web/image/{file.id}",
            f"/odoo/{thread._name}/{thread.id}",
            f"/my/{thread._name}/{thread.id}",
        ]

    def _look(self, thread):
        """Return what somebody who may not could have changed."""
        self.env.invalidate_all()
        messages = thread.message_ids
        return (
            [(one.id, one.body, one.attachment_ids.ids, len(one.reaction_ids)) for one in messages],
            sorted(thread.message_partner_ids.ids),
        )

    def _call(self, address, arguments):
        return self.url_open(address, json={"jsonrpc": "2.0", "id": 0, "method": "call", "params": arguments})

    def _try(self, role, thread):
        self.log_in(role)
        said, before = self._get_said(thread), self._look(thread)
        for address, arguments in self._get_calls(thread):
            with self.subTest(role=role, thread=thread._name, address=address):
                self.assertNotIn(said, self._call(address, arguments).text)
                self.assertEqual(self._look(thread), before)
        for address in self._get_addresses(thread):
            with self.subTest(role=role, address=address):
                answer = self.url_open(address)
                for secret in (said, self.other.secret):
                    self.assertNotIn(secret, answer.text)
                    self.assertNotIn(secret, answer.url)

    def test_outsiders_on_all_that_has_a_chatter(self):
        self.assertGreater(len(self.threads), 4)
        for role in OUTSIDERS:
            for thread in self.threads:
                self._try(role, thread)

    def test_who_opens_other_deals(self):
        for role in STRANGERS:
            self._try(role, self.deal)

    def test_a_manager_reads_it_there(self):
        """The same addresses, so that their refusal says something."""
        self.log_in("manager")
        said = self._get_said(self.deal)
        read = {
            address: said in self._call(address, arguments).text
            for address, arguments in self._get_calls(self.deal)
        }
        self.assertTrue(read["/mail/thread/messages"] and read["/mail/data"])
        self.assertEqual(len(self.deal.message_ids[:2].filtered("reaction_ids")), 1)
