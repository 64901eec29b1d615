from odoo.tests import tagged

from ..role.mail_reading import AMOUNTS, RAISED, MailReading
from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestMarketingMails(MailReading, IntakeCase):
    """What marketing hears of the leads that it has given away names no amounts, either."""

    def test_handed_over_sent_back_and_won(self):
        lead = self.capture(source_id=self.source.id)
        subtypes = self.env["mail.message.subtype"].search([("res_model", "=", "crm.lead")])
        lead.sudo().message_subscribe((self.mia | self.fred).partner_id.ids, subtypes.ids)
        self.playbook.mode = "observe"
        theirs = lead.with_user(self.rep)
        self.get_mails(lambda: lead.hand_over(self.rep.id))
        [mail] = self.get_mails(lambda: theirs.send_back("incomplete", "No name"))[self.mia]
        self.assertIn("Sent back", mail)
        self.get_mails(lambda: lead.hand_over(self.rep.id))
        moved = {"stage_id": self.stage_demo.id, "expected_revenue": RAISED}
        won = {"stage_id": self.stage_signed.id, **AMOUNTS}
        for change, stage in ((moved, "Demo"), (won, "Signed")):
            mails = self.get_mails(lambda vals=change: theirs.write(dict(vals)))
            [mail] = mails[self.mia]
            self.assertIn(stage, mail)
            self.assertNamesNoAmounts(mail)
            self.assertIn(str(change["expected_revenue"]), mails[self.fred][0])
