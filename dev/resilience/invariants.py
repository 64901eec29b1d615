"""What is true of a database under playbooks at any time, whatever happened to it."""

import time

WAIT = 300  # seconds

# Each query returns what must not be.
FORBIDDEN = {
    "two open stays": "SELECT lead_id, COUNT(*) FROM crm_lead_stage_log WHERE left_at IS NULL"
    " GROUP BY lead_id HAVING COUNT(*) > 1",
    "a deal under a playbook without its open stay": "SELECT lead.id, lead.stage_id FROM crm_lead lead"
    " JOIN crm_playbook_crm_team_rel follows ON follows.crm_team_id = lead.team_id"
    " LEFT JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL"
    " WHERE log.id IS NULL OR log.stage_id IS DISTINCT FROM lead.stage_id",
    "a gap in the log": "SELECT id, lead_id, left_at, next FROM ("
    "  SELECT id, lead_id, left_at, ended_as,"
    "    LEAD(entered_at) OVER (PARTITION BY lead_id ORDER BY sequence) AS next"
    "  FROM crm_lead_stage_log) stay WHERE next IS NOT NULL AND left_at IS DISTINCT FROM next"
    " AND ended_as <> 'left'",
    "a stay that does not go on from the one before": "SELECT id, lead_id, previous_stage_id, before FROM ("
    "  SELECT id, lead_id, previous_stage_id,"
    "    LAG(stage_id) OVER (PARTITION BY lead_id ORDER BY sequence) AS before"
    "  FROM crm_lead_stage_log WHERE kind <> 'joined') stay WHERE before IS NOT NULL AND before IS DISTINCT"
    " FROM previous_stage_id",
    "a stay of negative length": "SELECT id, duration_days, working_hours FROM crm_lead_stage_log"
    " WHERE duration_days < 0 OR working_hours < 0 OR left_at < entered_at",
    "two activities of one cause": "SELECT res_id, playbook_kind, playbook_rule_id,"
    " playbook_occurrence, playbook_number, COUNT(*) FROM mail_activity WHERE playbook_is_final"
    " GROUP BY res_id, playbook_kind, playbook_rule_id, playbook_occurrence, playbook_number"
    " HAVING COUNT(*) > 1",
    "two activities about the same at a time": "SELECT res_id, playbook_deadline_id, playbook_output_id,"
    " playbook_started_at, COUNT(*) FROM mail_activity WHERE active AND playbook_kind IS NOT NULL"
    " AND playbook_escalation_of_id IS NULL AND playbook_started_at IS NOT NULL"
    " GROUP BY res_id, playbook_deadline_id, playbook_output_id, playbook_started_at HAVING COUNT(*) > 1",
    "an escalation that was told twice": "SELECT playbook_escalation_of_id, COUNT(*) FROM mail_activity"
    " WHERE playbook_escalation_of_id IS NOT NULL GROUP BY playbook_escalation_of_id HAVING COUNT(*) > 1",
    "an activity of a deal that is gone": "SELECT id, res_id FROM mail_activity"
    " WHERE playbook_kind IS NOT NULL AND res_model = 'crm.lead'"
    " AND res_id NOT IN (SELECT id FROM crm_lead)",
    "two current submissions": "SELECT lead_id, output_id, COUNT(*) FROM crm_lead_output WHERE is_current"
    " GROUP BY lead_id, output_id HAVING COUNT(*) > 1",
    "two confirmations in force": "SELECT lead_id, condition_id, COUNT(*) FROM crm_lead_confirmation"
    " WHERE withdrawn_at IS NULL GROUP BY lead_id, condition_id HAVING COUNT(*) > 1",
    "two reviews of one period": "SELECT playbook_id, team_id, period, date_from, COUNT(*)"
    " FROM crm_funnel_review GROUP BY playbook_id, team_id, period, date_from HAVING COUNT(*) > 1",
    "a review without lines": "SELECT id FROM crm_funnel_review"
    " WHERE id NOT IN (SELECT review_id FROM crm_funnel_review_line)",
    "a cause of a risk that opened it twice": "SELECT lead_id, type_id, cause, COUNT(*) FROM crm_lead_risk"
    " WHERE cause IS NOT NULL GROUP BY lead_id, type_id, cause HAVING COUNT(*) > 1",
    "two answers to one question": "SELECT lead_id, criterion_id, COUNT(*) FROM crm_lead_score_answer"
    " GROUP BY lead_id, criterion_id HAVING COUNT(*) > 1",
}


def find_faults(odoo, ask=None):
    """Return what is wrong in a database, a list: by the queries above, ``(what, rows)``, and by the module's
    own check.

    :param ask: a function that returns what that check finds; its command unless told otherwise
    """
    found = (ask or odoo.check)()
    for name, query in FORBIDDEN.items():
        if rows := odoo.postgres.query(odoo.database, f"{query} LIMIT 5"):
            found.append((name, rows))
    return found


def get_tables(odoo):
    """Return the tables with what the module records."""
    rows = odoo.postgres.query(
        odoo.database,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND (tablename LIKE 'crm_%'"
        " OR tablename IN ('mail_activity', 'mail_message', 'ir_attachment')) ORDER BY tablename",
    )
    return [row[0] for row in rows]


def wait_until(is_true, seconds=WAIT):
    """Return when ``is_true()`` is.

    :raise AssertionError: when it takes too long
    """
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.05)
