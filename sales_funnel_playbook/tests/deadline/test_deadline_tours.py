from datetime import timedelta

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestDeadlineTours(HttpCase, PlaybookCase):
    def test_my_day(self):
        """What is overdue, tier A first: done or noted from the line, or ended by the deal itself."""
        self.env["crm.lead"].search([]).active = False
        self.playbook.tier_ids = [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0})
            for tier, revenue in (("A", 1000), ("C", 0))
        ]
        deadline = {"trigger": "lead_created", "playbook_id": self.playbook.id}
        self._create_deadline("Complete it", satisfied_domain="[('phone', '!=', False)]", **deadline)
        self._create_deadline("Not yet", count=12, unit="months", **deadline)
        captured = {"captured_at": Datetime.now() - timedelta(days=10)}
        small = self._create_lead("Small", expected_revenue=5, **captured)
        big = self._create_lead("Big", expected_revenue=5000, **captured)
        self.env.cr.flush()
        self.start_tour("/odoo", "playbook_my_day", login=self.rep.login)
        ended = {
            lead: self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id), ("summary", "=", "Complete it")]
            )
            for lead in (small, big)
        }
        self.assertEqual(ended[big].playbook_closing, "by_hand")
        self.assertEqual(ended[small].playbook_closing, "satisfied")
        self.assertEqual(small.progress_ids.summary, "They want to start in May")

    def test_the_app_opens_with_the_pipeline_as_before(self):
        menu = self.env.ref("crm.crm_menu_sales")
        first = self.env["ir.ui.menu"].search([("parent_id", "=", menu.id)], order="sequence, id", limit=1)
        self.assertEqual(first, self.env.ref("crm.menu_crm_opportunities"))
