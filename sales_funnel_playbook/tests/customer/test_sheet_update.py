import base64
from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .sheet_files import make_xlsx
from .update_common import SheetUpdateCase

SHEET = ["Customer Name", "Current Stage", "Win Probability (%)", "Expected Amount (10,000)", "Risk Level"]


@tagged("post_install", "-at_install")
class TestSheetUpdateShows(SheetUpdateCase):
    """What a sheet would change is shown, cell by cell, before anything is written."""

    def test_each_row_is_what_it_is(self):
        leads = self.deal | self.other
        before, count = self._get_all(leads), self.env["crm.lead"].search_count([])
        update = self._show(
            [*SHEET, "ID"],
            ["ACME", "方案演示", "70%", "50.5", "High", ""],
            ["Borealis", "方案演示", "50", "50", "", ""],
            ["Cygnus", "方案演示", "10", "20", "", ""],
            ["Nobody", "", "", "", "", str(2**31 - 1)],
            ["ACME", "", "50-80", "约50", "grave", self.deal.id],
            lang="en_US",
        )
        kinds = self._get_kinds(update)
        self.assertEqual(kinds, {2: "refused", 3: "same", 4: "new", 5: "missing", 6: "refused"})
        texts = self._get_texts(update)
        self.assertIn("Rows 2, 6 are the same deal, “ACME”", texts[2])
        self.assertIn("is the ID of no deal that you see", texts[5])
        self.assertEqual(
            texts[4].splitlines()[1:],
            ["Win Probability (%): 10", "Expected Amount (10,000): 20"],
            "cells that are empty are none",
        )
        self.assertEqual(update.summary, "Refused: 2 · Not Found: 1 · New Deal: 1 · The Same: 1")
        self.assertEqual(self._get_all(leads), before)
        self.assertEqual(self.env["crm.lead"].search_count([]), count)

    def test_old_and_new_of_each_cell(self):
        before = self._get_all(self.deal)
        update = self._show(SHEET, ["ACME", "方案演示", "70%", "50.5万", "High"])
        self.assertEqual(
            self._get_texts(update)[2].splitlines(),
            [
                "Win Probability (%): 50 → 70",
                "Expected Amount (10,000): 50 → 50.5",
                "Risk Level: – → High",
            ],
        )
        self.assertTrue(update.row_ids.is_chosen)
        self.assertEqual(self._get_all(self.deal), before, "nothing is written, nobody hears of it")

    def test_what_is_wrong_is_said_with_heading_and_cell(self):
        update = self._show(
            [*SHEET, "Owner"],
            ["ACME", "Nowhere", "70", "50-80", "grave", "Nobody of that name"],
            ["Borealis", "", "50", "", "", ""],
        )
        text = self._get_texts(update)[2]
        self.assertIn("“Expected Amount (10,000)”: “50-80” is more than one number. Write one.", text)
        self.assertIn("“Risk Level”: “grave” is no risk level. Write High, Medium or Low.", text)
        update = self._show([*SHEET, "Owner"], ["ACME", "Nowhere", "70", "", "", "Nobody of that name"])
        text = self._get_texts(update)[2]
        self.assertIn("“Current Stage”", text)
        self.assertIn("Nowhere", text)
        self.assertIn("“Owner”", text)

    def test_an_empty_cell_changes_nothing(self):
        self.deal.contact_name = "Ms Wu"
        update = self._show([*SHEET, "Contact Person"], ["ACME", "", "", "", "", ""])
        self.assertEqual(self._get_kinds(update), {2: "same"})

    def test_columns_that_are_no_fields_are_named(self):
        update = self._show(["Customer Name", "Mood", "Risk Level"], ["ACME", "good", ""])
        self.assertEqual(update.notes, "Columns left out: Mood")

    def test_files_that_are_no_sheets(self):
        for headings, cell in (
            (["Opportunity", "Stage"], "ACME"),
            (["Risk Level", "Contact Person"], "High"),
        ):
            with self.subTest(headings=headings), self.assertRaisesRegex(UserError, "No column with the ID"):
                self._show(headings, [cell, ""])
        update = self._get_env()["crm.sheet.update"].create({"file": "no base64"})
        with self.assertRaises(UserError):
            update.action_show()

    def test_the_funnel_sheet_is_the_same(self):
        self.deal.write(
            {"last_contact_at": datetime(2024, 3, 20, 8, 5, 1), "last_contact_summary": "They\ncame"}
        )
        for lang, tz in (("zh_CN", "Asia/Shanghai"), ("en_US", "America/Los_Angeles")):
            leads = self._get_env(lang=lang, tz=tz)["crm.lead"]
            file = leads.get_funnel_sheet([], ["expected_revenue", "product_line_id", "stage_due_date"])
            before = self._get_all(self.deal | self.other)
            update = self._show(None, content=base64.b64decode(file["content"]), lang=lang, tz=tz)
            with self.subTest(lang=lang):
                self.assertEqual(set(self._get_kinds(update).values()), {"same"}, self._get_texts(update))
                self.assertEqual(len(update.row_ids), 2)
                self.assertEqual(self._get_all(self.deal | self.other), before)

    def test_a_workbook(self):
        content = make_xlsx([["Customer Name", "Win Probability (%)"], ["ACME", 0.7]], formats={"B2": "0%"})
        update = self._show(None, content=content)
        self.assertEqual(self._get_texts(update), {2: "Win Probability (%): 50 → 70"})


