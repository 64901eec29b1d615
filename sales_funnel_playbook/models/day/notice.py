from datetime import timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..core.crm_playbook_notice import MY_DAY

LISTED = 15  # lines at most in one notice


class ResUsers(models.Model):
    """Once a day, at the time that they choose, people hear in one message what is overdue or due that day;
    by mail or in Odoo, as they have all their notifications.
    """

    _inherit = "res.users"

    has_day_notice = fields.Boolean(
        string="My Day Once a Day",
        help="One message a day with what is overdue or due; none when nothing is. It comes by e-mail or in"
        " Odoo, as your other notifications.",
    )
    day_notice_hour = fields.Float(
        string="My Day At", default=8.0, help="From when on it is sent, in your time zone."
    )
    day_noticed_on = fields.Date(readonly=True, copy=False)

    _has_day_notice_idx = models.Index("(id) WHERE has_day_notice")

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "has_day_notice", "day_notice_hour"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "has_day_notice", "day_notice_hour"]

    @api.constrains("day_notice_hour")
    def _check_day_notice_hour(self):
        if not all(0 <= user.day_notice_hour < 24 for user in self):
            raise ValidationError(self.env._("“My Day At” is a time of the day, from 0:00 to 23:59."))

    @api.model
    def _cron_tell_day(self):
        """Tell everybody whose time has come today, each in a transaction of their own."""
        due = self._get_day_notices()
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for user in due:
            user._tell_day_safely()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _get_day_notices(self):
        """Return the users whose time has come today and who have heard nothing yet."""
        users = self.search([("has_day_notice", "=", True), ("share", "=", False)], order="id")
        return users.filtered(lambda user: user._is_day_notice_due())

    def _get_local_time(self):
        """Return what time it is where this user is."""
        return pytz.utc.localize(self.env.cr.now()).astimezone(pytz.timezone(self.tz or "UTC"))

    def _is_day_notice_due(self):
        now = self._get_local_time()
        hour = now.hour + now.minute / 60
        return self.day_noticed_on != now.date() and hour >= self.day_notice_hour

    def _tell_day_safely(self):
        """Tell this user, once a day, whatever comes of it: who cannot be told keeps nobody else waiting."""
        self.day_noticed_on = self._get_local_time().date()
        with self.env["crm.playbook.failure"]._noting(self):
            self._tell_day()

    def _is_working_day(self):
        """Tell whether this user's company works today, where the user is; holidays are none."""
        midnight = self._get_local_time().replace(hour=0, minute=0, second=0, microsecond=0)
        since = midnight.astimezone(pytz.utc).replace(tzinfo=None)
        calendar = self.company_id.resource_calendar_id
        return not calendar or bool(
            calendar.with_company(self.company_id)._get_intervals(
                since, since + timedelta(days=1), midnight.tzinfo
            )
        )

    def _tell_day(self):
        """Send this user what is overdue or due today, if anything is, on working days."""
        context = {
            "lang": self.lang or "en_US",
            "tz": self.tz or "UTC",
            "allowed_company_ids": self.company_ids.ids,
        }
        lines = self.env["crm.my.day"].with_user(self).with_context(**context)
        if not lines.has_access("read") or not self._is_working_day():
            return
        mine = [("user_id", "=", self.id), ("due", "in", ["overdue", "today"])]
        counts = dict(lines._read_group(mine, ["due"], ["__count"]))
        if counts:
            self.with_context(**context)._send_day(counts, lines.search(mine, limit=LISTED))

    def _send_day(self, counts, lines):
        """Send one message.

        :param dict counts: how many lines are overdue, and due today
        :param lines: the first of them
        """
        subject = self.env._(
            "My Day: %(overdue)s overdue, %(today)s today",
            overdue=counts.get("overdue", 0),
            today=counts.get("today", 0),
        )
        self.env["mail.thread"].message_notify(
            partner_ids=self.partner_id.ids,
            author_id=self.env.ref("base.partner_root").id,
            subject=subject,
            body=self._prepare_day_body(sum(counts.values()), lines),
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _prepare_day_body(self, count, lines):
        # sudo: what an action's address is, whoever may not read actions
        address = f"{self.get_base_url()}/odoo/{self.env.ref(MY_DAY).sudo().path}"
        items = [
            Markup("<li>%s – %s%s</li>")
            % (
                format_date(self.env, line.date_deadline),
                line.name,
                (line.linked_to and f" ({line.linked_to})") or "",
            )
            for line in lines
        ]
        if count > len(lines):
            items.append(Markup("<li>%s</li>") % self.env._("and %s more", count - len(lines)))
        button = Markup('<p><a href="%s" class="btn btn-primary">%s</a></p>') % (address, self.env._("Open"))
        return Markup("<ul>%s</ul>") % Markup().join(items) + button
