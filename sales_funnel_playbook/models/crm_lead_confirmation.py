from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLeadConfirmation(models.Model):
    """A person vouches that an entry condition is met. Written and withdrawn by the module only, so
    that it stands as it was given: nobody has the right to edit or delete one.
    """

    _name = "crm.lead.confirmation"
    _description = "Confirmed entry condition"
    _inherit = ["crm.lead.fact"]
    _order = "date desc, id desc"
    _rec_name = "condition_id"

    condition_id = fields.Many2one("crm.playbook.condition", required=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Confirmed By", required=True, ondelete="restrict")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    note = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    withdrawn_at = fields.Datetime()
    withdrawn_by_id = fields.Many2one("res.users", ondelete="restrict")

    _in_force_uniq = models.UniqueIndex(
        "(lead_id, condition_id) WHERE withdrawn_at IS NULL",
        "This condition is already confirmed for this deal.",
    )

    def _can_withdraw(self, user):
        """Tell whether ``user`` may take this confirmation back: who gave it, or a sales manager."""
        return user == self.user_id or user.has_group("sales_team.group_sale_manager")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    confirmation_ids = fields.One2many(
        "crm.lead.confirmation", "lead_id", string="Confirmations", readonly=True, copy=False
    )

    def confirm_condition(self, condition_id, note=False, attachment_ids=()):
        """Vouch, as the current user, that an entry condition is met for this lead.

        :param int condition_id: a ``crm.playbook.condition`` of kind ``confirmation``
        :param str note: what shows it
        :param attachment_ids: ids of ``ir.attachment`` that show it
        :return: the id of the ``crm.lead.confirmation``
        :raise UserError: when the condition is not one of this lead's playbook, is already
            confirmed, or wants evidence and none is given
        """
        self.ensure_one()
        self.check_access("write")
        condition = self._get_condition(condition_id)
        note = str(note or "").strip()
        attachments = self.env["ir.attachment"].browse(attachment_ids)._check_own_uploads()
        if reason := self._get_confirm_refusal(condition, note or attachments):
            raise UserError(reason)
        # sudo: confirmations belong to the module; the right to write the lead was checked above
        confirmation = (
            self.env["crm.lead.confirmation"]
            .sudo()
            .create(
                {
                    "lead_id": self.id,
                    "condition_id": condition.id,
                    "user_id": self.env.uid,
                    "note": note,
                    "attachment_ids": attachments.ids,
                }
            )
        )
        attachments.sudo().write({"res_model": confirmation._name, "res_id": confirmation.id})
        self._message_log(body=self.env._("Entry condition confirmed: %s", condition.name))
        return confirmation.id

    def withdraw_confirmation(self, condition_id):
        """Take a confirmation back. It stays on record, with who withdrew it and when.

        :param int condition_id: the condition that no longer counts as confirmed
        :raise UserError: unless the current user confirmed it or is a sales manager
        """
        self.ensure_one()
        self.check_access("write")
        confirmation = self._get_confirmations(self._get_condition(condition_id))
        if not confirmation:
            raise UserError(self.env._("This condition is not confirmed: there is nothing to withdraw."))
        if not confirmation._can_withdraw(self.env.user):
            raise UserError(
                self.env._(
                    "Only %s or a sales manager can withdraw this confirmation.",
                    confirmation.user_id.name,
                )
            )
        confirmation.write({"withdrawn_at": fields.Datetime.now(), "withdrawn_by_id": self.env.uid})
        self._message_log(body=self.env._("Confirmation withdrawn: %s", confirmation.condition_id.name))
        return True

    def _merge_dependences(self, opportunities):
        """Keep what was confirmed for the merged leads, where this one has no confirmation yet."""
        result = super()._merge_dependences(opportunities)
        confirmations = self.env["crm.lead.confirmation"].sudo()
        in_force = [("withdrawn_at", "=", False)]
        confirmed = confirmations.search([*in_force, ("lead_id", "=", self.id)]).condition_id
        for confirmation in confirmations.search([*in_force, ("lead_id", "in", opportunities.ids)]):
            if confirmation.condition_id not in confirmed:
                confirmed |= confirmation.condition_id
                confirmation.lead_id = self
        return result

    @api.model
    def _get_condition(self, condition_id):
        """Return the condition that a caller named, empty if there is none."""
        conditions = self.env["crm.playbook.condition"]
        return conditions.browse(condition_id).exists() if isinstance(condition_id, int) else conditions

    def _get_confirm_refusal(self, condition, evidence):
        """Return why ``condition`` cannot be confirmed for this lead, or False."""
        if not condition or condition.kind != "confirmation" or condition.playbook_id != self.playbook_id:
            return self.env._(
                "This condition cannot be confirmed for “%s”: reload the page to see its playbook as"
                " it is now.",
                self.name,
            )
        if self._get_confirmations(condition):
            return self.env._("“%s” is already confirmed for this deal.", condition.name)
        if condition.evidence_required and not evidence:
            return self.env._("“%s” needs evidence: add a note or a file that shows it.", condition.name)
        return False

    def _get_confirmations(self, conditions):
        """Return the confirmations of ``conditions`` in force on these leads, as superuser: they
        count whoever asks.
        """
        return (
            self.env["crm.lead.confirmation"]
            .sudo()
            .search(
                [
                    ("lead_id", "in", self.ids),
                    ("condition_id", "in", conditions.ids),
                    ("withdrawn_at", "=", False),
                ]
            )
        )


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_own_uploads(self):
        """Return these files, which are about to become evidence.

        :raise UserError: unless all are the current user's own and attached to nothing yet: taking
            them changes who may read them
        """
        is_own = all(isinstance(id_, int) for id_ in self._ids) and self.sudo().exists() == self
        if not is_own or any(file.res_id or file.create_uid != self.env.user for file in self.sudo()):
            raise UserError(
                self.env._("Upload the evidence yourself: a file belongs to another record or user.")
            )
        return self
