from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

RATED = ("score", "is_scored", "tier")
BATCH = 5000
OPEN = Domain([("type", "=", "opportunity"), ("active", "=", True), ("won_status", "=", "pending")])


class CrmPlaybookIntegrity(models.AbstractModel):
    """Score and tier of open deals are what their rules say when they are computed again."""

    _inherit = "crm.playbook.integrity"

    @api.model
    def _get_messages(self):
        return {
            **super()._get_messages(),
            "rating": self.env._(
                "Score or tier of a deal is not what its rules say now. The nightly job puts it right,"
                " “Compute Again” sooner."
            ),
        }

    @api.model
    def _examine(self):
        return {**super()._examine(), "rating": self._find_stale_ratings()}

    @api.model
    def _find_stale_ratings(self):
        """Return the ids of the open deals whose score or tier changes when it is computed again. Those
        whose playbook the job is about to look at are left out: theirs are known to be old.
        """
        waiting = self.env["crm.playbook.refresh"].search([("kind", "=", "rating")]).playbook_id
        domains = self.env["crm.lead"]._get_playbook_domains()
        leads = self.env["crm.lead"]
        followed = Domain.OR(domains[id_] for id_ in domains.keys() - waiting._ids)
        lead_ids = leads.search(OPEN & followed, order="id").ids
        return [
            id_ for ids in split_every(BATCH, lead_ids) for id_ in leads.browse(ids)._get_changed_ratings()
        ]


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _get_changed_ratings(self):
        """Return the ids of those of these leads whose stored rating is not what computing it now gives. It
        is computed inside a savepoint that is undone.
        """
        leads = self.with_context(tracking_disable=True)
        leads.fetch(RATED)  # what stays as it was needs no UPDATE
        stored = leads._read_ratings()
        savepoint = self.env.cr.savepoint()
        try:
            for name in RATED:
                self.env.add_to_compute(leads._fields[name], leads)
            leads._recompute_recordset(RATED)
            leads.flush_recordset(RATED)
            computed = leads._read_ratings()
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
        return [lead_id for lead_id, rating in stored.items() if computed[lead_id] != rating]

    def _read_ratings(self):
        """Return ``{lead id: score, whether it is complete, tier}`` of these, as the database has them."""
        query = SQL("SELECT id, score, is_scored, tier FROM crm_lead WHERE id = ANY(%s)", self.ids)
        return {
            lead_id: (round(score or 0, 1), bool(is_scored), tier)
            for lead_id, score, is_scored, tier in self.env.execute_query(query)
        }
