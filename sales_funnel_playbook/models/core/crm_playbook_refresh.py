import logging

from odoo import api, fields, models
from odoo.fields import Domain

from ...exceptions import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

BATCH = 5000
MAX_ATTEMPTS = 7
MAX_STUCK = 20  # deals that cannot be written, before a job gives up until the next time
SHRINKING = 5  # times fewer deals after each attempt: the last ones are of a single deal
KINDS = [
    ("rating", "Score, tier, checks and risks"),
    ("deadlines", "Deadlines"),
    ("history", "Stage log"),
    ("recheck", "Stage log, once more"),
]
# Kinds of which there is one row of each playbook.
ALONE = ("history", "recheck")
CRONS = {
    "rating": "ir_cron_refresh",
    "deadlines": "ir_cron_deadlines",
    "history": "ir_cron_history",
    "recheck": "ir_cron_history",
}


class CrmPlaybookRefresh(models.Model):
    """A playbook whose deals are to be looked at again, what for, and how far that is.

    A row exists as long as there is something left to do; its ``position`` is committed with each
    batch, so that a job that is killed goes on where it stopped. Whoever changes a rule adds a row, and
    neither waits for the job nor is waited for: of several rows of the same the last one is followed.
    """

    _name = "crm.playbook.refresh"
    _description = "Refresh of a Playbook's Deals"
    _order = "id"

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(KINDS, required=True, default="rating")
    scope = fields.Selection(
        [("all", "All Deals"), ("due", "What Is Due")],
        required=True,
        default="all",
        help="Whether all deals are looked at, or those on which time has brought something about.",
    )
    position = fields.Integer(help="Id of the last deal that was looked at.")
    requested_at = fields.Datetime(default=lambda self: self.env.cr.now(), help="When it was asked for last.")

    # what a history request says of when it was made is for all of it: there is one
    _playbook_uniq = models.UniqueIndex("(playbook_id, kind) WHERE kind IN ('history', 'recheck')")

    @api.model
    def _cron_start(self):
        """Every night: look again at all open deals, because time has passed."""
        self._start_safely(lambda: self.env["crm.playbook"].search([("is_template", "=", False)]), "rating")

    @api.model
    def _start_safely(self, get_playbooks, kind, scope="all"):
        """Request what ``get_playbooks()`` returns; where the running job has just ended one of the requests,
        see what there is now and try again.
        """
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                self._request(get_playbooks(), kind, scope)
                self.env.flush_all()
            except CONCURRENCY_ERRORS:
                if attempt == MAX_ATTEMPTS:
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()
            else:
                return

    @api.model
    def _request(self, playbooks, kind="rating", scope="all"):
        """Have the deals of ``playbooks`` looked at again soon, from the first one on: all, or those with
        something due.
        """
        mine = self.env.cr.precommit.data.setdefault(self._name, set())
        asked = self.search([("playbook_id", "in", playbooks.ids), ("kind", "=", kind)])
        if kind in ALONE:
            asked.write({"position": 0, "requested_at": self.env.cr.now()})
        else:  # those of this transaction nobody has begun
            asked = asked.filtered(lambda one: one.id in mine and not one.position and one.scope == "all")
        new = self.create(
            [{"playbook_id": one.id, "kind": kind, "scope": scope} for one in playbooks - asked.playbook_id]
        )
        mine.update(new.ids)
        self._trigger(kind)

    @api.model
    def _trigger(self, kind, at=None):
        """Have the job run soon, or at a moment; not where there is none: rules come before it when the
        module is installed, and go after it when it is removed.
        """
        if cron := self.env.ref(f"sales_funnel_playbook.{CRONS[kind]}", raise_if_not_found=False):
            cron._trigger(at)

    @api.model
    def _cron_run(self, *kinds):
        """Look again at the deals of the requested playbooks, in batches: smaller ones while people change
        the same deals. A request that has to wait keeps no other one from going on.
        """
        mine, size, waiting, stuck = [("kind", "in", kinds or ("rating",))], BATCH, [], 0
        remaining = sum(one._count_remaining() for one in self.search(mine))
        while refresh := self.search([*mine, ("id", "not in", waiting)], limit=1):
            done, size = refresh._run_safely(size)
            if not size:
                size, stuck = BATCH, stuck + 1
            if stuck > MAX_STUCK:
                _logger.error("The job stops: %s deals could not be written", stuck)
                break
            if done is None:
                waiting.append(refresh.id)
                continue
            done = max(done, 1)  # a request that has ended, too, is something done
            remaining = max(remaining - done, self.search_count(mine))
            if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                return
            self.env.invalidate_all()
        self._end_run(kinds)

    @api.model
    def _end_run(self, kinds):
        """All that was requested of some kinds is done: whom it concerns is told."""
        self.env["crm.playbook.notice"]._send_of_runs(kinds or ("rating",))

    def _count_remaining(self):
        return self._get_leads().search_count(self._get_domain())

    def _run_safely(self, size):
        """Run the next batch; where somebody else was quicker, see what they did and try again with fewer
        deals: that takes less time, in which others change fewer of them. Where a deal cannot be written,
        fewer and fewer are looked at until it is found, and it is gone past.

        :param int size: how many deals at most
        :return: how many deals there were, None where another job is at it; and the size to go on with, 0
            where a deal was gone past
        """
        attempt = 0
        while True:
            self.env["crm.playbook.notice"]._mark_run(self.kind)
            try:
                done = self.with_context(lang=self._get_lang())._run_batch(size)
                self.env.cr.flush()
            except CONCURRENCY_ERRORS:
                attempt += 1
                if attempt == MAX_ATTEMPTS:
                    raise
                self._undo()
                size = max(size // SHRINKING, 1)
            except Exception as error:
                _logger.warning("A batch of %s deals failed", size, exc_info=True)
                self._undo()
                if size == 1:
                    self.exists()._pass_by(error)
                    return 1, 0
                size = max(size // 2, 1)
            else:
                return done, size
            if not self.exists():
                return 0, size

    def _undo(self):
        self.env.cr.rollback()
        self.env.invalidate_all()

    def _pass_by(self, error):
        """Go past the next deal, which cannot be written, and tell the playbook's responsible so.

        :param error: what was raised
        """
        for refresh in self.with_context(lang=self._get_lang()) if self else self:
            self.env["crm.playbook.notice"]._mark_run(refresh.kind)
            ids = refresh._get_next_ids(1)
            if ids:
                refresh.position = ids[0]
                refresh.playbook_id._report_stuck(refresh._get_leads().browse(ids[0]), error)
            else:
                refresh._end()

    def _get_lang(self):
        """Return the language of what the job writes down for everybody: that of the playbook's company."""
        lang = (self.playbook_id.company_id or self.env.company).partner_id.lang
        return lang if lang and self.env["res.lang"]._get_data(code=lang) else None

    def _run_batch(self, size=None):
        """Look at the next deals, so many at most, and end with the last ones.

        :return: how many there were, None where another job is at it
        """
        size = size or BATCH
        if not self.try_lock_for_update():
            return None
        if self._is_outdated():
            self.unlink()
            return 0
        # planning machine code for statements that run for a tenth of a second takes longer than they do
        self.env.cr.execute("SET LOCAL jit TO off")
        ids = self._get_next_ids(size)
        if ids:
            self._look_at(self._get_leads().browse(ids))
        if len(ids) < size:
            self._end()
        else:
            self.position = ids[-1]
        return len(ids)

    def _is_outdated(self):
        """Tell whether the same was asked for again since: then all of it is looked at again anyway."""
        same = [("playbook_id", "=", self.playbook_id.id), ("kind", "=", self.kind), ("id", ">", self.id)]
        whole = [("scope", "=", "all")] if self.scope == "all" else []
        return self.kind not in ALONE and bool(self.search_count(same + whole, limit=1))

    def _look_at(self, leads):
        """Bring these deals up to date in what this request is about."""
        leads._refresh()

    def _end(self):
        """There are no more deals to look at."""
        self._report_broken()
        self.unlink()

    def _get_leads(self):
        """Return the model of leads; what is lost, and archived therefore, has deadlines and a log too."""
        return self.env["crm.lead"].with_context(active_test=self.kind == "rating")

    def _get_next_ids(self, size):
        """Return the ids of the next deals to look at, in order, so many at most."""
        return self._get_leads().search(self._get_domain(), order="id", limit=size).ids

    def _get_domain(self):
        """Return the domain of the deals that are still to be looked at: open ones, and those that
        were closed since the last time.
        """
        todo = Domain("id", ">", self.position)
        followed = Domain("playbook_id", "=", self.playbook_id.id)
        worked = Domain("won_status", "=", "pending") | Domain("date_closed", ">=", "today -2d")
        is_any = Domain.TRUE if self.kind == "deadlines" else Domain("type", "=", "opportunity")
        return todo & followed & worked & is_any

    def _report_broken(self):
        """Report the rules that cannot be evaluated any more."""
        if self.kind == "deadlines":
            playbook = self.playbook_id
            for deadline in playbook.deadline_ids | playbook.stage_ids.action_ids:
                if deadline.broken_reason:
                    deadline._report_error(deadline.broken_reason)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _refresh(self):
        """Bring up to date what rules and the passing of time decide about these deals of one
        playbook, open or just closed. Called by the job with up to 5,000 deals; each capability extends it.
        """
