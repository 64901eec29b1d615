from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html
from odoo.tools.misc import clean_context

from ...arguments import is_id
from .crm_lead import SALES


class ResUsers(models.Model):
    """What somebody who leaves was to accept their team's leader says something to."""

    _inherit = "res.users"

    def write(self, vals):
        leaving = self.filtered("active") if "active" in vals and not vals["active"] else self.browse()
        result = super().write(vals)
        if leaving:
            # sudo: who may archive a user may not have to see the deals
            waiting = self.env["crm.lead.hand.over"].sudo()
            waiting.search([("user_id", "in", leaving.ids), ("state", "=", "waiting")])._ask_leader()
        return result


class CrmLead(models.Model):
    """Handing a lead over to a salesperson, who accepts it or sends it back."""

    _inherit = "crm.lead"

    def hand_over(self, user_id, note=False):
        """Give these leads to a salesperson, who is asked to accept them.

        :param int user_id: a ``res.users`` with a right on Sales, who may open them
        :param str note: what they should know first
        :raise UserError: where a lead has a salesperson already, or this one cannot have it
        """
        self.check_access("write")
        user = self.env["res.users"].browse(user_id if is_id(user_id) else ()).exists()
        if not user:
            raise UserError(self.env._("Choose the salesperson who gets it."))
        for lead in self:
            if reason := lead._get_hand_over_refusal(user):
                raise UserError(reason)
        self.write({"user_id": user.id})
        self._begin_hand_over()
        note = self.env["crm.lead.evidence"]._clean_text(note) or False
        waiting = self._get_waiting_hand_overs()
        waiting.note = note
        waiting.activity_id.note = note and plaintext2html(note)
        return True

    def accept_hand_over(self):
        """Take these leads, as their salesperson.

        :raise UserError: where none waits to be accepted
        """
        self._check_may_decide()._decide(state="accepted")
        return True

    def send_back(self, reason, comment=False):
        """Send these leads back to whoever handed them over; they have no salesperson then.

        :param str reason: one of the values of ``reason`` of ``crm.lead.hand.over``
        :param str comment: what is wrong
        :raise UserError: without a reason, or where none waits to be accepted
        """
        waiting = self._check_may_decide()
        if reason not in waiting._fields["reason"].get_values(self.env):
            raise UserError(self.env._("Choose why it is sent back."))
        comment = self.env["crm.lead.evidence"]._clean_text(comment)
        waiting._decide(state="returned", reason=reason, comment=comment or False)
        waiting._ask_again()
        # sudo: who gives a lead away may not see it any more
        self.sudo().write({"user_id": False})
        return True

    def action_hand_over(self):
        """Ask to whom these are handed over."""
        return self._prepare_hand_over_dialog("crm.lead.give", self.env._("Hand Over"))

    def action_send_back(self):
        """Ask why this is sent back."""
        return self._prepare_hand_over_dialog("crm.lead.send.back", self.env._("Send Back"))

    def _prepare_hand_over_dialog(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_lead_ids": self.ids},
        }

    def _get_waiting_hand_overs(self):
        """Return the hand-overs of these leads that nobody has accepted or sent back yet, as superuser."""
        # sudo: they count whoever asks, and nobody writes them by hand
        hand_overs = self.env["crm.lead.hand.over"].sudo()
        return hand_overs.search([("lead_id", "in", self.ids), ("state", "=", "waiting")])

    def _check_may_decide(self):
        """Return the hand-overs of these leads that wait, as superuser.

        :raise AccessError: for whoever is not to say anything to them
        :raise UserError: where none waits
        """
        self.check_access("read")
        waiting = self._get_waiting_hand_overs()
        for lead in self:
            if lead not in waiting.lead_id:
                raise UserError(self.env._("“%s” does not wait to be accepted: reload the page.", lead.name))
            if not lead._may_decide_hand_over(self.env.user):
                raise AccessError(self.env._("“%s” is accepted or sent back by its salesperson.", lead.name))
        return waiting

    def _get_hand_over_refusal(self, user):
        """Return why this lead cannot be given to ``user``, or False."""
        if self.user_id:
            return self.env._("“%s” has a salesperson already.", self.name)
        # sudo: in which companies a colleague works
        is_there = user.active and (not self.company_id or self.company_id in user.sudo().company_ids)
        if not is_there or not user.has_group(SALES):
            return self.env._(
                "%(user)s cannot work on “%(lead)s”: choose a salesperson of its company.",
                user=user.name,
                lead=self.name,
            )
        return False

    def _is_compared_without_playbook(self):
        """What was handed over is accepted or passed on, whichever playbook it follows."""
        # sudo: whoever moves it may not see who captured it
        return super()._is_compared_without_playbook() or bool(self.sudo().intake_user_id)

    def _after_save_intake(self, save):
        """What marketing gives to a salesperson is handed over; what is moved on is accepted."""
        if self.env.user._is_marketing() and (save.is_new or save.written.get("user_id")):
            self.filtered("user_id")._begin_hand_over()
            return
        moved = self.browse(
            lead.id
            for lead in self.browse(save.before)
            if (one := save.before[lead.id]).won_status
            and (one.stage_id, one.won_status, one.user_id)
            != (lead.stage_id.id, lead.won_status, lead.user_id.id)
        )
        # sudo: whoever moves it may not see who captured it; of what nobody captured nothing was handed over
        if captured := moved.sudo().filtered("intake_user_id").sudo(False):
            captured._settle_hand_overs(save)

    def _begin_hand_over(self):
        """Ask the salesperson of each of these to accept it, unless they were asked."""
        waiting = self._get_waiting_hand_overs()
        # one that still waits, of a lead that was taken from whoever it was handed to
        for one in waiting.filtered(
            lambda one: one.lead_id.user_id not in (one.user_id, self.env["res.users"])
        ):
            one._pass_on()
        given = self.filtered(lambda lead: lead not in waiting.lead_id)
        for lead in given:
            if not lead.user_id.has_group(SALES):
                raise UserError(
                    self.env._(
                        "%(user)s has no right on Sales: choose a salesperson.", user=lead.user_id.name
                    )
                )
        # sudo: who gave the lead away may not write it any more; hand-overs belong to the module
        given = given.sudo()
        given.filtered(lambda lead: not lead.intake_user_id).intake_user_id = self.env.user
        vals = {"handed_by_id": self.env.uid, "handed_at": self.env.cr.now()}
        # a context may have defaults of its own for what is decided later
        hand_overs = waiting.with_env(waiting.env(context=clean_context(self.env.context))).create(
            [{**vals, "lead_id": lead.id, "user_id": lead.user_id.id} for lead in given]
        )
        hand_overs._ask()

    def _settle_hand_overs(self, save):
        """Who gets a lead is asked instead of who had it; whoever moves it on has accepted it."""
        for one in self._get_waiting_hand_overs():
            lead, before = one.lead_id, save.before[one.lead_id.id]
            if lead.user_id and before.user_id != lead.user_id.id:  # their team may have another stage
                one._pass_on()
            elif not lead.user_id:  # until somebody else gets it
                one._end_asking()
            elif (before.stage_id, before.won_status) != (lead.stage_id.id, lead.won_status):
                one._decide(state="accepted")


