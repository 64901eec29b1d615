"""What deadlines cost: beginning activities, ending them, and the hourly look at what is due."""

from odoo.tools import SQL

from bench.lead_move import make_leads, make_playbook, make_team
from bench.refresh import LEADS
from bench.registry import bench

# Each deal has been completed, has one key action to do, and was spoken of this morning.
WORK = """
    INSERT INTO mail_activity (res_model_id, res_model, res_id, active, automated, user_id, summary,
        date_deadline, activity_type_id, playbook_id, playbook_deadline_id, playbook_assigned_id,
        playbook_cause, playbook_started_at, playbook_due_at, playbook_done_at, playbook_closing)
    SELECT %(model)s, 'crm.lead', lead.id, NOT work.is_done, TRUE, %(user)s, 'Work',
        now() + INTERVAL '9 days', %(type)s, %(playbook)s, work.deadline, %(user)s,
        'deadline:' || work.deadline || CASE WHEN work.is_done THEN ':created' ELSE ':stay-' || log.id END,
        lead.create_date, lead.create_date + INTERVAL '9 days',
        CASE WHEN work.is_done THEN lead.create_date END, CASE WHEN work.is_done THEN 'satisfied' END
    FROM crm_lead lead JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL,
        (VALUES (%(intake)s, TRUE), (%(action)s, FALSE)) AS work (deadline, is_done)
    WHERE lead.team_id = %(team)s
"""
NOTES = """
    INSERT INTO crm_lead_progress (lead_id, user_id, channel, summary, communicated_at, create_date)
    SELECT id, %(user)s, 'call', 'Spoke with them', create_date, create_date FROM crm_lead
    WHERE team_id = %(team)s
"""
TABLES = ("crm_lead", "crm_lead_stage_log", "mail_activity", "crm_lead_progress")


def add_deadlines(env, playbook):
    """Gives a playbook a deadline of each kind, two key actions, an output with a time, and tiers."""
    first = playbook.stage_ids[0]
    common = {"playbook_id": playbook.id, "effective_from": "2000-01-01"}
    triggers = ("communication", "review", "follow_up", "risk_raised", "won", "lost")
    intake, *_others = env["crm.playbook.deadline"].create(
        [
            {
                **common,
                "name": "lead_created",
                "trigger": "lead_created",
                "delay_count": 1,
                "satisfied_domain": "[('source_id', '!=', False), ('phone', '!=', False)]",
            },
            *(
                {
                    **common,
                    "name": trigger,
                    "trigger": trigger,
                    "delay_count": 7,
                    "escalation_to": "team_leader",
                    "escalation_count": 1,
                }
                for trigger in triggers
            ),
        ]
    )
    action, _second = env["crm.playbook.deadline"].create(
        [
            {
                **common,
                "name": name,
                "playbook_stage_id": first.id,
                "delay_count": 5,
                "satisfied_domain": "[('pain_points', '!=', False)]",
                "domain": domain,
                "escalation_to": "team_leader",
                "escalation_count": 1,
            }
            for name, domain in (("Survey", "[]"), ("Letter", "[('phone', '=', 'none')]"))
        ]
    )
    env["crm.playbook.output"].create(
        {
            "name": "Report",
            "playbook_stage_id": playbook.stage_ids[1].id,
            "delay_count": 3,
            "effective_from": "2000-01-01",
        }
    )
    playbook.tier_ids = [
        (0, 0, {"tier": tier, "min_revenue": revenue, "min_probability": 0, "delay_count": count})
        for tier, revenue, count in (("A", 1000, 7), ("B", 0, 30))
    ]
    return intake, action


def open_deals(env, count):
    """Returns a playbook with ``count`` open deals on which there is nothing new to do."""
    team, stages = make_team(env, "Dated")
    rep = env["res.users"].search([("login", "=", "dated_rep")]) or env["res.users"].create(
        {"name": "Rep", "login": "dated_rep", "tz": "Europe/Brussels"}
    )
    team.user_id = env.ref("base.user_admin")
    make_playbook(env, team, stages)
    playbook = env["crm.playbook"].search([("team_ids", "in", team.ids)])
    intake, action = add_deadlines(env, playbook)
    env.flush_all()
    values = {"stage": stages[0].id, "team": team.id, "playbook": playbook.id, "count": count}
    env.cr.execute(SQL(LEADS, **values))
    env.cr.execute(
        SQL(
            "UPDATE crm_lead SET user_id = %s, tier = 'A', captured_at = create_date,"
            " create_date = create_date + INTERVAL '1 minute' WHERE team_id = %s",
            rep.id,
            team.id,
        )
    )
    model_id, todo = env["ir.model"]._get_id("crm.lead"), env.ref("mail.mail_activity_data_todo").id
    work = {"model": model_id, "user": rep.id, "type": todo, "team": team.id, "playbook": playbook.id}
    env.cr.execute(SQL(WORK, intake=intake.id, action=action.id, **work))
    env.cr.execute(SQL(NOTES, **work))
    # one in a hundred of these deals is old and would want a review: their notes are fresh
    env.cr.execute(SQL("UPDATE crm_lead_progress SET create_date = now() AT TIME ZONE 'utc'"))
    env.cr.execute(SQL("UPDATE crm_lead_progress SET communicated_at = create_date"))
    for table in TABLES:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env["crm.playbook.refresh"].search([("playbook_id", "=", playbook.id)]).unlink()
    return playbook


