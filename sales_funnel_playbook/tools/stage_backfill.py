"""The statements that fill the stage log from Odoo's tracking, in the order in which they run."""

# Those of some leads that are in no segment.
JOINING = """
    CREATE TEMPORARY TABLE crm_backfill_joining ON COMMIT DROP AS
    SELECT lead.id AS lead_id, NOT EXISTS (
            SELECT FROM crm_lead_stage_log past WHERE past.lead_id = lead.id) AS is_filled
    FROM crm_lead lead WHERE lead.id = ANY(%(ids)s) AND NOT EXISTS (
        SELECT FROM crm_lead_stage_log present WHERE present.lead_id = lead.id AND present.left_at IS NULL)
"""

# Those of them that have no log at all, with what is known without their history.
CANDIDATES = """
    CREATE TEMPORARY TABLE crm_backfill_candidate ON COMMIT DROP AS
    SELECT lead_id, lead.stage_id, lead.won_status = 'lost' AS is_lost,
        lead.create_uid, date_trunc('second', lead.date_closed) AS date_closed,
        date_trunc('second', lead.date_last_stage_update) AS stage_changed_at,
        date_trunc('second', LEAST(lead.create_date, lead.date_last_stage_update)) AS begun_at
    FROM crm_backfill_joining JOIN crm_lead lead ON lead.id = lead_id
    WHERE is_filled AND lead.stage_id IS NOT NULL
"""

# What Odoo tracked of them: stages, and archiving that was losing (or its undoing). What one message
# tells at once is put in the order in which it can have happened: restored, moved, lost.
TRACKED = """
    CREATE TEMPORARY TABLE crm_backfill_tracked ON COMMIT DROP AS
    SELECT candidate.lead_id, message.date AS at, value.create_uid,
        message.id::bigint * 4 + CASE WHEN value.field_id = %(stage)s THEN 1
            WHEN value.new_value_integer = 0 THEN 2 ELSE 0 END AS ord,
        value.field_id = %(stage)s AS is_stage,
        value.field_id <> %(stage)s AND value.new_value_integer = 0 AS is_lost,
        NULLIF(value.old_value_integer, 0) AS old_id, NULLIF(value.new_value_integer, 0) AS new_id
    FROM crm_backfill_candidate candidate
    JOIN mail_message message ON message.model = 'crm.lead' AND message.res_id = candidate.lead_id
    JOIN mail_tracking_value value ON value.mail_message_id = message.id
    WHERE value.old_value_integer IS DISTINCT FROM value.new_value_integer
        AND (value.field_id = %(stage)s OR value.field_id = %(active)s AND EXISTS (
            SELECT FROM mail_tracking_value won WHERE won.mail_message_id = message.id
                AND won.field_id IN (%(won_status)s, %(lost_reason)s)))
"""

# The first and last of it for each lead.
SPAN = """
    SELECT lead_id, MIN(at) AS first_at, MAX(at) AS last_at,
        (ARRAY_AGG(old_id ORDER BY at, ord) FILTER (WHERE is_stage))[1] AS first_stage_id,
        (ARRAY_AGG(new_id ORDER BY at DESC, ord DESC) FILTER (WHERE is_stage))[1] AS last_stage_id,
        (ARRAY_AGG(is_lost ORDER BY at DESC, ord DESC) FILTER (WHERE NOT is_stage))[1] AS is_last_lost
    FROM crm_backfill_tracked GROUP BY lead_id
"""

