# Run in Odoo's shell after chinese_alone.py, with the module: a deal goes through a template's stages, a
# review is made, what may be looked at is looked at.
# ruff: noqa: F821
from datetime import timedelta

from odoo import Command, fields

env = env(context={"lang": "zh_CN", "tz": "Asia/Shanghai"})
team = env["crm.team"].create({"name": "华东"})
for template in env["crm.playbook"].search([("is_template", "=", True)]):
    wizard = env["crm.playbook.use.template"].create(
        {"template_id": template.id, "team_ids": [Command.set(team.copy().ids)]}
    )
    playbook = env["crm.playbook"].browse(wizard.action_apply()["res_id"])
    assert playbook.stage_ids and not playbook.broken_rules
    for rule in playbook.stage_ids.condition_ids:
        assert not rule.name.isascii(), rule.name
lead = env["crm.lead"].create(
    {
        "name": "压机",
        "type": "opportunity",
        "team_id": playbook.team_ids.id,
        "stage_id": playbook.stage_ids[0].stage_id.id,
        "expected_revenue": 505000,
    }
)
env.cr.commit()
panel = lead.get_playbook_panel()
assert panel["next_stages"][0]["unmet"]
lead.stage_id = playbook.stage_ids[1].stage_id
env["crm.lead.progress"].create({"lead_id": lead.id, "summary": "客户要求在五月前报价，并增加两个模块"})
env.cr.commit()
env["crm.playbook.refresh"]._cron_start()
env["crm.playbook.refresh"]._cron_run()
env["crm.playbook.refresh"]._cron_start_deadlines()
env["crm.playbook.refresh"]._cron_run("deadlines")
assert lead.activity_ids, "the stage asks for something"
told = [(one.summary, one.user_id.login, one.user_id.lang) for one in lead.activity_ids]
assert not any(summary.isascii() for summary, _login, _lang in told), told
today = fields.Date.today()
days = (today - timedelta(days=today.weekday()), today - timedelta(days=today.weekday() - 6))
review = env["crm.funnel.review"]._make(playbook, "week", days, False, env.company.id)
review._tell_made()
assert review._get_workbook()
assert review.line_ids.filtered("is_total").name == "所有商机", review.line_ids.mapped("name")
assert env["crm.lead"].get_funnel_sheet([])["name"].startswith("漏斗表"), "the Funnel Sheet"
assert env["crm.playbook.health"].get_health()["jobs"]
assert env["crm.playbook.integrity"]._find_faults() == []
env.cr.commit()
