from odoo import models
from odoo.exceptions import UserError

# What of a deal's work something else than *Done* ends, by what asked for it.
ENDED_BY_EVENT = frozenset({"approval", "question", "output"})
ENDING_TRIGGERS = frozenset({"communication", "risk_raised"})


class MailActivity(models.Model):
    """*Done* ends what a person has to judge. What something else ends stays until that has happened."""

    _inherit = "mail.activity"

    def _filter_ended_by_event(self):
        """Return those of these that end by themselves when something else has happened: an output was handed
        in or judged, a question was answered, a field filled, a case written, a review discussed, a lead
        accepted.
        """
        # sudo: what asked for them, whoever may read that
        its = self.sudo()
        ended = its.filtered(
            lambda one: (
                one.playbook_kind in ENDED_BY_EVENT
                or (not one.playbook_escalation_of_id and one.playbook_deadline_id._is_ended_by_event())
                or (one.automated and one.res_model == "crm.playbook.case")
            )
        )
        ended |= its.env["crm.lead.hand.over"].search([("activity_id", "in", its.ids)]).activity_id
        of_reviews = its.filtered(lambda one: one.res_model == "crm.funnel.review")
        for model, name in (("crm.funnel.review", "reminder_id"), ("crm.funnel.review.line", "activity_id")):
            ended |= (
                its.env[model].search([(name, "in", of_reviews.ids)])[name] if of_reviews else its.browse()
            )
        return self & ended.sudo(False)

    def _filter_waiting(self):
        """Return those of these that remind somebody of what waits for them, and for nobody else."""
        # sudo: what waits for somebody, whoever may see it
        its = self.sudo().filtered("active")
        waiting = its.filtered(lambda one: one._require_case() and not one.playbook_escalation_of_id)
        if asked := its._get_caused("approval"):
            outputs = its.env["crm.lead.output"].search([("activity_id", "in", asked.ids)])
            waiting |= outputs.filtered("awaits_approval").activity_id
        if asked := its._get_caused("question"):
            waiting |= its.env["crm.lead.question"].search([("activity_id", "in", asked.ids)]).activity_id
        return self & waiting.sudo(False)

    def _check_nothing_waits(self):
        """Keep a person from ending the reminder of what still waits.

        :raise UserError: that says what to do instead
        """
        waiting = self.browse() if self.env.su else self._filter_waiting()
        if waiting:
            raise UserError(
                self.env._(
                    "“%s” ends automatically: approve or reject what was submitted, answer the question, or"
                    " write the case. Until then it may be snoozed.",
                    waiting[0].sudo().summary,  # sudo: what one is about to end
                )
            )

    def write(self, vals):
        if vals.get("active") is False:
            self._check_nothing_waits()
        return super().write(vals)


class CrmPlaybookDeadline(models.Model):
    _inherit = "crm.playbook.deadline"

    def _is_ended_by_event(self):
        """Tell whether what this one asks for ends when something has happened on the deal."""
        return bool(
            self.trigger in ENDING_TRIGGERS
            or self.case_mode
            or (self.satisfied_domain or "[]").strip() not in ("", "[]")
        )
