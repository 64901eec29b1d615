# Run in Odoo's shell on a database with crm alone: a company that sells, before it knows of playbooks.
# ruff: noqa: F821
from datetime import date, timedelta

from odoo import Command

env["ir.module.module"].update_list()  # the template may be older than what the module says of itself
groups = {
    "rep": "sales_team.group_sale_salesman",
    "leader": "sales_team.group_sale_manager",
    "colleague": "sales_team.group_sale_salesman_all_leads",
}
rep, leader, colleague = env["res.users"].create(
    [
        {
            "name": login.title(),
            "login": login,
            "password": login,
            "email": f"{login}@example.com",
            "group_ids": [Command.link(env.ref(group).id), Command.link(env.ref("base.group_user").id)],
        }
        for login, group in groups.items()
    ]
)
team = env["crm.team"].create(
    {"name": "Presses", "user_id": leader.id, "member_ids": [Command.set((rep | colleague).ids)]}
)
first, second, third, won = env["crm.stage"].search([], order="sequence, id", limit=4)
env["crm.stage"].create({"name": "Visit", "sequence": 2, "team_ids": [Command.set(team.ids)]})
tags = env["crm.tag"].create([{"name": "Fair"}, {"name": "Foundry"}])
customer = env["res.partner"].create({"name": "Acme Ltd", "is_company": True, "phone": "+1 555 0100"})
contact = env["res.partner"].create({"name": "Anna Berg", "parent_id": customer.id})

Lead = env["crm.lead"].with_user(rep)
deals = Lead.create(
    [
        {
            "name": f"Deal {number}",
            "type": "opportunity",
            "team_id": team.id,
            "user_id": rep.id,
            "partner_id": contact.id,
            "stage_id": stage.id,
            "expected_revenue": 1000 * number,
            "probability": 10 * number,
            "date_deadline": date(2030, 1, number),
            "tag_ids": [Command.set(tags.ids)],
            "description": "<p>Wants a press</p>",
        }
        for number, stage in enumerate([first, second, third, first, second, third], start=1)
    ]
)
Lead.create({"name": "Enquiry", "type": "lead", "contact_name": "Bob", "email_from": "bob@example.com"})
env.cr.commit()
deals[0].stage_id = second  # Odoo tracks it when the transaction ends
env.cr.commit()
deals[1].action_set_lost(lost_reason_id=env["crm.lost.reason"].search([], limit=1).id)
deals[2].action_set_won()
deals[3].message_subscribe(colleague.partner_id.ids)
deals[3].message_post(body="Called, <b>will call back</b>", message_type="comment")
env.cr.commit()
for deal, kind, days in zip(deals, ["call", "todo", "meeting"] * 2, range(-2, 4), strict=True):
    deal.activity_schedule(
        f"mail.mail_activity_data_{kind}",
        date.today() + timedelta(days=days),
        summary=f"Next {kind}",
        note="<p>With figures</p>",
        user_id=rep.id,
    )
deals[4].activity_ids.action_feedback("Done, wants an offer")
env["calendar.event"].with_user(rep).create(
    {
        "name": "Visit",
        "start": "2030-01-07 09:00:00",
        "stop": "2030-01-07 10:00:00",
        "opportunity_id": deals[3].id,
        "partner_ids": [Command.set((rep.partner_id | contact).ids)],
    }
)
env["ir.attachment"].with_user(rep).create(
    {"name": "offer.txt", "raw": b"1000", "res_model": "crm.lead", "res_id": deals[3].id}
)
env["ir.filters"].create(
    [
        {"name": "Large", "model_id": "crm.lead", "domain": "[('expected_revenue', '>', 2000)]"},
        {
            "name": "Called so",  # a value that is the name of a field of the module is none
            "model_id": "crm.lead",
            "domain": "['|', ('name', 'in', ['tier', 'score']), ('name', '=', 'score')]",
            "context": "{'group_by': ['stage_id', 'create_date:month']}",
            "sort": '["name desc"]',
        },
    ]
)
env["base_import.mapping"].create(
    {"res_model": "crm.lead", "column_name": "kunde", "field_name": "partner_name"}
)
env["ir.config_parameter"].set_param("company.own", "kept")
env["resource.calendar.leaves"].create(
    {"name": "Fair", "date_from": "2030-02-01 00:00:00", "date_to": "2030-02-01 23:00:00"}
)
env.cr.commit()
