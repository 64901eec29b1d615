from markupsafe import Markup

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user

from .case_common import CaseCase


class TestCase(CaseCase):
    """The whole life of a case, and who may do which step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_rep = new_test_user(
            cls.env, "other_rep", groups="sales_team.group_sale_salesman", company_id=cls.env.company.id
        )
        cls.lost = cls._create_closed("lost", "Acme presses", partner_name="Acme Ltd")
        cls.cases = cls.env["crm.playbook.case"]

    def _draft(self, **vals):
        """A draft of the representative on the lost deal, ready to be handed in."""
        return self.cases.with_user(self.rep).create(
            {
                "lead_id": self.lost.id,
                "name": "Too late",
                "situation": "They hurried",
                "lesson": "Ask for the date first.",
                **vals,
            }
        )

    def test_the_whole_life(self):
        case = self._draft()
        self.assertEqual((case.state, case.user_id, case.version), ("draft", self.rep, 0))
        case.action_submit()
        self.assertEqual((case.state, case.reviewer_id), ("in_review", self.manager))
        self.assertEqual(case.sudo().activity_ids.user_id, self.manager)
        self.assertFalse(case.with_user(self.other_rep).search([("id", "=", case.id)]))

        case.with_user(self.manager).action_publish()
        self.assertEqual((case.state, case.version), ("published", 1))
        self.assertFalse(case.sudo().activity_ids, "what was asked of the reviewer is done")
        self.assertTrue(case.published_at)
        self.assertTrue(case.review_by)
        self.assertEqual(case.with_user(self.other_rep).name, "Too late")

        revision = self.cases.with_user(self.rep).browse(case.action_revise()["res_id"])
        self.assertEqual(case.action_revise()["res_id"], revision.id, "one revision at a time")
        revision.write({"lesson": "Ask for the date in the first call.", "name": "Asked too late"})
        revision.action_submit()
        self.assertEqual(case.name, "Too late", "readers have the last good text meanwhile")
        revision.with_user(self.manager).action_publish()
        self.assertEqual((case.name, case.version, case.state), ("Asked too late", 2, "published"))
        self.assertFalse(revision.exists())
        versions = case.with_user(self.rep).version_ids
        self.assertEqual(versions.mapped("number"), [2, 1])
        self.assertEqual(versions.mapped("name"), ["Asked too late", "Too late"])
        self.assertIn("first call", versions[0].lesson)

        case.with_user(self.manager).action_retire()
        self.assertFalse(case.with_user(self.other_rep).search([("id", "=", case.id)]))
        case.with_user(self.manager).action_take_back()
        case.with_user(self.manager).action_publish()
        self.assertEqual((case.state, case.version), ("published", 2), "the same text is no new version")

    def _attach(self, case, name):
        """A file of a case, as its owner adds it."""
        vals = {"name": name, "raw": name.encode(), "res_model": case._name, "res_id": case.id}
        return self.env["ir.attachment"].with_user(self.rep).create(vals)

    def test_pictures_of_a_revision_are_the_cases_once_it_is_published(self):
        case = self._draft()
        old = self._attach(case, "old.png")
        case.with_user(self.manager).action_publish()
        revision = self.cases.with_user(self.rep).browse(case.action_revise()["res_id"])
        picture, file = self._attach(revision, "plan.png"), self._attach(revision, "said.pdf")
        revision.lesson = Markup('<p>Ask: <img src="/web/image/%s"></p>') % picture.id
        revision.message_post(body="See there", attachment_ids=file.ids)
        revision.action_submit()
        with self.assertRaises(AccessError):
            picture.with_user(self.other_rep).read(["raw"])
        revision.with_user(self.manager).action_publish()
        self.assertIn(f"/web/image/{picture.id}", case.lesson)
        for one in (old, picture, file):
            with self.subTest(one.name):
                self.assertEqual(one.exists().with_user(self.other_rep).raw, one.name.encode())
                self.assertEqual((one.res_model, one.res_id), (case._name, case.id))
                with self.assertRaises(AccessError):
                    one.with_user(self.other_rep).unlink()
        discarded = self.cases.with_user(self.rep).browse(case.action_revise()["res_id"])
        picture = self._attach(discarded, "never.png")
        discarded.unlink()
        self.assertFalse(picture.exists())

    def test_back_to_draft(self):
        case = self._draft()
        case.action_submit()
        case.action_take_back()
        self.assertEqual(case.state, "draft")
        self.assertFalse(case.sudo().activity_ids)

    def test_a_step_out_of_turn(self):
        case = self._draft()
        for step in ("action_retire", "action_take_back", "action_toggle_helpful", "action_revise"):
            with self.subTest(step=step), self.assertRaises(UserError):
                getattr(case.with_user(self.manager), step)()
        case.with_user(self.manager).action_publish()
        with self.assertRaisesRegex(UserError, "Reload the page"):
            case.with_user(self.manager).action_publish()

    def test_only_managers_publish_and_retire(self):
        case = self._draft()
        for change in (
            lambda: case.action_publish(),
            lambda: case.write({"state": "published"}),
            lambda: self._draft(state="published"),
            lambda: case.write({"state": "retired"}),
        ):
            with self.assertRaises(AccessError):
                change()
        self.assertEqual(case.state, "draft")
        case.with_user(self.manager).action_publish()
        for vals in ({"lesson": "Anything"}, {"state": "draft"}, {"review_by": "2030-01-01"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                case.with_user(self.rep).write(vals)
        with self.assertRaises(AccessError):
            case.with_user(self.other_rep).action_revise()
        with self.assertRaises(AccessError):
            case.with_user(self.other_rep).action_confirm()

    def test_drafts_of_others_and_other_companies(self):
        case = self._draft()
        for user in (self.other_rep, self.user_sales_salesman):
            with self.subTest(user=user.login):
                self.assertFalse(self.cases.with_user(user).search([("id", "=", case.id)]))
                for operation in ("read", "write", "unlink"):
                    self.assertFalse(case.with_user(user).has_access(operation))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self._create_case("Foreign", company_id=company.id)
        shared = self._create_case("Shared", company_id=False)
        found = self.cases.with_user(self.rep).search([("id", "in", (foreign | shared).ids)])
        self.assertEqual(found, shared)
        self.assertFalse(foreign.with_user(self.manager).has_access("read"))
        with self.assertRaises(AccessError):
            self.lost.with_user(self.rep).mark_case_used(foreign.id)

    def test_nobody_but_sales_sees_anything(self):
        case = self._create_case()
        portal = new_test_user(self.env, "portal_reader", groups="base.group_portal")
        internal = new_test_user(self.env, "internal_reader", groups="base.group_user")
        for user in (portal, internal, self.env.ref("base.public_user")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                case.with_user(user).read(["name"])

    def test_the_owner_cannot_write_for_others(self):
        with self.assertRaises(AccessError):
            self._draft(user_id=self.other_rep.id)

    def test_complete_before_it_is_handed_in(self):
        for missing in ("lesson", "situation"):
            case = self._draft(**{missing: "<p><br></p>"})
            with self.subTest(missing=missing):
                for step in (case.action_submit, case.with_user(self.manager).action_publish):
                    with (
                        self.assertRaisesRegex(ValidationError, missing.capitalize()),
                        self.env.cr.savepoint(),
                    ):
                        step()
                self.assertEqual(case.state, "draft")
        published = self._create_case()
        with self.assertRaisesRegex(ValidationError, "Lesson"):
            published.lesson = False

    def test_a_deal_that_is_open(self):
        lead = self._create_lead("Still going")
        with self.assertRaisesRegex(ValidationError, "“Still going” is still open"), self.env.cr.savepoint():
            self.cases.with_user(self.rep).create({"lead_id": lead.id, "name": "Early", "outcome": "won"})
        lead.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "still open"):
            lead.action_open_cases()

    def test_the_outcome_is_the_deals(self):
        with self.assertRaisesRegex(ValidationError, "correct the outcome"):
            self._draft(outcome="won")
        case = self._draft()
        self.assertEqual(case.outcome, "lost")
        self.lost.action_unarchive()
        case.lesson = "Still mine to write, though the deal goes on."

    def test_the_deal_is_deleted(self):
        case = self._draft()
        case.with_user(self.manager).action_publish()
        self.lost.unlink()
        case.invalidate_recordset()
        self.assertFalse(case.lead_id)
        self.assertEqual((case.name, case.outcome, case.stage_id), ("Too late", "lost", self.stage_talks))
        case.with_user(self.manager).action_retire()

    def test_the_deal_is_not_told_to_who_may_not_see_it(self):
        own_only = self.user_sales_salesman
        case = self._draft()
        case.with_user(self.manager).action_publish()
        self.assertFalse(self.lost.with_user(own_only).has_access("read"))
        row = case.with_user(own_only).web_read({"lead_id": {"fields": {"display_name": {}}}})[0]
        self.assertFalse(row["lead_id"])
        self.assertFalse(case.with_user(own_only).read(["lead_id"])[0]["lead_id"])
        with self.assertRaises(ValidationError):
            case.with_user(own_only).formatted_read_group([], ["lead_id"], ["__count"])
        self.assertEqual(case.with_user(self.rep).read(["lead_id"])[0]["lead_id"][0], self.lost.id)
        with self.assertRaises(AccessError):
            self.cases.with_user(own_only).create({"lead_id": self.lost.id, "name": "Curious"})
        curious = Form(self.cases.with_user(own_only).with_context(default_lead_id=self.lost.id))
        self.assertFalse(curious.situation, "a form that is not saved tells nothing either")

    def test_names_are_left_out(self):
        anna = self.env["res.partner"].create({"name": "Anna Berg"})
        self.lost.stakeholder_ids = [
            Command.create({"partner_id": anna.id, "role": "champion", "attitude": "for"})
        ]
        for field, text, name in (
            ("lesson", "ACME LTD hurried us", "ACME LTD"),
            ("approach", "We met Anna Berg", "Anna Berg"),
            ("name", "Acme Ltd in a hurry", "Acme Ltd"),
        ):
            case = self._draft(**{field: text})
            with self.subTest(field=field):
                with self.assertRaisesRegex(ValidationError, f"“{name}” is named"), self.env.cr.savepoint():
                    case.action_submit()
                case.hide_customer = False
                case.action_submit()
                self.assertEqual(case.customer_name, "Acme Ltd")
        hidden = self._draft()
        hidden.action_submit()
        self.assertFalse(hidden.customer_name)

    def test_published_cases_are_retired_not_deleted(self):
        case = self._draft()
        case.unlink()
        self.assertFalse(case.exists())
        published = self._create_case("Read by many")
        with self.assertRaisesRegex(UserError, "retire it"):
            published.with_user(self.manager).unlink()

    def test_html_is_sanitised(self):
        case = self._draft(
            situation='<p onclick="x()">Hi<script>alert(1)</script>'
            '<img src="x" onerror="alert(2)"><a href="javascript:alert(3)">link</a></p>'
        )
        for bad in ("script", "onclick", "onerror", "javascript:"):
            self.assertNotIn(bad, case.situation)
        self.assertIn("Hi", case.situation)
        case.name = "<b>Bold</b>"
        case.with_user(self.manager).action_publish()
        self.assertNotIn("<script", case.version_ids.situation)

    def test_a_reviewer_who_cannot_publish(self):
        with self.assertRaisesRegex(ValidationError, "cannot publish"):
            self._draft(reviewer_id=self.other_rep.id)

    def test_comments(self):
        case = self._create_case()
        case.with_user(self.other_rep).message_post(body="Same here", message_type="comment")
        self.assertIn("Same here", case.message_ids[0].body)
