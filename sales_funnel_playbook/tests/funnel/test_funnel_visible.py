from odoo import Command
from odoo.tests import new_test_user, tagged

from .funnel_common import FunnelCase, monday


@tagged("post_install", "-at_install")
class TestFunnelVisible(FunnelCase):
    """Who may see every deal is not asked deal by deal; whoever may not never counts one too many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.companies = cls.env["res.company"].with_context(active_test=False).search([])
        cls.everywhere = new_test_user(
            cls.env,
            "funnel_everywhere",
            groups="sales_team.group_sale_manager",
            company_id=cls.env.company.id,
            company_ids=[Command.set(cls.companies.filtered("active").ids)],
        )
        cls.playbook.company_id = cls.team.company_id = False

    def count(self, user, companies):
        """Return how many deals entered, as the page and as a list of log rows have it."""
        self.env.invalidate_all()
        env = self.env(user=user, context={"allowed_company_ids": companies.ids})
        days = {"date_from": "2024-01-01", "date_to": "2024-03-31"}
        page = env["crm.funnel.report"].get_funnel({"playbook_id": self.playbook.id, **days})
        begun = {stage["stage_id"]: stage["begun_count"] for stage in page["stages"]}[self.stage_lead.id]
        log = env["crm.lead.stage.log"].search_count(
            [("playbook_id", "=", self.playbook.id), ("is_entry", "=", True)]
        )
        self.assertEqual(begun, log)
        return begun

    def test_companies(self):
        self.create_leads_at(monday(1), 2)
        self.create_leads_at(monday(1), 1, company_id=self.elsewhere.id, user_id=False)
        active = self.companies.filtered("active")
        log = self.env["crm.lead.stage.log"].with_user(self.everywhere)
        self.assertEqual(self.count(self.everywhere, active), 3)
        self.assertEqual(
            log.with_context(allowed_company_ids=active.ids)._sees_all_leads(), active == self.companies
        )
        self.assertEqual(self.count(self.everywhere, self.env.company), 2)
        self.assertFalse(log.with_context(allowed_company_ids=self.env.company.ids)._sees_all_leads())
        self.assertEqual(self.count(self.everywhere, self.elsewhere), 1)

    def test_a_company_that_is_archived(self):
        """Its deals are hidden from whoever works in all the others."""
        self.create_leads_at(monday(1), 1, company_id=self.elsewhere.id, user_id=False)
        self.elsewhere.active = False
        self.everywhere.company_ids -= self.elsewhere
        self.assertEqual(self.count(self.everywhere, self.everywhere.company_ids), 0)

    def test_a_rule_of_the_company_itself(self):
        lead, _other = self.create_leads_at(monday(1), 2)
        self.env["ir.rule"].create(
            {
                "name": "Discreet deals",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "domain_force": [("name", "!=", "Discreet")],
            }
        )
        lead.name = "Discreet"
        self.assertEqual(self.count(self.everywhere, self.companies.filtered("active")), 1)

    def test_own_deals(self):
        self.rep.group_ids = [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)]
        self.create_leads_at(monday(1), 2, user_id=self.rep.id)
        self.create_leads_at(monday(1), 1, user_id=self.leader.id)
        self.assertEqual(self.count(self.rep, self.env.company), 2)
