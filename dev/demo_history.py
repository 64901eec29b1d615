# Run in Odoo's shell on the demo database: a second team with fourteen weeks of deals behind it, and their
# reviews. Stays are written as they would have been; nobody can live through fourteen weeks for a demo.
# ruff: noqa: F821
import random
from datetime import datetime, timedelta

CHANCES = (0.75, 0.6, 0.4, 0.55)  # to go on from each stage; what does not is lost or stays
CHANCE_LATELY = 0.05  # from the third stage, in the last weeks
STAYS = ((2, 6), (4, 12), (8, 20), (9, 28))  # days
WEEKS = 14
CUSTOMERS = (
    "恒达机械",
    "Nordwind",
    "华信医疗",
    "Aqualis",
    "东方物流",
    "Brightfield",
    "海川化工",
    "Delta Optik",
)

chance = random.Random(19)
rep = env.ref("base.user_demo", raise_if_not_found=False) or env.ref("base.user_admin")
playbook = env["crm.playbook"].search([("team_ids", "=", env.ref("sales_funnel_playbook.team_demo").id)])
ranks = env["crm.stage"]._get_ranks()
stages = playbook.stage_ids.stage_id.sorted(lambda stage: ranks[stage.id])[:5]
now = datetime.now().replace(microsecond=0)
monday = (now - timedelta(days=now.weekday())).replace(hour=9, minute=0, second=0)


def plan_stays(begun):
    """Return ``[(stage, kind, since, until or None), …]`` of a deal that begins then."""
    stays, since, place = [], begun, 0
    while True:
        until = since + timedelta(days=chance.randint(*STAYS[place]), hours=chance.randint(0, 7))
        late = place == 2 and until > now - timedelta(weeks=4)
        goes_on = chance.random() < (CHANCE_LATELY if late else CHANCES[place])
        stays.append(
            (stages[place], "forward" if stays else "created", since, until if until < now else None)
        )
        if until >= now:
            return stays
        if not goes_on:
            if chance.random() < 0.6:
                return [*stays, (stages[place], "lost", until, None)]
            stage, kind, since, _until = stays.pop()
            return [*stays, (stage, kind, since, None)]
        if place == 3:
            return [*stays, (stages[4], "won", until, None)]
        since, place = until, place + 1


def write_stays(lead, stays):
    """Replace the log of a deal by these stays."""
    env.cr.execute("DELETE FROM crm_lead_stage_log WHERE lead_id = %s", [lead.id])
    previous = None
    for stage, kind, since, until in stays:
        days = (until - since).total_seconds() / 86400 if until else None
        env.cr.execute(
            "INSERT INTO crm_lead_stage_log (lead_id, playbook_id, team_id, user_id, stage_id,"
            " previous_stage_id, entered_at, left_at, duration_days, working_hours, kind, gate, moved_by_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'none', %s)",
            [
                *(lead.id, playbook.id, lead.team_id.id, lead.user_id.id, stage.id, previous, since, until),
                *(days, days and days * 40 / 7, kind, lead.user_id.id),
            ],
        )
        previous = stage.id
    env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [stays[0][2], lead.id])


mode, playbook.mode = playbook.mode, "observe"
team = env["crm.team"].create({"name": "Mid-Market Sales", "user_id": rep.id})
playbook.team_ids |= team
stages.team_ids |= team
reasons = env["crm.lost.reason"].search([])
for week in range(WEEKS):
    for number in range(chance.randint(13, 18)):
        begun = (
            monday
            - timedelta(weeks=WEEKS - week)
            + timedelta(days=chance.randint(0, 4), hours=chance.randint(0, 8))
        )
        stays = plan_stays(begun)
        stage, kind = stays[-1][:2]
        lead = env["crm.lead"].create(
            {
                "name": f"{chance.choice(CUSTOMERS)} {week + 1}-{number + 1}",
                "type": "opportunity",
                "team_id": team.id,
                "user_id": rep.id,
                "stage_id": stage.id,
                "expected_revenue": chance.choice((20, 40, 80, 150)) * 1000,
                "probability": 100 if stage.is_won else 15 + 18 * stages.ids.index(stage.id),
            }
        )
        if kind == "lost":
            lead.action_set_lost(lost_reason_id=chance.choice(reasons).id)
        write_stays(lead, stays)
env.cr.commit()
playbook.mode = mode
env["crm.funnel.review"]._cron_make()
before, last = env["crm.funnel.review"].search(
    [("team_id", "=", team.id), ("period", "=", "week")], order="date_from desc", limit=2
)[::-1]
before.decision_ids = [
    (0, 0, {"name": "Show the demo script to the team", "user_id": rep.id, "date_deadline": last.date_to}),
    (
        0,
        0,
        {
            "name": "New price list for small customers",
            "user_id": env.ref("base.user_admin").id,
            "date_deadline": last.date_from,
        },
    ),
]
before.decision_ids[:1].activity_id.action_feedback()
before.action_done()
env.cr.commit()
