"""What makes the difference between the pipelines of two moments, as one SQL statement.

A deal goes from what it was to what it is in steps: the exchange rate, its amount, its closing date, whose it
is, and whether it is open. Each step is valued as the difference that it makes to what the deal adds to the
pipeline, rounded: so the parts of a deal add up to the last cent, and those of all deals too.
"""

from .forecast import UNFOLLOWED

# In the order in which they are shown; "opening" and "closing" are what they lead from and to.
PARTS = (
    *("opening", "new", "brought_back", "raised", "lowered", "pulled_in", "pushed_out"),
    *("handed_in", "handed_out", "rates", "won", "lost", "left", "closing"),
)
PUSH = "push"  # beside them: closing dates that were moved
# What is kept of a deal, in this order, wherever it comes from.
DEAL = (
    *("lead_id", "company_id", "currency_id", "playbook_id", "stage_id", "team_id", "user_id"),
    *("product_line_id", "worth", "date_deadline", "closing_push_count"),
)
COLUMNS = ", ".join(DEAL)
WAS = ", ".join(f"was.{name} AS was_{name}" for name in DEAL[1:])
AS_IT_WAS = ", ".join(f"was_{name} AS {name}" for name in DEAL[1:])
STILL = ", ".join(f"still.{name}" for name in DEAL[1:])
# What may make a difference: a deal of which all these are the same adds to the sums before and after only.
TELLING = tuple(name for name in DEAL if name not in ("lead_id", "stage_id", "closing_push_count"))

