from contextlib import contextmanager
from datetime import datetime

from ..common import PlaybookCase

MONDAY = datetime(2024, 3, 18, 9)  # the working week of these tests: Monday 18 to Friday 22 March 2024


def at(day, hour=9, minute=0):
    """Return a moment in March 2024."""
    return datetime(2024, 3, day, hour, minute)


class DeadlineCase(PlaybookCase):
    """Deals under a playbook whose people work nine to five, UTC, Monday to Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.calendar_id = cls._create_nine_to_five()
        cls.playbook.responsible_user_id = cls.env.ref("base.user_admin")
        (cls.rep | cls.leader | cls.env.ref("base.user_admin")).tz = "UTC"

    @contextmanager
    def at(self, *moment):
        """Be in March 2024, and end the transaction as a request does."""
        with self.mock_datetime_and_now(at(*moment)):
            yield
            self.env.cr.flush()

    def run_job(self, *moment):
        """The hourly job, at a moment of March 2024; what has ended until then was captured."""
        with self.mock_datetime_and_now(at(*moment)):
            self.env["crm.lead.contact"]._cron_capture()
            jobs = self.env["crm.playbook.refresh"]
            jobs._cron_start_deadlines()
            self.env["crm.playbook.notice"]._mark_run("deadlines")
            jobs.search([("kind", "=", "deadlines")]).requested_at = at(*moment)  # the set-up asked for some
            for job in jobs.search([("kind", "=", "deadlines")]):
                while job.exists() and job._run_batch():
                    pass
            jobs._end_run(("deadlines",))
            self.env.cr.flush()

    def run_history(self, *moment):
        """The job that lets deals join playbooks and leave them, at a moment of March 2024."""
        with self.at(*moment):
            jobs = self.env["crm.playbook.refresh"]
            for job in jobs.search([("kind", "in", ("history", "recheck"))]):
                while job.exists() and job._run_batch():
                    pass

    def create_lead_at(self, *moment, **vals):
        with self.at(*moment):
            return self._create_lead(**vals)

    def get_work(self, lead, rule=None):
        """Return the activities that the playbook has given on ``lead``, oldest first, ended ones too."""
        work = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [("res_model", "=", "crm.lead"), ("res_id", "in", lead.ids), ("playbook_kind", "!=", False)],
                order="id",
            )
        )
        if rule is not None:
            name = "playbook_output_id" if rule._name == "crm.playbook.output" else "playbook_deadline_id"
            work = work.filtered(lambda one: one[name] == rule)
        return work

    def assertWork(self, lead, expected, rule=None):
        """Assert what was asked on ``lead``: ``(what, whose, until when, how it ended or False)``."""
        work = self.get_work(lead, rule)
        self.assertEqual(
            [(one.summary, one.user_id, one.playbook_due_at, one.playbook_closing) for one in work], expected
        )
