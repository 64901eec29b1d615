# Run in Odoo's shell: a customer's mail begins a deal and goes on with it; the customer has a login of their
# own; a colleague logs in with another service.
# ruff: noqa: F821
from odoo import Command
from odoo.exceptions import AccessError

MAIL = """From: Ida Berg <ida@berg.example>
To: presses@company.example
Subject: {subject}
Message-Id: <{number}@berg.example>{more}
Date: {date}
Content-Type: text/plain; charset=utf-8

{text}
"""


def receive(number, subject, text, more="", **values):
    date = env.cr.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    mail = MAIL.format(number=number, subject=subject, text=text, more=more, date=date)
    id_ = env["mail.thread"].message_process("crm.lead", mail, custom_values=values)
    env.cr.commit()
    return env["crm.lead"].browse(id_)


team = env["crm.team"].create({"name": "Mailed"})
talk, offer = env["crm.stage"].create(
    [
        {"name": name, "sequence": number, "team_ids": [Command.set(team.ids)]}
        for number, name in enumerate(("Talk", "Offer"))
    ]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Mailed",
        "team_ids": [Command.set(team.ids)],
        "mode": "enforce",
        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in (talk, offer)],
    }
)
env["crm.playbook.condition"].create(
    {
        "name": "Priced",
        "playbook_stage_id": playbook.stage_ids[1].id,
        "domain": "[('expected_revenue', '>', 0)]",
    }
)
provider = env["auth.oauth.provider"].search([], limit=1)
colleague = env["res.users"].create(
    {
        "name": "From Elsewhere",
        "login": "elsewhere@company.example",
        "oauth_provider_id": provider.id,
        "oauth_uid": "4711",
        "group_ids": [
            Command.set(
                [env.ref(f"{one}").id for one in ("base.group_user", "sales_team.group_sale_salesman")]
            )
        ],
    }
)
env.cr.commit()
lead = receive(1, "A press", "We need a press.", team_id=team.id, type="opportunity", user_id=colleague.id)
assert (lead.name, lead.stage_id, lead.playbook_id) == ("A press", talk, playbook)
customer = env["res.partner"].create({"name": "Ida Berg", "email": "ida@berg.example"})
lead.partner_id = customer
env.cr.commit()
receive(2, "Re: A press", "By May, please.", "\nIn-Reply-To: <1@berg.example>\nReferences: <1@berg.example>")
assert len(lead.message_ids.filtered(lambda one: one.message_type == "email")) == 2
assert lead.last_contact_at
assert lead.contact_ids.mapped("channel") == ["email"] * len(lead.contact_ids)

# who has logged in elsewhere works as everybody does
own = lead.with_user(colleague)
assert own.get_playbook_panel()["stage"]["name"] == "Talk"
own.write({"expected_revenue": 100, "stage_id": offer.id})
env["crm.lead.progress"].with_user(colleague).create(
    {"lead_id": lead.id, "summary": "Sent the offer, they answer in a week"}
)
env.cr.commit()
assert lead.stage_id == offer

# the customer's own login sees nothing of all that, followed or not
portal = env["res.users"].create(
    {
        "name": "Ida Berg",
        "login": "ida@berg.example",
        "partner_id": customer.id,
        "group_ids": [Command.set(env.ref("base.group_portal").ids)],
    }
)
lead.message_subscribe(customer.ids)
env.cr.commit()


def is_kept_from(action):
    try:
        with env.cr.savepoint():
            action()
    except AccessError:
        return True
    return False


theirs = lead.with_user(portal)
env.invalidate_all()
for action in (
    lambda: theirs.read(["name"]),
    lambda: theirs.get_playbook_panel(),
    lambda: theirs.check_gate(offer.id),
    lambda: theirs.advance_stage(),
    lambda: theirs.progress_ids.read(["summary"]),
    lambda: env["crm.lead.progress"].with_user(portal).search([]),
    lambda: env["crm.lead.contact"].with_user(portal).search([]),
    lambda: env["crm.playbook"].with_user(portal).search([]),
    lambda: env["crm.funnel.report"].with_user(portal).get_funnel({}),
):
    assert is_kept_from(action)
assert not env["crm.playbook.integrity"]._find_faults()
