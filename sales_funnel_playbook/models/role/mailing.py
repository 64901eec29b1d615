from odoo import api, models

from .contributing import CONTRIBUTOR, SALES

HIDDEN = "playbook_hidden_changes"  # in a context: which changes a mail does not name


class CrmLead(models.Model):
    """What contributors hear of deals by mail is what they may see there, whoever else gets the message."""

    _inherit = "crm.lead"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Whoever follows a deal without being able to open it hears nothing of it; whom somebody has
        addressed does.
        """
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        contributors = self._find_contributors(recipients) if self else ()
        if not contributors:
            return recipients
        addressed = (msg_vals or {}).get("partner_ids")
        if addressed is None:
            addressed = message.sudo().partner_ids.ids  # sudo: who is addressed, whoever wrote it
        addressees = {one["uid"] for one in recipients if one["id"] in addressed}
        following = contributors.filtered(lambda user: user.id not in addressees)
        deaf = {user.id for user in following if not user._filter_seen(self)}
        return [one for one in recipients if one["uid"] not in deaf]

    def _notify_get_classified_recipients_iterator(self, message, recipients_data, *args, **kwargs):
        """A mail names the changes that its reader may see: who sees fewer than others gets a mail apart."""
        for hidden, its in self._group_by_sight(message, recipients_data).items():
            lead = self.with_context(**{HIDDEN: hidden}) if hidden else self
            yield from super(CrmLead, lead)._notify_get_classified_recipients_iterator(
                message, its, *args, **kwargs
            )

    @api.model
    def _find_contributors(self, recipients_data):
        """Return the users among recipients who see deals by roles alone."""
        contributor, sales = (
            self.env["ir.model.data"]._xmlid_to_res_id(name) for name in (CONTRIBUTOR, SALES)
        )
        return self.env["res.users"].browse(
            one["uid"]
            for one in recipients_data
            if one["uid"] and contributor in one["groups"] and sales not in one["groups"]
        )

    @api.model
    def _group_by_sight(self, message, recipients_data):
        """Return ``{ids of the changes that they may not see: recipients}``."""
        contributors = self._find_contributors(recipients_data)
        if not contributors:
            return {(): recipients_data}
        tracked = message.sudo().tracking_value_ids  # sudo: what has changed, whoever is told
        hidden = {
            user.id: (tracked - tracked._filter_has_field_access(self.with_user(user).env))._ids
            for user in contributors
        }
        groups = {}
        for one in recipients_data:
            groups.setdefault(hidden.get(one["uid"], ()), []).append(one)
        return groups

    def _track_filter_for_display(self, tracking_values):
        shown = super()._track_filter_for_display(tracking_values)
        hidden = self.env.context.get(HIDDEN) or ()
        return shown.filtered(lambda one: one.id not in hidden) if hidden else shown


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    @api.constrains("notify_user_ids")
    def _check_notified(self):
        """Refuse whoever could not open all deals that enter the stage; a role is told of its own."""
        for stage in self:
            for user in stage.notify_user_ids.filtered(lambda one: one._is_contributor()):
                user._check_named_by(stage)

    def _get_notified_partners(self):
        """Nor are contributors told as members of a team."""
        partners = super()._get_notified_partners()
        return partners.filtered(lambda one: not any(user._is_contributor() for user in one.user_ids))


class MailTrackingValue(models.Model):
    _inherit = "mail.tracking.value"

    def _filter_free_field_access(self):
        """What is pushed to browsers is the same for all: what one of them may not see is not in it."""
        free = super()._filter_free_field_access()
        for message, its in self.grouped("mail_message_id").items():
            for user in message._find_contributors():
                free -= its - its._filter_has_field_access(self.with_user(user).env)
        return free


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _find_contributors(self):
        """Return who hears of this message on a deal and sees the deal by a role alone."""
        if self.model != "crm.lead":
            return self.env["res.users"]
        # sudo: who is told, whoever wrote it
        partners = self.env["crm.lead"].sudo().browse(self.res_id).message_partner_ids
        users = (partners | self.sudo().partner_ids).user_ids  # sudo: as above
        return users.filtered(lambda user: user._is_contributor())


class CrmPlaybookNotice(models.Model):
    _inherit = "crm.playbook.notice"

    def _find_there(self, model):
        """Whoever has lost a role until they are told hears nothing of the deal."""
        there = super()._find_there(model)
        users = self.partner_id.user_ids.filtered("active")
        if model == "crm.lead" and len(users) == 1 and users._is_contributor():
            return users._filter_seen(there)
        return there
