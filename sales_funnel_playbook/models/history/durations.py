from collections import defaultdict

from odoo import models
from odoo.tools import SQL

# Odoo's own clock of a stage, by which deals rot, is set by each change of stage: also by one that is none.
SAME_STAY = """
    UPDATE crm_lead lead SET date_last_stage_update = log.stay_began_at
    FROM crm_lead_stage_log log
    WHERE lead.id = ANY(%s) AND log.lead_id = lead.id AND log.left_at IS NULL
"""


class CrmLead(models.Model):
    """Odoo's durations on the status bar and its rotting deals, and our log: one time, told twice."""

    _inherit = "crm.lead"

    def _get_duration_from_tracking(self, trackings):
        """Of a deal that follows a playbook the log knows the times, as a split or an import has left them:
        what was tracked counts until the log begins, and what was lost or archived does not count.

        :return: ``{stage id: seconds}``
        """
        lead = self._origin
        # sudo: who sees the deal sees how long it was where
        log = lead._get_playbook_ids() and lead.sudo().stage_log_ids.sorted("sequence")
        if not log:
            return super()._get_duration_from_tracking(trackings)
        begun_at, durations = log[0].entered_at, defaultdict(int)
        earlier = [(one["create_date"], one["old_value_integer"]) for one in trackings]
        since = self.create_date
        for until, stage_id in (
            *(one for one in earlier if one[0] < begun_at),
            (begun_at, log[0].stage_id.id),
        ):
            if until > since:
                durations[stage_id] += int((until - since).total_seconds())
                since = until
        now = self.env.cr.now()
        for segment in log.filtered(lambda segment: segment.state in ("open", "won")):
            until = segment.left_at or now
            durations[segment.stage_id.id] += int((until - segment.entered_at).total_seconds())
        return durations

    def _keep_stay_date(self):
        """Let Odoo's own date of the last change of stage be that on which the stay began."""
        self.flush_recordset(["date_last_stage_update"])
        self.env.cr.execute(SQL(SAME_STAY, self.ids))
        self.invalidate_recordset(["date_last_stage_update"], flush=False)
