# Run in Odoo's shell with the module that is made of the examples of docs/extending.md: what the page says of
# each of them.
# ruff: noqa: F821
from odoo import Command, fields
from odoo.exceptions import UserError

from odoo.addons.sales_funnel_playbook.tools.funnel import get_bounds

team = env["crm.team"].create({"name": "Extended", "company_id": False})
stages = env["crm.stage"].create(
    [{"name": f"Extended {number}", "sequence": 900 + number, "team_ids": team.ids} for number in range(3)]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Extended",
        "company_id": False,
        "mode": "enforce",
        "team_ids": team.ids,
        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in stages],
        "tier_ids": [Command.create({"tier": "A"})],
        "criterion_ids": [
            Command.create({"name": "Pays", "points": 10, "domain": "[('customer_credit', '=', 'good')]"})
        ],
    }
)
customer = env["res.partner"].create({"name": "Acme"})
deal = {"name": "Acme", "type": "opportunity", "team_id": team.id, "partner_id": customer.id}
lead = env["crm.lead"].create({**deal, "stage_id": stages[0].id, "expected_revenue": 100, "budget_max": 50})
env.cr.commit()

# a kind of entry condition: refused, shown, simulated, met
condition = env["crm.playbook.condition"].create(
    {"playbook_stage_id": playbook.stage_ids[1].id, "name": "Within budget", "kind": "within_budget"}
)
verdict = lead.check_gate(stages[1].id)[str(lead.id)]
assert [(item["kind"], item["rule_id"]) for item in verdict["unmet"]] == [("within_budget", condition.id)]
try:
    lead.stage_id = stages[1]
except UserError as error:
    assert "Within budget" in str(error)
else:
    raise AssertionError("the example does not refuse")
env.cr.rollback()
condition = env["crm.playbook.condition"].create(
    {"playbook_stage_id": playbook.stage_ids[1].id, "name": "Within budget", "kind": "within_budget"}
)
assert not condition.preview
simulation = env["crm.playbook.simulation"].browse(playbook.action_simulate()["res_id"])
assert "Within budget" in str(simulation.line_ids.mapped("display_name") + simulation.line_ids.mapped("name"))
[rule] = lead.get_playbook_panel()["next_stages"][0]["conditions"]
assert (rule["id"], rule["met"]) == (condition.id, False)
lead.budget_max = 150
[rule] = lead.get_playbook_panel()["next_stages"][0]["conditions"]
assert rule["met"]
lead.stage_id = stages[1]
env.cr.commit()

# a document that meets a rule: told, met, linked, followed by its deadline, met no more
vouched, minutes = (
    env["crm.playbook.condition"].create(
        {
            "playbook_stage_id": playbook.stage_ids[2].id,
            "name": "Met",
            "kind": "confirmation",
            "met_by": "meeting",
        }
    ),
    env["crm.playbook.output"].create(
        {
            "playbook_stage_id": playbook.stage_ids[1].id,
            "name": "Minutes",
            "evidence": "note",
            "approval": "team_leader",
            "met_by": "meeting",
            "delay_count": 2,
            "effective_from": "2000-01-01",
        }
    ),
)
assert vouched.has_kinds_of_documents
lead._settle_deadlines()
env.cr.commit()
work = env["mail.activity"].with_context(active_test=False)
work = work.search([("playbook_output_id", "=", minutes.id)])
assert (len(work), work.active) == (1, True)
unmet = lead.check_gate(stages[2].id)[str(lead.id)]["unmet"]
assert [item["name"] for item in unmet] == ["Met", "Minutes"]
assert all("Also met by: Meeting on the deal." in item["guidance"] for item in unmet)
assert (vouched.preview["held_back"], lead.playbook_progress) == (1, "0/1")
meeting = env["calendar.event"].create(
    {
        "name": "At Acme",
        "opportunity_id": lead.id,
        "start": "2030-01-01 09:00:00",
        "stop": "2030-01-01 10:00:00",
    }
)
assert lead.check_gate(stages[2].id)[str(lead.id)]["unmet"] == []
vouched.invalidate_recordset(["preview"])
assert (vouched.preview["held_back"], lead.playbook_progress) == (0, "1/1")
panel = lead.get_playbook_panel()
[output], [rule] = panel["stage"]["outputs"], panel["next_stages"][0]["conditions"]
link = [{"name": meeting.display_name, "model": "calendar.event", "id": meeting.id}]
assert (output["state"], output["documents"], output["submission"]) == ("done", link, None)
assert (rule["met"], rule["documents"], rule["confirmation"]) == (True, link, None)
env.cr.commit()
work.invalidate_recordset()
assert (work.active, work.playbook_closing) == (False, "satisfied")
document = playbook._export_document()
assert document["playbook"]["stages"][1]["outputs"][0]["met_by"] == "meeting"
meeting.unlink()
unmet = lead.check_gate(stages[2].id)[str(lead.id)]["unmet"]
assert [item["name"] for item in unmet] == ["Met", "Minutes"]
vouched.active = minutes.active = False
env.cr.commit()

# a risk that opens by itself, once
for _time in range(2):
    lead._message_receive_bounce("old@example.com", customer)
risk = lead.risk_ids
assert (len(risk), risk.type_id.detection, risk.description) == (1, "bounce", "old@example.com")

# a trigger of deadlines: begins with the competitor, ends with the comparison
deadline = env["crm.playbook.deadline"].create(
    {"name": "Compare", "playbook_id": playbook.id, "trigger": "competitor", "delay_count": 2}
)
deadline.effective_from = "2000-01-01"
env.cr.commit()
competitor = env["crm.competitor"].create({"name": "Globex"})
line = env["crm.lead.competitor"].create({"lead_id": lead.id, "competitor_id": competitor.id})
env.cr.commit()
work = env["mail.activity"].with_context(active_test=False)
work = work.search([("playbook_deadline_id", "=", deadline.id)])
assert (len(work), work.active) == (1, True)
line.our_advantage = "A service team in the country"
env.cr.commit()
work.invalidate_recordset()
assert (work.active, work.playbook_closing) == (False, "satisfied")

# a number of the funnel, and the deals behind it
assert lead.tier == "A"
funnel = env["crm.funnel.report"].get_funnel({"playbook_id": playbook.id, "period": "this_week"})
numbers = {one["name"]: one for one in funnel["stages"]}
assert [numbers[stage.name]["begun_a_count"] for stage in stages] == [1, 1, 0]
action = env["crm.funnel.report"].get_deals_action(funnel["filters"], stages[1].id, "begun_a_count")
assert env["crm.lead"].search(action["domain"]) == lead
# and reviews freeze it
days = (fields.Date.to_date(funnel["filters"][name]) for name in ("date_from", "date_to"))
report, tz = env["crm.funnel.report"], funnel["tz"]
frozen, _deals = report._get_frozen_numbers({"playbook_id": playbook.id}, *get_bounds(*days, tz), tz)
assert [frozen[stage.id]["begun_a_count"] for stage in stages[:2]] == [1, 1]

# a field of another record that rules name
assert lead.score == 0
customer.credit_rating = "good"
assert lead.score == 10
env.cr.commit()
