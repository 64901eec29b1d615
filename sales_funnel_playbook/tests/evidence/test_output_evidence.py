from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .output_common import OutputCase


@tagged("post_install", "-at_install")
class TestOutputEvidence(OutputCase):
    """What is handed in: notes, links and files, and whose they are."""

    def test_note(self):
        for note, reason in [
            (False, "0 letters"),
            ("   \n ", "0 letters"),
            (". . . . . . . . . . . . . . . . .", "0 letters"),
            ("N/A", "2 letters"),
        ]:
            with self.subTest(note=note), self.assertRaisesRegex(UserError, reason):
                self._hand_in(note=note)
        self.report.min_length = 2
        self._hand_in(note="客户")

    def test_copied_text_is_refused_however_it_is_dressed(self):
        self._hand_in()
        other = self._create_lead(name="Other")
        for note in (self.NOTE, f"  {self.NOTE.upper()} !\n"):
            with self.subTest(note=note), self.assertRaisesRegex(UserError, "of another deal"):
                self._hand_in(other, note=note)
        self.needs_confirmed.evidence_required = True
        with self.assertRaisesRegex(UserError, "of another deal"):
            other.confirm_condition(self.needs_confirmed.id, note=self.NOTE)
        self.as_rep.withdraw_output(self.report.id)
        self._hand_in(other)

    def test_the_same_text_again_on_the_same_deal(self):
        self._hand_in()
        self._hand_in()
        self.assertEqual(self.lead.output_ids.mapped("is_current"), [True, False])

    def test_link(self):
        trial = self._create_output(self.stage_lead, "Trial", evidence="link")
        for url in ("", "trial.example.com", "javascript:alert(1)", "ftp://x.y", "http://", "https://a b.c"):
            with self.subTest(url=url), self.assertRaisesRegex(UserError, "complete link"):
                self._hand_in(output=trial, url=url)
        handed_in = self._hand_in(output=trial, url=" https://trial.example.com/a?b=1 ")
        self.assertEqual(handed_in.url, "https://trial.example.com/a?b=1")

    def test_file(self):
        deck = self._create_output(self.stage_lead, "Deck")
        files = self.env["ir.attachment"].with_user(self.rep)
        with self.assertRaisesRegex(UserError, "“Deck” asks for a file"):
            self._hand_in(output=deck, note=self.NOTE)
        empty = files.create({"name": "empty.pdf", "raw": b""})
        with self.assertRaisesRegex(UserError, "“empty.pdf” is empty"):
            self._hand_in(output=deck, attachment_ids=empty.ids)
        self.env["ir.config_parameter"].sudo().set_param("web.max_file_upload_size", "5")
        large = files.create({"name": "large.pdf", "raw": b"123456"})
        with self.assertRaisesRegex(UserError, "“large.pdf” has 6.00 bytes, 5.00 bytes are allowed"):
            self._hand_in(output=deck, attachment_ids=large.ids)
        file = files.create({"name": "deck.pdf", "raw": b"%PDF"})
        handed_in = self._hand_in(output=deck, attachment_ids=file.ids)
        self.assertEqual((file.res_model, file.res_id), ("crm.lead.output", handed_in.id))

    def test_who_sees_the_lead_sees_its_files_and_nobody_else(self):
        deck = self._create_output(self.stage_lead, "Deck")
        file = self.env["ir.attachment"].with_user(self.rep).create({"name": "deck.pdf", "raw": b"%PDF"})
        self._hand_in(output=deck, attachment_ids=file.ids)
        self.assertEqual(file.with_user(self.leader).raw, b"%PDF")
        with self.assertRaises(AccessError):
            file.with_user(self.user_sales_salesman).read(["raw"])
        with self.assertRaises(AccessError):
            file.write({"raw": b"changed"})

    def test_a_file_of_another_record_is_not_taken(self):
        deck = self._create_output(self.stage_lead, "Deck")
        file = self.env["ir.attachment"].create({"name": "pay.txt", "raw": b"!"})
        with self.assertRaisesRegex(UserError, "belongs to another record or user"):
            self._hand_in(output=deck, attachment_ids=file.ids)

    def test_only_outputs_of_this_leads_playbook(self):
        foreign = self.playbook.copy().stage_ids.output_ids
        self.report.active = False
        for output_id in (foreign.id, self.report.id, 999_999_999, "1"):
            with self.subTest(output_id=output_id), self.assertRaisesRegex(UserError, "cannot be submitted"):
                self.lead.submit_output(output_id, note=self.NOTE)

    def test_html_stays_text(self):
        script = "<script>alert('the customer said so')</script>"
        handed_in = self._hand_in(note=script)
        self.assertEqual(handed_in.note, script)
        self.report.name = "<b>Report</b>"
        self._hand_in()
        self.assertIn("&lt;b&gt;Report", self.lead.message_ids[0].body)

    def test_who_may_not_write_the_lead_hands_in_nothing(self):
        with self.assertRaises(AccessError):
            self._hand_in(self.lead.with_user(self.user_sales_salesman))

    # approval

    def test_a_users_own_defaults_forge_nothing(self):
        self.report.approval = "team_leader"
        self.env["ir.default"].with_user(self.rep).sudo().set(
            "crm.lead.output", "state", "approved", user_id=self.rep.id
        )
        self.env["ir.default"].with_user(self.rep).sudo().set(
            "crm.lead.confirmation", "date", "2001-01-01 00:00:00", user_id=self.rep.id
        )
        self.assertEqual(self._hand_in().state, "submitted")
        self.as_rep.confirm_condition(self.review_passed.id)
        self.assertGreater(self.lead.confirmation_ids[0].date.year, 2001)

    def test_what_was_handed_in_is_not_deleted_by_who_uploaded_it(self):
        deck = self._create_output(self.stage_lead, "Deck")
        file = self.env["ir.attachment"].with_user(self.rep).create({"name": "deck.pdf", "raw": b"%PDF"})
        self._hand_in(output=deck, attachment_ids=file.ids)
        with self.assertRaisesRegex(UserError, "is evidence of a deal"):
            file.sudo().unlink()

    def test_template_files(self):
        file = self.env["ir.attachment"].create({"name": "form.docx", "raw": b"form"})
        self.report.template_attachment_ids = file
        self.assertEqual(file.with_user(self.rep).raw, b"form")
        copied = self.playbook.copy().stage_ids.output_ids.template_attachment_ids
        self.assertNotEqual(copied, file)
        self.assertEqual(copied.with_user(self.rep).raw, b"form")