# One row for each beginning of a stay; the last two are what Odoo did not track.
EVENTS = """
    SELECT lead_id, LEAST(begun_at, first_at) AS at, 0::bigint AS ord, 'created' AS kind,
        COALESCE(first_stage_id, stage_id) AS stage_id, create_uid AS moved_by_id
    FROM crm_backfill_candidate candidate LEFT JOIN span USING (lead_id)
    UNION ALL
    SELECT lead_id, at, ord, CASE WHEN is_stage THEN 'moved' WHEN is_lost THEN 'lost' ELSE 'restored' END,
        CASE WHEN is_stage THEN new_id END, create_uid
    FROM crm_backfill_tracked
    UNION ALL
    SELECT lead_id, GREATEST(stage_changed_at, last_at), 9223372036854775806, 'moved', stage_id, NULL
    FROM crm_backfill_candidate candidate LEFT JOIN span USING (lead_id)
    WHERE stage_id IS DISTINCT FROM COALESCE(last_stage_id, stage_id)
    UNION ALL
    SELECT lead_id, GREATEST(date_closed, stage_changed_at, last_at, begun_at), 9223372036854775807,
        CASE WHEN is_lost THEN 'lost' ELSE 'restored' END, NULL, NULL
    FROM crm_backfill_candidate candidate LEFT JOIN span USING (lead_id)
    WHERE is_lost IS DISTINCT FROM COALESCE(is_last_lost, FALSE)
"""

# Losing and restoring happen in the stage where the lead is; a move to where it is already is none, and
# a lost lead that is moved stays lost.
STAYS = """
    SELECT lead_id, at, ord, stage_id, moved_by_id, is_lost,
        CASE WHEN kind = 'moved' AND is_lost THEN 'lost' ELSE kind END AS kind,
        LAG(stage_id) OVER whole AS previous_id, LEAD(at) OVER whole AS left_at
    FROM (
        SELECT *, LAG(stage_id) OVER (PARTITION BY lead_id ORDER BY at, ord) AS came_from_id
        FROM (
            SELECT lead_id, at, ord, kind, moved_by_id,
                MAX(stage_id) OVER (PARTITION BY lead_id, run) AS stage_id,
                BOOL_OR(kind = 'lost') OVER (PARTITION BY lead_id, era) AS is_lost
            FROM (
                SELECT *, COUNT(stage_id) OVER so_far AS run,
                    COUNT(*) FILTER (WHERE kind <> 'moved') OVER so_far AS era
                FROM event WINDOW so_far AS (PARTITION BY lead_id ORDER BY at, ord)
            ) numbered
        ) carried
    ) followed
    WHERE kind <> 'moved' OR stage_id IS DISTINCT FROM came_from_id
    WINDOW whole AS (PARTITION BY lead_id ORDER BY at, ord)
"""

# Each step has a table of its own and its statistics: as parts of one statement PostgreSQL would take
# them for a row or two, and a million for nested loops.
COLLECT = """
    CREATE TEMPORARY TABLE crm_backfill_stay ON COMMIT DROP AS
    WITH span AS MATERIALIZED (%(span)s), event AS (%(events)s), stay AS (%(stays)s)
    SELECT * FROM stay
"""

# What is new in the log: told and measured here, and written into the log once.
DRAFT = "CREATE TEMPORARY TABLE crm_backfill_log (LIKE crm_lead_stage_log INCLUDING DEFAULTS) ON COMMIT DROP"

# The history, until now. What follows from it is derived afterwards.
INSERT = """
    WITH stage AS (%(stages)s)
    INSERT INTO crm_backfill_log (lead_id, playbook_id, company_id, product_line_id, team_id, user_id,
        stage_id, previous_stage_id, stage_rank, state, entered_at, left_at, ended_as, kind, gate, origin,
        moved_by_id)
    SELECT stay.lead_id, %(playbook_id)s, lead.company_id, lead.product_line_id, lead.team_id, lead.user_id,
        stage.id, previous.id, CASE WHEN stage.is_named THEN stage.named_until END,
        CASE WHEN stay.is_lost THEN 'lost' WHEN stage.is_won THEN 'won' ELSE 'open' END,
        LEAST(stay.at, %(now)s), LEAST(COALESCE(stay.left_at, %(now)s), %(now)s), 'left',
        CASE WHEN stay.kind <> 'moved' THEN stay.kind
            WHEN stage.is_won AND previous.is_won IS NOT TRUE THEN 'won'
            WHEN COALESCE(stage.rank, -1) < COALESCE(previous.rank, -1) THEN 'backward'
            WHEN stage.named_before > COALESCE(previous.named_until, 0) THEN 'skip'
            ELSE 'forward' END,
        'none', 'filled', stay.moved_by_id
    FROM crm_backfill_stay stay JOIN crm_lead lead ON lead.id = stay.lead_id
    LEFT JOIN stage ON stage.id = stay.stage_id
    LEFT JOIN stage previous ON previous.id = stay.previous_id
    ORDER BY stay.lead_id, stay.at, stay.ord
"""

