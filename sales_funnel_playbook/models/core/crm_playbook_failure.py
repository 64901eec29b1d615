import logging
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...exceptions import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

# Jobs try again within the hour or the day: what has not failed again for longer is over.
KEPT = timedelta(hours=26)
NOTE = """
    INSERT INTO crm_playbook_failure (cron_id, res_model, res_id, error, reason, since, last_at)
    VALUES (%(cron_id)s, %(res_model)s, %(res_id)s, %(error)s, %(reason)s, %(now)s, %(now)s)
    ON CONFLICT (COALESCE(cron_id, 0), res_model, COALESCE(res_id, 0)) DO UPDATE SET
        error = EXCLUDED.error, reason = EXCLUDED.reason, last_at = EXCLUDED.last_at,
        since = CASE WHEN crm_playbook_failure.last_at < %(over)s THEN EXCLUDED.since
            ELSE crm_playbook_failure.since END
"""


class CrmPlaybookFailure(models.Model):
    """What a job could not do, and why: one row for each record, as long as it goes on failing.

    A job goes past what fails, so that the rest is done; whoever administers the database sees it on the
    Health page. A row that is not noted again is over, and goes by itself.
    """

    _name = "crm.playbook.failure"
    _description = "What a Job Could Not Do"
    _order = "since, id"
    _rec_name = "reason"

    cron_id = fields.Many2one("ir.cron", string="Job", index=True, ondelete="cascade")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model")
    error = fields.Char(required=True, help="The kind of error, which says nothing of the record.")
    reason = fields.Text(help="What the error says, its first line.")
    since = fields.Datetime(required=True)
    last_at = fields.Datetime(string="Last Failure", required=True, help="When it failed last.")

    _what_uniq = models.UniqueIndex("(COALESCE(cron_id, 0), res_model, COALESCE(res_id, 0))")

    @api.model
    def _note(self, record, error):
        """Note that the running job could not do what it does with ``record``. To be called after what has
        failed was undone; a second call for the same says that it goes on.

        :param record: what could not be done; empty where it is of a model as a whole
        :param error: the exception, or a text
        """
        self.env.cr.execute(
            SQL(
                NOTE,
                cron_id=self.env.context.get("cron_id") or None,
                res_model=record._name,
                res_id=record.id or None,
                error=type(error).__name__,
                reason=(str(error) or repr(error)).splitlines()[0],
                now=self.env.cr.now(),
                over=self.env.cr.now() - KEPT,
            )
        )
        self.invalidate_model()

    @contextmanager
    def _noting(self, record):
        """Undo what fails within, note it for ``record``, and go on.

        :raise: where somebody else was quicker: then the job is tried again
        """
        try:
            with self.env.cr.savepoint():
                yield
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            _logger.exception("A job goes past what fails: %r", record)
            self._note(record, error)

    def _get_name(self):
        """Return what the record is called, as it is now; nothing where it is gone."""
        if not self.res_id or self.res_model not in self.env:
            return ""
        return self.env[self.res_model].browse(self.res_id).exists().display_name or ""

    @api.model
    def _find_current(self):
        """Return what has failed so lately that it is not over."""
        return self.search([("last_at", ">=", self.env.cr.now() - KEPT)])

    @api.autovacuum
    def _gc_failures(self):
        """Delete what is over."""
        self.search([("last_at", "<", self.env.cr.now() - KEPT)]).unlink()
