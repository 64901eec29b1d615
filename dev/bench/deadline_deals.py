"""Open deals under a playbook with a deadline of each kind, on which everything is as it should be."""

from odoo.tools import SQL

from bench.lead_move import make_playbook, make_team
from bench.refresh import LEADS

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
