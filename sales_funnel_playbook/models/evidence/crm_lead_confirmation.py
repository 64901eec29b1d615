from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_list

from ...arguments import is_id

IS_CONFIRMED = """
    EXISTS (SELECT FROM crm_lead_confirmation fact WHERE fact.lead_id = crm_lead.id
        AND fact.condition_id = %(condition)s AND fact.withdrawn_at IS NULL)
"""
WILL_BE_ASKED = """
    EXISTS (SELECT FROM crm_lead_question fact WHERE fact.lead_id = crm_lead.id
        AND fact.condition_id = %(condition)s)
"""


class CrmLeadConfirmation(models.Model):
    """A person vouches that an entry condition is met."""

    _name = "crm.lead.confirmation"
    _description = "Confirmed entry condition"
    _inherit = ["crm.lead.evidence"]
    _order = "date desc, id desc"
    _rec_name = "condition_id"

    condition_id = fields.Many2one("crm.playbook.condition", required=True, index=True, ondelete="restrict")
    user_id = fields.Many2one(string="Confirmed By")
    date = fields.Datetime(required=True, default=fields.Datetime.now)

    _in_force_uniq = models.UniqueIndex(
        "(lead_id, condition_id) WHERE withdrawn_at IS NULL",
        "This condition is already confirmed for this deal.",
    )

    @api.model
    def _get_confirmed_tests(self, rules):
        """Return ``{rule: condition on a row of crm_lead}``: each is confirmed; for an advisory one it is
        enough that the customer will be asked.

        :param rules: the :class:`GateRule` that a person confirms
        """
        if rules:
            self.flush_model(["lead_id", "condition_id", "withdrawn_at"])
            self.env["crm.lead.question"].flush_model(["lead_id", "condition_id"])
        tests = {}
        for rule in rules:
            tests[rule] = SQL(IS_CONFIRMED, condition=rule.id)
            if not rule.blocking:
                tests[rule] = SQL("(%s OR %s)", tests[rule], SQL(WILL_BE_ASKED, condition=rule.id))
        return tests


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
        condition = self._get_condition(condition_id)
        self._check_can_record(condition.sudo().role_id)  # sudo: before it is known who reads the rule
        self._take_turns()
        note = self.env["crm.lead.evidence"]._clean_text(note)
        attachments = self.env["ir.attachment"]._check_evidence_files(attachment_ids)
        if reason := self._get_confirm_refusal(condition, note, attachments):
            raise UserError(reason)
        # sudo: confirmations belong to the module; the right to record was checked above
        confirmation = (
            self.env["crm.lead.confirmation"]
            .sudo()
            .create(
                {
                    "lead_id": self.id,
                    "condition_id": condition.id,
                    "user_id": self.env.uid,
                    "note": note or False,
                    "attachment_ids": attachments.ids,
                }
            )
        )
        confirmation._own_files()
        self._close_questions(condition_id=condition.id)
        self._message_log(body=self.env._("Entry condition confirmed: %s", condition.name))
        return confirmation.id

    def withdraw_confirmation(self, condition_id):
        """Take a confirmation back. It stays on record, with who withdrew it and when.

        :param int condition_id: the condition that no longer counts as confirmed
        :raise UserError: unless the current user confirmed it or is a sales manager
        """
        self.ensure_one()
        condition = self._get_condition(condition_id)
        self._check_can_record(condition.sudo().role_id)  # sudo: as above
        confirmation = self._get_confirmations(condition)
        if not confirmation:
            raise UserError(self.env._("This condition is not confirmed: there is nothing to withdraw."))
        confirmation._withdraw()
        self._message_log(body=self.env._("Confirmation withdrawn: %s", confirmation.condition_id.name))
        return True

    @api.model
    def _get_condition(self, condition_id):
        """Return the condition that a caller named, empty if there is none."""
        conditions = self.env["crm.playbook.condition"]
        return conditions.browse(condition_id if is_id(condition_id) else ()).exists()

    def _get_confirm_refusal(self, condition, note, files):
        """Return why ``condition`` cannot be confirmed for this lead, or False."""
        is_own = condition.active and condition.playbook_id == self.playbook_id
        if not is_own or condition.kind != "confirmation":
            return self.env._(
                "This condition cannot be confirmed for “%s”: reload the page to see its playbook as"
                " it is now.",
                self.name,
            )
        if self._get_confirmations(condition):
            return self.env._("“%s” is already confirmed for this deal.", condition.name)
        if not self._is_done_by(condition.role_id, self.env.user):
            return self.env._(
                "“%(condition)s” is confirmed by the role %(role)s: %(people)s.",
                condition=condition.name,
                role=condition.role_id.name,
                people=format_list(self.env, self._get_role_people(condition.role_id).mapped("name")),
            )
        if not condition.evidence_required or files:
            return False
        if not note:
            return self.env._("“%s” needs evidence: add a note or a file that shows it.", condition.name)
        return self.env["crm.lead.evidence"]._get_note_refusal(self, note)

    def _get_confirmations(self, conditions):
        """Return the confirmations of ``conditions`` in force on these leads, as superuser: they
        count whoever asks.
        """
        return (
            self.env["crm.lead.confirmation"]
            .sudo()
            .search_fetch(
                [
                    ("lead_id", "in", self.ids),
                    ("condition_id", "in", conditions.ids),
                    ("withdrawn_at", "=", False),
                ]
            )
        )