@tagged("post_install", "-at_install")
class TestSheetUpdateFinds(SheetUpdateCase):
    """Which deal a row is."""

    def _find(self, headings, *row, **options):
        """Return the deal of a row, or why it has none."""
        row = self._show(headings, row, **options).row_ids
        return row.lead_id if row.kind in ("same", "changed", "new") else row.text

    def test_by_id_whatever_the_customer_is_called_in_capitals(self):
        self.assertEqual(self._find(["ID", "Customer Name"], self.deal.id, "acme"), self.deal)
        self.assertEqual(self._find(["ID", "Risk Level"], self.deal.id, ""), self.deal)
        found = self._find(["ID", "Customer Name"], self.deal.id, "Borealis")
        self.assertIn(f"The deal with the ID {self.deal.id} is of “ACME”, the row of “Borealis”", found)
        for cell in ("abc", "1.5", "-1", "0", "²", "9" * 30):
            with self.subTest(cell=cell):
                self.assertIn("is the ID of no deal", self._find(["ID", "Customer Name"], cell, "ACME"))

    def test_closed_deals(self):
        self.deal.action_set_lost()
        self.assertIn("is closed", self._find(["ID", "Customer Name"], self.deal.id, "ACME"))
        self.assertFalse(self._find(["Customer Name"], "ACME"), "a new deal of the customer")

    def test_two_open_deals(self):
        line = self.env["crm.product.line"].create({"name": "Cloud"})
        second = self._create_own("ACME", name="Second", product_line_id=line.id)
        found = self._find(["Customer Name"], "ACME")
        self.assertIn("“ACME” has more than one open deal. Write the ID of the one:", found)
        self.assertIn(f"{second.id} (Second)", found)
        self.assertEqual(self._find(["Customer Name", "Product Line"], "ACME", "Cloud"), second)
        self.assertEqual(self._find(["Customer Name", "Sales Team"], "Borealis", self.team.name), self.other)

    def test_the_salesperson_breaks_ties(self):
        second = self._create_own("ACME", user_id=self.user_rep.id)
        boss = self.user_manager
        found = self._find(["Customer Name", "Owner"], "ACME", self.user_rep.name, user=boss)
        self.assertEqual(found, second)
        found = self._find(["Customer Name", "Owner"], "ACME", boss.name, user=boss)
        self.assertIn("more than one open deal", found)

    def test_deals_of_others_are_not_found(self):
        self.deal.user_id = self.user_rep
        self.assertIn("no deal that you see", self._find(["ID", "Customer Name"], self.deal.id, "ACME"))
        self.assertFalse(self._find(["Customer Name"], "ACME"))

    def test_the_customer_is_a_contact(self):
        partner = self.env["res.partner"].create({"name": "Delta Works", "is_company": True})
        deal = self._create_own(False, name="Big", partner_id=partner.id)
        self.assertEqual(self._find(["Customer Name"], "Delta Works"), deal)
        deal.write({"partner_name": False})
        self.assertEqual(self._find(["Customer Name"], "　Delta Works "), deal)

    def test_a_row_that_names_nobody(self):
        self.assertIn("names no customer", self._find(["Customer Name", "Risk Level"], "", "High"))


