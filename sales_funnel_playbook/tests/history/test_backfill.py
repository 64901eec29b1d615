from datetime import datetime
from itertools import pairwise

from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestBackfill(PlaybookCase):
    """Deals that come under a playbook have their history at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.active = False
        cls.eight_hours = cls.env["resource.calendar"].create(
            {
                "name": "Nine to five",
                "tz": "UTC",
                "company_id": False,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create({"name": "Work", "dayofweek": str(day), "hour_from": 9, "hour_to": 17})
                    for day in range(5)
                ],
            }
        )
        cls.playbook.calendar_id = cls.eight_hours

    def _on(self, day, change, *args, **kwargs):
        """Make a change at 13:00 of a day in March 2024, with Odoo's tracking of it."""
        with self.mock_datetime_and_now(datetime(2024, 3, day, 13)):
            result = change(*args, **kwargs)
            self.env.flush_all()
            self.cr.precommit.run()
        return result

    def _create_on(self, day, *stages, **vals):
        lead = self._on(day, self._create_lead, **vals)
        for offset, stage in enumerate(stages, start=1):
            self._on(day + offset, lead.write, {"stage_id": stage.id})
        return lead

    def assertHistory(self, lead, expected):
        """Assert what is filled in, up to where the lead joins the playbook and its stay goes on."""
        log = lead.stage_log_ids.sorted("sequence")
        self.assertEqual([(one.entered_at.day, one.kind, one.stage_id.name) for one in log[:-1]], expected)
        self.assertEqual([*log.mapped("kind")][-1:], ["joined"] if log else [])
        for one, following in pairwise(log):
            self.assertEqual(one.left_at, following.entered_at)
            self.assertEqual(following.previous_stage_id, one.stage_id)
            self.assertLessEqual(one.entered_at, following.entered_at)
            days = (one.left_at - one.entered_at).total_seconds() / 86400
            worked = log.filtered(lambda other, one=one: other.stay_sequence == one.stay_sequence)
            self.assertEqual(
                one.closes_stay, one == worked.filtered(lambda other: other.state == "open")[-1:]
            )
            self.assertAlmostEqual(one.duration_days, days if one.closes_stay else 0)
        self.assertFalse(log[-1:].left_at or log[-1:].duration_days)
        self.assertEqual(log[-1:].stay_sequence, log[-2:-1].stay_sequence)
        self.assertEqual(set(log.mapped("gate")), {"none"} if log else set())
        self.assertEqual(set(log.mapped("origin")), {"filled"} if log else set())

    def test_activated(self):
        lead = self._create_on(11, self.stage_demo, self.stage_talks, self.stage_lead)
        self.assertFalse(lead.stage_log_ids)
        self.playbook.active = True
        self.assertHistory(
            lead,
            [
                (11, "created", "Lead"),
                (12, "forward", "Demo"),
                (13, "forward", "Talks"),
                (14, "backward", "Lead"),
            ],
        )
        self.assertEqual(lead.stage_log_ids.playbook_id, self.playbook)
        self.assertEqual(lead.stage_log_ids.user_id, self.rep)
        self.assertEqual(lead.stage_entered_at, datetime(2024, 3, 14, 13))

    def test_working_hours(self):
        """Friday 13:00 to Monday 13:00: four hours of each, nothing between."""
        lead = self._create_on(15)
        self._on(18, lead.write, {"stage_id": self.stage_demo.id})
        self.playbook.active = True
        first = lead.stage_log_ids.sorted("id")[0]
        self.assertEqual((first.duration_days, first.working_hours), (3, 8))

    def test_assigned_to_a_team(self):
        lead = self._create_on(11, self.stage_demo)
        self.playbook.team_ids = False
        self.playbook.active = True
        self.assertFalse(lead.stage_log_ids)
        self.playbook.team_ids = self.team
        self.assertHistory(lead, [(11, "created", "Lead"), (12, "forward", "Demo")])

    def test_who_is_named_hears_of_what_nobody_heard_of_then(self):
        """A deal that had been in a stage before the playbook comes there again."""
        self.rules[self.stage_demo].notify_user_ids = presales = self.user_sales_salesman
        lead = self._create_on(11, self.stage_demo, self.stage_lead)
        self.playbook.write({"active": True, "mode": "observe"})
        self.assertHistory(lead, [(11, "created", "Lead"), (12, "forward", "Demo"), (13, "backward", "Lead")])
        self.env.cr.flush()
        lead.stage_id = self.stage_demo
        self.env.cr.flush()
        self.assertIn(presales.partner_id, lead.message_ids.notified_partner_ids)

    def test_product_line_set_on_the_lead(self):
        line = self._create_line()
        lead = self._create_on(11, self.stage_demo)
        bystander = self._create_on(11, self.stage_demo)
        lead.product_line_id = line
        self.assertLog(lead, [("joined", "Demo", "observed")])  # one deal alone has no past here
        self.assertFalse(bystander.stage_log_ids)

    def _create_line(self):
        self.playbook.team_ids = False
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        self.playbook.write({"active": True, "product_line_ids": [Command.link(line.id)]})
        return line

    def test_product_line_gets_its_playbook(self):
        line = self._create_line()
        line.playbook_id = False
        lead = self._create_on(11, self.stage_demo, product_line_id=line.id)
        self.assertFalse(lead.stage_log_ids)
        line.playbook_id = self.playbook
        self.assertHistory(lead, [(11, "created", "Lead"), (12, "forward", "Demo")])

    def test_lead_joins_with_its_team_and_a_given_stage(self):
        self.playbook.active = True
        other_team = self.env["crm.team"].create({"name": "Other", "company_id": False})
        own_stage = self.env["crm.stage"].create({"name": "Elsewhere", "sequence": 0})
        own_stage.team_ids = other_team
        lead = self._create_on(11, team_id=other_team.id, stage_id=own_stage.id)
        self._on(12, lead.write, {"team_id": self.team.id})
        self.assertLog(lead, [("joined", "Lead", "observed")])

    def test_skipped_won_and_back(self):
        lead = self._create_on(11, self.stage_talks, self.stage_signed, self.stage_talks)
        self.playbook.active = True
        self.assertHistory(
            lead,
            [
                (11, "created", "Lead"),
                (12, "skip", "Talks"),
                (13, "won", "Signed"),
                (14, "backward", "Talks"),
            ],
        )

    def test_lost_restored_and_archived(self):
        lost = self._create_on(11, self.stage_demo)
        self._on(13, lost.action_set_lost)
        back = self._create_on(11, self.stage_demo)
        self._on(13, back.action_set_lost)
        self._on(14, back.action_restore)
        archived = self._create_on(11, self.stage_demo)
        self._on(13, archived.action_archive)
        self.assertEqual(archived.won_status, "pending")
        self.playbook.active = True
        begun = [(11, "created", "Lead"), (12, "forward", "Demo")]
        self.assertHistory(lost, [*begun, (13, "lost", "Demo")])
        self.assertHistory(back, [*begun, (13, "lost", "Demo"), (14, "restored", "Demo")])
        self.assertHistory(archived, begun)

    def test_what_odoo_did_not_track(self):
        """Moved and lost while tracking was off: as late as it can have been."""
        lead = self._create_on(11, self.stage_demo)
        self._on(14, lead.with_context(tracking_disable=True).write, {"stage_id": self.stage_talks.id})
        self._on(15, lead.with_context(tracking_disable=True).action_set_lost)
        self.playbook.active = True
        self.assertHistory(
            lead,
            [
                (11, "created", "Lead"),
                (12, "forward", "Demo"),
                (14, "forward", "Talks"),
                (15, "lost", "Talks"),
            ],
        )

    def test_a_stage_that_is_gone(self):
        gone = self.env["crm.stage"].create({"name": "Gone", "sequence": 2, "team_ids": self.team.ids})
        lead = self._create_on(11, gone, self.stage_talks)
        gone.unlink()
        self.playbook.active = True
        self.assertHistory(lead, [(11, "created", "Lead"), (12, "backward", False), (13, "skip", "Talks")])

    def test_twice_changes_nothing(self):
        lead = self._create_on(11, self.stage_demo)
        lost = self._create_on(11, self.stage_demo)
        self._on(13, lost.action_set_lost)
        self.playbook.active = True
        log = self.env["crm.lead.stage.log"].search([])
        before = log.read()
        self.playbook._request_history()
        self.playbook.team_ids = self.team | self.env["crm.team"].create({"name": "Second"})
        self.assertEqual(self.env["crm.lead.stage.log"].search([]), log)
        self.assertEqual(log.read(), before)
        self.assertTrue(lead.stage_log_ids)

    def test_goes_on_where_it_broke_off(self):
        """A playbook out of use for some days: the deal was in no funnel meanwhile."""
        self.playbook.write({"active": True, "mode": "observe"})
        lead = self._create_on(11, self.stage_demo)
        self.assertEqual(len(lead.stage_log_ids), 2)
        self._on(13, self.playbook.write, {"active": False})
        self._on(14, lead.write, {"stage_id": self.stage_talks.id})
        self.playbook.active = True
        log = lead.stage_log_ids.sorted("sequence")
        self.assertEqual(
            [(one.kind, one.ended_as, one.stage_id.name) for one in log],
            [
                ("created", "forward", "Lead"),
                ("forward", "left", "Demo"),
                ("joined", False, "Talks"),
            ],
        )
        self.assertLess(log[1].left_at, log[2].entered_at)
        self.assertEqual(log[2].gate_stage_id, self.stage_talks, "running deals are taken as they are")

    def test_the_next_move_goes_on(self):
        lead = self._create_on(11, self.stage_demo)
        self.playbook.active = True
        self._advance(lead, self.stage_talks)
        self.assertLog(
            lead,
            [
                ("created", "Lead", "none"),
                ("forward", "Demo", "none"),
                ("joined", "Demo", "none"),
                ("forward", "Talks", "passed"),
            ],
        )

    def test_other_companies_and_calendars(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        lead = self._create_on(11, self.stage_demo, company_id=company.id, user_id=False)
        mine = self._create_on(11, self.stage_demo)
        self.playbook.calendar_id = False
        self.playbook.active = True
        for each in (lead, mine):
            self.assertHistory(each, [(11, "created", "Lead"), (12, "forward", "Demo")])
            self.assertGreater(each.stage_log_ids.sorted("id")[0].working_hours, 0)

    def test_who_moved_it(self):
        lead = self._create_on(11)
        self._on(12, lead.with_user(self.rep).write, {"stage_id": self.stage_demo.id})
        self.playbook.active = True
        self.assertEqual(lead.stage_log_ids[1].moved_by_id, self.rep)
