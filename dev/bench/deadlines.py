"""What deadlines cost: beginning activities, ending them, and the hourly look at what is due."""

from odoo.tools import SQL

from bench.deadline_deals import open_deals, with_new_work
from bench.lead_move import make_leads, make_playbook, make_team
from bench.registry import bench


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
