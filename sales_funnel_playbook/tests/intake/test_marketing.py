from lxml import etree

from odoo import Command
from odoo.tests import Form, tagged

from odoo.addons.sales_funnel_playbook.models.intake.marketing import SHOWN, WRITTEN
from odoo.addons.sales_funnel_playbook.models.role.contributing import AMOUNT_FIELDS

from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestMarketing(IntakeCase):
    """Marketing captures and completes leads, and sees what becomes of them; nothing else of sales."""

    def test_marketing_captures_on_the_form(self):
        form = Form(self.leads)
        form.name = "Acme"
        form.partner_name = "Acme Ltd"
        form.source_id = self.source
        form.team_id = self.team
        lead = form.save()
        self.assertEqual((lead.user_id.id, lead.intake_user_id), (False, self.mia))
        self.assertEqual(lead.stage_id, self.stage_lead)
        with Form(lead) as form:
            form.contact_name = "Ann"
        self.assertEqual(lead.contact_name, "Ann")

    def test_marketing_imports_a_list(self):
        result = self.leads.load(
            ["partner_name", "contact_name", "email_from", "source_id"],
            [
                ["Acme", "Ann", "ann@acme.example.com", "Hall 7"],
                ["Bolt", "Bob", "bob@bolt.example.com", "Hall 7"],
            ],
        )
        self.assertFalse(result["messages"])
        leads = self.leads.browse(result["ids"])
        self.assertEqual(leads.mapped("name"), ["Acme", "Bolt"])
        self.assertEqual((leads.intake_user_id, leads.source_id), (self.mia, self.source))
        self.assertFalse(leads.user_id)

    def test_which_leads_marketing_sees(self):
        free = self._create_lead(user_id=False)
        theirs = self._create_lead(name="Sold by themselves")
        captured = self.capture()
        captured.sudo().user_id = self.rep
        self.assertEqual(self.leads.search([]), free | captured)
        self.assertEqual(self.leads.with_user(self.max).search([]), free | captured, "all of marketing do")
        free.with_user(self.mia).hand_over(self.rep.id)
        won = self._advance(captured.sudo(False).with_user(self.rep), self.stage_signed)
        self.assertEqual(won.won_status, "won")
        self.assertEqual(self.leads.search([]), free | captured, "to the end")
        self.refuse(lambda: theirs.with_user(self.mia).read(["name"]))

    def test_what_marketing_may_not_do(self):
        lead, theirs = self.capture(), self._create_lead()
        given = self.capture()
        given.hand_over(self.rep.id)
        forged = {"name": "forged", "type": "char", "string": "Forged"}
        for deed in (
            lambda: lead.write({"stage_id": self.stage_demo.id}),
            lambda: lead.write({"probability": 100}),
            lambda: lead.write({"expected_revenue": 5}),
            lambda: lead.write({"active": False}),
            lambda: lead.write({"member_ids": [Command.clear()]}),
            lambda: lead.write({"intake_user_id": self.max.id}),
            lambda: lead.write({"lead_properties": [{**forged, "definition_changed": True}]}),
            lambda: lead.unlink(),
            lambda: lead.action_set_won(),
            lambda: lead.advance_stage(),
            lambda: lead.confirm_condition(self.needs_confirmed.id),
            lambda: lead.answer_criterion(1, 1),
            lambda: lead.ask_later(self.needs_confirmed.id, "condition", "2099-01-01"),
            lambda: lead.fill_in_and_move(self.stage_demo.id, {"phone": "1"}),
            lambda: lead.override_gate(self.stage_demo.id, 1, "They buy every year"),
            lambda: lead.ask_override(self.stage_demo.id, "They buy every year"),
            lambda: lead.message_subscribe([self.mia.partner_id.id]) and lead.read(["worth"]),
            lambda: lead.read(["probability"]),
            lambda: lead.read(["expected_revenue"]),
            lambda: given.write({"name": "Mine"}),
            lambda: given.write({"user_id": False}),
            lambda: given.accept_hand_over(),
            lambda: given.send_back("other"),
            lambda: theirs.with_user(self.mia).write({"name": "Mine"}),
            lambda: theirs.with_user(self.mia).hand_over(self.rep.id),
            lambda: theirs.with_user(self.mia).send_back("other"),
            lambda: self.leads.create({"name": "Forged", "expected_revenue": 5}),
            lambda: self.leads.with_context(default_probability=90).create({"name": "Forged"}),
            lambda: given.hand_over_ids.with_user(self.mia).write({"state": "accepted"}),
            lambda: given.hand_over_ids.with_user(self.mia).unlink(),
            lambda: self.env["crm.lead.hand.over"].with_user(self.mia).create({"lead_id": lead.id}),
        ):
            with self.subTest(deed.__code__.co_firstlineno):
                self.refuse(deed)

    def test_typing_tells_no_more_than_reading(self):
        lead, theirs = self.capture(), self._create_lead(name="Hidden", expected_revenue=7)
        spec = {"name": {}, "team_id": {"fields": {"display_name": {}}}}
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.env["res.partner"].create(
            {"name": "Hidden", "email": "h@x.example.com", "company_id": other.id}
        )
        self.assertIn("value", lead.onchange({"name": "Acme"}, ["name"], spec))
        for leads, values, asked in (
            (lead, {}, {"expected_revenue": {}}),
            (lead, {}, {"probability": {}}),
            (lead, {}, {"user_id": {"fields": {"email": {}}}}),
            (lead, {}, {"partner_id": {"fields": {"opportunity_ids": {"fields": {"name": {}}}}}}),
            (lead, {}, {"risk_ids": {"fields": {"display_name": {}}}}),
            (lead, {}, {"member_user_ids": {"fields": {"totp_secret": {}}}}),
            (lead, {}, {"member_user_ids": {"fields": {"login": {}}}}),
            (lead, {}, {"message_partner_ids": {"fields": {"email": {}}}}),
            (lead, {"partner_id": {"id": hidden.id}}, {"email_from": {}}),
            (lead, {"partner_id": hidden.id}, {"email_from": {}}),
            (self.leads.with_context(default_partner_id=hidden.id), {}, {"email_from": {}}),
            (theirs.with_user(self.mia), {}, {"name": {}}),
        ):
            with self.subTest(asked):
                self.refuse(leads.onchange, values, [], asked)
        result = lead.onchange({"hand_over_ids": [Command.link(1)]}, [], {"hand_over_ids": {"fields": {}}})
        self.assertFalse(result["value"].get("hand_over_ids"))

    def test_fields_that_are_named_exist(self):
        others = {"wechat", "website", "lang_id"}
        self.assertFalse((SHOWN | WRITTEN) - set(self.env["crm.lead"]._fields) - others)

    def test_own_views_show_what_marketing_may_read(self):
        lead = self.capture()
        views = self.leads.get_views([(False, kind) for kind in ("form", "list", "kanban", "search")])[
            "views"
        ]
        fields = self.leads.fields_get()
        for kind, view in views.items():
            names = {
                node.get("name")
                for node in etree.fromstring(view["arch"]).iter("field")
                if not any(up.tag == "field" for up in node.iterancestors())
            }
            self.assertFalse(names - fields.keys(), kind)
            self.assertFalse(names & AMOUNT_FIELDS)
            if kind != "search":
                lead.web_read({name: {} for name in names})
        self.assertEqual(
            views["form"]["id"], self.env.ref("sales_funnel_playbook.crm_lead_view_form_marketing").id
        )

    def test_reports_ask_for_nothing_that_marketing_may_not_read(self):
        """A measure that is not among the fields ends Odoo's pivot in a script error."""
        report = self.env["crm.funnel.intake.report"]
        for user, is_told in ((self.mia, False), (self.rep, True)):
            for model in ("crm.funnel.intake.report", "crm.lead.hand.over"):
                records = self.env[model].with_user(user)
                for kind in ("pivot", "graph", "list", "search"):
                    arch = etree.fromstring(records.get_view(view_type=kind)["arch"])
                    names = set(arch.xpath("//field/@name"))
                    self.assertFalse(names - records.fields_get().keys(), f"{user.name}: {model}, {kind}")
            arch = report.with_user(user).get_view(view_type="pivot")["arch"]
            self.assertEqual("won_amount" in arch, is_told)

    def test_intake_is_counted_of_all_and_listed_of_what_is_seen(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        captured = self.capture(source_id=self.source.id)
        self._create_lead(source_id=self.source.id, name="Hidden")
        self._create_lead(source_id=self.source.id, company_id=company.id, team_id=False, user_id=False)
        self.env.flush_all()
        Report = self.env["crm.funnel.intake.report"].with_user(self.mia)
        mine = [("source_id", "=", self.source.id)]
        count = Report._read_group(mine, ["source_id"], ["captured_count:sum"])
        self.assertEqual(count, [(self.source, 2)])
        [sets] = Report.formatted_read_grouping_sets(mine, [["source_id"]], ["captured_count:sum"])
        self.assertEqual(sets[0]["captured_count:sum"], 2)
        self.assertEqual(Report.search(mine).lead_id, captured)
        for groupby, aggregates, domain in (
            (["lead_id"], ["captured_count:sum"], mine),
            (["source_id"], ["captured_count:sum"], [*mine, ("lead_id.name", "=", "Hidden")]),
            ([], ["lead_id:array_agg"], mine),
            ([], ["captured_count:deals"], mine),
        ):
            rows = Report._read_group(domain, groupby, aggregates)
            self.assertNotIn("Hidden", str([str(value) for row in rows for value in row]))
            self.assertLessEqual(len(rows), 1)
        self.assertEqual(Report._read_group(mine, [], ["captured_count:deals"]), [(captured.ids,)])
        forged = Report.with_context(playbook_intake_counting=True)
        self.assertEqual(forged.search(mine).lead_id, captured)
        self.refuse(lambda: Report._read_group(mine, [], ["won_amount:sum"]))
        self.refuse(lambda: Report.search([("tier", "=", "A")]))

    def test_who_leaves_leaves_no_deadline_behind(self):
        lead = self.create_captured(18)
        self.assertEqual(self.get_work(lead).user_id, self.mia)
        with self.at(18, 10):
            self.mia.action_archive()
        self.run_job(18, 11)
        self.assertEqual(self.get_work(lead).filtered("active").user_id, self.leader)
        self.assertIn(lead.sudo(), self.env["crm.lead"].with_user(self.max).search([]))

    def create_captured(self, *moment):
        with self.at(*moment):
            return self.capture().sudo()

    def test_a_salesperson_who_captures_is_the_salesperson(self):
        self.rep.group_ids += self.env.ref("sales_funnel_playbook.group_funnel_marketing")
        lead = self.env["crm.lead"].with_user(self.rep).create({"name": "Mine"})
        self.assertEqual((lead.user_id, lead.intake_user_id), (self.rep, self.rep))
        self.assertFalse(lead.hand_over_ids)
        lead.expected_revenue = 5
