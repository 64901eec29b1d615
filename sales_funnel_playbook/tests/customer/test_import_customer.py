from odoo import Command
from odoo.tests import tagged

from .import_common import ImportCase


@tagged("post_install", "-at_install")
class TestImportCustomer(ImportCase):
    """Which customer a sheet's rows are linked with: new leads only, and nobody's phone is written over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme = cls._create_company("ACME", phone="+32 2 111 11 11", email="info@acme.example")
        cls.person = cls.env["res.partner"].create({"name": "Ms Wu", "parent_id": cls.acme.id})

    @classmethod
    def _create_company(cls, name, **vals):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **vals})

    def _load(self, fields, *rows, **context):
        result = self.env["crm.lead"].with_context(**context).load(fields, [list(row) for row in rows])
        self.assertEqual(result["messages"], [])
        return self.env["crm.lead"].browse(result["ids"])

    def _create_xml_id(self, lead, module="__export__"):
        name = f"crm_lead_{lead.id}_abc"
        vals = {"module": module, "name": name, "model": "crm.lead", "res_id": lead.id}
        self.env["ir.model.data"].create(vals)
        return f"{module}.{name}"

    def test_an_update_keeps_the_customer(self):
        """By ``.id`` and by external id, whether a company has the name or not, in one go and in batches."""
        self._create_company("Twins")
        self._create_company("Twins")
        for name in ("ACME", "Nobody", "Twins", ""):
            for customer in (self.person, self.acme, self.env["res.partner"]):
                by_id, by_name = (self._create_lead(partner_id=customer.id) for _ in range(2))
                xml_id = self._create_xml_id(by_name)
                with self.subTest(name=name, customer=customer.name):
                    self._load([".id", "partner_name"], [str(by_id.id), name])
                    self._load(["id", "partner_name"], [xml_id, name])
                    self.assertEqual(by_id.partner_id, customer)
                    self.assertEqual(by_name.partner_id, customer)

    def test_an_update_keeps_the_companys_phone_and_mail(self):
        fields = ["id", "name", "partner_name", "phone", "email_from"]
        row = ["sheet.one", "A", "ACME", "+32 2 222 22 22", "wu@acme.example"]
        lead = self._load(fields, row)
        self._load(fields, row)
        self._load(["id", "phone"], ["sheet.one", "+32 2 333 33 33"])
        self.assertEqual((lead.phone, lead.email_from), ("+32 2 333 33 33", "wu@acme.example"))
        self.assertEqual((self.acme.phone, self.acme.email), ("+32 2 111 11 11", "info@acme.example"))
        lead.partner_id = self.person  # who is called is who is written about, as Odoo has it
        self._load(["id", "phone"], ["sheet.one", "+32 2 444 44 44"])
        self.assertEqual(self.person.phone, "+32 2 444 44 44")

    def test_an_update_through_the_screen(self):
        lead = self._create_lead(partner_id=self.person.id)
        row = [self._create_xml_id(lead), "ACME", "70"]
        self._import(self._sheet(row, headers=["External ID", "Company Name", "Probability"]), lang="en_US")
        self.assertEqual((self.messages, lead.probability), ([], 70))
        self.assertEqual(lead.partner_id, self.person)

    def test_of_one_sheet_the_new_rows_are_linked(self):
        """An external id may create or update, row by row; the second time all of them update."""
        lead = self._create_lead(partner_id=self.person.id)
        rows = [[self._create_xml_id(lead), "A", "ACME"], ["sheet.new", "B", "ACME"], ["", "C", "ACME"]]
        fields = ["id", "name", "partner_name"]
        old, *new = self._load(fields, *rows)
        self.assertEqual(old, lead)
        self.assertEqual([one.partner_id for one in (old, *new)], [self.person, self.acme, self.acme])
        new[0].partner_id = self.person
        _old, again = self._load(fields, *rows[:2])
        self.assertEqual((again, again.partner_id), (new[0], self.person))

    def test_rows_with_an_empty_id_are_new(self):
        lead = self._create_lead()
        old, new = self._load([".id", "name", "partner_name"], [str(lead.id), "A", "ACME"], ["", "B", "ACME"])
        self.assertEqual((old.partner_id, new.partner_id), (self.env["res.partner"], self.acme))

    def test_a_column_of_its_own_decides(self):
        other = self._create_company("Other")
        for column, value in (
            ("partner_id", "Other"),
            ("partner_id/.id", str(other.id)),
            ("partner_id/id", other.export_data(["id"])["datas"][0][0]),
        ):
            with self.subTest(column=column):
                given, empty = self._load(["partner_name", column], ["ACME", value], ["ACME", ""])
                self.assertEqual((given.partner_id, empty.partner_id), (other, self.env["res.partner"]))

    def test_the_customer_whose_page_the_import_began_on_stays(self):
        [lead] = self._load(["partner_name"], ["ACME"], default_partner_id=self.person.id)
        self.assertEqual(lead.partner_id, self.person)

    def test_the_companys_own_phone_and_email_stay(self):
        silent = self._create_company("Silent")
        fields = ["partner_name", "contact_name", "phone", "email_from"]
        mine = ["Mr Li", "+32 470 12 34 56", "li@acme.example"]
        leads = self._load(fields, ["ACME", *mine], ["Silent", *mine])
        self.assertEqual(leads.partner_id, self.acme | silent)
        self.assertEqual(set(leads.mapped("phone")), {"+32 470 12 34 56"})
        self.assertEqual(set(leads.mapped("email_from")), {"li@acme.example"})
        self.assertEqual((self.acme.phone, self.acme.email), ("+32 2 111 11 11", "info@acme.example"))
        self.assertEqual((silent.phone, silent.email), (False, False))

    def test_a_row_without_them_takes_over_the_companys(self):
        [lead] = self._load(["partner_name"], ["ACME"])
        self.assertEqual((lead.phone, lead.email_from), ("+32 2 111 11 11", "info@acme.example"))

    def test_what_a_user_writes_later_goes_to_the_customer_as_always(self):
        [lead] = self._load(["partner_name"], ["ACME"])
        self.env["crm.lead"].browse(lead.id).phone = "+32 2 222 22 22"
        self.assertEqual(self.acme.phone, "+32 2 222 22 22")

    def test_archived_companies_are_nobodys_customer(self):
        self.acme.active = False
        self.assertFalse(self._load(["partner_name"], ["ACME"], active_test=False).partner_id)
        new = self._create_company("ACME")
        self.assertEqual(self._load(["partner_name"], ["ACME"], active_test=False).partner_id, new)

    def test_a_company_of_another_company_is_not_its_customer(self):
        """Odoo would refuse the whole sheet."""
        ours, theirs = self.env.company, self.env["res.company"].create({"name": "Theirs"})
        self.env.user.company_ids |= theirs
        teams = [
            self.env["crm.team"].create({"name": one.name, "company_id": one.id}) for one in (ours, theirs)
        ]
        for one in (ours, theirs):
            self._create_company(f"Of {one.name}", company_id=one.id)
            self._create_company("Of both", company_id=one.id)
        names = [f"Of {ours.name}", "Of Theirs", "Of both", "ACME"]
        rows = [[name, str(team.id), ""] for name in names for team in teams]
        companies = [ours.id, theirs.id]
        leads = self._load(
            ["partner_name", "team_id/.id", "user_id/.id"], *rows, allowed_company_ids=companies
        )
        self.assertEqual(leads.mapped("company_id"), ours | theirs)
        linked = [(lead.company_id.name, lead.partner_id.name) for lead in leads]
        self.assertEqual(
            linked,
            [
                *[(ours.name, f"Of {ours.name}"), ("Theirs", False)],
                *[(ours.name, False), ("Theirs", "Of Theirs")],
                *[(ours.name, "Of both"), ("Theirs", "Of both")],
                *[(ours.name, "ACME"), ("Theirs", "ACME")],
            ],
        )
        self.assertTrue(
            all(
                not p.company_id or p.company_id == lead.company_id for lead in leads for p in lead.partner_id
            )
        )

    def test_a_module_brings_its_leads_as_they_are(self):
        vals = {"name": "Data", "partner_name": "ACME"}
        lead = self.env["crm.lead"]._load_records([{"xml_id": "sheet.data", "values": vals}])
        self.assertFalse(lead.partner_id)

    def test_a_linked_customer_counts_at_the_gate(self):
        """The customer is there when the gate looks, as if the sheet had named it."""
        self.playbook.mode = "enforce"
        self.has_amount.domain = "[('partner_id', '!=', False)]"
        self.needs_confirmed.severity = "advisory"
        fields = ["partner_name", "team_id/.id", "stage_id/.id"]
        [lead] = self._load(fields, ["ACME", str(self.team.id), str(self.stage_demo.id)])
        self.assertEqual(lead.partner_id, self.acme)

    def test_somebody_who_may_not_see_companies_links_none(self):
        rep = self.env["res.users"].create(
            {
                "name": "Rep of theirs",
                "login": "rep_of_theirs",
                "group_ids": [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)],
            }
        )
        hidden = self.env["res.company"].create({"name": "Hidden"})
        self.acme.company_id = hidden
        result = self.env["crm.lead"].with_user(rep).load(["partner_name"], [["ACME"]])
        self.assertEqual(result["messages"], [])
        self.assertFalse(self.env["crm.lead"].browse(result["ids"]).partner_id)
