from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, format_datetime

# Won deals with a renewal reminder whose time has come, done or not, and cancelled afterwards or not.
FIRED = """
    (SELECT activity.res_id FROM mail_activity activity
    JOIN crm_playbook_deadline deadline ON deadline.id = activity.playbook_deadline_id
    WHERE activity.res_model = 'crm.lead' AND deadline.is_renewal_reminder
        AND activity.playbook_closing IS DISTINCT FROM 'dropped' AND activity.playbook_due_at <= %s
    UNION ALL
    SELECT waiver.lead_id FROM crm_lead_waiver waiver
    JOIN crm_playbook_deadline deadline ON deadline.id = waiver.deadline_id
    WHERE deadline.is_renewal_reminder AND waiver.is_final AND waiver.due_at <= waiver.cancelled_at)
"""


class CrmLead(models.Model):
    """When a lead was captured: an exhibition's lead that is entered days later is late already.

    "Call me in three weeks": an agreed pause. Review, follow-up and the alarm about silence wait for it;
    everybody sees it, and it ends by itself.

    The renewal reminder of a won deal, which opens the stage that waits for it.
    """

    _inherit = "crm.lead"

    captured_at = fields.Datetime(
        default=lambda self: fields.Datetime.now(),  # the clock of the check, also where tests replace it
        copy=False,
        prefetch="playbook",
        help="When the customer was met or wrote; when the lead was created, unless somebody says otherwise."
        " The time for completing it counts from here.",
    )
    waiting_until = fields.Date(
        copy=False,
        tracking=True,
        prefetch="playbook",
        help="The customer asked to be left alone until this day. Until then neither an update nor a"
        " follow-up is due, and silence is no risk.",
    )
    waiting_since = fields.Date(
        readonly=True, copy=False, prefetch="playbook", help="When this waiting began."
    )
    waiting_alert = fields.Char(
        compute="_compute_waiting_alert", help="What is said at the top of a deal that waits."
    )
    is_waiting = fields.Boolean(
        string="Waiting for the Customer", compute="_compute_is_waiting", search="_search_is_waiting"
    )
    has_renewal_reminder = fields.Boolean(
        string="Renewal Reminder Fired",
        compute="_compute_has_renewal_reminder",
        search="_search_has_renewal_reminder",
        help="A deadline of this won deal that is a renewal reminder has become due.",
    )

    def _merge_get_fields_specific(self):
        """Merged deals were captured when the first of them was."""
        return {
            **super()._merge_get_fields_specific(),
            "captured_at": lambda name, leads: min(filter(None, leads.mapped(name)), default=False),
        }

    @api.constrains("captured_at")
    def _check_captured_at(self):
        now = max(self.env.cr.now(), fields.Datetime.now())
        for lead in self:
            if lead.captured_at and lead.captured_at > now:
                raise ValidationError(
                    self.env._(
                        "“Captured At” of “%(lead)s” cannot be in the future: %(moment)s.",
                        lead=lead.name,
                        moment=format_datetime(self.env, lead.captured_at),
                    )
                )

    @api.depends("waiting_until")
    def _compute_is_waiting(self):
        for lead in self:
            lead.is_waiting = bool(lead.waiting_until and lead.waiting_until > lead._get_today())

    @api.depends("is_waiting", "waiting_until")
    @api.depends_context("lang")
    def _compute_waiting_alert(self):
        for lead in self:
            lead.waiting_alert = lead.is_waiting and self.env._(
                "Waiting for the customer until %s. Updates and follow-up pause until then.",
                format_date(self.env, lead.waiting_until),
            )

    @api.model
    def _search_is_waiting(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = Domain.OR(
            leads & Domain("waiting_until", ">", today) for today, leads in self._get_day_domains().items()
        )
        return Domain.OR(waiting if wanted else ~waiting for wanted in value)

    @api.constrains("waiting_until")
    def _check_waiting_until(self):
        """Who waits on and on does not begin anew: the days count from when the waiting began."""
        days = self.env["crm.playbook"]._get_setting("waiting_days")
        for lead in self.filtered("waiting_until"):
            today = lead._get_today()
            last_day = (lead.waiting_since or today) + timedelta(days=days)
            if not today <= lead.waiting_until <= last_day:
                raise ValidationError(
                    self.env._(
                        "“Waiting Until” of “%(lead)s” must be between %(first)s and %(last)s: at most"
                        " %(days)s days from when the waiting began.",
                        lead=lead.name,
                        first=format_date(self.env, today),
                        last=format_date(self.env, last_day),
                        days=days,
                    )
                )

    def _before_write_deadline(self, save):
        """Note since when a deal waits, before the day until when, which is judged by it; who goes on waiting
        does not begin anew.
        """
        if "waiting_until" not in save.written:
            return
        ends = not save.written["waiting_until"]
        going_on = {
            id_
            for id_, one in save.before.items()
            if one.waiting_until and one.waiting_until > self.browse(id_)._get_today()
        }
        changing = self.browse(id_ for id_ in self._ids if ends or id_ not in going_on)
        self.check_access("write")
        # sudo: nobody writes it but the module
        for since, leads in changing.sudo().grouped(lambda lead: not ends and lead._get_today()).items():
            leads._write_as_odoo({"waiting_since": since})

    def _note_waiting(self, save):
        """Note since when these new deals wait."""
        waiting = [
            id_ for id_, vals in zip(self._ids, save.vals_list, strict=True) if vals.get("waiting_until")
        ]
        if waiting:
            # sudo: nobody writes it but the module
            for today, leads in self.sudo().browse(waiting).grouped(lambda lead: lead._get_today()).items():
                leads.waiting_since = today

    @api.depends("won_status")
    def _compute_has_renewal_reminder(self):
        fired = self.with_context(active_test=False).search(
            Domain("id", "in", self.ids) & Domain("has_renewal_reminder", "=", True)
        )
        for lead in self:
            lead.has_renewal_reminder = lead._origin in fired

    @api.model
    def _search_has_renewal_reminder(self, operator, value):
        if operator != "in":
            return NotImplemented
        names = ["res_id", "res_model", "playbook_deadline_id", "playbook_closing", "playbook_due_at"]
        self.env["mail.activity"].flush_model(names)
        self.env["crm.playbook.deadline"].flush_model(["is_renewal_reminder"])
        self.env["crm.lead.waiver"].flush_model()
        fired = Domain("id", "in", SQL(FIRED, self.env.cr.now()))
        return Domain.OR(fired if wanted else ~fired for wanted in value)
