from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...arguments import is_id

OVERRIDE = "playbook_override"


class Override(NamedTuple):
    """A manager's decision, on its way to the gate in the context. Only this module makes one: what
    a client sends as a context is never of this type.
    """

    lead_ids: frozenset
    stage_id: int
    reason_id: int
    note: str


class CrmPlaybookOverrideReason(models.Model):
    """Why a manager let a deal pass although something was missing."""

    _name = "crm.playbook.override.reason"
    _description = "Override reason"
    _inherit = ["crm.playbook.cache.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    @api.model
    def _check_reason_id(self, reason_id):
        """Return the id of a reason that a caller named.

        :raise UserError: when there is no such reason
        """
        reason = self.browse(reason_id if is_id(reason_id) else ())
        if not reason.exists().active:
            raise UserError(self.env._("Choose a reason for the override."))
        return reason.id


class CrmLead(models.Model):
    """A manager lets a deal pass: with a reason, on record, and with the missing work scheduled."""

    _inherit = "crm.lead"

    def override_gate(self, stage_id, reason_id, note, date_deadline=False):
        """Move these leads into a stage although something is missing, restore there those that were lost in
        it, or accept there those that stand in it past its gate. What was unmet is logged with the reason,
        told in the chatter, and becomes activities of each lead's salesperson. A lead that misses nothing
        simply moves.

        :param int stage_id: a ``crm.stage``
        :param int reason_id: a ``crm.playbook.override.reason``
        :param str note: why, in the manager's own words
        :param date_deadline: until when the missing work is made up for; without, in a week
        :raise AccessError: unless the current user is a sales manager or leads each lead's team
        :raise UserError: without a reason or note, or when the deadline is past
        """
        self._check_can_work()
        self._check_led_by_user(self.env._("override the gate"))
        override = Override(
            lead_ids=frozenset(self.ids),
            stage_id=self.env["crm.stage"]._check_stage_id(stage_id),
            reason_id=self.env["crm.playbook.override.reason"]._check_reason_id(reason_id),
            note=self.env["crm.lead.evidence"]._clean_text(note),
        )
        if not override.note:
            raise UserError(self.env._("Write a note: why is the gate overridden, and what was agreed?"))
        date_deadline = self._check_override_deadline(date_deadline)
        decided = self.with_context(**{OVERRIDE: override})
        moving = decided.filtered(lambda lead: lead.stage_id.id != override.stage_id)
        restoring = (decided - moving).filtered(lambda lead: lead.won_status == "lost")
        moving.write({"stage_id": override.stage_id})
        restoring.action_restore()
        accepted = (decided - moving - restoring)._get_sidings()
        accepted._accept_here()
        # sudo: the log of leads that the user may write, which was checked above
        overridden = (
            (moving | restoring | accepted)
            .sudo()
            .stage_log_ids.filtered(lambda s: not s.left_at and s.gate == "overridden")
        )
        self._tell_override(overridden)
        self._schedule_unmet(overridden, date_deadline)
        return True

    @api.model
    def _override_verdicts(self, verdicts):
        """Return ``verdicts``, those that a manager's decision covers as overridden."""
        override = self.env.context.get(OVERRIDE)
        if not isinstance(override, Override):
            return verdicts
        return {
            lead_id: verdict._replace(
                gate="overridden",
                override_reason_id=override.reason_id,
                override_note=override.note,
            )
            if not verdict.is_allowed
            and lead_id in override.lead_ids
            and verdict.stage_id == override.stage_id
            else verdict
            for lead_id, verdict in verdicts.items()
        }

    @api.model
    def _get_override_deadline(self):
        """Return the date that is proposed: so long may missing work take."""
        days = self.env["crm.playbook"]._get_setting("override_days")
        return fields.Date.context_today(self) + timedelta(days=days)

    @api.model
    def _check_override_deadline(self, date_deadline):
        """Return the date until which the missing work is due.

        :raise UserError: when it is past, or no date
        """
        today = fields.Date.context_today(self)
        try:
            date_deadline = fields.Date.to_date(date_deadline) or self._get_override_deadline()
            is_past = date_deadline < today
        except (TypeError, ValueError):
            is_past = True
        if is_past:
            raise UserError(self.env._("Choose today or a later date: by when is what is missing complete?"))
        return date_deadline

    @api.model
    def _tell_override(self, stays):
        """Write in each deal's chatter who let it pass, why, and what was unmet."""
        stays.lead_id._message_log_batch(
            bodies={stay.lead_id.id: self._prepare_override_message(stay) for stay in stays},
            author_id=self.env.user.partner_id.id,
        )
        stays.lead_id.invalidate_recordset(["message_ids"], flush=False)

    @api.model
    def _prepare_override_message(self, stay):
        title = self.env._(
            "%(manager)s overrode the gate to “%(stage)s” (%(reason)s):",
            manager=self.env.user.name,
            stage=stay.stage_id.name,
            reason=stay.override_reason_id.name,
        )
        items = Markup().join(Markup("<li>%s</li>") % item["name"] for item in stay.unmet)
        return Markup("<p>%s</p><p>%s</p><ul>%s</ul>") % (title, stay.override_note, items)

    @api.model
    def _schedule_unmet(self, stays, date_deadline):
        """Make each unmet item an activity of the deal's salesperson, in their language."""
        # sudo: the leader plans for somebody else
        self.env["mail.activity"].sudo().create(
            [
                {**vals, "date_deadline": date_deadline}
                for doer, its in stays.grouped(self._get_doer_of_unmet).items()
                for vals in self.with_context(lang=doer.lang)._prepare_unmet_work(its, doer)
            ]
        )

    @api.model
    def _get_doer_of_unmet(self, stay):
        return stay.lead_id.user_id.filtered("active") or self.env.user

    @api.model
    def _prepare_unmet_work(self, stays, doer):
        """Return the values of an activity of ``doer`` for each unmet item of these stays, which are sudo."""
        activity_type = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        told = stays.with_env(self.env)._retell_unmet([item for stay in stays for item in stay.unmet])
        return [
            {
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": stay.lead_id.id,
                "activity_type_id": activity_type.id if activity_type else False,
                **self._prepare_unmet_words(words),
                "user_id": doer.id,
                **stay.lead_id._prepare_work_vals("override", item["rule_id"], item["kind"], stay.id),
            }
            for stay in stays
            for item in stay.unmet
            for words in (told.get((item["kind"], item["rule_id"]), item),)
        ]

    @api.model
    def _prepare_unmet_words(self, item):
        """Return the texts of the activity for an unmet item, which is in the language of the environment."""
        return {
            "summary": self.env._("Outstanding: %s", item["name"]),
            "note": item["guidance"] and Markup("<p>%s</p>") % item["guidance"],
        }

    @api.readonly
    def action_override_gate(self):
        """Open the dialog that lets these leads pass into the stage named in the context."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead.override",
            "name": self.env._("Override"),
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_lead_ids": self.ids,
                "default_stage_id": self.env.context.get("override_stage_id"),
            },
        }
