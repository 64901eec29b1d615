# Run in Odoo's shell: fields and views that a company makes for itself, and rules that ask for them.
# ruff: noqa: F821
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import mute_logger

rep = env["res.users"].search([("login", "=", "rep")])
leads, notes = (env["ir.model"]._get(name) for name in ("crm.lead", "crm.lead.progress"))
size, press, tone = env["ir.model.fields"].create(
    [
        {"name": "x_size", "ttype": "integer", "field_description": "Size", "model_id": leads.id},
        {"name": "x_press", "ttype": "char", "field_description": "Press", "model_id": leads.id},
        {"name": "x_tone", "ttype": "char", "field_description": "Tone", "model_id": notes.id},
    ]
)
view = env["ir.ui.view"].create(
    {
        "name": "crm.lead.form.own",
        "model": "crm.lead",
        "inherit_id": env.ref("crm.crm_lead_view_form").id,
        "arch": """<data>
            <xpath expr="//field[@name='stage_id']" position="before"><field name="x_size"/></xpath>
            <xpath expr="//field[@name='date_deadline']" position="after"><field name="x_press"/></xpath>
        </data>""",
    }
)
team = env["crm.team"].create({"name": "Own Fields", "member_ids": [Command.set(rep.ids)]})
talk, offer = env["crm.stage"].create(
    [
        {"name": name, "sequence": number, "team_ids": [Command.set(team.ids)]}
        for number, name in enumerate(("Talk", "Offer"))
    ]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Own Fields",
        "team_ids": [Command.set(team.ids)],
        "mode": "enforce",
        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in (talk, offer)],
    }
)
sized = env["crm.playbook.condition"].create(
    {
        "name": "Sized",
        "playbook_stage_id": playbook.stage_ids[1].id,
        "domain": "[('x_size', '>', 3), ('progress_ids.x_tone', '=', 'friendly')]",
    }
)
check = env["crm.playbook.check"].create(
    {
        "name": "No press",
        "message": "Which press?",
        "domain": "[('x_press', '=', False)]",
        "playbook_id": playbook.id,
    }
)
env.cr.commit()
assert not sized.broken_reason

lead = env["crm.lead"].with_user(rep).create({"name": "Deal", "type": "opportunity", "team_id": team.id})
env.cr.flush()
assert check in lead.check_ids
with Form(lead) as form:
    form.x_size = 2
    form.x_press = "A press"
try:
    with env.cr.savepoint():
        lead.stage_id = offer
except UserError as error:
    assert "Sized" in str(error)
else:
    raise AssertionError("it moved")
lead.x_size = 4
note = {"lead_id": lead.id, "summary": "They show us their foundry next week"}
env["crm.lead.progress"].with_user(rep).create({**note, "x_tone": "friendly"})
lead.stage_id = offer
env.cr.commit()
assert check not in lead.check_ids
assert lead.stage_id == offer
row = env["crm.lead"].with_user(rep).formatted_read_group([("id", "=", lead.id)], ["x_press"], ["x_size:sum"])
assert (row[0]["x_press"], row[0]["x_size:sum"]) == ("A press", 4)

# the rule goes along in the playbook's file, and is known again where the field is
copy = env["crm.playbook"]._import_text(playbook._export_text().encode())
assert "x_size" in copy.stage_ids.condition_ids.domain
assert not copy.stage_ids.condition_ids.broken_reason
env.cr.commit()

# the field goes; the rule says what is the matter, the administrator reads it, and the deal is still worked
view.unlink()
(size | press).unlink()
env.cr.commit()
sized.invalidate_recordset()
assert "x_size" in sized.broken_reason
with mute_logger("odoo.addons.sales_funnel_playbook.models.gate.crm_playbook_condition"):
    other = lead.copy({"name": "Other", "stage_id": talk.id})
    try:
        with env.cr.savepoint():
            other.stage_id = offer
    except UserError as error:
        assert "administrator" in str(error), str(error)
    else:
        raise AssertionError("it moved past a rule that nobody can test")
    assert other.get_playbook_panel()["stage"]["name"] == "Talk"
    other.expected_revenue = 5
    env.cr.flush()
health = env["crm.playbook.health"].with_user(env.ref("base.user_admin")).get_health()
found = {(one["model"], one["id"]) for one in health["findings"] if one["kind"] == "rule"}
assert found >= {(sized._name, sized.id), (check._name, check.id)}, found
sized.active = False
other.stage_id = offer
env.cr.commit()
assert not env["crm.playbook.integrity"]._find_faults()
