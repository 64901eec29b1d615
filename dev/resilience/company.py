# Run in Odoo's shell: a company whose teams sell by a playbook, and its deals in all stages.
# ruff: noqa: F821
import json
import os
from datetime import timedelta
from itertools import cycle

from odoo import Command, fields

TEAMS, DEALS = int(os.environ["TEAMS"]), int(os.environ["DEALS"])
REPS = int(os.environ["REPS"])  # of each team
now = fields.Datetime.now()
long_ago = now - timedelta(days=90)
env.company.resource_calendar_id.tz = env.user.tz = "Europe/Brussels"
rights = {
    "rep": env.ref("sales_team.group_sale_salesman_all_leads"),
    "leader": env.ref("sales_team.group_sale_salesman_all_leads"),
    "manager": env.ref("sales_team.group_sale_manager"),
}
logins = [f"rep{number}" for number in range(TEAMS * REPS)]
logins += [f"leader{number}" for number in range(TEAMS)] + ["manager0", "manager1"]
# the jobs of others have nothing to do here and take their time
env["ir.cron"].search([("name", "not =like", "Sales Funnel:%")]).active = False
users = {
    user.login: user
    for user in env["res.users"].create(
        [
            {
                "name": login.title(),
                "login": login,
                "email": f"{login}@example.com",
                "tz": "Europe/Brussels",
                "notification_type": "inbox",
                "group_ids": [Command.link(rights[login.rstrip("0123456789")].id)],
            }
            for login in logins
        ]
    )
}
# one hash for all: the password of each is "secret"
env.cr.execute(
    "UPDATE res_users SET password = %s WHERE id = ANY(%s)",
    [env["res.users"]._crypt_context().hash("secret"), [user.id for user in users.values()]],
)
keys = {
    login: {
        "uid": user.id,
        "key": env["res.users.apikeys"].with_user(user).sudo()._generate(None, "test", False),
    }
    for login, user in {**users, "admin": env.ref("base.user_admin")}.items()
}
with open(os.environ["KEYS"], "w") as file:
    json.dump(keys, file)

