from itertools import pairwise

from freezegun import freeze_time

from odoo import Command
from odoo.addons.crm.tests.common import TestCrmCommon
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.exceptions import PlaybookGateError


@tagged("post_install", "-at_install")
class PlaybookCase(TestCrmCommon):
    """A team with four stages and a playbook that enforces them.

    ======== ====== ========== ==============================================
    stage    rank   in CRM     asks for
    ======== ====== ========== ==============================================
    Lead     0                 (advisory) a phone number
    Demo     1                 an amount; a confirmation
    Talks    2                 a confirmation; may not be skipped
    Signed   3      won        an expected closing date
    ======== ====== ========== ==============================================
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "UTC"
        # CRM's own test stages are out of the way: same sequence, at the very end
        cls.env["crm.stage"].search([]).write({"sequence": 9999})
        cls.team = cls.sales_team_1
        cls.leader = cls.user_sales_manager
        cls.rep = cls.user_sales_leads
        cls._create_playbook_with_stages()
        cls.has_phone = cls._create_condition(
            cls.stage_lead, "Phone known", domain="[('phone', '!=', False)]", severity="advisory"
        )
        cls.has_amount = cls._create_condition(
            cls.stage_demo, "Amount known", domain="[('expected_revenue', '>', 0)]"
        )
        cls.needs_confirmed = cls._create_condition(cls.stage_demo, "Needs confirmed", kind="confirmation")
        cls.review_passed = cls._create_condition(cls.stage_talks, "Review passed", kind="confirmation")
        cls.has_closing = cls._create_condition(
            cls.stage_signed, "Closing date known", domain="[('date_deadline', '!=', False)]"
        )

    @classmethod
    def _create_playbook_with_stages(cls):
        cls.stage_lead, cls.stage_demo, cls.stage_talks, cls.stage_signed = cls.stages = cls.env[
            "crm.stage"
        ].create(
            [
                {
                    "name": name,
                    "sequence": sequence,
                    "is_won": name == "Signed",
                    "team_ids": [Command.set(cls.team.ids)],
                }
                for sequence, name in enumerate(("Lead", "Demo", "Talks", "Signed"), start=1)
            ]
        )
        cls.playbook = cls.env["crm.playbook"].create(
            {
                "name": "Machines",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in cls.stages],
            }
        )
        cls.playbook.write({"mode": "enforce", "team_ids": [Command.set(cls.team.ids)]})
        cls.rules = {stage.stage_id: stage for stage in cls.playbook.stage_ids}
        cls.rules[cls.stage_talks].allow_skip = False

    @classmethod
    def _create_nine_to_five(cls):
        """Working hours of everybody: Monday to Friday, nine to five, UTC."""
        hours = [
            Command.create({"name": "Work", "dayofweek": str(day), "hour_from": 9, "hour_to": 17})
            for day in range(5)
        ]
        attendances = [Command.clear(), *hours]
        return cls.env["resource.calendar"].create(
            {"name": "Nine to five", "tz": "UTC", "company_id": False, "attendance_ids": attendances}
        )

    @classmethod
    def _create_condition(cls, stage, name, **vals):
        return cls.env["crm.playbook.condition"].create(
            {
                "name": name,
                "guidance": f"How to meet: {name}.",
                "playbook_stage_id": cls.rules[stage].id,
                **vals,
            }
        )

    @classmethod
    def _create_output(cls, stage, name, **vals):
        return cls.env["crm.playbook.output"].create(
            {"name": name, "playbook_stage_id": cls.rules[stage].id, **vals}
        )

    @classmethod
    def _create_deadline(cls, name, trigger="stage_entered", count=1, unit="working_days", **vals):
        """A deadline that is as old as the module, whatever the time is said to be."""
        vals.setdefault("playbook_id", cls.playbook.id)
        return cls.env["crm.playbook.deadline"].create(
            {
                "name": name,
                "trigger": trigger,
                "delay_count": count,
                "delay_unit": unit,
                "effective_from": "2000-01-01",
                **vals,
            }
        )

    @classmethod
    def _create_lead(cls, name="Deal", **vals):
        return cls.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "team_id": cls.team.id,
                "user_id": cls.rep.id,
                **vals,
            }
        )

    def setUp(self):
        super().setUp()
        self.addCleanup(self.env.cr.postcommit.clear)  # what a transaction has, the tests of a class share

    def mock_datetime_and_now(self, moment):
        """Return a context in which it is ``moment``. From the first one on the class has freezegun's clock,
        with the real time: to replace the clocks of all modules takes as long as many a test.
        """
        if "has_clock" not in vars(type(self)):
            type(self).has_clock = True
            self.startClassPatcher(freeze_time(tick=True))
        return super().mock_datetime_and_now(moment)

    def _advance(self, lead, stage):
        """Bring a lead to ``stage`` with everything met on the way."""
        for target in self.stages:
            if target.sequence <= lead.stage_id.sequence or target.sequence > stage.sequence:
                continue
            lead.write({"expected_revenue": 1000, "date_deadline": "2030-01-01"})
            for condition in self.rules[target].condition_ids.filtered(
                lambda condition: condition.kind == "confirmation"
            ):
                if not lead._get_confirmations(condition):
                    lead.confirm_condition(condition.id)
            lead.stage_id = target
        return lead

    def count_lead_updates(self):
        """Return how many rows of leads this transaction has written so far, what was undone included."""
        query = "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'crm_lead'"
        self.env.cr.execute(query)
        return self.env.cr.fetchone()[0]

    def assertRefused(self, names, func, *args, **kwargs):
        """Assert that ``func`` is refused for exactly these unmet items, and changes nothing."""
        with self.assertRaises(PlaybookGateError) as caught, self.env.cr.savepoint():
            func(*args, **kwargs)
        unmet = [item["name"] for refusal in caught.exception.context["refused"] for item in refusal["unmet"]]
        self.assertEqual(unmet, names)
        for name in names:
            self.assertIn(name, str(caught.exception))
        return caught.exception

    def assertLog(self, lead, expected):
        """Assert the lead's stays, oldest first, as ``(kind, stage, gate)``."""
        log = lead.stage_log_ids.sorted("id")
        self.assertEqual([(stay.kind, stay.stage_id.name, stay.gate) for stay in log], expected)
        for stay, following in pairwise(log):
            self.assertEqual(stay.left_at, following.entered_at, "each stay ends when the next begins")
        self.assertFalse(log[-1:].left_at, "the last stay is open")
