"""What deadlines cost: beginning activities, ending them, and the hourly look at what is due."""

from datetime import timedelta

from odoo.tools import SQL

from bench.jobs import run_job
from bench.registry import bench
from bench.scale.company import MAIN, get_leads, get_playbook, get_stages

COUNT = {"params": {"count": 1000}, "quick": {"count": 100}}


def create_bare(env, playbook):
    """The same activities as Odoo alone creates them, in batches of the same size."""
    rows = env.execute_query(
        SQL(
            "SELECT lead.id, lead.user_id FROM crm_lead lead WHERE lead.active AND lead.team_id = ANY(%s)"
            " AND won_status = 'pending' AND stage_id = %s AND NOT EXISTS (SELECT FROM mail_activity"
            " WHERE res_id = lead.id AND res_model = 'crm.lead' AND active AND playbook_kind IS NOT NULL)",
            playbook.team_ids.ids,
            get_stages(env)[0].id,
        )
    )
    activities = env["mail.activity"].with_context(mail_activity_quick_update=True)
    for start in range(0, len(rows), 500):
        activities.create([prepare_activity(env, *row, "Work") for row in rows[start : start + 500]])
        env.cr.flush()
        env.invalidate_all()


def prepare_activity(env, lead_id, user_id, summary):
    return {
        "res_model_id": env["ir.model"]._get_id("crm.lead"),
        "res_id": lead_id,
        "user_id": user_id,
        "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
        "automated": True,
        "summary": summary,
        "date_deadline": "2030-01-01",
    }


@bench(
    "Look at the deadlines of {deals:,} open deals with nothing to do, as once a day",
    setup=lambda env, deals: get_playbook(env, "Tenth"),
    params={"deals": 10_000},
    quick={"deals": 500},
    plain=False,
    limit={"seconds": 1},
)
def deadlines_tenth(env, playbook):
    run_job(env, playbook, "deadlines")


@bench(
    "The same of {deals:,}, against a tenth of them",
    setup=lambda env, deals: get_playbook(env, "Main"),
    params={"deals": 100_000},
    quick={"deals": 5_000},
    growth_of="deadlines_tenth",
    limit={"ratio": 11, "seconds": 10, "memory": 500},
)
def deadlines_idle(env, playbook):
    run_job(env, playbook, "deadlines")


def looked_at(env, deals):
    """A playbook at all of whose deals somebody has looked today."""
    playbook, now = get_playbook(env, "Main"), env.cr.now()
    env["crm.playbook.look"]._note(playbook, now - timedelta(hours=1), now - timedelta(hours=1))
    return playbook


@bench(
    "Find what has become due on {deals:,} open deals, as every hour",
    setup=looked_at,
    params={"deals": 100_000},
    quick={"deals": 5_000},
    plain=False,
    limit={"seconds": 5},
)
def deadlines_due(env, playbook):
    run_job(env, playbook, "deadlines", scope="due")


def with_new_work(env, deals, new):
    """Deals in the first stage of which so many have not got their key action yet."""
    playbook = get_playbook(env, "Main")
    # what is new was due long ago: telling somebody of each, by mail, is not what is measured
    (playbook.deadline_ids | playbook.stage_ids.action_ids).escalation_to = "none"
    env["crm.playbook.refresh"].search([]).unlink()  # what was asked for because of that
    env.cr.execute(
        SQL(
            "DELETE FROM mail_activity WHERE id IN (SELECT activity.id FROM mail_activity activity"
            " JOIN crm_playbook_deadline rule ON rule.id = activity.playbook_deadline_id"
            " WHERE rule.playbook_stage_id = %s AND activity.active"
            " ORDER BY MD5(activity.id::text) LIMIT %s)",
            playbook.stage_ids[0].id,
            new,
        )
    )
    assert env.cr.rowcount == new
    return playbook


@bench(
    "The same of {deals:,} with {new:,} activities to create, against creating them bare",
    setup=with_new_work,
    params={"deals": 100_000, "new": 10_000},
    quick={"deals": 5_000, "new": 500},
    bare=create_bare,
    limit={"ratio": 1.2},
)
def deadlines_begin(env, playbook):
    run_job(env, playbook, "deadlines")


def satisfied(env, count):
    """Deals whose open key action is satisfied now, though nobody has noticed yet."""
    leads = get_leads(env, MAIN, count)
    env.cr.execute(SQL("UPDATE crm_lead SET pain_points = 'Slow' WHERE id = ANY(%s)", leads.ids))
    return leads


@bench("End {count:,} satisfied activities", setup=satisfied, **COUNT, plain=False, limit={"seconds": 1})
def deadlines_end(env, leads):
    leads.sudo()._settle_deadlines()


def entering(env, count):
    """Deals that will enter a stage with two key actions."""
    return get_leads(env, MAIN, count), get_stages(env)[1]


def move_and_create(env, state):
    """The same move without deadlines, and the activities bare."""
    leads, stage = state
    playbook = get_playbook(env, "Main")
    (playbook.deadline_ids | playbook.stage_ids.action_ids).active = False
    leads.write({"stage_id": stage.id})
    env.cr.flush()
    # nobody gets a mail for each of many, on neither side
    env["mail.activity"].with_context(mail_activity_quick_update=True).create(
        [
            prepare_activity(env, lead.id, lead.user_id.id, summary)
            for lead in leads
            for summary in ("Demo", "Trial")
        ]
    )
    env.cr.flush()


@bench(
    "Move {count:,} leads into a stage with two key actions, against the move and the activities alone",
    setup=entering,
    **COUNT,
    bare=move_and_create,
    limit={"ratio": 1.2},
)
def deadlines_enter(env, state):
    leads, stage = state
    leads.write({"stage_id": stage.id})
    env.cr.flush()