# From now on they follow the playbook, where they stand; those that have a log go on in it.
JOIN = """
    WITH stage AS (%(stages)s)
    INSERT INTO %(log)s (lead_id, playbook_id, company_id, product_line_id, team_id, user_id,
        stage_id, previous_stage_id, stage_rank, state, entered_at, kind, gate, origin, moved_by_id,
        probability, score, amount, recurring_amount)
    SELECT lead.id, %(playbook_id)s, lead.company_id, lead.product_line_id, lead.team_id, lead.user_id,
        lead.stage_id, lead.stage_id, CASE WHEN stage.is_named THEN stage.named_until END,
        CASE WHEN lead.won_status IN ('won', 'lost') THEN lead.won_status WHEN lead.active THEN 'open'
            ELSE 'archived' END,
        GREATEST(%(now)s, (SELECT MAX(left_at) FROM crm_lead_stage_log WHERE lead_id = lead.id)),
        'joined', 'none', 'filled', %(user_id)s,
        COALESCE(lead.probability, 0), lead.score, lead.expected_revenue, lead.recurring_revenue_monthly
    FROM crm_backfill_joining joining JOIN crm_lead lead ON lead.id = joining.lead_id
    LEFT JOIN stage ON stage.id = lead.stage_id
    WHERE lead.stage_id IS NOT NULL AND joining.is_filled = %(is_filled)s
"""

KEEP = "INSERT INTO crm_lead_stage_log (%(columns)s) SELECT %(columns)s FROM crm_backfill_log ORDER BY id"

# They are in a segment of a playbook that they follow no more.
LEAVE = """
    UPDATE crm_lead_stage_log SET left_at = GREATEST(entered_at, %(now)s), ended_as = 'left'
    WHERE left_at IS NULL AND lead_id = ANY(%(ids)s)
"""

# Who is in a segment of a playbook, and does not follow it.
LEAVING = """
    SELECT lead_id FROM crm_lead_stage_log log WHERE left_at IS NULL AND playbook_id = %(playbook_id)s
        AND %(which)s AND NOT EXISTS (
            SELECT FROM crm_lead lead WHERE lead.id = log.lead_id AND lead.id IN %(followers)s)
    ORDER BY lead_id LIMIT %(size)s
"""

# Who follows a playbook, and is in no segment of it.
IS_MISSING = """
    NOT EXISTS (SELECT FROM crm_lead_stage_log log
        WHERE log.lead_id = %s AND log.left_at IS NULL AND log.playbook_id = %s)
"""

# Who is in a segment that says something else than the lead.
DIFFERING = """
    SELECT lead.id FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    WHERE log.left_at IS NULL AND log.playbook_id = %(playbook_id)s AND lead.id > %(position)s
        AND ROW(log.stage_id, log.company_id, log.team_id, log.user_id, log.product_line_id, log.state)
        IS DISTINCT FROM ROW(lead.stage_id, lead.company_id, lead.team_id, lead.user_id, lead.product_line_id,
            CASE WHEN lead.won_status IN ('won', 'lost') THEN lead.won_status WHEN lead.active THEN 'open'
                ELSE 'archived' END)
    ORDER BY lead.id LIMIT %(size)s
"""

DROP = """
    DROP TABLE crm_backfill_joining, crm_backfill_candidate, crm_backfill_tracked, crm_backfill_stay,
        crm_backfill_log
"""
