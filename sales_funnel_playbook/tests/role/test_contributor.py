from lxml import etree

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.role.contributing import AMOUNT_FIELDS, SHOWN

from ..security.security_common import get_our_models
from .contributor_common import CONTRIBUTOR, ContributorCase

# What of the module contributors read, where they read the deal.
READ = {
    *("crm.product.line", "crm.playbook", "crm.playbook.stage", "crm.playbook.condition"),
    *("crm.playbook.output", "crm.playbook.role", "crm.lead.member", "crm.lead.output"),
    *("crm.lead.confirmation", "crm.lead.confirm", "crm.lead.output.reject", "crm.my.day"),
    *("crm.my.day.snooze", "crm.playbook.agreement", "crm.playbook.suggestion"),
}


@tagged("post_install", "-at_install")
class TestContributor(ContributorCase):
    """Who has no right on Sales sees the deals of their roles, and nothing else."""

    def test_deals_of_others_do_not_exist(self):
        leads, hidden = self.leads, self.hidden.with_user(self.cora)
        self.assertEqual(leads.search([]), self.lead)
        self.assertEqual(leads.search_count([]), 1)
        self.assertEqual(leads._read_group([], ["stage_id"], ["__count"]), [(self.stage_lead, 1)])
        self.assertFalse(leads.name_search("Hidden"))
        self.assertEqual(len(leads.name_search("Acme")), 1)
        self.assertFalse(leads.search([("id", "=", hidden.id)]))
        for deed in (
            lambda: hidden.read(["name"]),
            lambda: hidden.name,
            lambda: hidden.web_read({"name": {}}),
            lambda: hidden.export_data(["name"]),
            lambda: hidden.get_playbook_panel(),
            lambda: hidden.check_gate(self.stage_demo.id),
            lambda: hidden.message_post(body="Hello"),
            lambda: hidden.confirm_condition(self.needs_confirmed.id),
            lambda: hidden.submit_output(self.invoice.id),
            lambda: hidden.action_open_members(),
            lambda: hidden.activity_schedule("mail.mail_activity_data_todo", user_id=self.cora.id),
        ):
            with self.subTest(deed.__code__.co_firstlineno):
                self.refuse(deed)

    def test_nobody_edits_or_moves(self):
        self.playbook.mode = "observe"  # no gate in the way
        for deed in (
            lambda: self.as_cora.write({"name": "Mine"}),
            lambda: self.as_cora.write({"stage_id": self.stage_demo.id}),
            lambda: self.as_cora.write({"member_ids": [Command.clear()]}),
            lambda: self.as_cora.unlink(),
            lambda: self.as_cora.copy(),
            lambda: self.leads.create({"name": "Mine"}),
            lambda: self.as_cora.action_set_lost(),
            lambda: self.as_cora.action_set_won(),
            lambda: self.as_cora.advance_stage(),
            lambda: self.as_cora.answer_criterion(1, 1),
            lambda: self.as_cora.ask_later(self.needs_confirmed.id, "condition", "2099-01-01"),
            lambda: self.lead.member_ids.with_user(self.cora).unlink(),
            lambda: (
                self.env["crm.lead.member"]
                .with_user(self.cora)
                .create({"lead_id": self.hidden.id, "role_id": self.finance.id, "user_id": self.cora.id})
            ),
        ):
            self.refuse(deed)

    def test_no_other_model_of_the_module(self):
        for model in get_our_models(self.env):
            if self.env[model]._abstract:
                continue
            with self.subTest(model):
                self.assertEqual(self.env[model].with_user(self.cora).has_access("read"), model in READ)

    def test_a_deal_is_read_without_what_is_not_theirs(self):
        [values] = self.as_cora.read()
        own = {name for name in values if name in self.env["crm.lead"]._fields}
        self.assertIn("partner_name", own)
        self.assertFalse(own & AMOUNT_FIELDS)
        self.assertFalse(own & {"probability", "risk_level", "risk_description", "score", "check_ids"})
        known = self.leads.fields_get()
        for name in ("expected_revenue", "probability", "risk_level", "tier", "stakeholder_ids", "worth"):
            with self.subTest(name):
                self.assertNotIn(name, known)
                self.refuse(self.as_cora.read, [name])
                self.refuse(self.as_cora.export_data, [name])
                self.refuse(self.leads.search, [(name, "!=", False)])
                self.refuse(self.leads.search, [], order=name)
                self.refuse(lambda name=name: self.leads.formatted_read_group([], [name], ["__count"]))

    def test_amounts_are_a_group_of_their_own(self):
        lead = self.lead.with_user(self.amy)
        self.assertEqual(lead.expected_revenue, 1000)
        self.assertEqual(lead.search([("expected_revenue", ">", 999)]), self.lead)
        for name in ("probability", "risk_level", "stakeholder_ids"):
            self.refuse(lead.read, [name])
        output = self.env["crm.lead.output"].with_user(self.cora)
        for deed in (
            lambda: output.search([("lead_id.expected_revenue", ">", 5)]),
            lambda: output.search([("lead_amount", ">", 5)]),
            lambda: output.formatted_read_group([], ["lead_id.expected_revenue"], ["__count"]),
            lambda: self.lead.member_ids.with_user(self.cora).search([("lead_id.probability", ">", 5)]),
        ):
            self.refuse(deed)

    def test_rules_are_read_as_they_are_written(self):
        stage = self.rules[self.stage_lead]
        for rule in (self.playbook, stage, self.invoice, self.needs_confirmed, self.finance):
            [values] = rule.with_user(self.cora).read()
            self.assertIn("display_name", values)
            self.assertFalse({"tier_ids", "criterion_ids", "deadline_ids", "person_ids"} & values.keys())

    def test_fields_that_are_shown_exist(self):
        others = {"wechat", "website", "lang_id"}
        self.assertFalse(SHOWN - set(self.env["crm.lead"]._fields) - others)
        self.assertFalse(AMOUNT_FIELDS - set(self.env["crm.lead"]._fields))

    def test_own_views_wherever_a_link_leads(self):
        views = self.leads.get_views([(False, kind) for kind in ("form", "list", "kanban", "search")])[
            "views"
        ]
        stock = self.env.ref("crm.crm_lead_view_form").id
        self.assertEqual(self.leads.get_view(stock)["arch"], views["form"]["arch"])
        fields = self.leads.fields_get()
        for kind, view in views.items():
            own = self.env.ref(f"sales_funnel_playbook.crm_lead_view_{kind}_contributor")
            self.assertEqual(view["id"], own.id)
            tree = etree.fromstring(view["arch"])
            names = {
                node.get("name")
                for node in tree.iter("field")
                if not any(up.tag == "field" for up in node.iterancestors())
            }
            self.assertFalse(names - fields.keys(), kind)
            self.assertNotIn("expected_revenue", names)
            if kind != "search":
                self.as_cora.web_read({name: {} for name in names})
        views = self.lead.with_user(self.amy).get_views([(False, "form")])["views"]
        self.assertIn("expected_revenue", views["form"]["arch"])
        views = self.lead.with_user(self.rep).get_views([(False, "form")])["views"]
        self.assertEqual(views["form"]["id"], stock, "salespeople have Odoo's")

    def test_what_their_role_is_asked_for(self):
        self.as_cora.confirm_condition(self.needs_confirmed.id, note="It is on our account since Monday")
        self.assertEqual(self.lead.confirmation_ids.user_id, self.cora)
        self.as_cora.withdraw_confirmation(self.needs_confirmed.id)
        file = self.upload(self.cora)
        self.as_cora.submit_output(self.invoice.id, attachment_ids=file.ids)
        submission = self.lead.output_ids
        self.assertEqual((submission.user_id, submission.attachment_ids), (self.cora, file))
        self.assertEqual(submission.with_user(self.cora).read()[0]["evidence_name"], "invoice.pdf")
        self.as_cora.withdraw_output(self.invoice.id)
        for deed in (
            lambda: self.as_cora.submit_output(self.deck.id, attachment_ids=self.upload(self.cora).ids),
            lambda: self.as_cora.withdraw_output(self.deck.id),
            lambda: self.as_cora.confirm_condition(self.review_passed.id),
        ):
            self.refuse(deed)

    def test_they_approve_what_waits_for_their_role(self):
        self.deck.write({"approval": "role", "approval_role_id": self.finance.id})
        file = self.upload(self.rep, "deck.pdf")
        submission = self.lead.with_user(self.rep).submit_output(self.deck.id, attachment_ids=file.ids)
        submission = self.env["crm.lead.output"].browse(submission)
        as_cora = submission.with_user(self.cora)
        self.assertEqual(as_cora.search([("waits_for_me", "=", True)]), submission)
        self.assertIn(str(file.id), as_cora.action_open_evidence()["url"])
        dialog = self.env["crm.lead.output.reject"].with_user(self.cora)
        dialog.create({"submission_id": submission.id, "comment": "The price is missing"}).action_reject()
        self.assertEqual(submission.state, "rejected")
        with self.assertRaises(UserError):
            as_cora.action_approve()
        self.refuse(lambda: as_cora.action_remind())

    def test_the_checklist_without_what_is_for_salespeople(self):
        panel = self.as_cora.get_playbook_panel()
        self.assertTrue(panel["is_contributor"])
        self.assertEqual((panel["can_write"], panel["can_override"]), (False, False))
        self.assertEqual((panel["score"], panel["log"], panel["log_count"]), (False, [], 0))
        can_do = {one["name"]: one["can_do"] for one in panel["stage"]["outputs"]}
        self.assertEqual(can_do, {"Invoice": True, "Deck": False})
        conditions = {
            one["name"]: one["can_do"] for stage in panel["next_stages"] for one in stage["conditions"]
        }
        self.assertTrue(conditions["Needs confirmed"])
        self.assertFalse(conditions["Review passed"])

    def test_the_end_of_a_role(self):
        self.lead.message_subscribe(self.cora.partner_id.ids)
        self.lead.member_ids.filtered(lambda one: one.user_id == self.cora).with_user(self.rep).unlink()
        self.assertFalse(self.leads.search([]))
        self.refuse(lambda: self.as_cora.read(["name"]))
        self.assertNotIn(self.cora.partner_id, self.lead.message_partner_ids)
        self.assertEqual(self.leads.with_user(self.amy).search([]), self.lead)

    def test_a_contributor_who_leaves(self):
        """What they did stays theirs, what was asked of them is asked of who has the role now."""
        file = self.upload(self.cora)
        submission = self.as_cora.submit_output(self.invoice.id, attachment_ids=file.ids)
        self.as_cora.message_post(body="It is paid next week")
        self.lead.message_subscribe(self.cora.partner_id.ids)
        self.cora.action_archive()
        self.assertEqual(self.get_people(self.lead, self.finance, with_former=True), ["Cora (left)", "Amy"])
        self.assertNotIn(self.cora.partner_id, self.lead.message_follower_ids.partner_id)
        self.assertEqual(self.env["crm.lead.output"].browse(submission).user_id, self.cora)
        self.lead.with_user(self.amy).confirm_condition(self.needs_confirmed.id)
        self.cora.action_unarchive()
        self.assertFalse(self.leads.search([]), "who comes back has no roles")

    def test_a_right_on_sales_stays_what_it_is(self):
        """A salesperson with own documents only reads the deals of their roles, too, and edits their own."""
        own_only = self.user_sales_salesman
        own_only.group_ids += self.env.ref(CONTRIBUTOR)
        self.choose(self.lead, self.finance, own_only)
        theirs = self.lead.with_user(own_only)
        self.assertEqual(theirs.expected_revenue, 1000)
        self.refuse(lambda: theirs.write({"name": "Mine"}))
        theirs.confirm_condition(self.needs_confirmed.id)
        mine = self._create_lead(user_id=own_only.id)
        mine.with_user(own_only).name = "Renamed"

    def test_companies(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.lead.write({"team_id": False, "company_id": company.id, "user_id": False})
        self.assertFalse(self.get_people(self.lead, self.finance), "nobody of finance works there")
        self.refuse(lambda: self.as_cora.read(["name"]))

    def test_a_list_costs_two_queries_more_however_long(self):
        leads = self.env["crm.lead"].concat(*(self._create_lead(name=str(number)) for number in range(5)))
        self.env.flush_all()
        spec = {"name": {}, "stage_id": {"fields": {"display_name": {}}}, "partner_name": {}}
        counts = {}
        for user in (self.rep, self.cora):
            mine = self.leads.with_user(user)
            mine.web_search_read([("id", "in", leads.ids)], spec)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            mine.web_search_read([("id", "in", leads.ids)], spec)
            counts[user] = self.env.cr.sql_log_count - before
        self.assertLessEqual(counts[self.cora], counts[self.rep] + 2, "who has which role is read once")
