"""What will be won in a period, as SQL statements, and how right it was to say so."""

from collections import defaultdict

from .targets import COMPANY

# What a segment of the log says the deal was worth.
WORTH_THEN = """
    CASE playbook.worth_basis WHEN 'recurring' THEN log.recurring_amount * 12
        WHEN 'both' THEN COALESCE(log.amount, 0) + COALESCE(log.recurring_amount, 0) * 12
        ELSE log.amount END
"""
# Whether a deal that was won was not reopened, or lost, until a moment. Most are in the same segment still.
STAYED_WON = """
    (log.left_at IS NULL OR log.left_at > %(until)s OR COALESCE((
        SELECT FALSE FROM crm_lead_stage_log later WHERE later.lead_id = log.lead_id
            AND later.sequence > log.sequence AND later.state <> 'won' AND later.entered_at <= %(until)s
        LIMIT 1
    ), TRUE))
"""
# The segments with which deals were won, or came as won: the condition of an index that has all that is read.
# What joined a playbook as won had been won before.
IS_WIN = "state = 'won' AND (kind = 'won' OR sequence = 1 AND kind <> 'joined')"
# Deals that no playbook followed when they were closed: none has logged them, or they left theirs before,
# or joined one after. There are few of the latter; their segments are the condition of an index.
IS_ELSEWHERE = "ended_as = 'left' OR sequence = 1 AND kind = 'joined' AND state IN ('won', 'lost')"
UNFOLLOWED = (
    "NOT EXISTS (SELECT FROM crm_lead_stage_log log WHERE log.lead_id = lead.id)",
    f"""lead.id IN (SELECT lead_id FROM crm_lead_stage_log WHERE {IS_ELSEWHERE}) AND NOT EXISTS (
        SELECT FROM crm_lead_stage_log log WHERE log.lead_id = lead.id
            AND log.entered_at <= lead.date_closed AND COALESCE(log.left_at >= lead.date_closed, TRUE)
    )""",
)
WINS = f"""
    FROM (SELECT * FROM crm_lead_stage_log WHERE {IS_WIN}) log
    JOIN crm_playbook playbook ON playbook.id = log.playbook_id
    WHERE log.entered_at > %(since)s AND log.entered_at <= %(until)s AND {STAYED_WON}
        AND COALESCE(log.company_id, playbook.company_id, %(main)s) = %(company)s
"""
# What no playbook followed, as it is now.
WON_UNFOLLOWED = " UNION ALL ".join(
    f"""
        SELECT lead.team_id, lead.user_id, %(worth)s FROM crm_lead lead
        WHERE lead.date_closed > %(since)s AND lead.date_closed <= %(until)s AND lead.won_status = 'won'
            AND lead.type = 'opportunity' AND COALESCE(lead.company_id, %(main)s) = %(company)s AND {which}
    """
    for which in UNFOLLOWED
)
# Deals that a playbook followed when they were won, with what they were worth then, and the others.
WON = f"""
    SELECT team_id, user_id, SUM(ROUND(COALESCE(worth::numeric, 0), %(digits)s)), COUNT(*)
    FROM (
        SELECT log.team_id, log.user_id, {WORTH_THEN} AS worth {WINS}
        UNION ALL {WON_UNFOLLOWED}
    ) won
    GROUP BY 1, 2
"""
# Open deals that are to close in a period.
DUE = """
    SELECT lead.id, lead.team_id, lead.user_id, lead.stage_id, %(playbook)s AS playbook_id,
        ROUND(COALESCE(%(worth)s, 0)::numeric, %(digits)s) AS amount,
        COALESCE(lead.probability, 0) AS probability, %(category)s AS category
    FROM crm_lead lead
    WHERE %(condition)s AND lead.date_deadline BETWEEN %(first)s AND %(last)s
"""
SUMS = "SUM(amount), COUNT(*), SUM(ROUND((amount * probability / 100)::numeric, %(digits)s))"
OPEN = f"""
    SELECT team_id, user_id, category, {SUMS} FROM (%(due)s) due WHERE category <> 'omitted' GROUP BY 1, 2, 3
"""
# The score with which a deal came into the stage that it is in: of whichever, where that is not known.
BAND = "CASE WHEN log.score >= 7 THEN 'high' WHEN log.score >= 4 THEN 'middle' ELSE 'low' END"
ANY_BAND = "any"
# What OPEN says, and LATER. Which stages have rates is asked first: of the others nobody wants to know how
# deals came into them; of a deal, once.
CALIBRATED = f"""
    WITH observed (playbook_id, stage_id, band, share, lowest, highest) AS (%(observed)s),
    known AS (SELECT DISTINCT playbook_id, stage_id FROM observed),
    due AS MATERIALIZED (
        SELECT due.*, CASE WHEN known.stage_id IS NOT NULL THEN COALESCE((
            SELECT {BAND} FROM crm_lead_stage_log log WHERE log.lead_id = due.id
                AND log.playbook_id = due.playbook_id AND log.stage_id = due.stage_id AND log.is_first
            ), '{ANY_BAND}') END AS band
        FROM (%(due)s) due LEFT JOIN known
            ON known.playbook_id = due.playbook_id AND known.stage_id = due.stage_id
        WHERE category <> 'omitted'
    )
    SELECT team_id, user_id, category, {SUMS}, COALESCE(SUM(ROUND((amount * share)::numeric, %(digits)s)), 0),
        COALESCE(SUM(amount * lowest), 0), COALESCE(SUM(amount * highest), 0),
        COUNT(*) FILTER (WHERE share IS NULL)
    FROM due LEFT JOIN observed ON observed.playbook_id = due.playbook_id
        AND observed.stage_id = due.stage_id AND observed.band = due.band
    GROUP BY 1, 2, 3
"""
# Of the deals that came into a stage for the first time in two years and are won or lost by now: all of them,
# and those that came with a score.
OBSERVED = f"""
    SELECT playbook_id, stage_id, band, COUNT(*), COUNT(*) FILTER (WHERE is_won) FROM (
        SELECT log.playbook_id, log.stage_id, {BAND} AS band, lead.won_status = 'won' AS is_won
        FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
        WHERE log.is_first AND log.stage_id IS NOT NULL AND log.entered_at >= %(since)s
            AND log.playbook_id = ANY(%(playbooks)s) AND lead.won_status IN ('won', 'lost')
    ) came
    GROUP BY GROUPING SETS ((playbook_id, stage_id), (playbook_id, stage_id, band))
    ORDER BY playbook_id, stage_id, band IS NOT NULL, band = 'high', band = 'middle'
"""
NUMBERS = ("won", "won_count", "commit", "best_case", "pipeline", "open_count", "weighted")
LATER = ("calibrated", "lowest", "highest", "unknown_count")  # what takes longer than the rest together
WITH_WON = ("won", "weighted", "calibrated", "lowest", "highest")  # what was won is in it
METHODS = ("own", "commit", "weighted", "calibrated")
# What was said on each Monday until a period was over, and what came: what the first Monday after it kept.
SAID = """
    week AS (
        SELECT level, COALESCE(team_id, 0) AS team_id, COALESCE(user_id, 0) AS user_id, date_from, date_to,
            date, won, CASE WHEN has_own THEN own END AS own, won + commit AS commit, weighted,
            CASE WHEN is_uncalibrated IS NOT TRUE THEN calibrated END AS calibrated
        FROM crm_forecast_week
        WHERE company_id = %(company)s AND period = %(period)s AND date >= %(since)s
    ),
    came AS (
        SELECT DISTINCT ON (level, team_id, user_id, date_from) level, team_id, user_id, date_from, won
        FROM week WHERE date > date_to ORDER BY level, team_id, user_id, date_from, date
    ),
    said AS (
        SELECT week.*, came.won AS came
        FROM week JOIN came USING (level, team_id, user_id, date_from) WHERE date <= date_to
    )
"""
OFF = f"""
    off AS (
        SELECT level, team_id, user_id, date_from, (date_to - date) / 7 + 1 AS before,
            {", ".join(f"ABS({name} - came) / ABS(came) * 100 AS {name}" for name in METHODS)}
        FROM said WHERE came <> 0
    )
"""
# How far off it was, up or down, in percent of what came, so many weeks before the end, on average of the
# periods that are over.
ACCURACY = f"""
    WITH {SAID}, {OFF}
    SELECT level, team_id, user_id, before, {", ".join(f"AVG({name})" for name in METHODS)}
    FROM off GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
# The same of one line, on average of all Mondays of each period, and of these; and of how many periods. Of
# all Mondays, and of those on which somebody said a figure: methods are compared on the same days.
WHOLE = ", ".join(f"CASE WHEN COUNT({name}) = COUNT(*) THEN AVG({name}) END AS {name}" for name in METHODS)
NEAREST = f"""
    WITH {SAID}, {OFF},
    period AS (
        SELECT which.with_own, date_from, {WHOLE}
        FROM off JOIN (VALUES (TRUE), (FALSE)) which (with_own) ON own IS NOT NULL OR NOT which.with_own
        WHERE (level, team_id, user_id) = %(key)s GROUP BY 1, 2
    )
    SELECT with_own, COUNT(*), {WHOLE} FROM period GROUP BY 1
