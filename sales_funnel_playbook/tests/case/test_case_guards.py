from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user

from odoo.addons.sales_funnel_playbook.tools import case_ranking

from .case_common import CaseCase


class TestCaseGuards(CaseCase):
    """What somebody might try over RPC, and what must not trap who means well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env["crm.playbook.case"]
        cls.company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.own_only = cls.user_sales_salesman

    def _draft(self, **vals):
        vals = {"name": "Mine", "outcome": "won", "situation": "They hurried", "lesson": "Ask.", **vals}
        return self.cases.with_user(self.rep).create(vals)

    def test_what_is_kept_by_itself(self):
        case, other = self._draft(), self._create_case("Other's")
        for vals in (
            {"helpful_user_ids": [Command.link(self.rep.id)]},
            {"published_at": "2099-01-01"},
            {"version": 9},
            {"revision_of_id": other.id},
            {"customer_name": "Acme"},
        ):
            [[name, value]] = vals.items()
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    case.write(vals)
                with self.assertRaises(AccessError):
                    self._draft(**vals)
                with self.assertRaises(AccessError):
                    self.cases.with_user(self.rep).with_context(**{f"default_{name}": value}).create(
                        {"name": "Sly", "outcome": "won"}
                    )
        with self.assertRaises(AccessError):
            case.with_context(default_state="published").copy()

    def test_a_deal_as_a_default(self):
        lead = self._create_closed("lost", "Secret Project")
        for name in ("create", "new"):
            cases = self.cases.with_user(self.own_only).with_context(default_lead_id=lead.id)
            if name == "new":
                self.assertFalse(cases.new({}).situation)
                continue
            with self.assertRaises(AccessError) as caught:
                cases.create({"name": "Curious", "outcome": "won"})
            self.assertNotIn("Secret Project", str(caught.exception))

    def test_other_companies_on_the_agenda(self):
        self._create_case("Foreign", company_id=self.company.id)
        own = self._create_case("Ours")
        dialog = self.env["crm.playbook.case.session"].with_user(self.rep)
        self.assertEqual(Form(dialog).save().line_ids.case_id, own)
        draft = self._create_case("Draft of another", state="draft")
        with self.assertRaises(AccessError):
            self.env["crm.playbook.case.session.suggestion"].with_user(self.own_only).create(
                {"wizard_id": dialog.create({}).id, "case_id": draft.id}
            )

    def test_other_companies_do_not_crowd_out_ours(self):
        """Where one candidate is looked at in full, it is one that the reader may see."""
        lead = self._create_lead(use_case="Laser alignment of spindles", product_line_id=self.line.id)
        self._set_competitors(lead, self.globex)
        self.globex.company_id = False
        own = self._create_case("Ours", product_line_id=self.line.id)
        for shared in ({"situation": "Laser alignment of spindles"}, {"competitor_ids": self.globex.ids}):
            self._create_case("Foreign", company_id=self.company.id, **shared)
            with self.subTest(shared=shared), patch.object(case_ranking, "MAX_SCORED", 1):
                found = lead.with_user(self.rep).get_similar_cases(limit=1)
                self.assertEqual([one["id"] for one in found], own.ids)

    def test_a_competitor_of_another_company(self):
        theirs = self.env["crm.competitor"].create({"name": "Theirs", "company_id": self.company.id})
        lead = self._create_lead(stage_id=self.stage_talks.id)
        self._set_competitors(lead, self.globex | theirs)
        lead.action_set_lost(lost_reason_id=self.lost_reason.id)
        case = self.cases.with_user(self.rep).create({"lead_id": lead.id})
        self.assertEqual(case.competitor_ids, self.globex)

    def test_a_reviewer_who_does_not_see_it(self):
        foreign = new_test_user(
            self.env,
            "foreign_manager",
            groups="sales_team.group_sale_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.playbook.responsible_user_id = foreign
        case = self._draft(product_line_id=self.line.id)
        case.action_submit()
        self.assertFalse(case.reviewer_id)
        with self.assertRaisesRegex(ValidationError, "of its company"):
            case.reviewer_id = foreign

    def test_handing_in_by_any_way(self):
        case = self._draft(product_line_id=self.line.id)
        case.write({"state": "in_review"})
        self.assertEqual(case.reviewer_id, self.manager)
        self.assertEqual(case.sudo().activity_ids.user_id, self.manager)
        case.write({"state": "draft"})
        self.assertFalse(case.sudo().activity_ids)
        created = self._draft(product_line_id=self.line.id, state="in_review")
        self.assertEqual(created.sudo().activity_ids.user_id, self.manager)

    def _revise(self, case):
        return self.cases.browse(case.with_user(self.manager).action_revise()["res_id"])

    def test_a_revision_is_published_by_its_button(self):
        revision = self._revise(self._create_case())
        with self.assertRaisesRegex(UserError, "Press “Publish”"):
            revision.with_user(self.manager).write({"state": "published"})

    def test_a_revision_of_a_case_that_was_retired_since(self):
        case = self._create_case()
        revision = self._revise(case)
        case.with_user(self.manager).action_retire()
        with self.assertRaisesRegex(UserError, "Retired"):
            revision.with_user(self.manager).action_publish()
        self.assertTrue(revision.exists())

    def test_a_revision_gives_all_that_it_lets_edit(self):
        case = self._create_case(stay_days=3)
        revision = self._revise(case)
        revision.write({"stay_days": 9, "tier": "A", "tag_ids": [Command.create({"name": "Price"})]})
        revision.with_user(self.manager).action_publish()
        self.assertEqual((case.stay_days, case.tier, case.tag_ids.name), (9, "A", "Price"))

    def test_once_read_it_is_not_deleted(self):
        case = self._create_case()
        case.state = "draft"
        with self.assertRaisesRegex(UserError, "retire it"):
            case.with_user(self.manager).unlink()

    def test_names_that_are_words(self):
        lead = self._create_closed("lost", partner_name="Acme", contact_name="Will")
        case = self._draft(lead_id=lead.id, outcome="lost", lesson="They will ask ACME again")
        with self.assertRaisesRegex(ValidationError, "“ACME”"), self.env.cr.savepoint():
            case.action_submit()
        case.lesson = "Will asked in vain"
        with self.assertRaisesRegex(ValidationError, "“Will”"), self.env.cr.savepoint():
            case.action_submit()
        case.lesson = "They will ask again"
        case.action_submit()

    def test_a_retired_case_whose_customer_has_got_a_name(self):
        lead = self._create_closed("lost")
        case = self._create_case(lead_id=lead.id, outcome="lost", lesson="Ask Northwind")
        case.action_retire()
        lead.partner_name = "Northwind"
        case.with_user(self.manager).action_take_back()
        case.with_user(self.manager).lesson = "Ask the customer"
        case.with_user(self.manager).action_publish()

    def test_merging_says_nothing_about_names(self):
        tail = self._create_closed("lost", "Tail")
        case = self._create_case(lead_id=tail.id, outcome="lost", lesson="Ask Northwind", approach=False)
        head = self._create_closed("lost", "Head", partner_name="Northwind", use_case="Presses")
        self._set_competitors(head, self.globex)
        head.with_context(active_test=False)._merge_dependences(tail)
        self.assertEqual(case.lead_id, head)
        self.assertFalse(case.competitor_ids, "what is published stays as it was written")

    def test_pictures_are_seen_with_their_case(self):
        case = self._draft()
        vals = {"name": "board.png", "raw": b"x", "res_model": case._name, "res_id": case.id}
        picture = self.env["ir.attachment"].with_user(self.rep).create(vals)
        reader = picture.with_user(self.own_only)
        self.assertFalse(reader.has_access("read"))
        case.with_user(self.manager).action_publish()
        self.assertTrue(reader.has_access("read"))
        self.assertFalse(reader.has_access("write"))

    def test_uses_are_signed_and_not_of_the_deal_itself(self):
        lead = self._create_closed("won")
        own = self._create_case(lead_id=lead.id)
        with self.assertRaisesRegex(UserError, "this very deal"), self.env.cr.savepoint():
            lead.with_user(self.rep).mark_case_used(own.id)
        use = self.env["crm.playbook.case.use"].with_user(self.rep)
        use = use.create({"lead_id": lead.id, "case_id": self._create_case().id, "user_id": self.leader.id})
        self.assertEqual(use.user_id, self.rep)

    def test_what_a_deadline_asks_for(self):
        form = Form(self.env["crm.playbook.deadline"].with_context(default_playbook_id=self.playbook.id))
        form.name = "Case"
        form.trigger = "won"
        form.satisfied_domain = "[('priority', '=', '3')]"
        form.case_mode = "required"
        form.delay_count = 1
        self.assertFalse(form.satisfied_domain)
        form.trigger = "lead_created"
        self.assertFalse(form.case_mode)
        form.save()
