# Run in Odoo's shell, with and without the addons: a deal is refused, moved, won, and shown.
# ruff: noqa: F821
from odoo import Command
from odoo.exceptions import UserError

team = env["crm.team"].create({"name": "Worked"})
first, won = env["crm.stage"].create(
    [
        {"name": name, "sequence": number, "is_won": name == "Won", "team_ids": [Command.set(team.ids)]}
        for number, name in enumerate(("Talk", "Won"))
    ]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Worked",
        "team_ids": [Command.set(team.ids)],
        "mode": "enforce",
        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in (first, won)],
    }
)
env["crm.playbook.condition"].create(
    {
        "name": "Priced",
        "playbook_stage_id": playbook.stage_ids[1].id,
        "domain": "[('expected_revenue', '>', 0)]",
    }
)
deal = {"name": "Deal", "type": "opportunity", "team_id": team.id, "stage_id": first.id}
lead = env["crm.lead"].create(deal)
try:
    with env.cr.savepoint():
        lead.stage_id = won
except UserError as error:
    assert "Priced" in str(error)
else:
    raise AssertionError("it moved")
lead.expected_revenue = 5
lead.stage_id = won
env.cr.flush()
assert lead.won_status == "won"
assert lead.get_playbook_panel()["stage"]["name"] == "Won"
assert env["crm.funnel.report"].get_funnel({"playbook_id": playbook.id})["stages"]
lost = env["crm.lead"].create(deal)
lost.action_set_lost()
env.cr.flush()
assert lost.won_status == "lost"
document = playbook._export_text()
assert env["crm.playbook"]._import_text(document.encode()).is_template
views = [
    ("crm.lead", "form"),
    ("crm.lead", "kanban"),
    ("crm.playbook", "form"),
    ("crm.funnel.review", "form"),
]
for model, kind in views:
    assert env[model].get_view(view_type=kind)["arch"]
env.cr.rollback()