teams = env["crm.team"].create(
    [
        {
            "name": f"Team {number}",
            "user_id": users[f"leader{number}"].id,
            "member_ids": [
                Command.set([users[f"rep{number * REPS + rep}"].id for rep in range(REPS)]),
            ],
        }
        for number in range(TEAMS)
    ]
)
env["crm.stage"].search([("is_won", "=", True)]).is_won = False  # who wins comes into the playbook's last one
stages = env["crm.stage"].create(
    [
        {"name": name, "sequence": sequence, "is_won": name == "Signed", "team_ids": [Command.set(teams.ids)]}
        for sequence, name in enumerate(("Found", "Shown", "Talking", "Agreed", "Signed"))
    ]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Presses",
        "company_id": env.company.id,
        "team_ids": [Command.set(teams.ids)],
        "responsible_user_id": users["manager0"].id,
        "stage_ids": [Command.create({"stage_id": stage.id, "allow_skip": True}) for stage in stages],
        "tier_ids": [
            Command.create({"tier": tier, "min_revenue": revenue, "min_probability": 0, "delay_count": count})
            for tier, revenue, count in (("A", 50000, 7), ("B", 10000, 14), ("C", 0, 30))
        ],
    }
)
found, shown, talking, agreed, signed = playbook.stage_ids.sorted(lambda one: one.stage_id.sequence)
talking.allow_skip = False
env["crm.playbook.condition"].create(
    [
        {"name": "Amount known", "domain": "[('expected_revenue', '>', 0)]", "playbook_stage_id": shown.id},
        {"name": "Need confirmed", "kind": "confirmation", "playbook_stage_id": shown.id},
        {
            "name": "Phone known",
            "domain": "[('phone', '!=', False)]",
            "severity": "advisory",
            "playbook_stage_id": talking.id,
        },
        {
            "name": "Score of four",
            "domain": "[('score', '>=', 4)]",
            "playbook_stage_id": agreed.id,
        },
        {
            "name": "Closing date known",
            "domain": "[('date_deadline', '!=', False)]",
            "playbook_stage_id": signed.id,
        },
    ]
)
env["crm.playbook.output"].create(
    [
        {
            "name": name,
            "playbook_stage_id": stage.id,
            "evidence": evidence,
            "approval": approval,
            "delay_count": 3,
            "effective_from": long_ago,
        }
        for name, stage, evidence, approval in (
            ("Survey", found, "note", "none"),
            ("Protocol", shown, "link", "none"),
            ("Offer", talking, "note", "team_leader"),
            ("Drawing", agreed, "file", "none"),
        )
    ]
)
env["crm.playbook.criterion"].create(
    [
        {
            "playbook_id": playbook.id,
            "name": name,
            "kind": "choice",
            "option_ids": [
                Command.create({"name": option, "points": points})
                for option, points in (("No", 0), ("Half", 2.5), ("Yes", 5))
            ],
        }
        for name in ("Do they have the money?", "Do we know who decides?")
    ]
)
told = {"escalation_to": "team_leader", "escalation_count": 1, "escalation_unit": "hours"}
common = {"effective_from": long_ago}
env["crm.playbook.deadline"].create(
    [
        {
            **common,
            **(told if stage == talking else {}),
            "name": f"Act in {stage.stage_id.name}",
            "playbook_stage_id": stage.id,
            "delay_count": 2,
        }
        for stage in (found, shown, talking)
    ]
    + [
        {
            **common,
            "name": f"After {trigger}",
            "playbook_id": playbook.id,
            "trigger": trigger,
            "delay_count": 1,
        }
        for trigger in ("lead_created", "communication", "review", "follow_up", "risk_raised", "won", "lost")
    ]
)
playbook.mode = "enforce"
env.cr.commit()

# Deals in all stages; they came into them over the last weeks, so that the jobs have something to do.
places = cycle(range(4))
reps = cycle([users[login] for login in logins if login.startswith("rep")])
playbook.mode = "observe"
vals_list = []
for number in range(DEALS):
    rep, place = next(reps), next(places)
    vals_list.append(
        {
            "name": f"Deal {number}",
            "type": "opportunity",
            "user_id": rep.id,
            "team_id": rep.sale_team_id.id,
            "stage_id": stages[place].id,
            "expected_revenue": 1000 * (number % 90),
            "probability": 10 + 20 * place,
            "phone": number % 2 and "+32 2 290 34 90",
            "captured_at": now - timedelta(days=20 + number % 9),
            "stage_entered_at": now - timedelta(days=1 + number % 19),
            "email_from": f"customer{number}@example.com",
        }
    )
deals = env["crm.lead"].with_context(tracking_disable=True).create(vals_list)
playbook.mode = "enforce"
env.flush_all()
env.cr.execute(
    "UPDATE crm_lead SET create_date = create_date - INTERVAL '20 days' WHERE id = ANY(%s)", [deals.ids]
)
env.cr.execute(
    "INSERT INTO crm_lead_progress (lead_id, user_id, channel, summary, communicated_at, create_date)"
    " SELECT id, user_id, 'call', 'Spoke with them about ' || name, create_date, create_date"
    " FROM crm_lead WHERE id = ANY(%s) AND id %% 3 = 0",
    [deals.ids],
)
for name in ("last_contact_at", "last_contact_summary", "customer_feedback", "last_contact_channel"):
    env.add_to_compute(deals._fields[name], deals)
env.cr.commit()
# what the jobs begin is theirs to begin
work = env["mail.activity"].with_context(active_test=False)
work.search([("playbook_kind", "!=", False)]).unlink()
env["crm.playbook.refresh"].search([]).unlink()
env.cr.commit()
