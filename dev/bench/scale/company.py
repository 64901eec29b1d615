"""What the company of the kept databases is like, and how to find it there again.

Lead ``n`` is the ``k``-th one (``k = n / 20``) of team ``n % 20``. Of five one is open, two won, two lost.
Teams 0 to 9 follow the playbook "Main", team 10 "Tenth", team 11 "First"; team 12 follows "Gate", which has
conditions and outputs only. The others follow none.
"""

from dataclasses import dataclass

from odoo.tools import SQL

TEAMS = 20
MAIN, TENTH, FIRST, GATE, PLAIN = range(10), (10,), (11,), (12,), (19,)
TRACKED = (11, 13, 14)  # teams whose changes of stage Odoo has tracked
STAGES = 6
# The stages that every deal goes through, as far as it comes: after how many steps it is first in the first
# stage, in the second and so on, and after how many it is last in them.
PATH = [1, 2, 1, 2, 3, 2, 3, 4, 5, 6]
FIRST_IN = [1, 2, 5, 8, 9, 10]
LAST_IN = [3, 6, 7, 8, 9, 10]
STEPS = """
    SELECT lead.id AS lead_id, lead.team_id, lead.user_id, lead.won_status, lead.probability, step, steps,
        (%(stages)s::int[])[CASE WHEN won_status = 'lost' AND step = steps THEN place
            ELSE (%(path)s::int[])[step] END] AS stage_id,
        DATE_TRUNC('second', create_date + (COALESCE(date_closed, NOW() AT TIME ZONE 'utc') - create_date)
            * (step - 1) / CASE WHEN won_status = 'pending' THEN steps ELSE steps - 1 END) AS at
    FROM crm_lead lead
    CROSS JOIN LATERAL (SELECT ARRAY_POSITION(%(stages)s::int[], lead.stage_id) AS place) here
    CROSS JOIN LATERAL (SELECT CASE WHEN won_status = 'lost' THEN (%(last_in)s::int[])[place] + 1
        ELSE (%(first_in)s::int[])[place] END AS steps) way
    CROSS JOIN LATERAL GENERATE_SERIES(1, steps) AS step
    WHERE lead.team_id = ANY(%(teams)s)
"""


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    leads: int
    users: int
    partners: int
    cases: int


FULL = Size(leads=1_000_000, users=200, partners=100_000, cases=100_000)
QUICK = Size(leads=50_000, users=20, partners=5_000, cases=2_000)


def get_steps(env, numbers):
    """Returns SQL of the steps of all deals of the teams with these numbers."""
    stages, teams = get_stages(env).ids, get_teams(env, numbers).ids
    return SQL(STEPS, stages=stages, teams=teams, path=PATH, first_in=FIRST_IN, last_in=LAST_IN)


def get_teams(env, numbers):
    """Returns the teams with these numbers."""
    return env["crm.team"].search(
        [("name", "in", [f"Scale {number:02}" for number in numbers])], order="name"
    )


def get_stages(env):
    """Returns the six stages, in order."""
    return env["crm.stage"].search([("name", "=like", "Scale step %")], order="sequence")


def get_playbook(env, name):
    """Returns the playbook of this name, nothing where there are no playbooks."""
    return env["crm.playbook"].search([("name", "=", f"Scale {name}")]) if "crm.playbook" in env else None


def get_leads(env, numbers, count, step=1):
    """Returns so many open deals of the teams with these numbers, in the stage after ``step - 1`` others."""
    query = SQL(
        "SELECT id FROM crm_lead WHERE team_id = ANY(%s) AND stage_id = %s AND active"
        " AND won_status = 'pending' ORDER BY id LIMIT %s",
        get_teams(env, numbers).ids,
        get_stages(env)[step - 1].id,
        count,
    )
    leads = env["crm.lead"].browse(row[0] for row in env.execute_query(query))
    assert len(leads) == count, f"There are only {len(leads)} such leads."
    return leads
