from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .test_requests import RequestsCase


@tagged("post_install", "-at_install")
class TestRequestsSeveral(RequestsCase):
    """Several playbooks change while the log still follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["crm.playbook"].create(
            {
                "name": "Next",
                "company_id": False,
                "is_default": False,
                "stage_ids": [Command.create({"stage_id": cls.stage_demo.id})],
            }
        )
        cls.env["crm.playbook.refresh"].search([]).unlink()

    def _activate_and_archive(self):
        self._on(20, self.playbook.write, {"active": True})
        self._on(21, self._run)
        self._on(22, self.playbook.write, {"active": False})

    def test_one_is_archived_and_another_one_takes_its_team(self):
        """Each at its own moment, whichever request comes first, and if a deal moves meanwhile."""
        self._activate_and_archive()
        self._on(24, self.other.write, {"team_ids": [Command.set(self.team.ids)]})
        self._on(25, self.leads[-1].write, {"stage_id": self.stage_talks.id})
        self._on(26, self._run)
        for lead in self.leads:
            left, joined = lead.stage_log_ids.filtered(lambda one: one.kind == "joined").sorted("sequence")
            self.assertEqual((left.left_at.day, joined.entered_at.day), (22, 24))
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_a_gate_is_overridden_where_a_deal_is_about_to_leave(self):
        self._activate_and_archive()
        last = self.leads[-1]
        self.assertFalse(last.stage_log_ids[0].left_at, "the job has not been there")
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        self._on(23, last.override_gate, self.stage_demo.id, reason.id, "Known for years.")
        self.assertEqual((last.stage_log_ids[0].ended_as, last.stage_log_ids[0].left_at.day), ("left", 22))
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_one_that_waits_keeps_nobody(self):
        """Somebody's long transaction holds back the second look at one playbook, and only that."""
        refresh = self.env["crm.playbook.refresh"]
        refresh.create({"playbook_id": self.other.id, "kind": "recheck"})
        self._on(20, self.playbook.write, {"active": True})
        with patch.object(type(refresh), "_is_too_early", lambda self: True):
            self._on(21, self._run)
        self.assertEqual(refresh.search([("playbook_id", "=", self.playbook.id)]).kind, "recheck")
        self.assertTrue(all(lead.stage_log_ids for lead in self.leads))
