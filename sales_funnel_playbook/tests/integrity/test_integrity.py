from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import Form, new_test_user, tagged

from ..common import PlaybookCase

FIRST_STAY = "(SELECT MIN(id) FROM crm_lead_stage_log WHERE lead_id = %(lead)s)"
LAST_STAY = "(SELECT MAX(id) FROM crm_lead_stage_log WHERE lead_id = %(lead)s)"
LOG = "UPDATE crm_lead_stage_log SET"
# What another program or a bad restore may do, and what the check calls it.
DAMAGES = {
    "a stay ends before the next begins": (
        f"{LOG} left_at = left_at - INTERVAL '1 minute' WHERE id = {FIRST_STAY}",
        {"log_contiguous", "log_derived"},
    ),
    "a stay between is gone": (
        f"DELETE FROM crm_lead_stage_log WHERE id = {LAST_STAY} - 1",
        {"log_contiguous", "log_derived"},
    ),
    "a stay came from another stage": (
        f"{LOG} previous_stage_id = %(signed)s WHERE id = {LAST_STAY}",
        {"log_contiguous"},
    ),
    "no stay is open": (
        f"{LOG} left_at = entered_at, ended_as = 'left' WHERE id = {LAST_STAY}",
        {"log_derived", "log_present"},
    ),
    "two stays are open": (
        f"DROP INDEX crm_lead_stage_log_open_stay_uniq; {LOG} left_at = NULL, ended_as = NULL,"
        f" went = NULL, duration_days = NULL, closes_stay = FALSE WHERE id = {LAST_STAY} - 1",
        {"log_open_stay", "log_contiguous", "log_present", "database_guards"},
    ),
    "two neighbours say the same": (
        f"{LOG} is_first = FALSE, came_further_at = NULL, stage_id = (SELECT stage_id FROM"
        f" crm_lead_stage_log WHERE id = {LAST_STAY} - 1) WHERE id = {FIRST_STAY}",
        {"log_contiguous", "log_open_stay", "log_derived"},
    ),
    "the whole log is gone": (
        "DELETE FROM crm_lead_stage_log WHERE lead_id = %(lead)s",
        {"log_present"},
    ),
    "a stay lasted longer than it did": (
        f"{LOG} duration_days = duration_days + 1 WHERE id = {FIRST_STAY}",
        {"log_derived"},
    ),
    "more hours were worked than passed": (
        f"{LOG} working_hours = duration_days * 24 + 1 WHERE id = {FIRST_STAY}",
        {"log_duration"},
    ),
    "an override without a reason": (
        f"{LOG} gate = 'overridden', unmet = '[]' WHERE id = {LAST_STAY}",
        {"log_gate"},
    ),
    "something unmet that passed": (
        f"{LOG} unmet = '[]' WHERE id = {LAST_STAY}",
        {"log_gate"},
    ),
    "moved past Odoo": (
        "UPDATE crm_lead SET stage_id = %(signed)s WHERE id = %(lead)s",
        {"log_present"},
    ),
    "lost past Odoo": (
        "UPDATE crm_lead SET won_status = 'lost' WHERE id = %(lead)s",
        {"log_present"},
    ),
    "handed over past Odoo": (
        "UPDATE crm_lead SET user_id = NULL WHERE id = %(lead)s",
        {"log_present"},
    ),
    "archived past Odoo": (
        "UPDATE crm_lead SET active = FALSE WHERE id = %(lead)s",
        {"log_present"},
    ),
    "an entry that is none": (
        f"{LOG} is_first = FALSE, came_further_at = NULL, is_entry = FALSE WHERE id = {FIRST_STAY}",
        {"log_derived"},
    ),
    "a gate that was never passed": (
        f"{LOG} gate_stage_id = %(signed)s WHERE id = {LAST_STAY}",
        {"log_derived"},
    ),
    "a note about a deal that is not there": (
        "ALTER TABLE crm_lead_progress DROP CONSTRAINT crm_lead_progress_lead_id_fkey;"
        " UPDATE crm_lead_progress SET lead_id = 999999 WHERE lead_id = %(lead)s;"
        " UPDATE crm_lead SET last_contact_at = NULL WHERE id = %(lead)s",
        {"orphan_facts"},
    ),
    "an activity on a deal that is not there": (
        "UPDATE mail_activity SET res_id = 999999 WHERE res_id = %(lead)s AND playbook_kind IS NOT NULL",
        {"orphan_activities"},
    ),
    "a risk level without a risk": (
        "UPDATE crm_lead SET risk_level = 'high' WHERE id = %(lead)s",
        {"risk_level"},
    ),
    "a risk without its level": (
        "UPDATE crm_lead SET risk_level = NULL WHERE id = %(lead)s",
        {"risk_level"},
    ),
    "a contact that nobody had": (
        "UPDATE crm_lead SET last_contact_at = last_contact_at + INTERVAL '1 day' WHERE id = %(lead)s",
        {"last_contact"},
    ),
    "a note whose contact nobody knows": (
        "UPDATE crm_lead SET last_contact_at = NULL WHERE id = %(lead)s",
        {"last_contact"},
    ),
    "a score that nobody earned": (
        "UPDATE crm_lead SET score = 9 WHERE id = %(lead)s",
        {"rating"},
    ),
    "a tier above the thresholds": (
        "UPDATE crm_lead SET tier = 'A' WHERE id = %(lead)s",
        {"rating"},
    ),
    "a constraint that is missing": (
        "ALTER TABLE crm_lead_stage_log DROP CONSTRAINT crm_lead_stage_log_left_after_entered",
        {"database_guards"},
    ),
}


