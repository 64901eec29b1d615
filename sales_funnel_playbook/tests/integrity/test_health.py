import json
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged

from ..common import PlaybookCase

SECRET = "Miss Hidden of Secret Ltd."


@tagged("post_install", "-at_install")
class TestHealth(PlaybookCase):
    """What jobs cannot do is seen by who administers, and by nobody by whom it should not be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.playbook.refresh"].search([]).unlink()
        cls.env["crm.funnel.review"].search([]).unlink()
        names = cls.env["ir.model.data"].search(
            [("model", "=", "ir.cron"), ("module", "=like", "sales_funnel_playbook%")]
        )
        cls.jobs = cls.env["ir.cron"].with_context(active_test=False).browse(names.mapped("res_id"))
        cls.jobs.write({"active": True, "failure_count": 0, "nextcall": Datetime.add(Datetime.now(), days=9)})
        cls.job = cls.env.ref("sales_funnel_playbook.ir_cron_refresh")
        cls.health = cls.env["crm.playbook.health"]
        cls.admin = new_test_user(
            cls.env, "health_admin", groups="base.group_system,sales_team.group_sale_manager"
        )
        cls.manager = new_test_user(cls.env, "health_manager", groups="sales_team.group_sale_manager")
        cls.lead = cls._create_lead(name=SECRET)

    def _get_kinds(self):
        found = self.health.get_health()["findings"]
        return {one["kind"] for one in found if one["is_wrong"]}

    def _ask_after(self, **delta):
        """Have the job look after so long, and return who is asked."""
        with self.mock_datetime_and_now(self.env.cr.now() + timedelta(**delta)):
            self.health._cron_watch()
        asked = [("res_model", "=", False), ("summary", "like", "has not worked for a day")]
        return self.env["mail.activity"].search(asked)

    def test_all_is_well(self):
        told = self.health.with_user(self.admin).get_health()
        self.assertEqual((told["state"], told["findings"]), ("well", []))
        self.assertIn("sales_funnel_playbook.ir_cron_refresh", [job["job"] for job in told["jobs"]])
        self.assertNotIn("null", json.dumps(told), "XML-RPC carries it, too")
        page = self.health.browse(self.health.with_user(self.admin).action_look()["res_id"])
        self.assertTrue(page.is_well)
        self.assertEqual(len(page.job_ids), len(told["jobs"]))

    def test_each_fault_is_found(self):
        later = Datetime.add(Datetime.now(), days=9)
        faults = {
            "late": ("job", {"nextcall": Datetime.subtract(Datetime.now(), hours=3)}),
            "off": ("job", {"active": False}),
            "failing": ("job", {"failure_count": 2, "first_failure_date": "2024-01-01 08:00:00"}),
        }
        for name, (kind, vals) in faults.items():
            with self.subTest(name):
                self.job.write(vals)
                self.assertEqual(self._get_kinds(), {kind})
                self.job.write({"active": True, "failure_count": 0, "nextcall": later})
        self.assertEqual(self._get_kinds(), set())

    def test_a_copy_runs_no_jobs(self):
        """A neutralised database has its jobs switched off: nothing is wrong with that."""
        self.jobs.active = False
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertEqual(self._get_kinds(), set())

    def test_a_rule_a_review_and_a_request(self):
        self.env.cr.execute(
            "UPDATE crm_playbook_condition SET domain = %s WHERE id = %s",
            ["[('x_gone', '=', 1)]", self.has_amount.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._get_kinds(), {"rule"})
        scope = {"playbook_id": self.playbook.id, "period": "week", "tz": "UTC"}
        scope |= {"team_id": False, "company_id": False}
        days = {"date_from": "2024-03-18", "date_to": "2024-03-24"}
        currency = {"currency_id": self.env.company.currency_id.id}
        self.env["crm.funnel.review"]._note_failed({**scope, **days, **currency}, SECRET)
        self.env["crm.playbook.refresh"]._request(self.playbook, "history")
        self.assertEqual(self._get_kinds(), {"rule", "review"}, "a request of today is under way")
        request = self.env["crm.playbook.refresh"].search([("kind", "=", "history")])
        request.requested_at = Datetime.subtract(Datetime.now(), days=2)
        self.assertEqual(self._get_kinds(), {"rule", "review", "history"})

    def test_a_deal_that_is_left_out(self):
        """It is named to administrators on the page, by its number to a program; and is over by itself."""
        self.playbook._report_stuck(self.lead, ValueError(f"{SECRET} cannot be written"))
        page = self.health.browse(self.health.with_user(self.admin).action_look()["res_id"])
        self.assertIn(SECRET, page.finding_ids.text)
        self.assertEqual(page.finding_ids.action_open_record()["res_id"], self.lead.id)
        told = self.health.get_health()
        self.assertNotIn("Hidden", json.dumps(told))
        [finding] = told["findings"]
        self.assertEqual((finding["model"], finding["id"]), ("crm.lead", self.lead.id))
        self.assertEqual(finding["error"], "ValueError")
        self.playbook._report_stuck(self.lead, ValueError("Still"))
        self.assertEqual(len(self.env["crm.playbook.failure"].search([])), 1)
        with self.mock_datetime_and_now(Datetime.add(Datetime.now(), days=2)):
            self.assertEqual(self.health.get_health()["state"], "well")

    def test_an_administrator_is_asked_once(self):
        """Not before a day, not again the next day; when all is well the activity ends by itself."""
        self.job.write({"failure_count": 1, "first_failure_date": Datetime.now()})
        self.assertFalse(self._ask_after(hours=1))
        asked = self._ask_after(hours=25)
        self.assertEqual(len(asked), 1)
        self.assertTrue(asked.user_id.has_group("base.group_system"))
        self.assertIn("bring open deals up to date", asked.note)
        self.assertEqual(self._ask_after(days=3), asked, "one, not one a day")
        self.job.failure_count = 0
        self.assertFalse(self._ask_after(days=4))
        self.assertFalse(asked.active, "done")
        self.job.write({"failure_count": 1, "first_failure_date": Datetime.now()})
        self.assertEqual(len(self._ask_after(days=6)), 1, "the next time it is a new one")

    def test_who_has_seen_to_it_is_not_asked_again(self):
        self.job.write({"failure_count": 1, "first_failure_date": Datetime.now()})
        self._ask_after(hours=25).action_feedback()
        self.assertFalse(self._ask_after(days=3))

    def test_for_administrators_only(self):
        for user in (self.manager, self.rep):
            for name in ("get_health", "action_look"):
                with self.subTest(name, user=user.login), self.assertRaises(AccessError):
                    getattr(self.health.with_user(user), name)()

    def test_the_report_has_no_customers_data(self):
        """Versions, counts, what playbooks are made of, ids; no text that anybody has written."""
        self.playbook.name = self.has_amount.name = f"Only for {SECRET}"
        self.has_amount.domain = "[('partner_name', '=', 'Hidden')]"
        self.playbook._report_stuck(self.lead, ValueError(SECRET))
        self.lead.partner_name = SECRET
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET risk_level = 'high' WHERE id = %s", [self.lead.id])
        report = json.loads(json.dumps(self.env["crm.playbook.integrity"]._get_report()))
        self.assertNotIn("Hidden", json.dumps(report))
        [machines] = [one for one in report["playbooks"] if one["id"] == self.playbook.id]
        rules = [rule for stage in machines["stages"] for rule in stage["conditions"]]
        self.assertIn(["partner_name"], [rule.get("fields") for rule in rules])
        self.assertGreaterEqual(report["counts"]["crm.lead"], 1)
        self.assertEqual([fault["lead_ids"] for fault in report["faults"]], [self.lead.ids])
        self.assertEqual(report["health"]["state"], "unwell")
