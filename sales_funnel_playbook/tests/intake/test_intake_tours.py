from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .intake_common import IntakeCase


@tagged("post_install", "-at_install")
class TestIntakeTours(HttpCase, IntakeCase):
    """Marketing and finance in a browser, without a right on Sales."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.rep.name = "Rita"
        cls.team.name = "Fair Team"
        cls.stages.team_ids = False  # the kanban of all deals shows the stages of all teams

    def test_from_a_fairs_list_to_the_won_deal(self):
        action = self.env["ir.actions.client"].create(
            {"name": "Import", "tag": "import", "params": {"model": "crm.lead", "active_model": "crm.lead"}}
        )
        with mute_logger("odoo.http"):  # it logs that Odoo's own upload sends more than is taken
            self.start_tour(f"/odoo/action-{action.id}", "intake_import", login=self.mia.login)
        leads = self.env["crm.lead"].search([])
        self.assertEqual(sorted(leads.mapped("partner_name")), ["Fair GmbH", "Fair Ltd"])
        self.assertEqual((leads.intake_user_id, leads.user_id.id), (self.mia, False))
        self.start_tour("/odoo/intake", "intake_hand_over", login=self.mia.login)
        lead = leads.filtered("user_id")
        self.assertEqual((lead.partner_name, lead.user_id), ("Fair Ltd", self.rep))
        self.start_tour(f"/odoo/crm/{lead.id}", "intake_accept", login=self.rep.login)
        self.assertEqual(lead.hand_over_ids.state, "accepted")
        pipeline = self.env.ref("crm.crm_lead_opportunities").id
        with mute_logger("odoo.http"):  # it logs the refusals that are filled in
            self.start_tour(f"/odoo/action-{pipeline}", "intake_worked", login=self.rep.login)
        self.env.invalidate_all()
        self.assertEqual((lead.won_status, lead.expected_revenue), ("won", 9000))
        self.assertEqual(lead.confirmation_ids.user_id, self.rep)
        gates = {
            stay.stage_id.name: stay.gate for stay in lead.stage_log_ids if stay.kind in ("forward", "won")
        }
        self.assertEqual(gates, dict.fromkeys(("Demo", "Talks", "Signed"), "passed"))
        self.start_tour("/odoo/intake", "intake_won", login=self.mia.login)

    def test_finance_confirms_a_payment(self):
        self.needs_confirmed.role_id = self.finance
        cora = self._create_colleague("Cora", groups="sales_funnel_playbook.group_funnel_contributor")
        lead = self._create_lead(name="Acme")
        self.choose(lead, self.finance, cora)
        lead.member_ids.filtered(lambda one: one.user_id != cora).unlink()
        self._create_lead(name="Hidden")
        self.env.flush_all()
        self.start_tour("/odoo/my-day", "contributor_confirms", login=cora.login)
        self.assertEqual(lead.confirmation_ids.user_id, cora)
        self.assertFalse(self.env["crm.my.day"].with_user(cora).search([("lead_id", "!=", lead.id)]))
