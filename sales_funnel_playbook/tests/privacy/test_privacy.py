import base64
import json

from markupsafe import Markup
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from .privacy_common import SECRET, PrivacyCase


@tagged("post_install", "-at_install")
class TestPrivacy(PrivacyCase):
    """One person's data is given out, and forgotten in place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        context = {"active_model": "res.partner", "active_id": cls.person.id}
        cls.data = cls.env["crm.personal.data"].with_user(cls.admin).with_context(**context).create({})

    def _get_file(self):
        self.data.invalidate_recordset()
        return json.loads(base64.b64decode(self.data.file))

    def test_what_is_kept_is_given_out(self):
        self.assertEqual(self.data.partner_id, self.person)
        counts = ("chain_count", "note_count", "contact_count", "risk_count")
        self.assertEqual([self.data[name] for name in counts], [1, 1, 1, 1])
        told = self._get_file()
        [line] = told["crm.lead.stakeholder"]
        self.assertEqual((line["deal"], line["role"]), ("Press", "Decision Maker"))
        self.assertIn("another house", told["crm.lead.progress"][0]["summary"])
        self.assertNotIn("Olaf", json.dumps(told), "nothing of anybody else")
        self.assertIn(f"/{self.data.id}/file/", self.data.action_download()["url"])

    def test_forgotten_in_place(self):
        """Names and texts go, also where the deal repeats them; what is counted stays. Nobody is told of a
        decision maker who has left.
        """
        before = self._count(self.lead)
        self.data.action_anonymise()
        self.env.invalidate_all()
        self.assertEqual(self._count(self.lead), before)
        told = self._read_everything(self.lead)
        self.assertNotIn(SECRET, told)
        self.assertIn("Olaf Open", told, "others stay")
        self.assertEqual(self.lead.progress_ids.mapped("anonymised_at").count(False), 1)
        line = self.lead.stakeholder_ids.filtered("anonymised_at")
        self.assertEqual(line.display_name, "Anonymised person")
        self.assertFalse(self._get_file()["crm.lead.stakeholder"])
        self.person.unlink()  # nothing holds on to the contact any more

    def test_names_are_searched_where_the_person_is_known(self):
        """On other customers' deals the same name is somebody else's; a mail address is nobody else's."""
        elsewhere = self._create_lead(name="Other house", partner_name="Other house")
        notes = self.env["crm.lead.progress"].create(
            [
                {"lead_id": elsewhere.id, "summary": f"Another Anna {SECRET} works here"},
                {"lead_id": elsewhere.id, "summary": "She forwards it to anna@acme.example"},
            ]
        )
        found = self.person._find_personal_facts()["crm.lead.progress"]
        self.assertNotIn(notes[0], found)
        self.assertIn(notes[1], found)

    def _find_notes(self, name, texts, lead=None):
        """Return which of these notes on a deal are found for a person of this name."""
        self.person.name = name
        notes = self.env["crm.lead.progress"].create(
            [{"lead_id": (lead or self.lead).id, "summary": text} for text in texts]
        )
        return (self.person._find_personal_facts()["crm.lead.progress"] & notes).mapped("summary")

    def test_a_part_of_a_word_is_somebody_else(self):
        self.person.email = "li@acme.example"
        other = ["The client pays in spring, they say", "Ask wangli@acme.example or x.li@acme.example"]
        mine = ["Mr.Li wants the offer until Monday", "Mail to li@acme.example, with the whole offer"]
        self.assertEqual(set(self._find_notes("Li", [*other, *mine])), set(mine))
        self.assertEqual(self._find_notes("Jan", ["They decide in January, not before"]), [])
        told = "今天和李明沟通了合同条款,对方下周将答复我们并确认合同的付款方式"
        self.assertEqual(self._find_notes("李明", [told]), [told])
        self.assertEqual(self._find_notes("李", [told]), [], "a single character is no name")

    def test_deals_of_a_namesake_are_somebody_elses(self):
        vals = {"name": "Saw", "contact_name": self.person.name}
        namesake = self._create_lead(**vals, partner_name="Other house")
        known = [
            self._create_lead(**vals, email_from="Anna <Anna@acme.example>"),
            self._create_lead(**vals, phone=self.person.phone),
            self._create_lead(**vals, partner_name="ACME"),
        ]
        found = self.person._find_personal_deals()
        self.assertNotIn(namesake, found)
        self.assertEqual([lead in found for lead in known], [True] * 3)
        self.person.write({"parent_id": False, "email": False, "phone": False})
        self.assertNotIn(namesake, self.person._find_personal_deals())

    def test_the_next_step_is_given_out_and_forgotten(self):
        step = {"next_step": f"Call Anna {SECRET} ", "next_date": "2026-05-04"}
        note = self.env["crm.lead.progress"].create(
            {"lead_id": self.lead.id, "summary": "They want to see the press at work", **step}
        )
        other = self.lead.activity_schedule("mail.mail_activity_data_todo", summary="Send the offer")
        activity = self.lead.activity_ids - other
        activity = activity.filtered(lambda one: SECRET in (one.summary or ""))
        self.assertEqual(len(activity), 1)
        activity.action_feedback()
        told = self._get_file()["crm.lead.progress"]
        self.assertIn((step["next_step"], "2026-05-04"), [(n["next_step"], n["next_date"]) for n in told])
        self.data.action_anonymise()
        self.assertTrue(note.anonymised_at)
        self.assertEqual((activity.summary, other.summary), ("Anonymised", "Send the offer"))

    def test_risks_of_a_note_that_is_no_longer_marked_and_of_who_left(self):
        note = self.lead.progress_ids.filtered("milestone_ids")
        risk = self.lead.risk_ids
        note.milestone_ids = False
        self.env["crm.risk.type"].search([("detection", "=", "champion")]).active = True
        line = self._create_told_deal(self.acme).stakeholder_ids.filtered(lambda one: one.role == "champion")
        line.date_to = Datetime.now()
        left = line.lead_id.risk_ids.filtered(lambda one: (one.cause or "").startswith("champion:"))
        self.other.name = "Olaf Married"
        note._anonymise()
        self.assertEqual(risk.description, "Anonymised")
        self.assertEqual(len(left), 1)
        self.other._anonymise_personal_facts()
        self.assertEqual(left.description, "Anonymised")

    def test_alarms_of_earlier_versions_lose_the_text_that_they_copied(self):
        """Also where the risk's own text was changed since. What people wrote is theirs to take out."""
        title, text = "<p><b>High risk: A rival</b></p>", f"<p>Anna {SECRET} tells\nother houses</p>"
        other = self._create_lead(name="Other house")
        subtype = "sales_funnel_playbook.mail_message_subtype_risk"
        old, elsewhere = [
            lead.message_post(body=Markup(title + text), subtype_xmlid=subtype) for lead in (self.lead, other)
        ]
        own = self.lead.message_post(body=f"Anna {SECRET} called")
        self.lead.risk_ids._anonymise()
        self.assertEqual(old.body, title)
        self.assertIn(SECRET, elsewhere.body)
        self.assertIn(SECRET, own.body)

    def test_signs_of_a_search_stand_for_themselves(self):
        self.person.name = "%"
        self.assertNotIn(
            "Olaf asks for an offer until May",
            self.person._find_personal_facts()["crm.lead.progress"].mapped("summary"),
        )

    def test_for_administrators_and_people(self):
        with self.assertRaises(AccessError):
            self.env["crm.personal.data"].with_user(self.manager).create({"partner_id": self.person.id})
        other = self.env["crm.personal.data"].create({"partner_id": self.person.id})
        for name in ("action_download", "action_anonymise"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(other.with_user(self.manager), name)()
        company = self.env["crm.personal.data"].create({"partner_id": self.acme.id})
        with self.assertRaisesRegex(UserError, "is a company"):
            company.action_anonymise()

    def test_a_line_that_names_somebody_again_does_so(self):
        line = self.lead.stakeholder_ids.filtered(lambda one: one.partner_id == self.person)
        self.data.action_anonymise()
        self.assertEqual(line.display_name, "Anonymised person")
        line.with_user(self.rep).partner_id = self.other.copy({"name": "Nora Next"})
        self.assertIn("Nora Next", line.display_name)

    def test_a_note_that_is_written_again_is_forgotten_again(self):
        note = self.lead.progress_ids.filtered("milestone_ids")
        self.data.action_anonymise()
        note.with_user(self.rep).summary = f"It was Anna {SECRET} who compared us"
        self.assertFalse(note.anonymised_at)
        self.data.action_anonymise()
        self.assertEqual((note.summary, bool(note.anonymised_at)), ("Anonymised", True))

    def test_nobody_says_that_something_was_anonymised(self):
        for fact in (self.lead.stakeholder_ids[0], self.lead.progress_ids[0]):
            with self.subTest(fact._name), self.assertRaises(AccessError):
                fact.with_user(self.manager).write({"anonymised_at": Datetime.now()})
        vals = {"lead_id": self.lead.id, "role": "user"}
        forged = self.env["crm.lead.stakeholder"].with_user(self.manager)
        with self.assertRaises(AccessError):
            forged.with_context(default_anonymised_at="2024-01-01 08:00:00").create(vals)
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(CheckViolation, "person"):
            forged.create(vals)

    def test_another_person_with_the_same_role_is_anonymised_too(self):
        """Two who are no longer known have the same role at once; a merged deal keeps both."""
        self.lead.stakeholder_ids.filtered(lambda one: one.partner_id == self.other).role = "decision_maker"
        self.data.action_anonymise()
        self.other._anonymise_personal_facts()
        chain = self.lead.stakeholder_ids
        self.assertEqual(chain.mapped("role"), ["decision_maker"] * 2)
        rival = self._create_told_deal(self.acme)
        rival.stakeholder_ids._anonymise()
        merged = (self.lead | rival).merge_opportunity()
        self.assertEqual(len(merged.stakeholder_ids), 4)
        self.assertFalse(merged.stakeholder_ids.partner_id)
