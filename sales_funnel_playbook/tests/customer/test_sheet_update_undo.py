import json
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook.models.customer import crm_sheet_update, row_batches

from .update_common import SheetUpdateCase

SHEET = [
    *("Customer Name", "Current Stage", "Win Probability (%)", "Expected Amount (10,000)", "Risk Level"),
    *("Risk Description", "Last Contact Time", "Communication Summary"),
]
ROW = ["ACME", "商务谈判", "70", "50.5", "High", "They wait", "2024-03-22 10:00", "Met them"]


@tagged("post_install", "-at_install")
class TestSheetUpdateUndo(SheetUpdateCase):
    """An update can be undone for a day: what is still as it left it goes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.mode = "observe"

    def _get_state(self, lead):
        lead.invalidate_recordset()
        names = ("stage_id", "probability", "expected_revenue", "risk_level", "risk_description")
        facts = (lead.progress_ids.ids, lead.risk_ids.ids)
        return [lead[name] for name in (*names, "last_contact_at", "last_contact_summary")], facts

    def test_everything_goes_back(self):
        before = self._get_state(self.deal)
        update = self._apply(SHEET, ROW)
        self.assertEqual(update.row_ids.outcome, "applied")
        self.assertNotEqual(self._get_state(self.deal), before)
        self.assertTrue(update.can_undo)
        update.action_undo()
        self.assertEqual(self._get_state(self.deal), before)
        self.assertEqual((update.state, update.row_ids.outcome), ("undone", "undone"))
        self.assertEqual(self.deal.stage_log_ids[0].kind, "backward", "the log remains")
        with self.assertRaisesRegex(UserError, "another step"):
            update.action_undo()

    def test_a_risk_that_was_there_goes_back_to_what_it_was(self):
        self.deal.write({"risk_level": "medium", "risk_description": "Slow"})
        before = self._get_state(self.deal)
        update = self._apply(["Customer Name", "Risk Level", "Risk Description"], ["ACME", "Low", "Quick"])
        self.assertEqual(self.deal.risk_ids.mapped("level"), ["low"])
        update.action_undo()
        self.assertEqual(self._get_state(self.deal), before)
        self.assertEqual(self.deal.risk_ids.mapped("description"), ["Slow"])

    def test_what_was_changed_since_stays_and_is_named(self):
        update = self._apply(SHEET, ROW)
        self.deal.with_user(self.user_rep).sudo().write({"probability": 90})
        self.deal.risk_ids.response = "Call them"
        self.deal.progress_ids.summary = "Met them twice"
        update.action_undo()
        self.assertEqual((self.deal.stage_id, self.deal.expected_revenue), (self.stage_demo, 500_000))
        self.assertEqual((self.deal.probability, self.deal.risk_level), (90, "high"))
        self.assertEqual(self.deal.last_contact_summary, "Met them twice")
        self.assertEqual(update.row_ids.outcome, "partly")
        text = update.row_ids.text
        self.assertIn("Stays: “Probability” was changed since, to “90”", text)
        self.assertIn("Stays: “Met them twice” was changed since", text)
        self.assertEqual(text.count("Stays:"), 3)

    def test_new_deals_are_archived_unless_somebody_works_on_them(self):
        update = self._apply(SHEET[:3], ["Cygnus", "方案演示", "10"], ["Draco", "方案演示", "20"])
        cygnus, draco = (row.lead_id for row in update.row_ids.sorted("number"))
        draco.probability = 30
        update.action_undo()
        self.assertFalse(cygnus.active)
        self.assertTrue(draco.active)
        outcomes = {row.customer: row.outcome for row in update.row_ids}
        self.assertEqual(outcomes, {"Cygnus": "undone", "Draco": "partly"})

    def test_a_new_deal_on_which_something_is_recorded_is_somebodys(self):
        update = self._apply(SHEET[:3], ["Cygnus", "方案演示", "10"], ["Draco", "方案演示", "20"])
        cygnus, draco = (row.lead_id for row in update.row_ids.sorted("number"))
        person = self.env["res.partner"].create({"name": "Ms Draco"})
        chain = self.env["crm.lead.stakeholder"].with_user(self.seller)
        with self.mock_datetime_and_now(datetime.now() + timedelta(minutes=5)):
            chain.create({"lead_id": draco.id, "partner_id": person.id, "role": "decision_maker"})
            update.action_undo()
        self.assertEqual((cygnus.active, draco.active), (False, True))
        self.assertIn("Stays: Somebody has worked on the deal since", self._get_texts(update)[3])

    def test_it_is_undone_in_the_company_in_which_it_was_applied(self):
        company = self.env["res.company"].create({"name": "South"})
        self.seller.company_ids |= company
        self.deal.company_id = self.env.company
        update = self._apply(SHEET[:3], ["ACME", "", "70"], allowed_company_ids=self.env.company.ids)
        update.with_context(allowed_company_ids=company.ids).action_undo()
        self.assertEqual((self.deal.probability, update.row_ids.outcome), (50, "undone"))

    def test_each_row_goes_back_for_itself(self):
        update = self._apply(SHEET[:3], ["ACME", "", "70"], ["Borealis", "", "80"])
        self.other.user_id = self.user_rep
        update.action_undo()
        self.assertEqual((self.deal.probability, self.other.probability), (50, 80))
        self.assertIn("You do not see the deal any more", self._get_texts(update)[3])

    def test_a_day_and_no_longer(self):
        update = self._apply(SHEET[:3], ["ACME", "", "70"])
        later = update.applied_at + timedelta(hours=24, seconds=1)
        with self.mock_datetime_and_now(later), self.assertRaisesRegex(UserError, "which is over"):
            update.invalidate_recordset()
            update.action_undo()
        self.assertEqual(self.deal.probability, 70)
        with self.mock_datetime_and_now(later - timedelta(minutes=1)):
            update.invalidate_recordset()
            update.action_undo()
        self.assertEqual(self.deal.probability, 50)

    def test_it_is_kept_for_a_day_and_goes_then(self):
        update = self._apply(SHEET[:3], ["ACME", "", "70"])
        rows = update.row_ids
        for hours, is_there in ((24, True), (26, False)):
            for record in (update, rows):
                self.env.cr.execute(
                    f"UPDATE {record._table} SET write_date = %s WHERE id = ANY(%s)",
                    [datetime.now() - timedelta(hours=hours), record.ids],
                )
            update.sudo()._transient_vacuum()
            rows.sudo()._transient_vacuum()
            self.assertEqual((bool(update.exists()), bool(rows.exists())), (is_there, is_there))


@tagged("post_install", "-at_install")
class TestSheetUpdateRights(SheetUpdateCase):
    """Nobody does by an update what they could not do by hand."""

    def test_updates_are_their_owners(self):
        update = self._show(SHEET[:3], ["ACME", "", "70"])
        for user in (self.user_rep, self.user_manager, self.leader):
            theirs = update.with_user(user)
            with self.subTest(user=user.login):
                self.assertFalse(theirs.search([]) & update)
                for deed in ("action_show", "action_apply", "action_undo", "action_choose"):
                    with self.assertRaises(AccessError):
                        getattr(theirs, deed)()
                with self.assertRaises(AccessError):
                    theirs.row_ids.write({"is_chosen": True})

    def test_what_it_keeps_nobody_writes(self):
        update = self._apply(SHEET[:3], ["ACME", "", "70"])
        row = update.row_ids
        done = {"changes": [], "facts": [["crm.lead.progress", 1, None, []]]}
        for record, vals in (
            (row, {"done": done}),
            (row, {"lead_id": self.other.id}),
            (row, {"kind": "changed"}),
            (row, {"text": "x"}),
            (row, {"update_id": update.id}),
            (update, {"state": "shown"}),
            (update, {"applied_at": "2099-01-01"}),
            (update, {"row_ids": [(0, 0, {"kind": "new"})]}),
            (update, {"row_ids": [(2, row.id)]}),
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                record.write(vals)
        with self.assertRaisesRegex(UserError, "another update"):
            update.write({"file": "QQ=="})

    def test_a_context_of_a_client_is_no_update(self):
        for value in (True, {"is_rehearsal": True}, "x"):
            leads = self._get_env(playbook_sheet_update=value)["crm.lead"]
            lead = leads.browse(self.deal.id)
            with self.mock_datetime_and_now(datetime.now() + timedelta(days=1)):
                lead.write({"last_contact_at": datetime.now(), "last_contact_summary": str(value)})
            self.assertFalse(
                self.deal.progress_ids.filtered(lambda n, v=value: n.summary == str(v)).is_imported
            )
            result = leads.load([".id", "probability"], [[str(self.deal.id), "77"]])
            self.assertEqual(result["ids"], self.deal.ids)

    def test_a_deal_that_may_be_read_only_is_not_written(self):
        rule = {
            "name": "No writing of others'",
            "model_id": self.env.ref("crm.model_crm_lead").id,
            "domain_force": "[('probability', '<', 50)]",
            "perm_read": False,
            "perm_create": False,
            "perm_unlink": False,
        }
        self.env["ir.rule"].create(rule)
        update = self._show(SHEET[:3], ["ACME", "", "70"])
        self.assertEqual(self._get_kinds(update), {2: "refused"})
        self.assertEqual(self.deal.probability, 50)

    def test_the_company_in_which_one_works(self):
        company = self.env["res.company"].create({"name": "West"})
        self.seller.company_ids |= company
        team = self.env["crm.team"].create({"name": "Western", "company_id": company.id})
        west = self._create_own("ACME", company_id=company.id, team_id=team.id, stage_id=False)
        both = (company | self.env.company).ids
        self.deal.company_id = self.env.company
        east = self._show(SHEET[:3], ["ACME", "", "70"], allowed_company_ids=both[::-1])
        update = self._show(SHEET[:3], ["ACME", "", "80"], allowed_company_ids=both)
        found = {east.company_id: east.row_ids.lead_id, update.company_id: update.row_ids.lead_id}
        self.assertEqual(found, {self.env.company: self.deal, company: west})
        update.action_apply()
        self.assertEqual((self.deal.probability, west.probability), (50, 80))

    def test_times_are_those_of_the_persons_zone(self):
        headings = ["Customer Name", "Last Contact Time", "Communication Summary"]
        row = ["ACME", "2024-03-22 01:30", "Met them"]
        update = self._apply(headings, row, tz="Asia/Shanghai")
        self.assertEqual(self.deal.last_contact_at, datetime(2024, 3, 21, 17, 30))
        self.assertIn("2024-03-22 01:30", update.row_ids.text)
        for tz, kind in (("Asia/Shanghai", "same"), ("America/Los_Angeles", "changed")):
            with self.subTest(tz=tz):
                self.assertEqual(self._get_kinds(self._show(headings, row, tz=tz)), {2: kind})


@tagged("post_install", "-at_install")
class TestSheetUpdateScreen(HttpCase, SheetUpdateCase):
    def test_update_preview_and_undo(self):
        with mute_logger("odoo.http"):  # it logs the refusal that the tour is about
            self.start_tour("/odoo/funnel-sheet", "sheet_update", login=self.seller.login)
        update = self.env["crm.sheet.update"].search([("create_uid", "=", self.seller.id)], limit=1)
        self.assertEqual(update.state, "undone")
        self.assertEqual(self.deal.probability, 50)
        notified = self.deal.message_ids.tracking_value_ids.filtered(
            lambda one: one.field_id.name == "risk_level"
        )
        self.assertEqual(len(notified), 2, "it was applied, and undone")

    def test_the_screen_is_told_how_far_it_is(self):
        self.patch(crm_sheet_update, "MANY", 2)
        self.patch(crm_sheet_update, "SECONDS", 0)
        self.patch(row_batches, "SIZE", 1)
        update = self._show(SHEET[:3], ["ACME", "", "70"], ["Borealis", "", "80"])
        last = self.env["bus.bus"].search([], order="id desc", limit=1).id or 0
        update.action_apply()
        told = [one.message for one in self.env["bus.bus"].search([("id", ">", last)], order="id")]
        told = [json.loads(one) for one in told if crm_sheet_update.PROGRESS in one]
        self.assertEqual(
            [one["payload"] for one in told],
            [{"id": update.id, "done": done, "total": 2} for done in (1, 2)],
        )
