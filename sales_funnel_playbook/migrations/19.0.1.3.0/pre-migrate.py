"""The log of moves becomes a log of what a deal was: a new table, made by one statement, takes the place of
the old one. What the old log cannot tell, whose a deal was between its moves, is taken from the move.

What began an activity was a text, and becomes columns.

A playbook has a currency of its own: that in which it has counted, its company's, else the main company's.

The mail of a review tells of channels, too, where nobody has changed it.

How customers were spoken with last is what the latest note says.

When a rule was changed last is not known: not after it was written last.
"""

from pathlib import Path

from odoo.tools import SQL
from odoo.tools.sql import create_column, table_columns

from odoo.addons.sales_funnel_playbook.models.history.rebuild import DERIVED
from odoo.addons.sales_funnel_playbook.models.history.types import ENTERING
from odoo.addons.sales_funnel_playbook.shipped import update_shipped_texts

ADDED = {
    **{
        "sequence": "int4",
        "company_id": "int4",
        "ended_as": "varchar",
        "state": "varchar",
        "origin": "varchar",
    },
    **{"stay_sequence": "int4", "stay_began_at": "timestamp", "stage_rank": "int4", "gate_stage_id": "int4"},
    **{"is_entry": "bool", "is_first": "bool", "came_further_at": "timestamp", "closes_stay": "bool"},
    "went": "varchar",
    **{"amount": "float8", "recurring_amount": "float8", "is_own_probability": "bool"},
}
# What stays as it was, and what each of the others was then.
KEPT = (
    *(
        "id",
        "lead_id",
        "playbook_id",
        "stage_id",
        "previous_stage_id",
        "entered_at",
        "left_at",
        "kind",
        "gate",
    ),
    *("unmet", "override_reason_id", "override_note", "moved_by_id", "probability", "score"),
)
# The entry that a deal is in now says whose it is now.
WAS = """
    SELECT %(kept)s, %(hours)s AS working_hours, NULL::varchar AS ended_as, NULL::int AS sequence,
        'migrated'::varchar AS origin, lead.company_id, place.rank AS stage_rank,
        CASE WHEN log.left_at IS NULL THEN lead.team_id ELSE log.team_id END AS team_id,
        CASE WHEN log.left_at IS NULL THEN lead.user_id ELSE log.user_id END AS user_id,
        CASE WHEN log.left_at IS NULL THEN lead.product_line_id ELSE log.product_line_id END
            AS product_line_id,
        CASE WHEN log.kind = 'lost' THEN 'lost' WHEN log.kind = 'won' OR stage.is_won THEN 'won'
            WHEN log.left_at IS NULL AND NOT lead.active THEN 'archived' ELSE 'open' END AS state
    FROM crm_lead_stage_log log JOIN crm_lead lead ON lead.id = log.lead_id
    LEFT JOIN crm_stage stage ON stage.id = log.stage_id
    LEFT JOIN (
        SELECT named.playbook_id, named.stage_id, ROW_NUMBER() OVER (
            PARTITION BY named.playbook_id ORDER BY its.sequence, its.id)::int AS rank
        FROM crm_playbook_stage named JOIN crm_stage its ON its.id = named.stage_id
    ) place ON place.playbook_id = log.playbook_id AND place.stage_id = log.stage_id
    WHERE log.playbook_id IS NOT NULL
"""
FILL = """
    INSERT INTO crm_lead_stage_log_segments (%(kept)s, company_id, product_line_id, team_id, user_id, state,
        origin, stage_rank, sequence, stay_sequence, stay_began_at, is_entry, is_first, closes_stay,
        gate_stage_id, duration_days, ended_as, came_further_at, went,
        working_hours)
    SELECT %(was_kept)s, was.company_id, was.product_line_id, was.team_id, was.user_id, was.state,
        was.origin, was.stage_rank, derived.sequence, derived.stay_sequence, derived.stay_began_at,
        derived.is_entry, derived.is_first, derived.closes_stay, derived.gate_stage_id, derived.duration_days,
        derived.ended_as, derived.came_further_at, derived.went,
        CASE WHEN derived.closes_stay THEN SUM(was.working_hours) FILTER (WHERE was.state = 'open')
            OVER (PARTITION BY was.lead_id, derived.stay_sequence) END
    FROM crm_lead_stage_log_was was JOIN (%(derived)s) derived ON derived.id = was.id
"""

CAUSE = {
    **{"playbook_kind": "varchar", "playbook_rule_id": "int4", "playbook_occurrence": "varchar"},
    **{"playbook_number": "int8", "playbook_is_final": "bool"},
}
# "deadline:12:stay-345", "approval:7", "question:condition-12", "override:33-condition-12"; and after it why
# it held its cause no longer, ":dropped-678" or ":merged-90".
SPLIT_CAUSES = r"""
    UPDATE mail_activity activity
    SET playbook_kind = part.kind, playbook_is_final = told.cause = activity.playbook_cause,
        playbook_rule_id = CASE
            WHEN part.kind IN ('deadline', 'output', 'approval', 'escalation', 'question', 'override')
                THEN SUBSTRING(part.rule FROM '(\d+)$')::int ELSE 0 END,
        playbook_occurrence = COALESCE(CASE
            WHEN part.kind IN ('deadline', 'output') THEN REGEXP_REPLACE(part.occurrence, '-\d+$', '')
            WHEN part.kind = 'question' THEN SUBSTRING(part.rule FROM '^(.*)-\d+$')
            WHEN part.kind = 'override' THEN SUBSTRING(part.rule FROM '^\d+-(.*)-\d+$')
            WHEN part.kind NOT IN ('approval', 'escalation')
                THEN SUBSTRING(told.cause FROM LENGTH(part.kind) + 2) END, ''),
        playbook_number = COALESCE(CASE
            WHEN part.kind IN ('deadline', 'output') THEN SUBSTRING(part.occurrence FROM '-(\d+)$')::bigint
            WHEN part.kind = 'override' THEN SUBSTRING(part.rule FROM '^(\d+)-')::bigint END, 0)
    FROM mail_activity its
    CROSS JOIN LATERAL (
        SELECT REGEXP_REPLACE(its.playbook_cause, '(:(dropped|merged)-\d+)+$', '') AS cause) told
    CROSS JOIN LATERAL (
        SELECT SPLIT_PART(told.cause, ':', 1) AS kind, SPLIT_PART(told.cause, ':', 2) AS rule,
            SPLIT_PART(told.cause, ':', 3) AS occurrence) part
    WHERE its.id = activity.id AND its.playbook_cause IS NOT NULL
"""