@tagged("post_install", "-at_install")
class TestIntegrity(PlaybookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.write(
            {
                "criterion_ids": [
                    (0, 0, {"name": "Amount", "domain": "[('expected_revenue', '>', 500)]", "points": 10})
                ],
                "tier_ids": [
                    (0, 0, {"tier": "A", "min_revenue": 50000, "min_probability": 0}),
                    (0, 0, {"tier": "C", "min_revenue": 0, "min_probability": 0}),
                ],
            }
        )
        cls._create_deadline("Call back", "lead_created")

    def setUp(self):
        super().setUp()
        now = Datetime.now()
        with self.mock_datetime_and_now(Datetime.subtract(now, days=12)):
            self.lead = self._create_lead(name="Press for a plant", phone="+1 202 555 0122")
        for days, stage in ((9, self.stage_demo), (3, self.stage_talks)):
            with self.mock_datetime_and_now(Datetime.subtract(now, days=days)):
                self._advance(self.lead, stage)
        self.env["crm.lead.progress"].create({"lead_id": self.lead.id, "summary": "They compare offers"})
        self.env["crm.lead.risk"].create({"lead_id": self.lead.id, "level": "medium"})
        self.lead._keep_deadlines()
        self.env["crm.playbook.refresh"].search([]).unlink()  # the job has been there
        self.integrity = self.env["crm.playbook.integrity"]
        self.check = self.env["crm.playbook.integrity.check"]

    def _damage(self, statement):
        self.env.flush_all()
        ids = {"lead": self.lead.id, "signed": self.stage_signed.id}
        for part in statement.split(";"):
            self.env.cr.execute(part, ids)
        self.env.invalidate_all(flush=False)

    def test_what_is_sound_is_not_written(self):
        self.playbook.criterion_ids.unlink()
        self.env["crm.playbook.refresh"].search([]).unlink()
        self.lead._refresh()
        self.env.invalidate_all()
        before = self.count_lead_updates()
        self.assertEqual(self.integrity._find_faults(), [])
        self.assertEqual(self.count_lead_updates(), before)

    def test_sound(self):
        self.assertEqual(self.lead.score, 10)
        self.assertEqual(self.lead.tier, "C")
        self.assertEqual(self.integrity._find_faults(), [])

    def test_names_each_damage_and_its_deal(self):
        other = self._create_lead(name="Sound")
        self.assertTrue(other.stage_log_ids)
        for damage, (statement, expected) in DAMAGES.items():
            with self.subTest(damage):
                savepoint = self.env.cr.savepoint()
                self._damage(statement)
                faults = {fault["name"]: fault for fault in self.integrity._find_faults()}
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
                self.assertEqual(faults.keys(), expected)
                for name in expected - {"database_guards"}:
                    lead_ids = [] if name.startswith("orphan") else self.lead.ids
                    self.assertEqual(faults[name]["lead_ids"], lead_ids)
                    self.assertEqual(faults[name]["count"], 1)
                    self.assertTrue(faults[name]["message"].endswith("."))

    def test_changes_nothing(self):
        self._damage("UPDATE crm_lead SET score = 9, tier = 'A' WHERE id = %(lead)s")
        self.env.cr.flush()
        messages = self.lead.message_ids
        self.assertEqual([fault["name"] for fault in self.integrity._find_faults()], ["rating"])
        self.env.flush_all()
        self.env.cr.execute("SELECT score, tier FROM crm_lead WHERE id = %s", [self.lead.id])
        self.assertEqual(self.env.cr.fetchone(), (9, "A"))
        self.assertEqual(self.lead.message_ids, messages)

    def test_what_the_job_is_about_to_look_at_is_no_fault(self):
        self._damage("UPDATE crm_lead SET score = 9 WHERE id = %(lead)s")
        self.env["crm.playbook.refresh"]._request(self.playbook)
        self.assertEqual(self.integrity._find_faults(), [])

    def test_dialog(self):
        dialog = Form(self.check).save()
        dialog.action_check()
        self.assertTrue(dialog.checked_at)
        self.assertFalse(dialog.line_ids)
        self._damage("UPDATE crm_lead SET score = 9 WHERE id = %(lead)s")
        dialog.action_check()
        self.assertRecordValues(dialog.line_ids, [{"name": "rating", "count": 1}])
        action = dialog.line_ids.action_open_leads()
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), self.lead)
        self.assertTrue(dialog.has_stale_rating)
        dialog.action_refresh_rating()
        self.env["crm.playbook.refresh"].search([])._run_batch()
        self.assertEqual(self.lead.score, 10)
        dialog.action_check()
        self.assertFalse(dialog.line_ids)

    def test_the_log_is_repaired(self):
        """The log says what the deals are, from now on; the past is what it was."""
        before = self.lead.stage_log_ids.sorted("sequence").mapped(lambda one: (one.kind, one.entered_at))
        for damage in ("a stay lasted longer than it did", "an entry that is none", "handed over past Odoo"):
            self._damage(DAMAGES[damage][0])
        self._damage("UPDATE crm_lead SET stage_id = %(signed)s, won_status = 'won' WHERE id = %(lead)s")
        dialog = Form(self.check).save()
        dialog.action_check()
        self.assertTrue(dialog.has_wrong_log)
        dialog.action_repair_log()
        self.assertFalse(dialog.line_ids.filtered(lambda line: line.name.startswith("log_")))
        log = self.lead.stage_log_ids.sorted("sequence")
        self.assertEqual(log[:-1].mapped(lambda one: (one.kind, one.entered_at)), before)
        self.assertEqual(
            (log[-1].stage_id, log[-1].state, log[-1].user_id.id), (self.stage_signed, "won", False)
        )
        self.assertEqual(log[-1].gate, "none", "no gate has seen it")

    def test_what_says_repair_is_repaired(self):
        """Of each damage by itself; what only a backup brings back stays a fault."""
        mended = {"log_derived", "log_present"}
        for damage, (statement, expected) in DAMAGES.items():
            if not mended & expected or damage == "two stays are open":
                continue
            with self.subTest(damage), self.env.cr.savepoint() as savepoint:
                self._damage(statement)
                self.integrity._repair_log()
                left = {fault["name"] for fault in self.integrity._find_faults()}
                self.assertLessEqual(left, expected - mended)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_what_is_no_deal_is_named(self):
        """Nobody is sent to deals that are not there."""
        activity = self.env["mail.activity"].search(
            [("res_id", "=", self.lead.id), ("playbook_kind", "!=", False)]
        )
        notes = self.env["crm.lead.progress"].create(
            [{"lead_id": self.lead.id, "summary": f"Call {number}"} for number in range(10)]
        )
        for damage in ("a note about", "an activity on"):
            self._damage(DAMAGES[f"{damage} a deal that is not there"][0])
        self._damage(DAMAGES["a constraint that is missing"][0])
        dialog = Form(self.check).save()
        dialog.action_check()
        lines = {line.name: line for line in dialog.line_ids}
        self.assertFalse(any(dialog.line_ids.mapped("lead_ids")), "there is no deal to show")
        self.assertIn(f"mail_activity {activity.id}.", lines["orphan_activities"].message)
        self.assertIn("crm_lead_stage_log_left_after_entered.", lines["database_guards"].message)
        self.assertIn(f"crm_lead_progress {notes[0].id}, ", lines["orphan_facts"].message)
        self.assertIn(", ….", lines["orphan_facts"].message)
        self.assertEqual(lines["orphan_facts"].count, 11)
        activity.with_user(SUPERUSER_ID).unlink()
        dialog.action_check()
        self.assertNotIn("orphan_activities", dialog.line_ids.mapped("name"))

    def test_for_administrators_only(self):
        dialog = self.check.create({})
        manager = new_test_user(self.env, "plain_manager", groups="sales_team.group_sale_manager")
        for call in ("action_check", "action_refresh_rating", "action_repair_log"):
            with self.subTest(call), self.assertRaises(AccessError):
                getattr(dialog.with_user(manager), call)()
        with self.assertRaises(AccessError):
            self.check.with_user(manager).create({})

    def test_the_clock_was_set_back(self):
        """The next stay begins when the one before ended, even where that is in the future."""
        with self.mock_datetime_and_now(Datetime.subtract(Datetime.now(), days=20)):
            self.lead.stage_id = self.stage_demo
        back = self.lead.stage_log_ids.sorted("id")[-1]
        self.assertEqual(back.stage_id, self.stage_demo)
        self.assertEqual(back.entered_at, self.lead.stage_log_ids.sorted("id")[-2].left_at)
        self.assertEqual(self.integrity._find_faults(), [])
