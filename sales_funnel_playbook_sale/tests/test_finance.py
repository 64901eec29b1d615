from odoo.tests import HttpCase, tagged

from odoo.addons.sales_funnel_playbook.tests.role.role_common import RoleCase

CONTRIBUTOR = "sales_funnel_playbook.group_funnel_contributor"


@tagged("post_install", "-at_install")
class TestFinance(HttpCase, RoleCase):
    """Finance has no right on Sales, where deals have orders."""

    def test_finance_confirms_a_payment_beside_orders(self):
        self.env["crm.lead"].search([]).active = False
        self.needs_confirmed.role_id = self.finance
        cora = self._create_colleague("Cora", groups=CONTRIBUTOR)
        customer = self.env["res.partner"].create({"name": "Acme"})
        lead = self._create_lead(name="Acme", partner_id=customer.id)
        order = self.env["sale.order"].create({"partner_id": customer.id, "opportunity_id": lead.id})
        self.choose(lead, self.finance, cora)
        lead.member_ids.filtered(lambda one: one.user_id != cora).unlink()
        self.env.flush_all()
        self.assertFalse(order.with_user(cora).has_access("read"))
        self.start_tour("/odoo/my-day", "contributor_confirms", login=cora.login)
        self.assertEqual(lead.confirmation_ids.user_id, cora)