class CrmLeadHandOver(models.Model):
    """Who is asked to say something to a hand-over."""

    _inherit = "crm.lead.hand.over"

    def _pass_on(self):
        """Ask whoever has the lead now, instead of who had it."""
        self.user_id = self.lead_id.user_id
        if self.activity_id.active:
            self.activity_id.with_context(playbook_asks=True).user_id = self.user_id
        else:
            self._ask()

    def _ask_leader(self):
        """Ask who leads the team of each of these, whose salesperson is not there any more."""
        led = self.filtered(lambda one: one.lead_id.team_id.user_id.active)
        led.activity_id.unlink()
        led._ask({one: one.lead_id.team_id.user_id for one in led})

    def _ask(self, users=None):
        """Ask the salesperson of each of these, or whom ``users`` names, to accept it or send it back."""
        vals_list = []
        for one in self:
            user = users[one] if users else one.user_id
            told = self.with_context(lang=user.lang or "en_US").env
            summary = told._("Accept or send back: %s", one.lead_id.name)
            vals_list.append(one._prepare_asking(user, summary, one.note))
        for one, activity in zip(self, self._plan(vals_list), strict=True):
            one.activity_id = activity

    def _ask_again(self):
        """Ask whoever handed these over to complete them; if they have left, who leads the team."""
        vals_list = []
        for one in self:
            asked = one.handed_by_id.filtered("active") or one.lead_id.team_id.user_id
            if asked.active:
                told = self.with_context(lang=asked.lang or "en_US").env
                reason = dict(one._fields["reason"]._description_selection(told))[one.reason]
                vals_list.append(one._prepare_asking(asked, told._("Sent back: %s", reason), one.comment))
        self._plan(vals_list)

    def _prepare_asking(self, user, summary, note):
        """Return the values of the activity that asks ``user`` for something on this lead."""
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        return {
            "activity_type_id": todo.id if todo else False,
            "automated": True,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.lead_id.id,
            "user_id": user.id,
            "summary": summary,
            "note": note and plaintext2html(note),
            "date_deadline": fields.Date.context_today(self),
        }

    @api.model
    def _plan(self, vals_list):
        """Return these activities, of which everybody is told in one message."""
        return self.env["mail.activity"].with_context(playbook_asks=True).create(vals_list)
