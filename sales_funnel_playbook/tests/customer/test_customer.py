import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestCustomer(PlaybookCase):
    """Who the customer is, who decides, and who else wants the deal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.industry = cls.env["res.partner.industry"].create({"name": "Shipyards"})
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Harbour Works",
                "is_company": True,
                "industry_id": cls.industry.id,
                "company_size": "201-500",
            }
        )
        cls.person, cls.other = cls.env["res.partner"].create(
            [{"name": "Ms Wu", "parent_id": cls.customer.id}, {"name": "Mr Li"}]
        )

    def _add(self, lead, person, role="decision_maker", **vals):
        return self.env["crm.lead.stakeholder"].create(
            {"lead_id": lead.id, "partner_id": person.id, "role": role, **vals}
        )

    def test_industry_and_size_come_from_the_customers_company(self):
        leads = self.env["crm.lead"].with_user(self.rep).with_context(default_type="opportunity")
        with Form(leads) as form:
            form.name = "Crane"
            form.partner_id = self.person
            self.assertEqual((form.industry_id, form.company_size), (self.industry, "201-500"))

    def test_what_the_customer_does_not_tell_stays(self):
        lead = self._create_lead(industry_id=self.industry.id, company_size="1-10")
        lead.partner_id = self.other
        self.assertEqual((lead.industry_id, lead.company_size), (self.industry, "1-10"))

    def test_a_customer_made_from_the_lead_keeps_them(self):
        lead = self._create_lead(partner_name="Dock", industry_id=self.industry.id, company_size="1-10")
        company = lead._create_customer()
        self.assertEqual((company.industry_id, company.company_size), (self.industry, "1-10"))

    def test_changes_are_in_the_chatter(self):
        lead = self._create_lead()
        self.flush_tracking()
        lead.write({"pain_points": "Cranes stand still", "budget_max": 5000, "budget_status": "approved"})
        self.flush_tracking()
        tracked = lead.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertTrue({"pain_points", "budget_max", "budget_status"} <= set(tracked))

    def test_a_budget_range_upside_down_is_refused(self):
        with (
            self.assertRaisesRegex(psycopg2.errors.CheckViolation, "budget_range"),
            mute_logger("odoo.sql_db"),
        ):
            self._create_lead(budget_min=2000, budget_max=1000).flush_recordset()

    def test_an_open_end_is_a_range(self):
        self._create_lead(budget_min=2000).flush_recordset()
        self._create_lead(budget_max=2000).flush_recordset()

    def test_the_same_name_is_pointed_out(self):
        first = self._create_lead(partner_name="Blue_Sea")
        self._create_lead(partner_name="BlueXSea")
        self.assertEqual(first.duplicate_lead_count, 0)
        second = self._create_lead(partner_name="blue_sea ")
        self.assertEqual(second.duplicate_lead_count, 1)
        self.assertIn(first, second.duplicate_lead_ids)

    def test_a_known_customer_is_offered_and_used(self):
        lead = self._create_lead(partner_name="Harbour Works", contact_name="Ms Ho", phone="+32 470 11 22 33")
        lead.with_user(self.rep).action_use_customer()
        self.assertEqual(lead.partner_id, self.customer)
        self.assertEqual((lead.contact_name, lead.industry_id), ("Ms Ho", self.industry))
        self.assertTrue(lead.phone, "what the lead knew stays")

    def test_using_a_customer_writes_nothing_over_it(self):
        self.customer.write({"phone": "+32 2 111 11 11", "email": "info@harbour.example"})
        for known in ({"phone": "+32 470 11 22 33", "email_from": "ho@harbour.example"}, {}):
            lead = self._create_lead(partner_name="Harbour Works", **known)
            lead.with_user(self.rep).action_use_customer()
            self.assertEqual(lead.partner_id, self.customer)
            self.assertEqual(
                (self.customer.phone, self.customer.email), ("+32 2 111 11 11", "info@harbour.example")
            )
            self.assertEqual(lead.phone, known.get("phone", self.customer.phone), "each keeps its own")
            self.assertEqual(lead.email_from, known.get("email_from", self.customer.email))

    def test_to_before_from_is_refused(self):
        lead = self._create_lead()
        with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger("odoo.sql_db"):
            self._add(lead, self.person, date_from="2026-05-02", date_to="2026-05-01")

    def test_a_person_is_in_a_role_once_at_a_time(self):
        lead = self._create_lead()
        first = self._add(lead, self.person, date_from="2026-01-01")
        with (
            self.assertRaisesRegex(ValidationError, "Ms Wu.*Decision Maker"),
            self.env.cr.savepoint(),
        ):
            self._add(lead, self.person, date_from="2026-02-01")
        first.date_to = "2026-01-31"
        self._add(lead, self.person, date_from="2026-02-01")
        self._add(lead, self.person, role="champion", date_from="2026-02-01")
        self.assertEqual(len(lead.stakeholder_ids), 3)

    def test_a_comparison_begins_with_what_is_known(self):
        rival = self.env["crm.competitor"].create({"name": "Rival", "strengths": "Cheap"})
        lead = self._create_lead()
        line = self.env["crm.lead.competitor"].create({"lead_id": lead.id, "competitor_id": rival.id})
        self.assertEqual(line.strengths, "Cheap")
        line.strengths = "Cheap for them"
        self.assertEqual(rival.strengths, "Cheap")
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"):
            line.copy()

    def test_competitors_of_one_name_are_one(self):
        self.env["crm.competitor"].create({"name": "Rival"})
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"):
            self.env["crm.competitor"].create({"name": "RIVAL"})

    def test_who_may_not_edit_the_deal_may_not_edit_its_decision_chain(self):
        lead = self._create_lead(user_id=self.leader.id)
        self.rep.group_ids = [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)]
        stakeholder = self._add(lead, self.person)
        facts = self.env["crm.lead.stakeholder"].with_user(self.rep)
        self.assertFalse(facts.search([("lead_id", "=", lead.id)]))
        for attempt in (
            lambda: stakeholder.with_user(self.rep).write({"attitude": "for"}),
            lambda: stakeholder.with_user(self.rep).unlink(),
            lambda: facts.create({"lead_id": lead.id, "partner_id": self.other.id, "role": "user"}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        own = self._create_lead(user_id=self.rep.id)
        fact = facts.create({"lead_id": own.id, "partner_id": self.other.id, "role": "user"})
        with self.assertRaises(AccessError):
            fact.lead_id = lead

    def test_merging_keeps_everybody_once(self):
        rivals = self.env["crm.competitor"].create([{"name": "One"}, {"name": "Two"}])
        kept, gone = (
            self._create_lead(
                "Kept",
                probability=60,
                stakeholder_ids=[Command.create({"partner_id": self.person.id, "role": "champion"})],
                competitor_ids=[Command.create({"competitor_id": rivals[0].id})],
            ),
            self._create_lead(
                "Gone",
                probability=10,
                pain_points="Rust",
                stakeholder_ids=[
                    Command.create({"partner_id": self.person.id, "role": "champion"}),
                    Command.create({"partner_id": self.other.id, "role": "user"}),
                ],
                competitor_ids=[Command.create({"competitor_id": rival.id}) for rival in rivals],
            ),
        )
        merged = (kept | gone).merge_opportunity()
        self.assertEqual(merged.stakeholder_ids.partner_id, self.person | self.other)
        self.assertEqual(merged.stakeholder_ids.mapped("role"), ["champion", "user"])
        self.assertEqual(merged.competitor_ids.competitor_id, rivals)
        self.assertEqual(merged.pain_points, "Rust")
