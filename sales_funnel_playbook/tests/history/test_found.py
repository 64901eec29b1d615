from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh

from ..common import PlaybookCase

START = datetime(2024, 3, 4, 9)


class FoundCase(PlaybookCase):
    """A deal of an enforced playbook, another playbook for a product line, and a team without any."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls.env["crm.product.line"].create({"name": "Spare parts", "company_id": False})
        cls.stages.team_ids = False
        cls.observing = cls.env["crm.playbook"].create(
            {
                "name": "Spare parts",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in cls.stages[:2]],
                "product_line_ids": [Command.set(cls.line.ids)],
            }
        )
        cls.free_team = cls.env["crm.team"].create({"name": "Free", "company_id": False})

    def setUp(self):
        super().setUp()
        self.lead = self._at(0, self._create_lead, "Acme")

    def _at(self, hours, change, *args, **vals):
        """Make a change so many hours after the start, as a transaction of its own."""
        with self.mock_datetime_and_now(START + timedelta(hours=hours)):
            result = change(*args, **vals)
            self.env.flush_all()
            self.env.cr.precommit.run()
        return result

    @staticmethod
    def _in_small_batches():
        """A request does one deal, the job the others."""
        return patch.object(crm_playbook_refresh, "BATCH", 1)

    def assertSound(self):
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())


@tagged("post_install", "-at_install")
class TestFound(FoundCase):
    """What stories have found (see ``test_stories.py``), each with as few steps as it takes."""

    def test_handed_over_and_back_at_once(self):
        self._at(1, lambda: [self.lead.write({"user_id": one}) for one in (False, self.rep.id)])
        self.assertEqual(self.lead.stage_log_ids.mapped("kind"), ["created"])
        self.assertSound()

    def test_left_and_joined_at_once(self):
        other, team = self.free_team.id, self.team.id
        self._at(1, lambda: [self.lead.write({"team_id": one}) for one in (other, team)])
        self.assertEqual(self.lead.stage_log_ids.sorted("sequence").mapped("kind"), ["created", "joined"])
        self.assertSound()

    def test_left_and_the_clock_was_set_back(self):
        self._at(5, self.lead.write, {"team_id": self.free_team.id})
        self._at(2, self.lead.write, {"team_id": self.team.id})
        self.assertSound()
        log = self.lead.stage_log_ids.sorted("sequence")
        self.assertEqual(log[1].entered_at, log[0].left_at)

    def test_accepted_while_a_job_still_ends_its_playbook(self):
        spare = self._at(
            1, lambda: self._create_lead("Spare", team_id=self.free_team.id, product_line_id=self.line.id)
        )
        last = self._at(
            1, lambda: self._create_lead("Last", team_id=self.free_team.id, product_line_id=self.line.id)
        )
        with self._in_small_batches():
            self._at(2, self.observing.write, {"active": False})
        self.assertTrue(spare.stage_log_ids.left_at and not last.stage_log_ids.left_at)
        reason = self.env["crm.playbook.override.reason"].search([], limit=1)
        self._at(3, last.override_gate, last.stage_id.id, reason.id, "Taken over from the old team")

    def test_what_becomes_of_it_while_a_job_still_ends_its_playbook(self):
        """Moved, lost or handed over meanwhile, it has left before that, and joins as what it is then."""
        place = {"team_id": self.free_team.id, "product_line_id": self.line.id}
        _first, *later = (self._at(1, self._create_lead, name, **place) for name in ("1", "2", "3", "4"))
        with self._in_small_batches():
            self._at(2, self.observing.write, {"active": False})
        moved, lost, given = later
        self.assertFalse(any(lead.stage_log_ids.left_at for lead in later))
        self._at(3, moved.write, {"stage_id": self.stage_demo.id})
        self._at(3, lost.action_set_lost)
        self._at(3, given.write, {"user_id": False})
        left = START + timedelta(hours=2)
        self.assertEqual([lead.stage_log_ids.left_at for lead in later], [left] * 3)
        self._at(4, self.observing.write, {"active": True})
        for lead, state in ((moved, "open"), (lost, "lost"), (given, "open")):
            last = lead.stage_log_ids.sorted("sequence")[-1]
            told = (last.kind, last.state, last.stage_id, last.user_id)
            self.assertEqual(told, ("joined", state, lead.stage_id, lead.user_id))
        self.assertSound()

    def test_handed_over_before_its_stage_is_split(self):
        self._at(1, self.lead.write, {"user_id": False})
        self._at(2, self.lead.sudo()._restage, self.stage_demo, False)
        self.assertEqual(self.lead.stage_log_ids.stage_id, self.stage_demo)
        self.assertSound()
