import re
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

PREFIX = re.compile(r"^[^:：]*[:：]\s*")  # of all jobs of the module the same: no news on its own page
LATE = timedelta(hours=1)  # so long a job may wait for its turn
# The last run of each job; its row is written when it begins, with each batch, and when it ends.
LAST_RUNS = """
    SELECT DISTINCT ON (cron_id) cron_id, create_date, write_date, remaining
    FROM ir_cron_progress WHERE cron_id = ANY(%s) ORDER BY cron_id, id DESC
"""


class CrmPlaybookHealth(models.TransientModel):
    """The jobs of the module, and of the addons beside it."""

    _inherit = "crm.playbook.health"

    @api.model
    def _get_jobs(self):
        """Return ``[{"id", "name", "label" (the name in short), "job" (its name in the code), "is_active",
        "last_run", "next_run", "seconds", "minutes_late", "failures"}, …]``.

        ``seconds`` says how long the last run took, False where none is known: Odoo forgets after a week.
        """
        # sudo: which jobs there are, whoever may read the list of names
        data = self.env["ir.model.data"].sudo()
        names = data.search([("model", "=", "ir.cron"), ("module", "=like", "sales_funnel_playbook%")])
        # sudo: as above
        crons = self.env["ir.cron"].sudo().with_context(active_test=False)
        crons = crons.browse(names.mapped("res_id")).exists().sorted("id")
        rows = self.env.execute_query(SQL(LAST_RUNS, crons.ids))
        runs = {cron_id: run for cron_id, *run in rows}
        known_as = {one.res_id: one.complete_name for one in names}
        return [self._prepare_job(one, known_as[one.id], *runs.get(one.id, ())) for one in crons]

    @api.model
    def _prepare_job(self, cron, name, begun_at=None, ended_at=None, remaining=0):
        now = self.env.cr.now()
        is_running = bool(remaining) and ended_at > now - LATE
        late = cron.active and not is_running and now - cron.nextcall
        return {
            "id": cron.id,
            "name": cron.name,
            "label": PREFIX.sub("", cron.name),
            "job": name,
            "is_active": cron.active,
            "last_run": cron.lastcall,
            "next_run": cron.active and cron.nextcall,
            "seconds": round((ended_at - begun_at).total_seconds(), 1) if begun_at else False,
            "minutes_late": max(int(late.total_seconds() // 60), 0) if late else 0,
            "failures": cron.failure_count,
        }

    @api.model
    def _find_job_findings(self):
        """Return the jobs that fail, that are late, and that are switched off."""
        # sudo: as above
        parameters = self.env["ir.config_parameter"].sudo()
        is_copy = bool(parameters.get_param("database.is_neutralized"))  # where jobs are not to run
        found = []
        for job in self._get_jobs():
            text = False if is_copy else self._get_job_fault(job)
            if text:
                # sudo: as above
                cron = self.env["ir.cron"].sudo().browse(job["id"])
                since = cron.first_failure_date or (cron.active and cron.nextcall)
                found.append(
                    {
                        "key": f"job:{job['job']}",
                        "kind": "job",
                        "is_wrong": True,
                        "text": text,
                        "res_model": "ir.cron",
                        "res_id": job["id"],
                        "since": since,
                    }
                )
        return found

    @api.model
    def _get_job_fault(self, job):
        """Return what is wrong with a job of :meth:`_get_jobs`, and how to mend it; False for nothing."""
        if not job["is_active"]:
            return self.env._(
                "“%s” is switched off, as Odoo does with what fails for a week: see the server's log, then"
                " switch it on in Settings → Technical → Scheduled Actions.",
                job["name"],
            )
        if job["failures"]:
            return self.env._(
                "“%(job)s” has failed %(count)s times in a row: see the server's log for the reason.",
                job=job["name"],
                count=job["failures"],
            )
        if job["minutes_late"] * 60 > LATE.total_seconds():
            return self.env._(
                "“%(job)s” is %(hours)s hours late: see that a server runs scheduled actions, and what keeps"
                " them.",
                job=job["name"],
                hours=job["minutes_late"] // 60,
            )
        return False
