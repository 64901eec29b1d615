from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

REQUEST = "request"


class CrmLead(models.Model):
    """What is left to a salesperson whom the gate holds back: to ask whoever may override it."""

    _inherit = "crm.lead"

    def ask_override(self, stage_id, note):
        """Ask whoever decides on this deal to let it into a stage all the same; they get an activity.

        :param int stage_id: the ``crm.stage`` that the gate refuses
        :param str note: why it should pass
        :return: the name of who is asked
        :raise UserError: without a note, when the gate refuses nothing, the user may override it, nobody is
            there to ask, or somebody was asked already
        """
        self.ensure_one()
        self._check_can_work()
        stage = self.env["crm.stage"].browse(self.env["crm.stage"]._check_stage_id(stage_id))
        note = self.env["crm.lead.evidence"]._clean_text(note)
        decider = self._get_override_decider()
        if reason := self._get_ask_refusal(stage, note, decider):
            raise UserError(reason)
        told = self.with_context(lang=decider.lang or "en_US")
        # sudo: an activity of somebody else
        self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=decider.id,
            **told._prepare_request_words(stage.with_context(lang=decider.lang or "en_US"), note),
            **self._prepare_work_vals(REQUEST, stage.id, number=int(self.env.cr.now().timestamp())),
        )
        self._message_log(
            body=self.env._("Override into “%(stage)s” requested: %(note)s", stage=stage.name, note=note)
        )
        return decider.name

    def _get_override_decider(self):
        """Return who is asked to override: the leader, else the playbook's responsible, if they may."""
        lead = self.sudo()  # sudo: who decides, whoever may see whom
        people = (lead.team_id.user_id, lead.playbook_id.responsible_user_id)
        return next((user for user in people if lead._can_be_decided_by(user)), self.env["res.users"])

    def _get_ask_refusal(self, stage, note, decider):
        """Return why an override into ``stage`` cannot be asked for, or False."""
        if not note:
            return self.env._("Write why the deal should pass.")
        if self._is_led_by(self.env.user):
            return self.env._("You may override this yourself.")
        if self.check_gate(stage.id)[str(self.id)]["allowed"]:
            return self.env._("Nothing holds “%s” back any more: move it.", self.name)
        if not decider:
            return self.env._("Nobody is there who may override: the deal's team has no leader.")
        if self._get_requests().filtered(lambda one: one.playbook_rule_id == stage.id):
            return self.env._("An override into “%s” was requested already.", stage.name)
        return False

    def _get_requests(self):
        """Return the open activities that ask for an override of these leads."""
        # sudo: activities of others
        activities = self.env["mail.activity"].sudo()
        mine = [("res_model", "=", "crm.lead"), ("res_id", "in", self.ids), ("playbook_kind", "=", REQUEST)]
        return activities.search(mine)

    def _prepare_request_words(self, stage, note):
        """Return summary and note of the activity that asks for an override, in the language of the
        environment.
        """
        return {
            "summary": self.env._("Override requested: into “%s”", stage.name),
            "note": plaintext2html(note),
        }

    def override_gate(self, stage_id, reason_id, note, date_deadline=False):
        """What was asked for is decided."""
        result = super().override_gate(stage_id, reason_id, note, date_deadline)
        self._get_requests()._end_playbook("satisfied")
        return result
