# Run in Odoo's shell after an update: the playbook that was there refuses what it refused, and lets pass what
# is met; the jobs run.
# ruff: noqa: F821
from odoo.addons.sales_funnel_playbook.exceptions import PlaybookGateError

rep = env["res.users"].search([("login", "=", "rep")])
playbook = env["crm.playbook"].search([("is_template", "=", False), ("mode", "=", "enforce")])
first, second = playbook.stage_ids[:2].stage_id
deal = env["crm.lead"].with_user(rep).create({"name": "Later", "type": "opportunity", "stage_id": first.id})
deal.write({"team_id": playbook.team_ids[:1].id})
env.cr.commit()
assert deal.stage_id == first and deal.playbook_id == playbook
try:
    deal.stage_id = second
except PlaybookGateError:
    env.cr.rollback()
else:
    raise AssertionError("nothing is met, and the deal has moved")
items = deal.check_gate(second.id)[str(deal.id)]["unmet"]
assert items
for item in items:
    if item["kind"] == "confirmation":
        deal.confirm_condition(item["rule_id"], note="They agreed in the meeting")
for criterion in playbook.criterion_ids.filtered(lambda one: one.kind == "choice"):
    deal.answer_criterion(criterion.id, criterion.option_ids[-1].id)
deal.use_case = "Bearings"
deal.stage_id = second
env.cr.commit()
assert [stay.stage_id for stay in deal.stage_log_ids] == [second, first]
env["crm.playbook.refresh"]._cron_start()
env["crm.playbook.refresh"]._cron_run()
env["crm.playbook.refresh"]._cron_start_deadlines()
env["crm.playbook.refresh"]._cron_run("deadlines")
env.cr.commit()
