from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

BATCH = 200


class CrmPlaybookCase(models.Model):
    """The library keeps itself: cases that are due are looked at, and no case is left without an owner."""

    _inherit = "crm.playbook.case"

    @api.model
    def _cron_keep(self):
        """Hand over what belonged to people who have left, ask about what is due, and remind of sessions."""
        self.env["crm.playbook"]._remind_of_sessions()
        for step in (self._hand_over_batch, self._ask_about_batch):
            while done := step():
                # a full batch has others after it: the job comes back for them
                if not self.env["ir.cron"]._commit_progress(done, remaining=BATCH if done == BATCH else 0):
                    return

    def _hand_over_batch(self):
        """Give the next cases of people who have left to who keeps them now.

        :return: how many there were
        """
        left = Domain("user_id.active", "=", False) & Domain("user_id", "!=", False)
        waiting = Domain("state", "=", "in_review") & Domain("reviewer_id.active", "=", False)
        cases = self.with_context(active_test=False).search(
            left | (waiting & Domain("reviewer_id", "!=", False)), limit=BATCH
        )
        for case in cases.with_context(active_test=True):
            keeper = case._find_keeper()
            if not case.user_id.active:
                case.user_id = keeper
            if case.reviewer_id and not case.reviewer_id.active:
                case.reviewer_id = keeper
                case._schedule_case_work(keeper)
        return len(cases)

    def _ask_about_batch(self):
        """Ask the owners of the next cases that are due whether they still hold.

        :return: how many there were
        """
        self.env["mail.activity"].flush_model()
        asked = SQL(
            "SELECT res_id FROM mail_activity WHERE res_model = %s AND active AND automated", self._name
        )
        due = Domain("state", "=", "published") & self._get_review_domain("<=")
        cases = self.search(due & Domain("id", "not in", asked), limit=BATCH)
        asked_now = 0
        for case in cases:
            if keeper := case.user_id or case._find_keeper():
                case._schedule_case_work(keeper)
                asked_now += 1
        return asked_now


class CrmPlaybook(models.Model):
    """Once a month whoever keeps a playbook is reminded to share what was learnt."""

    _name = "crm.playbook"
    _inherit = ["crm.playbook", "mail.activity.mixin"]

    has_case_session = fields.Boolean(
        string="Sharing Session Reminder",
        default=True,
        help="Once a month the playbook's responsible is reminded to schedule a session on the cases that"
        " were published, unless one was held or is planned.",
    )
    case_reminded_on = fields.Date(readonly=True, copy=False)

    @api.model
    def _remind_of_sessions(self):
        """Remind of this month's session where there is something to share and nothing is planned."""
        playbooks = self.search(
            [
                ("is_template", "=", False),
                ("has_case_session", "=", True),
                ("stage_ids", "!=", False),
                ("responsible_user_id.active", "=", True),
            ]
        )
        for playbook in playbooks.filtered(lambda one: one._needs_session()):
            manager = playbook.responsible_user_id
            told = playbook.with_context(lang=manager.lang)
            playbook.activity_schedule(
                "mail.mail_activity_data_todo",
                manager._get_playbook_day(self.env.cr.now()),
                user_id=manager.id,
                **told._prepare_session_words(),
            )
            playbook.case_reminded_on = playbook._get_today()

    def _prepare_session_words(self):
        """Return the texts of the activity, in the language of the environment."""
        return {
            "summary": self.env._("Schedule a sharing session on cases"),
            "note": self.env._(
                "“Sharing Session” in the case library proposes what to talk about and makes the meeting."
            ),
        }

    def _needs_session(self):
        """Tell whether this month nobody was reminded, no session was held nor is planned, and
        there are cases to share.
        """
        first = self._get_today().replace(day=1)
        if self.case_reminded_on and self.case_reminded_on >= first:
            return False
        company = [("company_id", "in", [self.company_id.id, False])] if self.company_id else []
        cases = self.env["crm.playbook.case"].search_count([("state", "=", "published"), *company], limit=1)
        lines = self.env["crm.playbook.case.session.line"]
        held = lines._get_kept_domain() & Domain("case_id", "any", company)
        held &= Domain("held_at", ">=", self._get_midnight(first))
        held &= Domain("held_at", "<", self._get_midnight(first + relativedelta(months=1)))
        return bool(cases and not lines.search_count(held, limit=1))


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _get_words(self):
        words = super()._get_words()
        own = self.filtered("automated").grouped("res_model")
        for one in own.get("crm.playbook.case", ()):
            words[one] = self.env["crm.playbook.case"].browse(one.res_id)._prepare_work_words()
        for one in own.get("crm.playbook", ()):
            words[one] = self.env["crm.playbook"].browse(one.res_id)._prepare_session_words()
        return words
