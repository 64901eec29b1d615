from odoo import fields, models
from odoo.tools import format_date, plaintext2html

from ...fields import BigInteger

# What playbooks have asked for on deals: the activities, and those that somebody has cancelled, with an id
# below 0. By the names of an activity's columns.
ON_RECORD = """(
    SELECT id, res_model, res_id, active, summary, activity_type_id, user_id, date_deadline, date_done,
        playbook_id, playbook_deadline_id, playbook_output_id, playbook_kind, playbook_occurrence,
        playbook_started_at, playbook_due_at, playbook_done_at, playbook_closing, playbook_escalated_at,
        playbook_escalation_of_id, NULL::int AS cancelled_by_id, NULL::text AS reason
    FROM mail_activity WHERE res_model = 'crm.lead' AND playbook_kind IS NOT NULL
    UNION ALL
    SELECT -id, 'crm.lead', lead_id, FALSE, summary, activity_type_id, user_id, date_deadline,
        cancelled_at::date, playbook_id, deadline_id, output_id, kind, occurrence, started_at, due_at,
        cancelled_at, 'dropped', escalated_at, NULL, cancelled_by_id, reason
    FROM crm_lead_waiver
)"""
# What people ask each other for on a deal, besides what its rules do: cancelling it is a decision, too.
DECIDED = frozenset({"approval", "question", "override"})
# What begins work and goes over to the deal that remains of a merge: what was done or cancelled stays so.
TAKEN_ALONG = frozenset({"risk"})


class CrmLeadWaiver(models.Model):
    """Somebody's decision that something a playbook asked for is not done, made by deleting its activity:
    what has begun it asks for it no more. It was missed if it was overdue by then.
    """

    _name = "crm.lead.waiver"
    _description = "Cancelled Work"
    _inherit = ["crm.lead.fact"]
    _order = "cancelled_at desc, id desc"
    _rec_name = "summary"

    playbook_id = fields.Many2one("crm.playbook", index=True, ondelete="set null")
    deadline_id = fields.Many2one("crm.playbook.deadline", index="btree_not_null", ondelete="set null")
    output_id = fields.Many2one("crm.playbook.output", index="btree_not_null", ondelete="set null")
    kind = fields.Char(string="Kind of Cause", required=True)
    rule_id = fields.Integer(string="Id of Cause", aggregator=None)
    occurrence = fields.Char()
    number = BigInteger(string="Number of the Occurrence", aggregator=None)
    is_final = fields.Boolean(
        default=True,
        help="What has begun it asks for it no more; not so once the deal was merged into another.",
    )
    summary = fields.Char(string="Task")
    activity_type_id = fields.Many2one("mail.activity.type", ondelete="set null")
    user_id = fields.Many2one("res.users", string="Responsible", ondelete="set null")
    started_at = fields.Datetime(string="Begun At")
    due_at = fields.Datetime()
    date_deadline = fields.Date(string="Due Date")
    escalated_at = fields.Datetime(help="When somebody else was told that it was overdue.")
    cancelled_at = fields.Datetime(required=True)
    cancelled_by_id = fields.Many2one(
        "res.users", ondelete="set null", help="The deal's chatter keeps the name of a user who is deleted."
    )
    reason = fields.Text()

    def _tell(self):
        """Say on each deal what was cancelled, and why."""
        bodies = {}
        for lead, its in self.grouped("lead_id").items():
            lines = [
                self.env._(
                    "Cancelled: %(task)s (due %(day)s). %(reason)s",
                    task=one.summary or "",
                    day=format_date(self.env, one.date_deadline),
                    reason=one.reason or "",
                )
                for one in its
            ]
            bodies[lead.id] = plaintext2html("\n".join(lines))
        self.lead_id._message_log_batch(bodies=bodies)


class MailActivity(models.Model):
    """Deleting what a playbook has asked for is a decision."""

    _inherit = "mail.activity"

    def cancel_deadline(self, reason):
        """Delete these activities; that somebody decided so, and why, is kept of what a playbook, or
        somebody who works by it, has asked for.

        :param str reason: why it is not done
        """
        return self.with_context(playbook_reason=str(reason or "")).unlink()

    def unlink(self):
        """What a playbook asks for goes with its activity if a person decides so; what the module, or Odoo by
        itself, deletes comes back.
        """
        # sudo: the deals of activities, and what asked for them, whoever may see them
        caused = self.sudo().filtered(lambda one: one.active and one.playbook_kind)
        leads = caused._get_their_leads()
        decided = self.browse() if self.env.su else caused.filtered(lambda one: one._is_decided())
        vals_list = [one._prepare_waiver_vals(self.env.user) for one in decided]
        result = super().unlink()
        vals_list = [vals for vals in vals_list if vals["lead_id"] in leads.exists()._ids]
        if vals_list:
            # sudo: decisions are kept by the module; that these may be deleted was checked
            self.env["crm.lead.waiver"].sudo().create(vals_list)._tell()
        leads.exists()._queue_settling()
        return result

    def _is_decided(self):
        """Tell whether deleting this is a decision that stays on record; not so of what only tells somebody
        that something else was missed.
        """
        return bool(self._get_rule()) or self.playbook_kind in DECIDED

    def _prepare_waiver_vals(self, user):
        return {
            "lead_id": self.res_id,
            "playbook_id": self.playbook_id.id,
            "deadline_id": self.playbook_deadline_id.id,
            "output_id": self.playbook_output_id.id,
            "kind": self.playbook_kind,
            "rule_id": self.playbook_rule_id,
            "occurrence": self.playbook_occurrence or "",
            "number": self.playbook_number,
            "summary": self.summary,
            "activity_type_id": self.activity_type_id.id,
            "user_id": self.user_id.id,
            "started_at": self.playbook_started_at,
            "due_at": self.playbook_due_at,
            "date_deadline": self.date_deadline,
            "escalated_at": self.playbook_escalated_at,
            "cancelled_at": self.env.cr.now(),
            "cancelled_by_id": user.id,
            "reason": self.env.context.get("playbook_reason") or False,
        }


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _merge_history(self, opportunities):
        """What was decided on the others stays on record, and says nothing of what this one is asked for, but
        of what is taken along.
        """
        result = super()._merge_history(opportunities)
        # sudo: the merge has checked the rights on the leads
        waivers = self.env["crm.lead.waiver"].sudo().search([("lead_id", "in", opportunities.ids)])
        waivers.filtered(lambda one: one.occurrence not in TAKEN_ALONG).is_final = False
        waivers.lead_id = self
        return result
