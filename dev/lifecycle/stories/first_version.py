# Run in Odoo's shell after plain_sales.py, with the module as in versions/19.0.1.0.0-first.tar.xz: every
# kind of rule and fact that it has, and a shipped rule that the administrator changed.
# ruff: noqa: F821
from odoo import Command

rep = env["res.users"].search([("login", "=", "rep")])
team = env["crm.team"].search([("name", "=", "Presses")])
line = env["crm.product.line"].create({"name": "Presses"})
wizard = env["crm.playbook.use.template"].create(
    {
        "template_id": env.ref("sales_funnel_playbook.crm_playbook_template_saas").id,
        "team_ids": [Command.set(team.ids)],
        "product_line_ids": [Command.set(line.ids)],
    }
)
playbook = env["crm.playbook"].browse(wizard.action_apply()["res_id"])
first, second, third = playbook.stage_ids[:3]
deal, lost, won, other = (
    env["crm.lead"]
    .with_user(rep)
    .create(
        [
            {
                "name": f"New {number}",
                "type": "opportunity",
                "team_id": team.id,
                "user_id": rep.id,
                "product_line_id": line.id,
                "stage_id": first.stage_id.id,
                "industry_id": env["res.partner.industry"].search([], limit=1).id,
                "expected_revenue": 500000,
            }
            for number in range(4)
        ]
    )
)
env.cr.commit()
playbook.mode = "enforce"
for stage in (second, third):
    for condition in stage.condition_ids:
        upload = env["ir.attachment"].with_user(rep).create({"name": "minutes.txt", "raw": b"They agreed"})
        deal.confirm_condition(condition.id, note="They agreed in the meeting", attachment_ids=upload.ids)
    deal.stage_id = stage.stage_id
    env.cr.commit()
deal.stage_id = second.stage_id
lost.action_set_lost(lost_reason_id=env["crm.lost.reason"].search([], limit=1).id)
playbook.mode = "observe"
won.action_set_won()
playbook.mode = "enforce"
env.ref("sales_funnel_playbook.crm_playbook_template_saas_renewal_due").guidance = "Ask the service team."
env.cr.commit()
