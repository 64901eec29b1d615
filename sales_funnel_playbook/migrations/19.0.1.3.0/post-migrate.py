"""Deals that have left their playbook since their last move leave it in the log too, and those that have come
under one join it. What is asked of won and lost deals is known by the log's own moment from now on.
"""

from odoo import SUPERUSER_ID, api

# One deal can have been won several times; only the last time is still looked at.
RENAME_CAUSES = """
    UPDATE mail_activity work
    SET playbook_cause = last.prefix || '-' || EXTRACT(EPOCH FROM last.entered_at)::bigint
    FROM (
        SELECT DISTINCT ON (activity.res_id, prefix) activity.id, prefix, log.entered_at
        FROM mail_activity activity
        CROSS JOIN LATERAL regexp_replace(activity.playbook_cause, '-\\d+$', '') AS prefix
        JOIN crm_lead_stage_log log ON log.lead_id = activity.res_id AND prefix LIKE '%:' || log.state
            AND log.kind IN (log.state, 'created')
        WHERE activity.res_model = 'crm.lead' AND activity.playbook_cause ~ ':(won|lost)-\\d+$'
        ORDER BY activity.res_id, prefix, activity.id DESC, log.sequence DESC
    ) last WHERE last.id = work.id
"""


def migrate(cr, version):
    cr.execute(RENAME_CAUSES)
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["crm.playbook"].with_context(active_test=False).search([])._request_history()
