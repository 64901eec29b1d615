from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook.models.customer import row_batches

from .update_common import SheetUpdateCase

SHEET = [
    *("Customer Name", "Current Stage", "Win Probability (%)", "Expected Amount (10,000)", "Risk Level"),
    *("Risk Description", "Contact Person", "Last Contact Time", "Communication Summary"),
]


@tagged("post_install", "-at_install")
class TestSheetUpdateMany(SheetUpdateCase):
    """A sheet of many rows is written many at once; one that cannot be holds no other back."""

    def _make_rows(self, count, **cells):
        """Create so many deals, and return the rows of a sheet that change each of them in another way."""
        names = [f"Customer {number}" for number in range(count)]
        for name in names:
            self._create_own(name, stage_id=self.stage_lead.id)
        changes = {
            "stage": lambda _n: "方案演示",
            "chance": lambda n: str(60 + n % 5),
            "amount": lambda n: str(100 + n),
            "level": lambda n: ("High", "Medium", "Low")[n % 3],
            "risk": lambda n: f"They wait for {n}",
            "person": lambda n: f"Ms {n}",
            "at": lambda n: f"2024-03-{1 + n % 20:02} 10:00",
            "talk": lambda n: f"Spoke about {n}",
        }
        return [
            [name, *(cells.get(key, change)(number) for key, change in changes.items())]
            for number, name in enumerate(names)
        ]

    def _count_queries(self, count):
        self.env["crm.lead"].search([("name", "=like", "Customer %")]).unlink()
        rows = self._make_rows(count)
        for deal in self.env["crm.lead"].search([("name", "=like", "Customer %")]):
            deal.confirm_condition(self.needs_confirmed.id, note="They said so on the phone, twice.")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        update = self._show(SHEET, *rows)
        queries = self.env.cr.sql_log_count - before
        self.assertEqual({*self._get_kinds(update).values()}, {"changed"}, self._get_texts(update))
        self.assertEqual(len(update.row_ids), count)
        return queries

    def test_more_rows_ask_for_nothing_more(self):
        self._count_queries(5)
        few = self._count_queries(10)
        self.assertLessEqual(self._count_queries(40), few + 5)

    def test_those_that_cannot_be_hold_none_back(self):
        self.playbook.mode = "enforce"
        rows = self._make_rows(12)
        leads = self.env["crm.lead"].search([("name", "=like", "Customer %")], order="id")
        for deal in leads - leads[3]:
            deal.confirm_condition(self.needs_confirmed.id, note="They said so on the phone, twice.")
        leads[5].risk_ids.create({"lead_id": leads[5].id, "level": "high", "description": "Price"})
        rows[5][4] = "Low"
        update = self._show(SHEET, *rows)
        held = {2 + 3: "Needs confirmed", 2 + 5: "is high and cannot be lowered"}
        texts = self._get_texts(update)
        kinds = {number: "refused" if number in held else "changed" for number in range(2, 14)}
        self.assertEqual(self._get_kinds(update), kinds, texts)
        for number, sentence in held.items():
            self.assertIn(sentence, texts[number])
        self.assertIn("“Customer 3” cannot enter the stage “Demo” yet:", texts[5], "as if it were alone")
        update.action_apply()
        self.assertEqual(set(update.row_ids.filtered("is_chosen").mapped("outcome")), {"applied"})
        moved = leads - leads[3] - leads[5]
        self.assertEqual(moved.stage_id, self.stage_demo)
        self.assertEqual((leads[3] | leads[5]).stage_id, self.stage_lead)
        self.assertEqual(leads[3].contact_name, False, "nothing of the row")
        self.assertEqual([len(lead.progress_ids) for lead in leads], [n not in (3, 5) for n in range(12)])
        self.assertEqual(moved.mapped("risk_description"), [rows[n][5] for n in range(12) if n not in (3, 5)])

    def test_what_only_the_database_refuses_is_found_among_many(self):
        constraint = "ALTER TABLE crm_lead ADD CONSTRAINT only_here CHECK (contact_name <> 'Ms 4')"
        self.env.cr.execute(constraint)
        for size in (200, 3):
            self.patch(row_batches, "SIZE", size)
            with self.subTest(size=size), mute_logger("odoo.sql_db"):
                update = self._show(SHEET[:1] + SHEET[6:7], *([f"Customer {n}", f"Ms {n}"] for n in range(9)))
                self.assertEqual({*self._get_kinds(update).values()}, {"new", "refused"})
                refused = update.row_ids.filtered(lambda row: row.kind == "refused")
                self.assertEqual(refused.customer, "Customer 4")

    def test_in_batches_of_any_size_it_is_the_same(self):
        rows, told = self._make_rows(7), {}
        for size in (1, 3, 200):
            self.patch(row_batches, "SIZE", size)
            update = self._show(SHEET, *rows)
            told[size] = [(row.number, row.kind, row.text) for row in update.row_ids]
        self.assertEqual(told[1], told[200])
        self.assertEqual(told[3], told[200])

    def test_what_a_row_notes_counts_for_the_move_that_it_makes(self):
        """As in one save: also where the move wins the deal, or the row gives it to somebody else."""
        self.has_closing.unlink()
        self._create_condition(self.stage_signed, "Needs a note", domain="[('progress_ids', '!=', False)]")
        self._create_condition(self.stage_demo, "Needs a risk", domain="[('risk_ids', '!=', False)]")
        deal = self._create_own("Won at last", stage_id=self.stage_talks.id)
        given = self._create_own("Given away", stage_id=self.stage_lead.id)
        given.confirm_condition(self.needs_confirmed.id, note="They said so on the phone, twice.")
        self.playbook.mode = "enforce"
        headings = ["Customer Name", "Current Stage", "Communication Summary", "Last Contact Time"]
        headings += ["Salesperson", "Risk Level", "Risk Description"]
        update = self._show(
            headings,
            ["Won at last", self.stage_signed.name, "They have signed it", "2024-03-18 10:00", "", "", ""],
            ["Given away", self.stage_demo.name, "", "", self.rep.name, "Low", "They wait for it"],
            user=self.leader,
        )
        self.assertEqual(self._get_kinds(update), {2: "changed", 3: "changed"}, self._get_texts(update))
        self.assertEqual((deal | given).mapped("progress_ids"), deal.progress_ids.browse(), "taken back")

    def test_a_fact_that_cannot_be_is_found_without_trying_them_one_by_one(self):
        rows = self._make_rows(32)
        lead = self.env["crm.lead"].search([("name", "=", "Customer 0")])
        lead.risk_ids.create({"lead_id": lead.id, "level": "high", "description": "Price"})
        rows[0][4], tried = "Low", []
        write = row_batches.RowBatches._write

        def note(batches, its):
            tried.append(len(its))
            return write(batches, its)

        self.patch(row_batches.RowBatches, "_write", note)
        update = self._show(SHEET[:1] + SHEET[4:], *(row[:1] + row[4:] for row in rows))
        kinds = self._get_kinds(update)
        self.assertEqual([number for number, kind in kinds.items() if kind == "refused"], [2])
        self.assertLess(sum(tried), 4 * len(rows))
