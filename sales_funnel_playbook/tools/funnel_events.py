"""What happened in the funnel, as SQL over the stage log: the one source of page, review, pivot and workbook.

A segment is up to six events: a deal comes under the playbook, perhaps as won or lost, it enters a stage, the
playbook's stage before that has one more deal that came on, the deal goes on, its stay is over. Each kind of
event is a SELECT of its own with a constant name, so that PostgreSQL runs only those that a question is
about, each by an index.

``%(zone)s`` is the name of the time zone of ``log.playbook_id`` and ``log.company_id``.
"""

# Which stages of the playbook come before and after each of its stages; nothing does before or after the one
# of renewal deals.
PATH = """
    SELECT named.playbook_id, named.stage_id,
        LAG(named.stage_id) OVER (PARTITION BY named.playbook_id ORDER BY stage.sequence, stage.id) AS
        before_id, LEAD(named.stage_id) OVER (PARTITION BY named.playbook_id ORDER BY stage.sequence,
        stage.id) AS after_id
    FROM crm_playbook_stage named JOIN crm_stage stage ON stage.id = named.stage_id
    WHERE named.is_renewal IS NOT TRUE
"""

COUNTS = (
    *("begun_count", "next_count", "advanced_count", "won_count", "lost_count", "returned_count"),
    *("cohort_count", "reached_count", "stay_count", "came_count"),
)
STAYS = (
    "stay_days",
    "stay_days_median",
    "stay_days_p90",
    "stay_hours",
    "stay_hours_median",
    "stay_hours_p90",
)
COLUMNS = {
    "date": "log.entered_at",
    **dict.fromkeys(COUNTS, "0"),
    "next_count": "NULL::int",  # the sum is empty, not 0, where nothing comes after a stage
    **dict.fromkeys(("flow_rate", "reached_rate", *STAYS), "NULL::float8"),
}
# What the deal says today of where it came from, of its customer, and of why it was lost.
CHANNELS = ("source_id", "medium_id", "campaign_id")
TRAITS = (*CHANNELS, "industry_id", "company_size", "country_id", "lost_reason_id")
TRAIT_COLUMNS = ", ".join(f"lead.{name}" for name in TRAITS)
# The moment by the clock of the place where the deal is worked; the zone is filled in when it is asked.
LOCAL = "({date} AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)"
DAYS = {"day": f"{LOCAL}::date", "week": f"TO_CHAR({LOCAL}, 'IYYY-\"W\"IW')"}


def _select(number, event, stage, **columns):
    """Return the SELECT of one kind of event, without its WHERE."""
    columns = COLUMNS | columns
    columns |= {name: value.format(date=columns["date"]) for name, value in DAYS.items()}
    listed = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    return f"""
        SELECT log.id::bigint * 7 + {number} AS id, '{event}'::varchar AS event, {stage} AS stage_id,
            log.lead_id, log.playbook_id, log.company_id, log.product_line_id, log.team_id, log.user_id,
            lead.tier, lead.won_status AS outcome, {TRAIT_COLUMNS}, {listed}
        FROM crm_lead_stage_log log LEFT JOIN crm_lead lead ON lead.id = log.lead_id
    """


BEGUN = f"""
    {_select(0, "begun", "log.stage_id", begun_count="1", next_count="path.after_id - path.after_id")}
    LEFT JOIN ({PATH}) path ON path.playbook_id = log.playbook_id AND path.stage_id = log.stage_id
    WHERE log.is_entry AND log.stage_id IS NOT NULL
"""
NEXT = f"""
    {_select(1, "next", "path.before_id", next_count="1")}
    JOIN ({PATH}) path ON path.playbook_id = log.playbook_id AND path.stage_id = log.stage_id
    WHERE log.is_entry AND path.before_id IS NOT NULL
"""
REACHED = "(log.came_further_at IS NOT NULL)::int"
FIRST = f"""
    {_select(2, "first", "log.stage_id", cohort_count="1", reached_count=REACHED)}
    WHERE log.is_first AND log.stage_id IS NOT NULL
"""
OUTCOMES = {
    "advanced_count": "(log.went IN ('further', 'won'))::int",
    "won_count": "(log.went = 'won')::int",
    "lost_count": "(log.went = 'lost')::int",
    "returned_count": "(log.went = 'back')::int",
}
# A stage that the playbook does not name is no step: what ends there ends in the last one that it named.
NAMED = """
    CASE WHEN log.stage_rank IS NOT NULL THEN log.stage_id ELSE (
        SELECT named.stage_id FROM crm_lead_stage_log named
        WHERE named.lead_id = log.lead_id AND named.playbook_id = log.playbook_id
            AND named.sequence < log.sequence AND named.stage_rank IS NOT NULL
        ORDER BY named.sequence DESC LIMIT 1) END
"""
LEFT = f"""
    {_select(3, "left", NAMED, date="log.left_at", **OUTCOMES)}
    WHERE log.left_at IS NOT NULL AND log.went IS NOT NULL
"""
# Deals that come under the playbook, and those that are won or lost at once. Who joins with the history that
# Odoo tracked has come when that began.
HAS_COME = """
    (log.sequence = 1 OR log.kind = 'joined' AND (log.origin = 'live' OR NOT EXISTS (
        SELECT FROM crm_lead_stage_log before WHERE before.lead_id = log.lead_id
            AND before.playbook_id = log.playbook_id AND before.sequence = log.sequence - 1
            AND before.left_at = log.entered_at)))
"""
# A deal that is moved while it comes from another playbook, or comes back: its event is the move.
COMING = """
    JOIN crm_lead_stage_log before ON before.lead_id = log.lead_id AND before.sequence = log.sequence - 1
        AND before.ended_as = 'left'
    WHERE log.kind <> 'joined'
"""
# Of these, those that are won or lost by it.
CLOSING = f"{COMING} AND log.kind IN ('won', 'lost') AND before.state <> log.state"
OWN = "CASE WHEN log.stage_rank IS NOT NULL THEN log.stage_id END"
_COME = _select(5, "came", OWN, came_count="1")
# A renewal has numbers of its own: it is no deal that comes.
IS_NEW = "lead.renewal_kind IS NULL"
CAME = f"{_COME} WHERE {IS_NEW} AND {HAS_COME} UNION ALL {_COME} {COMING} AND {IS_NEW}"
BORN = {"won_count": "(log.state = 'won')::int", "lost_count": "(log.state = 'lost')::int"}
_CLOSE = _select(6, "left", OWN, **BORN)
CLOSED = f"""
    {_CLOSE} WHERE log.sequence = 1 AND log.kind <> 'joined' AND log.state IN ('won', 'lost')
    UNION ALL {_CLOSE} {CLOSING}
"""
LENGTHS = {name: "log.duration_days" if "days" in name else "log.working_hours" for name in STAYS}
STAY = f"""
    {_select(4, "stay", "log.stage_id", date="log.left_at", stay_count="1", **LENGTHS)}
    WHERE log.closes_stay AND log.stage_id IS NOT NULL
"""
EVENTS = " UNION ALL ".join((BEGUN, NEXT, FIRST, LEFT, STAY, CAME, CLOSED))
