from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ..core.memory import forget

HISTORY = ("history", "recheck")
# Transactions that may have begun before a request was committed: they know the rules of before, and log
# nothing of what they move. A row carries the number of the transaction that wrote it.
HAS_OLDER = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity other JOIN crm_playbook_refresh request ON request.id = %s
        WHERE other.datname = current_database() AND other.pid <> pg_backend_pid()
            AND other.backend_type = 'client backend' AND age(other.backend_xmin) >= age(request.xmin))
"""


class CrmPlaybookRefresh(models.Model):
    """Activating and archiving a playbook, moving a product line or a team to another: from the moment of the
    request, the deals concerned are in the log under the playbook that they follow. A lead that is written
    meanwhile is told at once. What was moved by somebody who could not know the new rules yet is seen when
    nobody of those is left: the log is looked through once more.
    """

    _inherit = "crm.playbook.refresh"

    def _run_batch(self, size=None):
        if self.kind == "recheck" and self._is_too_early():
            self._trigger(self.kind, self.env.cr.now() + timedelta(minutes=1))
            return None
        return super()._run_batch(size)

    def _is_too_early(self):
        """Tell whether somebody may still be moving deals by the rules of before."""
        self.flush_recordset()
        ((has_older,),) = self.env.execute_query(SQL(HAS_OLDER, self.id))
        return has_older

    def _get_next_ids(self, size):
        if self.kind not in HISTORY:
            return super()._get_next_ids(size)
        self.env.flush_all()
        log, playbook_id = self.env["crm.lead.stage.log"], self.playbook_id.id
        ids = log._get_behind(playbook_id, lambda id_: SQL("%s > %s", id_, self.position), size)
        if self.kind == "recheck":
            ids = sorted({*ids, *log._get_differing(playbook_id, self.position, size)})[:size]
        return ids

    def _count_remaining(self):
        """Return how far it is to the end: counting deals would take as long as a batch of them."""
        return 1 if self.kind in HISTORY else super()._count_remaining()

    def _look_at(self, leads):
        if self.kind not in HISTORY:
            return super()._look_at(leads)
        self.env["crm.lead.stage.log"]._catch_up(leads.ids, self.requested_at or self.env.cr.now())
        if self.kind == "recheck":
            leads.exists()._log_as_they_are()
        return None

    def _end(self):
        if self.kind in HISTORY:
            self.playbook_id._request_settling()  # what the log says now begins deadlines
        if self.kind != "history":
            return super()._end()
        self.search([("kind", "=", "recheck"), ("playbook_id", "=", self.playbook_id.id)]).unlink()
        self.write({"kind": "recheck", "position": 0})
        forget(self.env)
        self._trigger(self.kind)
        return None
