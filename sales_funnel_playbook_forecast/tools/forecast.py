"""What will be won in a period, as one SQL statement, and how right it was to say so."""

from . import change

# The last end of each deal in the period, as the log says; those that came as won, too. What was reopened
# before the period was over was not won in it.
BORN = """
    SELECT log.lead_id, NULL AS lead_name, company.id AS company_id, company.currency_id, log.playbook_id,
        log.stage_id, log.team_id, log.user_id, log.product_line_id,
        CASE playbook.worth_basis WHEN 'recurring' THEN log.recurring_amount * 12
            WHEN 'both' THEN COALESCE(log.amount, 0) + COALESCE(log.recurring_amount, 0) * 12
            ELSE log.amount END::numeric AS worth,
        log.entered_at AS at, log.sequence, 'won' AS outcome, TRUE AS was_open
    FROM crm_lead_stage_log log
    JOIN crm_playbook playbook ON playbook.id = log.playbook_id
    JOIN res_company company ON company.id = COALESCE(log.company_id, playbook.company_id, %(main)s)
    WHERE log.playbook_id = ANY(%(playbooks)s) AND log.entered_at > %(since)s AND log.entered_at <= %(until)s
        AND log.sequence = 1 AND log.state = 'won' AND NOT EXISTS (
            SELECT 1 FROM crm_lead_stage_log later WHERE later.lead_id = log.lead_id
                AND later.sequence > 1 AND later.state <> 'won' AND later.entered_at <= %(until)s
        )
"""
# The score with which a deal came into the stage that it is in: of whichever, where that is not known.
BAND = "CASE WHEN log.score >= 7 THEN 'high' WHEN log.score >= 4 THEN 'middle' ELSE 'low' END"
ANY_BAND = "any"
OPEN = f"""
    SELECT COALESCE(lead.company_id, %(adopter)s) AS company_id, lead.team_id, lead.user_id, lead.stage_id,
        %(playbook)s AS playbook_id, COALESCE(%(worth)s, 0) AS worth,
        COALESCE(lead.probability, 0) AS probability, %(category)s AS category,
        (SELECT {BAND} FROM crm_lead_stage_log log WHERE log.lead_id = lead.id
            AND log.playbook_id = %(playbook)s AND log.stage_id = lead.stage_id AND log.is_first) AS band
    FROM crm_lead lead
    WHERE %(condition)s AND lead.date_deadline BETWEEN %(first)s AND %(last)s
"""
FORECAST = f"""
    WITH observed (playbook_id, stage_id, band, share, lowest, highest) AS (%(observed)s),
    closed AS (
        SELECT DISTINCT ON (lead_id) * FROM (
            {change.LOGGED} UNION ALL {change.UNLOGGED} UNION ALL {BORN}
        ) closing ORDER BY lead_id, at DESC, sequence DESC
    ),
    deal AS (
        SELECT 'won' AS category, NULL AS band, company_id, team_id, user_id, playbook_id, stage_id,
            ROUND(COALESCE(worth, 0), %(digits)s) AS amount, 100 AS probability
        FROM closed WHERE outcome = 'won'
        UNION ALL
        SELECT category, COALESCE(band, '{ANY_BAND}'), company_id, team_id, user_id, playbook_id, stage_id,
            ROUND(worth, %(digits)s), probability
        FROM (%(open)s) deal WHERE category <> 'omitted'
    )
    SELECT deal.team_id, deal.user_id,
        COALESCE(SUM(amount) FILTER (WHERE category = 'won'), 0) AS won,
        COUNT(*) FILTER (WHERE category = 'won') AS won_count,
        COALESCE(SUM(amount) FILTER (WHERE category = 'commit'), 0) AS commit,
        COALESCE(SUM(amount) FILTER (WHERE category = 'best_case'), 0) AS best_case,
        COALESCE(SUM(amount) FILTER (WHERE category = 'pipeline'), 0) AS pipeline,
        COUNT(*) FILTER (WHERE category <> 'won') AS open_count,
        COALESCE(SUM(ROUND((amount * probability / 100)::numeric, %(digits)s)), 0) AS weighted,
        COALESCE(SUM(ROUND((amount * CASE category WHEN 'won' THEN 1 ELSE observed.share END)::numeric,
            %(digits)s)), 0) AS calibrated,
        COALESCE(SUM(amount * CASE category WHEN 'won' THEN 1 ELSE observed.lowest END), 0) AS lowest,
        COALESCE(SUM(amount * CASE category WHEN 'won' THEN 1 ELSE observed.highest END), 0) AS highest,
        COUNT(*) FILTER (WHERE category <> 'won' AND observed.share IS NULL) AS unknown_count
    FROM deal LEFT JOIN observed ON observed.playbook_id = deal.playbook_id
        AND observed.stage_id = deal.stage_id AND observed.band = deal.band
    WHERE deal.company_id = %(company)s
    GROUP BY 1, 2
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
NUMBERS = (
    *("won", "won_count", "commit", "best_case", "pipeline", "open_count", "weighted", "calibrated"),
    *("lowest", "highest", "unknown_count"),
)
METHODS = ("own", "commit", "weighted", "calibrated")


def add_up(rows):
    """Return the sums of rows of ``NUMBERS``, without the dust that adding floats leaves.

    >>> add_up([dict.fromkeys(NUMBERS, 1), dict.fromkeys(NUMBERS, 2)])["won"], add_up([])["commit"]
    (3, 0)
    """
    return {name: round(sum(row[name] for row in rows), 6) for name in NUMBERS}


def get_said(numbers, own):
    """Return ``{method: what it says will have been won when the period is over}``.

    >>> get_said({"won": 10, "commit": 5, "weighted": 12, "calibrated": 11}, None)
    {'own': None, 'commit': 15, 'weighted': 12, 'calibrated': 11}
    """
    commit = numbers["won"] + numbers["commit"]
    return {
        "own": own,
        "commit": commit,
        "weighted": numbers["weighted"],
        "calibrated": numbers["calibrated"],
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


def get_accuracy(weeks):
    """Return ``{(method, weeks before the end): mean error in percent of what came}``: how far off what was
    said was, up or down, over some periods.

    :param weeks: ``(weeks before the end, {method: said or None}, what came)``, …

    >>> get_accuracy([(2, {"commit": 90, "own": None}, 100), (2, {"commit": 130, "own": 100}, 100)])
    {('commit', 2): 20.0, ('own', 2): 0.0}
    """
    errors = {}
    for before, said, came in weeks:
        for method, amount in said.items():
            if amount is not None and came:
                errors.setdefault((method, before), []).append(abs(amount - came) / came * 100)
    return {key: sum(its) / len(its) for key, its in errors.items()}