KEPT = f"SELECT {COLUMNS} FROM crm_funnel_snapshot WHERE date = %(day)s"
# Deals of which the log says that they were won or lost, and what they were worth then.
LOGGED = """
    SELECT log.lead_id, company.id AS company_id, company.currency_id,
        after.playbook_id, after.stage_id, after.team_id, after.user_id, after.product_line_id,
        CASE playbook.worth_basis WHEN 'recurring' THEN after.recurring_amount * 12
            WHEN 'both' THEN COALESCE(after.amount, 0) + COALESCE(after.recurring_amount, 0) * 12
            ELSE after.amount END::numeric AS worth,
        log.left_at AS at, log.sequence, log.went AS outcome, log.state = 'open' AS was_open
    FROM crm_lead_stage_log log
    JOIN crm_lead_stage_log after ON after.lead_id = log.lead_id AND after.sequence = log.sequence + 1
    JOIN crm_playbook playbook ON playbook.id = after.playbook_id
    JOIN res_company company ON company.id = COALESCE(after.company_id, playbook.company_id, %(main)s)
    WHERE log.playbook_id = ANY(%(playbooks)s) AND log.left_at > %(since)s AND log.left_at <= %(until)s
        AND log.went IN ('won', 'lost') AND NOT EXISTS (
            SELECT 1 FROM crm_lead_stage_log later WHERE later.lead_id = log.lead_id
                AND later.sequence > log.sequence + 1 AND later.state NOT IN ('won', 'lost')
                AND later.entered_at <= %(until)s
        )
"""
# Deals that no playbook followed when they were closed: what they are today is all that is known.
UNLOGGED = " UNION ALL ".join(
    f"""
    SELECT lead.id AS lead_id, company.id AS company_id, company.currency_id,
        NULL::int AS playbook_id, lead.stage_id, lead.team_id, lead.user_id, lead.product_line_id,
        %(worth)s AS worth, lead.date_closed AS at, 0 AS sequence, lead.won_status AS outcome,
        TRUE AS was_open
    FROM crm_lead lead JOIN res_company company ON company.id = COALESCE(lead.company_id, %(main)s)
    WHERE lead.date_closed > %(since)s AND lead.date_closed <= %(until)s
        AND lead.won_status IN ('won', 'lost') AND lead.type = 'opportunity' AND {which}
    """
    for which in UNFOLLOWED
)
# Each has a company: from an inner join the planner would expect next to no deals.
OPEN_NOW = f"""
    SELECT {", ".join(f"{'company' if name == 'currency_id' else 'deal'}.{name}" for name in DEAL)}
    FROM (SELECT %(columns)s, COALESCE(lead.company_id, %(adopter)s) AS company_id FROM crm_lead lead
        WHERE %(condition)s) deal
    LEFT JOIN res_company company ON company.id = deal.company_id
"""
# The deals of both days, and of those that are not the same what they were and what they have become: open,
# else closed, else gone. Whoever was lost and came back in between is open. A deal that was won closes on the
# day on which it was won, as one that came and was lost; other lost ones, when they were to.
PAIRS = f"""
    rate (currency_id, at_first, at_last) AS (%(rates)s),
    span (company_id, since, until) AS (%(spans)s),
    was AS NOT MATERIALIZED (%(was)s),
    still AS NOT MATERIALIZED (%(now)s),
    closed AS MATERIALIZED (
        SELECT DISTINCT ON (closing.lead_id) closing.*
        FROM (%(closings)s) closing LEFT JOIN span ON span.company_id = closing.company_id
        WHERE COALESCE(closing.at > span.since AND closing.at <= span.until, TRUE)
        ORDER BY closing.lead_id, closing.at DESC, closing.sequence DESC
    ),
    moved AS MATERIALIZED (
        SELECT COALESCE(was.lead_id, still.lead_id) AS lead_id, was.lead_id IS NOT NULL AS was_open,
            still.lead_id IS NOT NULL AS is_open, {WAS}, {STILL}
        FROM was FULL JOIN still ON still.lead_id = was.lead_id
        WHERE %(which)s
    ),
    finish AS (
        SELECT 'open' AS outcome, {COLUMNS} FROM moved WHERE is_open
        UNION ALL
        SELECT closed.outcome, closed.lead_id, closed.company_id, closed.currency_id, closed.playbook_id,
            closed.stage_id, closed.team_id, closed.user_id, closed.product_line_id,
            COALESCE(closed.worth, 0), CASE WHEN closed.outcome = 'lost' AND moved.was_open
                THEN moved.was_date_deadline
                ELSE (closed.at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date END, NULL
        FROM closed LEFT JOIN moved ON moved.lead_id = closed.lead_id
        WHERE CASE WHEN moved.lead_id IS NULL THEN closed.was_open ELSE NOT moved.is_open END
        UNION ALL
        SELECT 'left', lead_id, {AS_IT_WAS} FROM moved
        WHERE NOT is_open AND NOT EXISTS (SELECT FROM closed WHERE closed.lead_id = moved.lead_id)
    ),
    pair AS MATERIALIZED (
        SELECT deal.lead_id, deal.outcome, deal.company_id, deal.stage_id, deal.team_id,
            deal.user_id, deal.date_deadline, deal.worth, deal.is_in, deal.is_due,
            was.lead_id IS NOT NULL AS was_open,
            was.stage_id AS was_stage_id, was.team_id AS was_team_id, was.user_id AS was_user_id,
            was.date_deadline AS was_date, was.worth AS was_worth, was.is_in AS was_in, was.is_due AS was_due,
            was.playbook_id AS was_playbook_id, deal.playbook_id,
            deal.date_deadline - was.date_deadline AS days,
            GREATEST(deal.closing_push_count - was.closing_push_count,
                COALESCE((deal.date_deadline > was.date_deadline)::int, 0)) AS pushes,
            before.at_first AS rate_then, before.at_last AS rate_before, after.at_last AS rate_today
        FROM (SELECT deal.*, COALESCE(%(in_scope)s, FALSE) AS is_in, COALESCE(%(in_window)s, FALSE) AS is_due
            FROM finish deal) deal
        LEFT JOIN (SELECT deal.*, COALESCE(%(in_scope)s, FALSE) AS is_in,
            COALESCE(%(in_window)s, FALSE) AS is_due
            FROM (SELECT lead_id, {AS_IT_WAS} FROM moved WHERE was_open) deal
        ) was ON was.lead_id = deal.lead_id
        LEFT JOIN rate after ON after.currency_id = deal.currency_id
        LEFT JOIN rate before ON before.currency_id = COALESCE(was.currency_id, deal.currency_id)
        WHERE deal.is_in OR was.is_in
    )
"""
# What a deal adds, step by step, and in how many deals. Who was not there before comes with what it is; who
# went to others goes with what it was.
# Materialized: else each amount would be worked out as often as it is named.
STEPS = """
    step AS MATERIALIZED (
        SELECT pair.*,
            CASE WHEN was_in AND was_due THEN ROUND(was_worth * rate_then, %(digits)s) ELSE 0 END AS v0,
            CASE WHEN was_in AND was_due THEN ROUND(was_worth * rate_before, %(digits)s) ELSE 0 END AS v1,
            CASE WHEN was_in AND was_due THEN ROUND(CASE WHEN is_in THEN worth * rate_today
                ELSE was_worth * rate_before END, %(digits)s) ELSE 0 END AS v2,
            CASE WHEN was_in AND is_due THEN ROUND(CASE WHEN is_in THEN worth * rate_today
                ELSE was_worth * rate_before END, %(digits)s) ELSE 0 END AS v3,
            CASE WHEN is_in AND is_due THEN ROUND(worth * rate_today, %(digits)s) ELSE 0 END AS v4,
            CASE WHEN outcome = 'open' AND is_in AND is_due
                THEN ROUND(worth * rate_today, %(digits)s) ELSE 0 END AS v5,
            (was_open AND was_in AND was_due)::int AS n2, (was_open AND was_in AND is_due)::int AS n3,
            (is_in AND is_due)::int AS n4, (outcome = 'open' AND is_in AND is_due)::int AS n5
        FROM pair WHERE rate_before IS NOT NULL AND rate_today IS NOT NULL
    ),
    part AS (
        SELECT step.*, one.name, one.amount, one.count
        FROM step LEFT JOIN span ON span.company_id = step.company_id
        CROSS JOIN LATERAL (VALUES
            ('opening', v0, n2),
            ('rates', v1 - v0, 0),
            (CASE WHEN v2 > v1 THEN 'raised' ELSE 'lowered' END, v2 - v1, 0),
            (CASE WHEN is_due THEN 'pulled_in' ELSE 'pushed_out' END, v3 - v2, n3 - n2),
            (CASE WHEN NOT was_open THEN CASE WHEN %(is_back)s THEN 'brought_back' ELSE 'new' END
                WHEN is_in THEN CASE WHEN was_playbook_id IS NULL AND %(has_playbook)s
                    THEN 'new' ELSE 'handed_in' END
                ELSE CASE WHEN playbook_id IS NULL AND %(has_playbook)s THEN 'left' ELSE 'handed_out' END
                END, v4 - v3, n4 - n3),
            (outcome, v5 - v4, n5 - n4),
            ('closing', v5, n5)
        ) one (name, amount, count)
        WHERE one.amount <> 0 OR one.count <> 0
    )
"""
# Whether a deal that was not open then had been known before: by when it was made a deal, or its log begins,
# if that is earlier; but not by the log of an older one that was merged into it.
IS_BACK = """
    (SELECT GREATEST(lead.create_date, LEAST(COALESCE(lead.date_conversion, lead.create_date), (
            SELECT log.entered_at FROM crm_lead_stage_log log WHERE log.lead_id = step.lead_id
            ORDER BY log.sequence LIMIT 1
        ))) FROM crm_lead lead WHERE lead.id = step.lead_id) <= span.since
"""
# What is summed of all deals of a day, and where from: the same ones need no steps. Rates are those of the
# deal's currency, without a join.
SUMMED = {
    "opening": ("was", "ROUND(deal.worth * %(at_first)s, %(digits)s)"),
    "rates": (
        "was",
        "ROUND(deal.worth * %(at_last)s, %(digits)s) - ROUND(deal.worth * %(at_first)s, %(digits)s)",
    ),
    "closing": ("still", "ROUND(deal.worth * %(at_last)s, %(digits)s)"),
}
OPENING, RATES = (
    f"""
    SELECT '{name}', SUM({amount}), {"0" if name == "rates" else "COUNT(*)"},
        {f"COUNT(*) FILTER (WHERE {amount} <> 0)" if name == "rates" else "COUNT(*)"}
    FROM {table} deal WHERE %(in_scope)s AND %(in_window)s AND %(at_last)s IS NOT NULL
"""
    for name, (table, amount) in SUMMED.items()
    if table == "was"
)
# Deals that went where no rate is known are in no part: they are taken off what was summed of the first day.
UNKNOWN = """
    SELECT one.name, -SUM(one.amount), -SUM(one.count), -COUNT(*)
    FROM pair CROSS JOIN LATERAL (VALUES
        ('opening', ROUND(was_worth * rate_then, %(digits)s), 1),
        ('rates', ROUND(was_worth * rate_before, %(digits)s) - ROUND(was_worth * rate_then, %(digits)s), 0)
    ) one (name, amount, count)
    WHERE was_in AND was_due AND rate_before IS NOT NULL AND rate_today IS NULL
        AND (one.amount <> 0 OR one.count <> 0)
    GROUP BY one.name
"""
# The parts, by how much and by how many deals, of which the last one is what the others add up to. Then, of
# deals that are open, by who has them now: how often closing dates were put off, and how many deals close
# later, or earlier, by how many days. Of deals of a playbook each save counts; of others no more is known
# than that the date is another one.
CHANGE = f"""
    WITH %(pairs)s, %(steps)s,
    found (name, amount, count, deals) AS (
        %(sums)s
        UNION ALL
        SELECT name, SUM(amount), SUM(count), COUNT(*)
        FROM part WHERE name NOT IN ({", ".join(f"'{name}'" for name in SUMMED)}) GROUP BY name
    )
    SELECT name, NULL::int, SUM(amount), SUM(count)::int, SUM(deals)::int, 0, 0 FROM found GROUP BY name
    UNION ALL
    SELECT 'closing', NULL, SUM(amount), SUM(count)::int, SUM(count)::int, 0, 0 FROM found
    UNION ALL
    SELECT '{PUSH}', user_id, SUM(pushes), COUNT(*) FILTER (WHERE days > 0),
        SUM(days) FILTER (WHERE days > 0), COUNT(*) FILTER (WHERE days < 0),
        -SUM(days) FILTER (WHERE days < 0)
    FROM step WHERE outcome = 'open' AND is_in AND was_in AND (pushes > 0 OR days <> 0)
    GROUP BY user_id
"""
# Or was closed in between: what is closed and not among them was open on neither day.
IS_MOVED = f"""
    (({", ".join(f"was.{name}" for name in TELLING)})
        IS DISTINCT FROM ({", ".join(f"still.{name}" for name in TELLING)})
        OR COALESCE(was.closing_push_count < still.closing_push_count, FALSE) -- not kept by old Mondays
        OR COALESCE(was.lead_id, still.lead_id) IN (SELECT lead_id FROM closed))
"""
# Of what is summed of all deals only the largest are listed: those need their pairs.
IS_LARGEST = {
    name: f"""
    COALESCE(was.lead_id, still.lead_id) IN (
        SELECT deal.lead_id FROM {table} deal
        WHERE %(in_scope)s AND %(in_window)s AND %(at_last)s IS NOT NULL
        ORDER BY ABS({amount}) DESC, deal.lead_id LIMIT %(limit)s
    )
"""
    for name, (table, amount) in SUMMED.items()
}
# A deal is called what it was called last.
DEALS = """
    WITH %(pairs)s, %(steps)s
    SELECT lead_id, COALESCE(
            (SELECT lead_name FROM crm_funnel_snapshot WHERE date = %(last)s AND lead_id = part.lead_id),
            (SELECT name FROM crm_lead WHERE id = part.lead_id),
            (SELECT lead_name FROM crm_funnel_snapshot WHERE date = %(first)s AND lead_id = part.lead_id)
        ) AS lead_name, amount, was_open, outcome, was_worth, worth, was_date, date_deadline,
        was_stage_id, stage_id, was_team_id, team_id, was_user_id, user_id
    FROM (SELECT * FROM part WHERE name = %(name)s ORDER BY ABS(amount) DESC, lead_id LIMIT %(limit)s) part
    ORDER BY ABS(amount) DESC, lead_id
"""
