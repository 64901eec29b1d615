from odoo import Command
from odoo.tests import tagged

from .import_common import SHEETS
from .test_import_cells import CellsCase


@tagged("post_install", "-at_install")
class TestImportNames(CellsCase):
    """What several records are called: the one that fits the row, else the row says which there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        teams = [{"name": name, "company_id": cls.env.company.id} for name in ("North", "South")]
        cls.north, cls.south = cls.env["crm.team"].create(teams)
        cls.own, cls.theirs = cls.env["crm.stage"].create(
            [{"name": "Pilot", "team_ids": [Command.set(team.ids)]} for team in (cls.north, cls.south)]
        )

    def _import_rows(self, headers, *rows, **changes):
        """Import rows, and return the leads, or the texts of what is wrong."""
        result = self._upload(self._sheet(*rows, headers=headers), **changes)
        if not result["ids"]:
            return [message["message"] for message in result["messages"]]
        self.assertEqual(result["messages"], [])
        return self.env["crm.lead"].browse(result["ids"])

    def test_a_stage_of_the_rows_team(self):
        headers = ["客户名称", "Sales Team", "当前阶段"]
        leads = self._import_rows(headers, ["A", "North", "Pilot"], ["B", "South", "Pilot"])
        self.assertEqual(leads.mapped("stage_id.id"), [self.own.id, self.theirs.id])

    def test_a_stage_of_the_rows_playbook_before_its_teams(self):
        """Whatever other stages of that name the team has."""
        other = self.env["crm.stage"].create({"name": "Demo", "team_ids": [Command.set(self.team.ids)]})
        self.assertIn(self.stage_demo.with_context(lang="en_US").name, ("Demo",))
        [lead] = self._import_rows(["客户名称", "Sales Team", "当前阶段"], ["A", self.team.name, "Demo"])
        self.assertEqual(lead.playbook_id, self.playbook)
        self.assertEqual(lead.stage_id, self.stage_demo)
        self.assertNotEqual(lead.stage_id, other)

    def test_a_stage_of_another_pipeline_is_refused_by_name(self):
        other = self.playbook.copy({"team_ids": [Command.set(self.south.ids)]})
        other.name = "Southern"
        other.stage_ids = [Command.clear(), Command.create({"stage_id": self.theirs.id})]
        self.own.unlink()
        headers = ["客户名称", "Sales Team", "当前阶段"]
        [fault] = self._import_rows(headers, ["A", self.team.name, "Pilot"], ["B", "South", "Pilot"])
        self.assertIn("Row 2, “当前阶段”: “Pilot” is a stage of “Southern”, not of", fault)
        self.assertIn(f"not of “{self.playbook.name}”. Write one of: ", fault)
        self.assertIn("Demo", fault)

    def test_a_deal_stays_in_its_stage(self):
        """An updated list says where the deal is, wherever that is."""
        lead = self._create_lead(team_id=self.team.id, stage_id=self.theirs.id)
        [same] = self._import_rows(["ID", "当前阶段"], [lead.id, "Pilot"])
        self.assertEqual((same, same.stage_id), (lead, self.theirs))

    def test_a_salesperson_of_the_rows_team(self):
        people = self.env["res.users"].create(
            [{"name": "Wang Wei", "login": login, "group_ids": self.user_rep.group_ids.ids} for login in "ab"]
        )
        self.north.member_ids = people[1]
        headers = ["客户名称", "Sales Team", "跟进人"]
        [lead] = self._import_rows(headers, ["A", "North", "Wang Wei"])
        self.assertEqual(lead.user_id, people[1])
        [fault] = self._import_rows(headers, ["A", "South", "Wang Wei"], ["B", "North", "Wang Wei"])
        self.assertIn("Row 2, “跟进人”: “Wang Wei” is the name of more than one person.", fault)
        self.assertIn("Write the login of the one: a, b.", fault)
        [lead] = self._import_rows(headers, ["A", "South", "a"])
        self.assertEqual(lead.user_id, people[0])

    def test_a_salesperson_of_the_rows_company(self):
        theirs = self.env["res.company"].create({"name": "Theirs"})
        vals = {"name": "Wang Wei", "group_ids": self.user_rep.group_ids.ids}
        own, _other = self.env["res.users"].create(
            [
                {**vals, "login": "own"},
                {**vals, "login": "other", "company_id": theirs.id, "company_ids": theirs.ids},
            ]
        )
        [lead] = self._import_rows(["客户名称", "跟进人"], ["A", "Wang Wei"])
        self.assertEqual(lead.user_id, own)

    def test_industries_in_any_language_width_and_case(self):
        industry = self.env["res.partner.industry"].create({"name": "IT Services"})
        industry.with_context(lang="zh_CN").name = "信息 服务"
        texts = ("IT services", " ＩＴ　Services ", "信息服务", "itservices")
        before = self.env["res.partner.industry"].search_count([])
        leads = self._import_rows(["客户名称", "行业"], *(["A", text] for text in texts))
        self.assertEqual(leads.mapped("industry_id"), industry)
        self.assertEqual(self.env["res.partner.industry"].search_count([]), before)

    def test_industries_are_made_for_rows_that_come_in(self):
        rows = [["A", "造船业"], ["B", "造 船业"], ["C", "陶瓷业"], ["D", "没有这个"]]
        leads = self._import_rows(["客户名称", "行业"], *rows, limit=2)
        industries = self.env["res.partner.industry"]
        self.assertEqual(len(leads.industry_id), 1)
        self.assertFalse(industries.search([("name", "in", ["陶瓷业", "没有这个"])]), "of the next batch")
        rows = [["E", "玻璃业", "Pilots"], ["F", "纸业", ""]]
        skipped = self._import_rows(["客户名称", "行业", "当前阶段"], *rows, import_skip_records=["stage_id"])
        self.assertEqual(skipped.mapped("partner_name"), ["F"])
        self.assertTrue(industries.search([("name", "=", "纸业")]))
        self.assertFalse(industries.search([("name", "=", "玻璃业")]), "of a row that is left out")

    def test_industries_of_one_name(self):
        two = self.env["res.partner.industry"].create(
            [{"name": "Steel"}, {"name": "steel"}, {"name": "Coal"}]
        )[:2]
        leads = self._import_rows(["客户名称", "行业"], ["A", "steel"], ["B", "Steel"])
        self.assertEqual(leads.mapped("industry_id.id"), two[::-1].ids)
        [fault] = self._import_rows(["客户名称", "行业"], ["A", "STEEL"])
        self.assertIn("Row 2, “行业”: “STEEL” is the name of more than one industry.", fault)

    def test_customers_of_one_name(self):
        twins = self.env["res.partner"].create([{"name": "Twins", "is_company": True} for _ in range(2)])
        [fault] = self._import_rows(["客户名称"], ["Twins"], ["Other"])
        self.assertIn("Row 2, “客户名称”: “Twins” is the name of more than one customer.", fault)
        self.assertTrue(all(str(one.id) in fault for one in twins))
        [fault] = self._import_rows(["Opportunity", "Contact"], ["A", "Twins"])
        self.assertIn("“Twins” is the name of more than one customer.", fault)
        [lead] = self._import_rows(["客户名称", "partner_id/.id"], ["Twins", twins[1].id])
        self.assertEqual(lead.partner_id, twins[1])
        twins[0].company_id = self.env["res.company"].create({"name": "Theirs"})
        [lead] = self._import_rows(["客户名称"], ["Twins"])
        self.assertEqual(lead.partner_id, twins[1], "the other one belongs to another company")

    def test_open_deals_of_a_customer_are_named_before_anything_is_made(self):
        """In the preview, for whatever import; rows with the ID of their deal make none."""
        deal = self._create_lead(partner_name="A科技公司", stage_id=self.stage_demo.id)
        self._create_lead(partner_name="Lost Ltd").action_set_lost()
        rows = [["", "A科技公司"], ["", "B集团"], ["", "Lost Ltd"], [deal.id, "A科技公司"]]
        for headers in (["Opportunity", "Company Name"], ["ID", "客户名称"]):
            [note] = self._preview(self._sheet(*rows, headers=headers))["playbook_notes"]
            self.assertIn("These customers have open deals already: A科技公司 (Demo).", note)
        self.assertFalse(self._preview(self._sheet(*rows[1:], headers=headers)).get("playbook_notes"))

    def test_an_update_touches_what_the_file_has(self):
        """Each other field is as it was, the customer, whom to call and the time of entry too."""
        company = self.env["res.partner"].create(
            {"name": "ACME", "is_company": True, "phone": "+32 2 111 11 11"}
        )
        person = self.env["res.partner"].create({"name": "Ms Wu", "parent_id": company.id})
        lead = self._create_lead(
            partner_id=person.id,
            contact_name="Mr Li",
            expected_revenue=505_000,
            probability=40,
            stage_entered_at="2024-03-15 00:00:00",
            user_id=self.user_rep.id,
        )
        names = [n for n, f in lead._fields.items() if f.store and n not in ("write_date", "write_uid", "id")]
        self.env.flush_all()
        before = lead.read(names)[0]
        headers = ["ID", "客户名称", "进入时间", "成交概率(%)", "跟进人"]
        row = [lead.id, "ACME", "2024年3月15日", "40 %", self.user_rep.name]
        [same] = self._import_rows(headers, row)
        changed = {name for name, value in same.read(names)[0].items() if value != before[name]}
        self.assertLessEqual(changed, {"message_ids", "activity_ids", "is_automated_probability"})
        [same] = self._import_rows(["ID", "成交概率(%)"], [lead.id, "70%"])
        changed = {name for name, value in same.read(names)[0].items() if value != before[name]}
        self.assertIn("probability", changed)
        self.assertEqual(
            (same.partner_id, same.contact_name, company.phone), (person, "Mr Li", "+32 2 111 11 11")
        )

    def test_the_english_template_passes_its_own_test(self):
        self.stage_demo.with_context(lang="en_US").name = "Solution demo"
        self.stage_talks.with_context(lang="en_US").name = "Negotiation"
        self.env.flush_all()  # a test takes back what is written while it lasts
        for name in ("sales_funnel_sheet_en.csv", "sales_funnel_sheet_en.xlsx"):
            result = self._upload((SHEETS / name).read_bytes(), is_test=True)
            self.assertEqual(result["messages"], [])
            self.assertEqual(len(result["ids"]), 2)

    def test_contact_is_the_heading_of_odoos_own_field(self):
        person = self.env["res.partner"].create({"name": "Somebody of theirs"})
        [lead] = self._import_rows(["Opportunity", "Contact"], ["A", person.name])
        self.assertEqual(lead.partner_id, person)