def with_new_work(env, count, new):
    """The same, but ``new`` of the deals have not got their key action yet."""
    playbook = open_deals(env, count)
    env.cr.execute(
        SQL(
            "DELETE FROM mail_activity WHERE id IN (SELECT id FROM mail_activity WHERE playbook_id = %s"
            " AND active ORDER BY MD5(id::text) LIMIT %s)",
            playbook.id,
            new,
        )
    )
    return playbook


def run_hourly(env, playbook):
    """The job's own steps without its commits, which the bench could not undo."""
    row = env["crm.playbook.refresh"].create({"playbook_id": playbook.id, "kind": "deadlines"})
    while row.exists():
        row._run_batch()
        env.cr.flush()  # what a commit does before it
        env.invalidate_all()


def create_bare(env, playbook):
    """The same activities as Odoo alone creates them, in batches of the same size."""
    rows = env.execute_query(
        SQL(
            "SELECT lead.id, lead.user_id FROM crm_lead lead WHERE lead.active AND lead.team_id = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM mail_activity WHERE res_id = lead.id AND active)",
            playbook.team_ids.ids,
        )
    )
    activities = env["mail.activity"].with_context(mail_activity_quick_update=True)
    model_id, todo = env["ir.model"]._get_id("crm.lead"), env.ref("mail.mail_activity_data_todo").id
    for start in range(0, len(rows), 500):
        activities.create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": lead_id,
                    "user_id": user_id,
                    "activity_type_id": todo,
                    "automated": True,
                    "summary": "Survey",
                    "date_deadline": "2030-01-01",
                }
                for lead_id, user_id in rows[start : start + 500]
            ]
        )
        env.cr.flush()
        env.invalidate_all()


@bench(
    "Look at the deadlines of {count:,} open deals with nothing to do, as every hour",
    setup=open_deals,
    params={"count": 100_000},
    quick={"count": 10_000},
    plain=False,
)
def deadlines_idle(env, playbook):
    run_hourly(env, playbook)


@bench(
    "The same with {new:,} activities to create, against creating them bare",
    setup=with_new_work,
    params={"count": 100_000, "new": 10_000},
    quick={"count": 10_000, "new": 1000},
    plain=False,
    bare=create_bare,
)
def deadlines_begin(env, playbook):
    run_hourly(env, playbook)


def satisfied(env, count):
    """Deals whose open key action is satisfied now, though nobody has noticed yet."""
    playbook = open_deals(env, count)
    env.cr.execute(
        SQL("UPDATE crm_lead SET pain_points = 'Slow' WHERE team_id = ANY(%s)", playbook.team_ids.ids)
    )
    return env["crm.lead"].search([("team_id", "in", playbook.team_ids.ids)])


@bench("End {count:,} satisfied activities", setup=satisfied, params={"count": 1000}, plain=False)
def deadlines_end(env, leads):
    leads.sudo()._settle_deadlines()


def entering(env, count):
    """Deals that will enter a stage with two key actions."""
    team, stages = make_team(env, "Entering")
    make_playbook(env, team, stages)
    playbook = env["crm.playbook"].search([("team_ids", "in", team.ids)])
    env["crm.playbook.deadline"].create(
        [
            {"name": name, "playbook_stage_id": playbook.stage_ids[1].id, "delay_count": 5}
            for name in ("Demo", "Trial")
        ]
    )
    leads = make_leads(env, team, stages[0], count)
    leads.write({"user_id": env.uid, "team_id": team.id})
    env.cr.flush()
    return leads, stages[1]


def move_and_create(env, state):
    """The same move without deadlines, and the activities bare."""
    leads, stage = state
    env["crm.playbook.deadline"].search([("playbook_stage_id.stage_id", "=", stage.id)]).active = False
    leads.write({"stage_id": stage.id})
    env.cr.flush()
    env["mail.activity"].create(
        [
            {
                "res_model_id": env["ir.model"]._get_id("crm.lead"),
                "res_id": lead.id,
                "user_id": env.uid,
                "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                "automated": True,
                "summary": summary,
                "date_deadline": "2030-01-01",
            }
            for lead in leads
            for summary in ("Demo", "Trial")
        ]
    )
    env.cr.flush()


@bench(
    "Move {count:,} leads into a stage with two key actions, against the move and the activities alone",
    setup=entering,
    params={"count": 1000},
    quick={"count": 100},
    plain=False,
    bare=move_and_create,
)
def deadlines_enter(env, state):
    leads, stage = state
    leads.write({"stage_id": stage.id})
    env.cr.flush()