@tagged("post_install", "-at_install")
class TestSheetUpdateApplies(SheetUpdateCase):
    def test_chosen_rows_alone(self):
        update = self._show(
            SHEET,
            ["ACME", "方案演示", "70", "50.5", "High"],
            ["Borealis", "", "80", "", ""],
            ["Cygnus", "方案演示", "10", "20", "Low"],
        )
        update.row_ids.filtered(lambda row: row.customer == "Borealis").is_chosen = False
        before = self._get_all(self.other)
        update.action_apply()
        self.assertEqual(self._get_all(self.other), before)
        self.assertEqual((self.deal.probability, self.deal.expected_revenue), (70, 505_000))
        self.assertEqual(self.deal.risk_ids.mapped("level"), ["high"])
        self.assertEqual(update.row_ids.filtered("outcome").customer, "ACME")
        self.assertFalse(self.env["crm.lead"].search([("partner_name", "=", "Cygnus")]), "was not chosen")

    def test_new_rows_are_created_once_chosen(self):
        self.playbook.mode = "observe"
        update = self._apply(SHEET, ["Cygnus", "方案演示", "10", "20", "Low"])
        deal = self.env["crm.lead"].search([("partner_name", "=", "Cygnus")])
        self.assertEqual(update.row_ids.lead_id, deal)
        self.assertEqual((deal.stage_id, deal.expected_revenue), (self.stage_demo, 200_000))
        self.assertEqual((deal.name, deal.type, deal.user_id), ("Cygnus", "opportunity", self.seller))

    def test_once_more_changes_nothing(self):
        rows = [["ACME", "方案演示", "70", "50.5", "High"], ["Cygnus", "方案演示", "10", "20", "Low"]]
        self._apply(SHEET, *rows)
        leads = self.env["crm.lead"].search([("partner_name", "in", ("ACME", "Cygnus"))])
        self.assertEqual(len(leads), 2)
        before = self._get_all(leads)
        update = self._show(SHEET, *rows)
        self.assertEqual(self._get_kinds(update), {2: "same", 3: "same"}, self._get_texts(update))
        with self.assertRaisesRegex(UserError, "Choose the rows"):
            update.action_apply()
        self.assertEqual(self._get_all(leads), before)

    def test_the_gate_holds_back_its_row_only(self):
        self.playbook.mode = "enforce"
        self.other.confirm_condition(self.review_passed.id)
        update = self._apply(
            SHEET, ["ACME", "商务谈判", "70", "", ""], ["Borealis", "商务谈判", "80", "", ""]
        )
        self.assertEqual(self._get_kinds(update), {2: "refused", 3: "changed"})
        self.assertIn("Review passed", self._get_texts(update)[2])
        self.assertEqual((self.deal.stage_id, self.deal.probability), (self.stage_demo, 50), "nothing of it")
        self.assertEqual((self.other.stage_id, self.other.probability), (self.stage_talks, 80))
        self.assertEqual(self.other.stage_log_ids[0].moved_by_id, self.seller)

    def test_a_row_that_would_change_something_else_by_now_is_held_back(self):
        update = self._show(SHEET, ["ACME", "", "70", "", ""], ["Borealis", "", "80", "", ""])
        self.deal.probability = 60
        update.action_apply()
        outcomes = {row.customer: row.outcome for row in update.row_ids}
        self.assertEqual(outcomes, {"ACME": "held", "Borealis": "applied"})
        self.assertEqual((self.deal.probability, self.other.probability), (60, 80))
        self.assertIn("not what was shown", self._get_texts(update)[2])

    def test_the_customer_stays(self):
        partner = self.env["res.partner"].create(
            {"name": "ACME", "is_company": True, "phone": "+32 2 290 34 90", "email": "info@acme.example.com"}
        )
        self.deal.partner_id = partner
        headings = ["Customer Name", "Customer", "Email", "Phone", "Contact Person"]
        self._apply(headings, ["ACME", "Borealis", "wu@acme.example.com", "+32 2 290 34 91", "Ms Wu"])
        self.assertEqual((self.deal.partner_id, self.deal.partner_name), (partner, "ACME"))
        self.assertEqual((partner.phone, partner.email), ("+32 2 290 34 90", "info@acme.example.com"))
        self.assertEqual((self.deal.contact_name, self.deal.email_from), ("Ms Wu", "wu@acme.example.com"))

    def test_since_when_a_deal_is_in_its_stage_no_sheet_changes(self):
        since, today = self.deal.stage_entered_at, datetime.now().date()
        headings = ["Customer Name", "Entered At", "Current Stage"]
        update = self._show(
            headings, ["ACME", str(since.date()), ""], ["Borealis", str(today - timedelta(days=3)), ""]
        )
        self.assertEqual(self._get_kinds(update), {2: "same", 3: "refused"})
        self.assertIn(
            f"“Entered At”: The deal is in its stage since {since:%Y-%m-%d %H:%M}", self._get_texts(update)[3]
        )
        self.playbook.mode = "observe"
        with self.mock_datetime_and_now(since + timedelta(days=10)):
            today = (since + timedelta(days=10)).date()
            update = self._show(
                headings,
                ["ACME", str(today), "商务谈判"],
                ["Borealis", str(since.date() + timedelta(days=1)), "商务谈判"],
            )
            self.assertEqual(self._get_kinds(update), {2: "changed", 3: "refused"})
            left = self._show(headings, ["ACME", str(since.date()), "商务谈判"])
            self.assertEqual(self._get_kinds(left), {2: "changed"}, "as it was before the move")
            self.assertIn(f"Write {today}, or empty the cell", self._get_texts(update)[3])

    def test_a_later_contact_is_a_note_that_came_with_the_sheet(self):
        self.deal.write({"last_contact_at": datetime(2024, 3, 20, 8, 5, 1), "last_contact_summary": "Called"})
        headings = ["Customer Name", "Last Contact Time", "Communication Summary"]
        for cells, kind in (
            (["2024-03-20 08:05", "Called"], "same"),
            (["2024-03-20", "Called"], "same"),
            (["2024-03-01", "Met them"], "same"),
            (["2024-03-22 10:00", "They want an offer"], "changed"),
        ):
            update = self._show(headings, ["ACME", *cells])
            self.assertEqual(self._get_kinds(update), {2: kind}, cells)
        update.action_apply()
        note = self.deal.progress_ids[0]
        self.assertEqual(
            (note.communicated_at, note.summary), (datetime(2024, 3, 22, 10), "They want an offer")
        )
        self.assertTrue(note.is_imported)
        self.assertFalse(note.is_late)
        self.assertEqual(note.user_id, self.seller)
        self.assertEqual(self._get_kinds(self._show(headings, ["ACME", *cells])), {2: "same"})

    def test_an_industry_that_is_new_is_made_for_who_may_make_it(self):
        update = self._show(["Customer Name", "Industry"], ["ACME", "Shipbuilding"])
        self.assertIn("Shipbuilding", self._get_texts(update)[2])
        self.assertEqual(self._get_kinds(update), {2: "refused"}, "a salesperson makes none")
        self.seller.group_ids |= self.env.ref("base.group_system")
        update = self._show(["Customer Name", "Industry"], ["ACME", "Shipbuilding"])
        self.assertFalse(self.env["res.partner.industry"].search([("name", "=", "Shipbuilding")]))
        update.action_apply()
        self.assertEqual(self.deal.industry_id.name, "Shipbuilding")