"""
# Periods in which nothing came of what was said: no percent of that.
NOTHING_CAME = f"""
    WITH {SAID}
    SELECT level, team_id, user_id, ARRAY_AGG(DISTINCT date_from ORDER BY date_from)
    FROM said WHERE came = 0 AND (own IS NOT NULL OR commit <> 0 OR weighted <> 0) GROUP BY 1, 2, 3
"""


def add_up(rows):
    """Return ``{key: sums}`` of numbers by team and person: of all, each team and each person, without the
    dust that adding floats leaves.

    :param rows: ``{(team id or False, user id or False): {name: number}}``

    >>> sums = add_up({(7, 1): {"won": 1}, (7, 2): {"won": 2}})
    >>> sums["company",]["won"], sums["team", 7]["won"], sums["person", 7, 2]["won"]
    (3, 3, 2)
    """
    parts = defaultdict(list)
    for (team_id, user_id), numbers in rows.items():
        for key in (COMPANY, ("team", team_id), ("person", team_id, user_id)):
            parts[key].append(numbers)
    return {
        key: {name: round(sum(row[name] for row in its), 6) for name in its[0]} for key, its in parts.items()
    }


def get_gap(numbers, target):
    """Return ``(what is still to be won, open deals ÷ that)``, None where there is no target or no gap.

    >>> open_deals = {"won": 40, "commit": 30, "best_case": 30, "pipeline": 60}
    >>> get_gap(open_deals, 100), get_gap(open_deals, 30), get_gap(open_deals, None)
    ((60, 2.0), (0, None), (None, None))
    """
    if target is None:
        return None, None
    gap = max(target - numbers["won"], 0)
    still = numbers["commit"] + numbers["best_case"] + numbers["pipeline"]
    return gap, still / gap if gap else None
