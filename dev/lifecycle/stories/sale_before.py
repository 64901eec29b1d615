# Run in Odoo's shell on a database with the module and sale_crm: deals with orders, and a playbook, before
# the addon that knows of both.
# ruff: noqa: F821
from odoo import Command

team = env["crm.team"].create({"name": "Orders", "company_id": False})
stages = env["crm.stage"].create(
    [{"name": f"Orders {number}", "sequence": 900 + number, "team_ids": team.ids} for number in range(2)]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Orders",
        "company_id": False,
        "mode": "enforce",
        "team_ids": team.ids,
        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in stages],
    }
)
env["crm.playbook.output"].create(
    {"playbook_stage_id": playbook.stage_ids[0].id, "name": "Draft", "evidence": "note"}
)
env["crm.playbook.condition"].create(
    {"playbook_stage_id": playbook.stage_ids[1].id, "name": "Agreed", "kind": "confirmation"}
)
customer = env["res.partner"].create({"name": "Ordering"})
product = env["product.product"].create({"name": "Press", "type": "service", "taxes_id": False})
for name, is_confirmed in (("Confirmed", True), ("Cancelled", False), ("Archived", True)):
    deal = {"name": name, "type": "opportunity", "team_id": team.id, "stage_id": stages[0].id}
    lead = env["crm.lead"].create({**deal, "expected_revenue": 100, "active": name != "Archived"})
    line = Command.create({"product_id": product.id, "price_unit": 100, "tax_ids": False})
    order = {"partner_id": customer.id, "opportunity_id": lead.id, "order_line": [line]}
    order = env["sale.order"].create(order)
    order.action_confirm()
    if not is_confirmed:
        order.action_cancel()
env.cr.commit()
