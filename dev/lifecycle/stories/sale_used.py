# Run in Odoo's shell with the addon: what was there before it counts, and rules are met by documents.
# ruff: noqa: F821
team = env["crm.team"].search([("name", "=", "Orders")])
leads = env["crm.lead"].with_context(active_test=False).search([("team_id", "=", team.id)])
facts = {lead.name: (lead.has_order, lead.ordered_amount, lead.has_quotation) for lead in leads}
met = (True, 100.0, True)
assert facts == {"Confirmed": met, "Archived": met, "Cancelled": (False, 0.0, False)}, facts
plain = env["crm.lead"].search([("team_id", "!=", team.id)], limit=1)
assert plain in env["crm.lead"].search([("has_order", "=", False), ("ordered_amount", "=", 0)])
template = env.ref("sales_funnel_playbook.crm_playbook_template_saas_signed_contract")
assert template.met_by == "sale_agreement_or_payment"

playbook = env["crm.playbook"].search([("name", "=", "Orders")])
playbook.stage_ids.output_ids.met_by = "sale_quotation"
playbook.stage_ids.condition_ids.met_by = "sale_order"
env["crm.playbook.condition"].create(
    {
        "playbook_stage_id": playbook.stage_ids[1].id,
        "name": "Ordered",
        "kind": "domain",
        "severity": "advisory",
        "domain": "[('has_order', '=', True)]",
    }
)
deal = leads.filtered(lambda lead: lead.name == "Confirmed")
deal.stage_id = playbook.stage_ids[1].stage_id
assert deal.stage_log_ids[0].gate == "passed"
env.cr.commit()
