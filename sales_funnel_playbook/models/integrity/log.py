from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Each stay beside the next one of its lead. A stage that was deleted is empty here.
STORY = """
    WITH stay AS (
        SELECT log.*, LEAD(id) OVER story AS next_id, LEAD(entered_at) OVER story AS next_entered_at,
            LEAD(previous_stage_id) OVER story AS next_previous_stage_id
        FROM crm_lead_stage_log log WINDOW story AS (PARTITION BY lead_id ORDER BY entered_at, id)
    ), told AS (
        SELECT lead_id,
            COALESCE(BOOL_OR(next_id IS NOT NULL AND left_at IS DISTINCT FROM next_entered_at
                OR stage_id <> next_previous_stage_id), FALSE) AS log_contiguous,
            COUNT(*) FILTER (WHERE left_at IS NULL) <> 1 AS log_open_stay,
            COALESCE(BOOL_OR((left_at IS NULL) <> (duration_days IS NULL) OR working_hours < 0
                OR ABS(duration_days - EXTRACT(EPOCH FROM left_at - entered_at) / 86400) > 0.001
                OR working_hours > duration_days * 24 + 0.01), FALSE) AS log_duration,
            COALESCE(BOOL_OR((gate = 'overridden')
                <> (override_reason_id IS NOT NULL AND override_note IS NOT NULL)
                OR (gate IN ('observed', 'overridden')) <> (unmet IS NOT NULL)), FALSE) AS log_gate
        FROM stay GROUP BY lead_id
    )
    SELECT lead_id, log_contiguous, log_open_stay, log_duration, log_gate FROM told
    WHERE log_contiguous OR log_open_stay OR log_duration OR log_gate
"""
TOLD = ("log_contiguous", "log_open_stay", "log_duration", "log_gate")
PRESENT = """
    SELECT DISTINCT lead.id FROM crm_lead lead
    LEFT JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL
    WHERE lead.id IN %s AND lead.stage_id IS NOT NULL AND (log.id IS NULL
        OR log.stage_id <> lead.stage_id OR (log.kind = 'lost') <> (lead.won_status = 'lost'))
"""


class CrmPlaybookIntegrity(models.AbstractModel):
    """The log tells one story of each lead, without a gap, up to the stage that the lead is in."""

    _inherit = "crm.playbook.integrity"

    @api.model
    def _get_messages(self):
        return {
            **super()._get_messages(),
            "log_contiguous": self.env._(
                "An entry in the stage log does not end when and where the next one begins: restore the log"
                " from a backup."
            ),
            "log_open_stay": self.env._(
                "A deal's stage log has no current entry, or more than one: restore the log from a backup."
            ),
            "log_duration": self.env._(
                "A time in stage is not the time between entering and leaving: restore the log from a backup."
            ),
            "log_gate": self.env._(
                "What the stage log says of a gate contradicts its unmet items or its override: restore the"
                " log from a backup."
            ),
            "log_present": self.env._(
                "The stage log does not end in the stage the deal is in, or misses that it is lost: another"
                " program moved it past Odoo. Move the deal there again in Odoo."
            ),
        }

    @api.model
    def _examine(self):
        return {**super()._examine(), **self._examine_log(), "log_present": self._examine_present()}

    @api.model
    def _examine_log(self):
        """Return, for each name of ``TOLD``, the ids of the leads with such a fault in their log."""
        rows = self.env.execute_query(SQL(STORY))
        return {
            name: [lead_id for lead_id, *flags in rows if flags[index]] for index, name in enumerate(TOLD)
        }

    @api.model
    def _examine_present(self):
        """Return the ids of the leads under a playbook whose log does not end where they are."""
        leads = self.env["crm.lead"]
        followed = leads._search(Domain.OR(leads._get_playbook_domains().values()))
        return [lead_id for (lead_id,) in self.env.execute_query(SQL(PRESENT, followed.subselect()))]
