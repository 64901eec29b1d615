"""Which deals of a period want to be looked at, and why, as one SQL statement."""

from .forecast import WINS, WORTH_THEN

MOST = 5  # deals that decide a period
PUSHES = 2  # times that a closing date was postponed
TIMES = 3  # the median of won deals: more is larger than usual
MIN_WON = 10  # deals: of fewer nothing is usual
YEARS = 2  # over which won deals are looked at
LIMIT = 50  # deals that are listed
# In the order in which they are told.
REASONS = ("decides", "slipped", "overdue", "unproven", "large", "no_step")

# An activity that a playbook asks for again and again is no next step: nobody has agreed it.
HAS_STEP = """
    COALESCE(crm_lead.waiting_until >= %(today)s, FALSE) OR EXISTS (
        SELECT 1 FROM mail_activity activity
        LEFT JOIN crm_playbook_deadline rule ON rule.id = activity.playbook_deadline_id
        WHERE activity.res_model = 'crm.lead' AND activity.res_id = crm_lead.id AND activity.active
            AND activity.date_deadline >= %(today)s
            AND COALESCE(rule.trigger NOT IN ('review', 'follow_up'), TRUE)
    )
"""
# Median worth of won deals, as the log says what they were worth when they were won.
TYPICAL = f"""
    SELECT log.playbook_id, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {WORTH_THEN})::numeric AS median
    {WINS} AND {WORTH_THEN} > 0
    GROUP BY log.playbook_id HAVING COUNT(*) >= {MIN_WON}
"""
DEAL = f"""
    crm_lead.id AS lead_id, crm_lead.name, crm_lead.user_id, crm_lead.team_id, crm_lead.date_deadline,
    %(playbook)s AS playbook_id, COALESCE(%(worth)s, 0) AS worth,
    LEAST(GREATEST(COALESCE(crm_lead.probability, 0), 0), 100) AS probability, %(category)s AS category,
    kept.date_deadline AS was_date, COALESCE(crm_lead.closing_push_count, 0) AS pushes, {HAS_STEP} AS has_step
"""
# Open deals that are to close in the period, or were on the Monday before; in the present one those whose
# closing date is over, too. Omitted ones do not count. Rules are asked of those that are committed, one by
# one: all deals that meet them are many.
LOOKS = f"""
    WITH typical AS MATERIALIZED (%(typical)s),
    due AS MATERIALIZED (
        SELECT %(deal)s, crm_lead.date_deadline >= %(first)s AS is_due
        FROM %(visible)s
        LEFT JOIN crm_funnel_snapshot kept ON kept.lead_id = crm_lead.id AND kept.date = %(monday)s
        WHERE %(condition)s AND crm_lead.date_deadline BETWEEN %(since)s AND %(last)s
    ),
    kept AS MATERIALIZED (
        SELECT kept.lead_id, kept.date_deadline FROM crm_funnel_snapshot kept
        WHERE kept.date = %(monday)s AND kept.date_deadline BETWEEN %(first)s AND %(last)s
            AND NOT EXISTS (SELECT FROM due WHERE due.lead_id = kept.lead_id)
    ),
    deal AS (
        SELECT * FROM due
        UNION ALL
        SELECT %(deal)s, FALSE FROM %(visible)s JOIN kept ON kept.lead_id = crm_lead.id WHERE %(condition)s
    ),
    weighed AS (
        SELECT deal.*, typical.median, category = 'commit' AND %(unproven)s AS unproven,
            ROUND((worth * probability * (100 - probability) / 10000)::numeric, %(digits)s) AS uncertainty,
            RANK() OVER (
                ORDER BY CASE WHEN is_due THEN worth * probability * (100 - probability) ELSE 0 END DESC
            ) AS place
        FROM deal LEFT JOIN typical ON typical.playbook_id = deal.playbook_id
        WHERE category <> 'omitted'
    ),
    look AS (
        SELECT weighed.*, is_due AND uncertainty > 0 AND place <= {MOST} AS decides,
            pushes >= {PUSHES} OR COALESCE(date_deadline, 'infinity') > was_date IS TRUE AS slipped,
            COALESCE(date_deadline < %(today)s, FALSE) AS overdue,
            COALESCE(worth > median * {TIMES}, FALSE) AS large, NOT has_step AS no_step
        FROM weighed
    ),
    found AS (SELECT * FROM look WHERE {" OR ".join(REASONS)})
"""
# Not as a set: PostgreSQL would look for all of them.
UNPROVEN = """
    COALESCE((SELECT TRUE FROM %(unproven)s WHERE crm_lead.id = deal.lead_id AND (%(where)s) LIMIT 1), FALSE)
"""
IDS = "%(looks)s SELECT lead_id FROM found"
LARGEST = """
    %(looks)s SELECT found.*, COUNT(*) OVER () AS total FROM found
    WHERE %(only)s ORDER BY worth DESC, lead_id LIMIT %(limit)s
"""
# The newest Monday that was kept before a day: on a Monday that is the one a week ago.
# Mondays: a company may keep the other days of this week, too.
MONDAY_BEFORE = """
    SELECT MAX(date) FROM crm_funnel_snapshot_day
    WHERE company_id = %s AND date < %s AND EXTRACT(ISODOW FROM date) = 1
"""
