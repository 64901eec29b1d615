from .role_common import RoleCase

NOTE = "The customer wants to replace three presses next year"


class WaitingCase(RoleCase):
    """A playbook that has finance confirm the needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.needs_confirmed.role_id = cls.finance
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE crm_playbook_condition SET create_date = '2000-01-01'")
        cls.env.invalidate_all()
        cls.reports = cls.env["crm.funnel.wait.report"]

    def get_waits(self, lead):
        roles = self.env["crm.playbook.role"].browse
        lead.invalidate_recordset()
        waits = [(roles(role_id), since) for role_id, since in lead._get_waits().get(lead.id, ())]
        first = waits[0] if waits else (roles(), False)
        self.assertEqual((lead.waits_for_role_id, lead.waits_since), first)
        now = self.reports.search(
            [("lead_id", "=", lead.id), ("ended_at", "=", False)], order="date, role_id"
        )
        self.assertEqual(waits, [(row.role_id, row.date) for row in now], "as all times are told")
        self.reports.invalidate_model()
        every = lead.with_context(active_test=False)
        found = every.search([("id", "=", lead.id), ("waits_for_role_id", "=", first[0].id)])
        self.assertEqual(found, lead)
        return waits

    def create_output(self, **vals):
        return self._create_output(
            self.stage_lead, "Deck", evidence="note", effective_from="2000-01-01", **vals
        )

    def get_named(self, lead):
        """Return whom a deal's card names, in order."""
        self.env.flush_all()
        lead.invalidate_recordset()
        return [member["name"] for member in lead.with_user(self.rep).playbook_card.get("members", ())]
