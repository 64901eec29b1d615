from odoo import api, fields, models
from odoo.fields import Domain

BATCH = 5000


class CrmPlaybookRefresh(models.Model):
    """A playbook whose open deals are to be looked at again, and how far that is.

    A row exists as long as there is something left to do; its ``position`` is committed with each
    batch, so that a job that is killed goes on where it stopped.
    """

    _name = "crm.playbook.refresh"
    _description = "Refresh of a Playbook's Deals"
    _order = "id"

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    position = fields.Integer(help="Id of the last deal that was looked at.")

    _playbook_uniq = models.UniqueIndex("(playbook_id)")

    @api.model
    def _cron_start(self):
        """Every night: look again at all open deals, because time has passed."""
        self._request(self.env["crm.playbook"].search([("is_template", "=", False)]))

    @api.model
    def _request(self, playbooks):
        """Have the open deals of ``playbooks`` looked at again soon, from the first one on."""
        begun = self.search([("playbook_id", "in", playbooks.ids)])
        begun.position = 0
        self.create([{"playbook_id": playbook.id} for playbook in playbooks - begun.playbook_id])
        self.env.ref("sales_funnel_playbook.ir_cron_refresh")._trigger()

    @api.model
    def _cron_run(self):
        """Look again at the deals of the requested playbooks, in batches."""
        remaining = sum(self.env["crm.lead"].search_count(one._get_domain()) for one in self.search([]))
        while refresh := self.search([], limit=1):
            done = refresh._run_batch()
            remaining = max(remaining - done, 0)
            if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                return
            self.env.invalidate_all()

    def _run_batch(self):
        """Look at the next deals, and end with the last ones.

        :return: how many there were
        """
        leads = self.env["crm.lead"].search(self._get_domain(), order="id", limit=BATCH)
        if leads:
            leads._refresh()
        if len(leads) < BATCH:
            self.unlink()
        else:
            self.position = leads[-1].id
        return len(leads)

    def _get_domain(self):
        """Return the domain of the deals that are still to be looked at: open ones, and those that
        were closed since the last time.
        """
        todo = Domain("playbook_id", "=", self.playbook_id.id) & Domain("id", ">", self.position)
        worked = Domain("won_status", "=", "pending") | Domain("date_closed", ">=", "today -2d")
        return todo & worked & Domain("type", "=", "opportunity")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _refresh(self):
        """Bring up to date what rules and the passing of time decide about these deals of one
        playbook, open or just closed. Called by the job with up to 5,000 deals; each capability extends it.
        """