# Who has got an activity about something missed was told then.
TOLD = """
    UPDATE mail_activity SET playbook_escalated_at = create_date
    WHERE playbook_kind = 'escalation' AND playbook_escalated_at IS NULL
"""

OWN_CURRENCY = """
    UPDATE crm_playbook playbook SET currency_id = COALESCE(own.currency_id, (
        SELECT currency_id FROM res_company WHERE parent_id IS NULL AND active ORDER BY id LIMIT 1
    ))
    FROM crm_playbook its LEFT JOIN res_company own ON own.id = its.company_id
    WHERE its.id = playbook.id AND playbook.currency_id IS NULL
"""


LAST_CHANNELS = """
    UPDATE crm_lead lead SET last_contact_channel = latest.channel
    FROM (
        SELECT DISTINCT ON (lead_id) lead_id, channel FROM crm_lead_progress
        ORDER BY lead_id, communicated_at DESC, id DESC
    ) latest WHERE latest.lead_id = lead.id
"""

# A later day only: what a deal met before is no proof that it met what the rule asks for now.
DATED = ("crm_playbook_condition", "crm_playbook_output")
CHANGED = "UPDATE %s SET changed_at = DATE_TRUNC('second', COALESCE(write_date, create_date))"

# An index more on each lead costs every change of it, and nobody looks for deals of one score alone.
UNUSED = "DROP INDEX IF EXISTS crm_lead__score_index"


def migrate(cr, version):
    cr.execute(UNUSED)
    give_currencies(cr)
    give_channels(cr)
    date_rules(cr)
    make_segments(cr)
    update_shipped_texts(cr, Path(__file__).with_name("old_texts.csv"))
    split_causes(cr)


def give_currencies(cr):
    if "currency_id" not in table_columns(cr, "crm_playbook"):
        create_column(cr, "crm_playbook", "currency_id", "int4")
    cr.execute(OWN_CURRENCY)


def give_channels(cr):
    has_notes = table_columns(cr, "crm_lead_progress")  # the first version had none
    if has_notes and "last_contact_channel" not in table_columns(cr, "crm_lead"):
        create_column(cr, "crm_lead", "last_contact_channel", "varchar")
        cr.execute(LAST_CHANNELS)


def date_rules(cr):
    for table in DATED:
        there = table_columns(cr, table)
        if there and "changed_at" not in there:
            create_column(cr, table, "changed_at", "timestamp")
            cr.execute(SQL(CHANGED, SQL.identifier(table)))


def make_segments(cr):
    there = table_columns(cr, "crm_lead_stage_log")
    if not there or "stay_sequence" in there:
        return
    cr.execute("SET LOCAL jit TO off")
    was = SQL("crm_lead_stage_log_was")
    names = [name for name in KEPT if name in there]
    kept = {
        prefix: SQL(", ").join(SQL.identifier(*filter(None, (prefix, name))) for name in names)
        for prefix in ("log", "was", "")
    }
    hours = SQL("log.working_hours") if "working_hours" in there else SQL("NULL::float8")
    derived = SQL(DERIVED, log=was, which=SQL("TRUE"), entering=[*ENTERING])
    for statement in (
        SQL(
            "CREATE TEMPORARY TABLE crm_lead_stage_log_was ON COMMIT DROP AS %s",
            SQL(WAS, kept=kept["log"], hours=hours),
        ),
        SQL("ANALYZE crm_lead_stage_log_was"),
        SQL("CREATE TABLE crm_lead_stage_log_segments (LIKE crm_lead_stage_log INCLUDING DEFAULTS)"),
    ):
        cr.execute(statement)
    for name, kind in ADDED.items():
        create_column(cr, "crm_lead_stage_log_segments", name, kind)
    for statement in (
        SQL(FILL, kept=kept[""], was_kept=kept["was"], derived=derived),
        SQL("ALTER SEQUENCE crm_lead_stage_log_id_seq OWNED BY crm_lead_stage_log_segments.id"),
        SQL("DROP TABLE crm_lead_stage_log"),
        SQL("ALTER TABLE crm_lead_stage_log_segments RENAME TO crm_lead_stage_log"),
        SQL("ALTER TABLE crm_lead_stage_log ADD CONSTRAINT crm_lead_stage_log_pkey PRIMARY KEY (id)"),
    ):
        cr.execute(statement)


def split_causes(cr):
    there = table_columns(cr, "mail_activity")
    if "playbook_cause" not in there or "playbook_kind" in there:
        return
    for name, kind in CAUSE.items():
        create_column(cr, "mail_activity", name, kind)
    cr.execute(SPLIT_CAUSES)
    cr.execute("ALTER TABLE mail_activity DROP COLUMN playbook_cause")
    cr.execute(TOLD)
