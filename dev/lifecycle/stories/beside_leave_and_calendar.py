# Run in Odoo's shell: a salesperson goes on leave, and their deal to a colleague; a meeting is accepted,
# declined, and held.
# ruff: noqa: F821
from datetime import timedelta

from odoo import Command

now = env.cr.now().replace(microsecond=0)
rep, colleague = (env["res.users"].search([("login", "=", login)]) for login in ("rep", "colleague"))
team = env["crm.team"].create({"name": "Away", "member_ids": [Command.set((rep | colleague).ids)]})
talk, offer = env["crm.stage"].create(
    [
        {"name": name, "sequence": number, "team_ids": [Command.set(team.ids)]}
        for number, name in enumerate(("Talk", "Offer"))
    ]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Away",
        "team_ids": [Command.set(team.ids)],
        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in (talk, offer)],
    }
)
rule = env["crm.playbook.deadline"].create(
    {
        "name": "Call them",
        "playbook_id": playbook.id,
        "trigger": "stage_entered",
        "playbook_stage_id": playbook.stage_ids[0].id,
        "delay_count": 1,
        "delay_unit": "working_days",
        "effective_from": "2000-01-01",
    }
)
employees = env["hr.employee"].create([{"name": one.name, "user_id": one.id} for one in rep | colleague])
kind = env["hr.leave.type"].create(
    {"name": "Holiday", "requires_allocation": False, "leave_validation_type": "no_validation"}
)
leave = env["hr.leave"].create(
    {
        "employee_id": employees[0].id,
        "holiday_status_id": kind.id,
        "request_date_from": now.date() - timedelta(days=1),
        "request_date_to": now.date() + timedelta(days=14),
    }
)
assert leave.state == "validate"
env.cr.commit()
back = now + timedelta(days=14)

# what is asked of them while they are away is due when they are back
lead = env["crm.lead"].create({"name": "Deal", "type": "opportunity", "team_id": team.id, "user_id": rep.id})
env.cr.commit()
[work] = lead.activity_ids.filtered("playbook_kind")
assert work.user_id == rep
assert work.playbook_due_at >= back, work.playbook_due_at

# the colleague who takes over is asked, and at the same time as was said
lead.user_id = colleague
env.cr.commit()
[taken] = lead.activity_ids.filtered("playbook_kind")
assert taken.user_id == colleague
other = env["crm.lead"].create(
    {"name": "Other", "type": "opportunity", "team_id": team.id, "user_id": colleague.id}
)
env.cr.commit()
[soon] = other.activity_ids.filtered("playbook_kind")
assert soon.playbook_due_at < back, soon.playbook_due_at
leave.action_refuse()
env.cr.commit()

# a meeting that the customer has declined was none; one that was held is contact
guest = env["res.partner"].create({"name": "Ida Berg", "email": "ida@berg.example"})
lead.partner_id = guest
for name, start in (("Declined", 3), ("Held", 2), ("To come", -48)):
    event = (
        env["calendar.event"]
        .with_user(colleague)
        .create(
            {
                "name": name,
                "start": now - timedelta(hours=start),
                "stop": now - timedelta(hours=start - 1),
                "opportunity_id": lead.id,
                "res_model_id": env["ir.model"]._get_id("crm.lead"),
                "res_id": lead.id,
                "partner_ids": [Command.set((colleague.partner_id | guest).ids)],
            }
        )
    )
    attendee = event.attendee_ids.filtered(lambda one: one.partner_id == guest)
    attendee.do_decline() if name == "Declined" else attendee.do_accept()
    env.cr.commit()
found = lead.contact_ids.filtered(lambda one: one.source_model == "calendar.event")
assert "Held" in found.mapped("summary"), found.mapped("summary")
assert "To come" not in found.mapped("summary")
assert lead.last_contact_summary == "Held"
event.unlink()
env.cr.commit()
assert not env["crm.playbook.integrity"]._find_faults()
