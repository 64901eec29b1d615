# Run in Odoo's shell after the addon has gone: people confirm and submit again, and what cannot be checked
# says so.
# ruff: noqa: F821
playbook = env["crm.playbook"].search([("name", "=", "Orders")])
first, second = playbook.stage_ids
agreed, ordered = second.condition_ids
assert not (agreed.met_by or first.output_ids.met_by or agreed.has_kinds_of_documents)
assert not env.ref("sales_funnel_playbook.crm_playbook_template_saas_signed_contract").met_by
assert "has_order" in ordered.broken_reason
assert not agreed.broken_reason
ordered.active = False
deal = {
    "name": "After",
    "type": "opportunity",
    "team_id": playbook.team_ids.id,
    "stage_id": first.stage_id.id,
}
lead = env["crm.lead"].create(deal)
unmet = lead.check_gate(second.stage_id.id)[str(lead.id)]["unmet"]
assert [item["name"] for item in unmet] == ["Agreed", "Draft"]
assert lead.get_playbook_panel()["stage"]["outputs"][0]["documents"] is False
lead.confirm_condition(agreed.id)
lead.submit_output(first.output_ids.id, note="They want one press in the spring of next year")
lead.stage_id = second.stage_id
assert lead.stage_log_ids[0].gate == "passed"
env.cr.rollback()
