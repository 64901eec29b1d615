# Run in Odoo's shell after plain_sales.py, with the module as it was while the renewal stage was a won one:
# deals stand in it, and in a later won stage that somebody has made.
# ruff: noqa: F821
from odoo import Command

rep = env["res.users"].search([("login", "=", "rep")])
template = env.ref("sales_funnel_playbook.crm_playbook_template_saas")
teams = env["crm.team"].create(
    [{"name": name, "member_ids": [Command.set(rep.ids)]} for name in ("Soft", "Own")]
)
for team in teams:
    wizard = env["crm.playbook.use.template"].create(
        {"template_id": template.id, "team_ids": [Command.set(team.ids)]}
    )
    playbook = env["crm.playbook"].browse(wizard.action_apply()["res_id"])
    playbook.name = team.name
    signed, renewal = playbook.stage_ids.stage_id.sorted("sequence")[-2:]
    assert signed.is_won and renewal.is_won
    if team.name == "Own":
        renewal.name = "Repeat orders"
    deals = env["crm.lead"].create(
        [
            {
                "name": f"{team.name} {number}",
                "type": "opportunity",
                "team_id": team.id,
                "user_id": rep.id,
                "expected_revenue": 1000.25 + number,
                "stage_id": playbook.stage_ids[0].stage_id.id,
            }
            for number in range(5)
        ]
    )
    env.cr.commit()
    deals.write({"stage_id": signed.id})
    env.cr.commit()
    deals[:4].write({"stage_id": renewal.id})
    deals[2].active = False
    env.cr.commit()
