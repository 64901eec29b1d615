from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .event_common import EventPlaybookCase


@tagged("post_install", "-at_install")
class TestEvent(EventPlaybookCase):
    """What a deal knows of the registration that it comes from."""

    def test_a_registration_comes_in_with_what_the_event_knows(self):
        answers = [
            self.answer(self.use, "Car doors"),
            self.answer(self.pain, self.scrap),
            self.answer(self.meal, "Rice"),
        ]
        lead = self.register("Wu", company_name="ACME", registration_answer_ids=answers)
        self.assertEqual(lead.stage_id, self.stage_demo, "the playbook's first stage")
        self.assertLog(lead, [("created", "Demo", "observed")])
        self.assertEqual((lead.source_id.name, lead.medium_id.name), ("Pressing Days", "Event"))
        self.assertEqual((lead.partner_name, lead.product_line_id), ("ACME", self.line))
        self.assertEqual(lead.use_case, "What would you press? Car doors")
        self.assertEqual(lead.pain_points, "What costs you most? Scrap")
        self.assertEqual(lead.captured_at, lead.registration_ids.create_date.replace(microsecond=0))

    def test_whoever_follows_a_link_came_by_that(self):
        """The event is still known by the analysis, also to whoever may not open events."""
        letter = self.env["utm.source"].create({"name": "Letter"})
        medium = self.env["utm.medium"].create({"name": "Post"})
        leads = self.register("Li", utm_source_id=letter.id, utm_medium_id=medium.id) | self.register("Wu")
        self.assertEqual(leads.mapped("source_id.name"), ["Letter", "Pressing Days"])
        self.assertEqual(leads[0].medium_id, medium)
        self.env.flush_all()
        report = self.env["crm.funnel.intake.report"].with_user(self.rep)
        domain = [("lead_id", "in", leads.ids)]
        rows = report.formatted_read_group(domain, ["event_id"], ["captured_count:sum", "won_count:sum"])
        self.assertEqual(
            [(row["event_id"], row["captured_count:sum"]) for row in rows],
            [((self.event.id, "Pressing Days"), 2)],
        )
        names = {"lead_id": {}, "event_id": {"fields": {"display_name": {}}}}
        shown = report.web_search_read(domain, names)["records"]
        self.assertEqual({one["event_id"]["display_name"] for one in shown}, {"Pressing Days"})

    def test_the_source_of_an_event(self):
        """Made once, kept when the event is renamed, shared by name, and as somebody chooses."""
        source = self.register("Wu").source_id
        self.event.name = "Pressing Days, Spring"
        self.assertEqual(self.register("Li").source_id, source)
        again = self._create_event("pressing days")
        self.assertEqual(self.register("Hu", event=again).source_id, source)
        self.assertFalse(again.copy().lead_source_id)
        fairs = self.env["utm.source"].create({"name": "Fairs"})
        again.lead_source_id = fairs
        self.assertEqual(self.register("Ma", event=again).source_id, fairs)

    def test_captured_when_they_came(self):
        """A rule for attendees who came: when they came; any other: when they registered, however late it
        is run.
        """
        came = self._create_rule(name="Came", lead_creation_trigger="done")
        self.rule.active = False
        late = self._create_rule(name="Late", active=False)
        self.register("Wu")
        registration = self.event.registration_ids
        ago = self.env.cr.now().replace(microsecond=0) - timedelta(days=2)
        self.env.cr.execute(
            "UPDATE event_registration SET create_date = %s WHERE id = %s", (ago, registration.id)
        )
        registration.invalidate_recordset()
        registration.action_set_done()
        lead = registration.lead_ids
        self.assertEqual(lead.event_lead_rule_id, came)
        self.assertEqual(lead.captured_at, registration.date_closed.replace(microsecond=0))
        late.active = True
        self.event.action_generate_leads(event_lead_rules=late)
        self.assertEqual(late.lead_ids.captured_at, ago)

    def test_attended_in_the_future_is_captured_now(self):
        came = self._create_rule(name="Came", lead_creation_trigger="done")
        self.rule.active = False
        tomorrow = self.env.cr.now() + timedelta(days=1)
        lead = self.register("Wu", state="done", date_closed=tomorrow)
        self.assertEqual(lead.event_lead_rule_id, came)
        self.assertLess(lead.captured_at, tomorrow - timedelta(hours=1))

    def test_one_deal_of_an_order(self):
        """Each answer once, in the order in which people were named."""
        self.rule.lead_creation_basis = "order"
        doors, roofs = self.answer(self.use, "Doors"), self.answer(self.use, "Roofs")
        vals = [
            {"name": name, "event_id": self.event.id, "registration_answer_ids": [answer]}
            for name, answer in (("Wu", doors), ("Li", roofs), ("Hu", doors))
        ]
        lead = self.env["event.registration"].create(vals).lead_ids
        text = "What would you press? Doors\nWhat would you press? Roofs"
        self.assertEqual((len(lead), lead.use_case), (1, text))

    def test_what_sales_has_written_stays(self):
        lead = self.register("Wu", registration_answer_ids=[self.answer(self.use, "Doors")])
        lead.with_user(self.rep).use_case = "Doors and roofs"
        lead.registration_ids.registration_answer_ids.value_text_box = "Roofs"
        lead.registration_ids.email = "wu@new.example"
        self.assertEqual((lead.use_case, lead.email_from), ("Doors and roofs", "wu@new.example"))

    def test_a_line_that_is_not_theirs_loses_nobody(self):
        self.line.company_id = self.env["res.company"].create({"name": "Other"})
        lead = self.register("Wu")
        self.assertEqual((len(lead), lead.product_line_id), (1, self.line.browse()))
        self.line.write({"company_id": False, "active": False})
        self.assertFalse(self.register("Li").product_line_id)

    def test_an_event_of_another_company(self):
        """The deal is of its team's company; without a playbook there it begins as in plain CRM."""
        other = self.env["res.company"].create({"name": "Other"})
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": other.id})
        self.rule.write({"lead_sales_team_id": team.id, "lead_user_id": False, "lead_product_line_id": False})
        self.playbook.is_default = False
        lead = self.register("Wu", event=self._create_event("Theirs", company_id=other.id))
        self.assertEqual((lead.company_id, lead.playbook_id), (other, self.playbook.browse()))
        self.assertEqual((lead.source_id.name, bool(lead.stage_id)), ("Theirs", True))

    def test_who_registers_need_not_see_deals(self):
        desk = new_test_user(self.env, "desk", groups="event.group_event_registration_desk")
        lead = self.register("Wu", user=desk)
        self.assertEqual((lead.source_id.name, lead.product_line_id), ("Pressing Days", self.line))
        public = self.env.ref("base.public_user")
        vals = {"name": "Li", "email": "li@x.example", "event_id": self.event.id}
        came = self.env["event.registration"].with_user(public).sudo().create(vals)
        self.assertEqual(came.lead_ids.sudo().stage_id, self.stage_demo)

    def test_screens(self):
        """Of those who keep events, whatever they may see of sales."""
        manager = new_test_user(self.env, "events", groups="event.group_event_manager")
        with Form(self.event.with_user(manager)) as form:
            form.lead_source_id = self.env["utm.source"].create({"name": "Fairs"})
        with Form(self.use.with_user(manager)) as form:
            form.lead_field = "pain_points"
        with self.assertRaises(AccessError):
            self.rule.with_user(manager).read(["lead_product_line_id"])
        manager.group_ids += self.env.ref("sales_team.group_sale_salesman")
        with Form(self.rule.with_user(manager)) as form:
            form.lead_product_line_id = self.line.browse()
        self.assertFalse(self.rule.lead_product_line_id)

    def test_merged_deals_keep_where_they_came_from(self):
        leads = self.register("Wu") | self.register("Li", event=self._create_event("Roofing Days"))
        merged = leads.merge_opportunity()
        self.assertIn(merged.source_id.name, ("Pressing Days", "Roofing Days"))
        self.assertEqual(merged.event_id.name, merged.source_id.name)
        self.assertEqual(len(merged.registration_ids), 2)
