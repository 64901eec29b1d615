from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...wording import list_texts

REMINDER_PAUSE = timedelta(hours=24)
# What waits for a user: they are asked, or are one of those whom the rule names.
WAITS_FOR = """
    (SELECT submission.id FROM crm_lead_output submission
        JOIN crm_playbook_output rule ON rule.id = submission.output_id
        JOIN crm_lead lead ON lead.id = submission.lead_id
        LEFT JOIN crm_team team ON team.id = lead.team_id
        LEFT JOIN mail_activity asked ON asked.id = submission.activity_id AND asked.active
    WHERE submission.is_current AND submission.state = 'submitted' AND rule.approval <> 'none'
        AND lead.active AND lead.won_status <> 'lost'
        AND NOT (rule.approval_by_other IS TRUE AND submission.user_id = %(uid)s)
        AND (asked.user_id = %(uid)s OR rule.approval = 'user' AND rule.approval_user_id = %(uid)s
            OR rule.approval = 'team_leader' AND team.user_id = %(uid)s
            OR rule.approval = 'role' AND EXISTS (SELECT FROM crm_lead_member held
                WHERE held.lead_id = lead.id AND held.role_id = rule.approval_role_id
                    AND held.user_id = %(uid)s AND held.left_at IS NULL)))
"""


class CrmLeadOutput(models.Model):
    """What waits for approval: for whom, since when, of which deal; and a word to whom it waits for."""

    _inherit = "crm.lead.output"

    is_deal_open = fields.Boolean(
        compute="_compute_is_deal_open",
        search="_search_is_deal_open",
        help="The deal is neither lost nor archived.",
    )
    waits_for_me = fields.Boolean(compute="_compute_waits_for_me", search="_search_waits_for_me")
    waits_for_id = fields.Many2one("res.users", string="Waits For", related="activity_id.user_id")
    waiting_days = fields.Integer(
        string="Waiting (Days)",
        compute="_compute_waiting_days",
        help="Calendar days since it was submitted.",
    )
    company_currency = fields.Many2one(related="lead_id.company_currency")
    lead_amount = fields.Monetary(
        string="Amount",
        related="lead_id.expected_revenue",
        currency_field="company_currency",
        groups="sales_team.group_sale_salesman,sales_funnel_playbook.group_funnel_contributor_amounts",
    )
    evidence_name = fields.Char(string="Evidence", compute="_compute_evidence_name")
    reminded_at = fields.Datetime(readonly=True)

    @api.depends("lead_id.active", "lead_id.won_status")
    def _compute_is_deal_open(self):
        for submission in self:
            lead = submission.lead_id
            submission.is_deal_open = lead.active and lead.won_status != "lost"

    @api.model
    def _search_is_deal_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        is_open = Domain("lead_id", "any", [("active", "=", True), ("won_status", "!=", "lost")])
        return Domain.OR([is_open if wanted else ~is_open for wanted in value])

    @api.depends_context("uid")
    @api.depends("awaits_approval", "activity_id")
    def _compute_waits_for_me(self):
        waiting = self.filtered_domain(self._search_waits_for_me("in", [True]))
        for submission in self:
            submission.waits_for_me = submission in waiting

    @api.model
    def _search_waits_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        for model in ("crm.lead.output", "crm.lead.member", "mail.activity", "crm.lead"):
            self.env[model].flush_model()
        self.env["crm.playbook.output"].flush_model()
        rows = self.env.execute_query(SQL(WAITS_FOR, uid=self.env.uid))
        waits = Domain("id", "in", [id_ for (id_,) in rows])
        return Domain.OR([waits if wanted else ~waits for wanted in value])

    @api.depends("submitted_at")
    def _compute_waiting_days(self):
        today = fields.Date.context_today(self)
        for submission in self:
            since = fields.Datetime.context_timestamp(submission, submission.submitted_at).date()
            submission.waiting_days = (today - since).days

    @api.depends("attachment_ids.name", "url", "note")
    def _compute_evidence_name(self):
        for submission in self:
            # sudo: who sees the submission sees its files
            names = submission.sudo().attachment_ids.mapped("name")
            submission.evidence_name = list_texts(self.env, names) or submission.url or submission.note

    @api.readonly
    def action_open_evidence(self):
        """Open what was handed in: the file or link, else the submission with its text."""
        self.ensure_one()
        self.check_access("read")
        files = self.sudo().attachment_ids  # sudo: who sees the submission sees its files
        if len(files) == 1 or self.url:
            url = f"/web/content/{files.id}?download=true" if files else self.url
            return {"type": "ir.actions.act_url", "url": url, "target": "new"}
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_remind(self):
        """Remind whom this waits for, at most once a day.

        :raise UserError: when it does not wait any more, nobody is asked, or they were reminded just now
        """
        self.ensure_one()
        self.lead_id._check_can_work()
        if reason := self._get_remind_refusal():
            raise UserError(reason)
        user = self.sudo().activity_id.user_id  # sudo: the activity of whom is asked
        words = self.with_context(lang=user.lang or "en_US")
        # sudo: nobody writes outputs by hand; the right on the deal was checked above
        self.sudo().reminded_at = self.env.cr.now()
        self.lead_id.message_notify(
            partner_ids=user.partner_id.ids, **words._prepare_reminder(self.env.user.name)
        )
        message = self.env._("%s was reminded.", user.name)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_remind_refusal(self):
        """Return why nobody can be reminded of this, or False."""
        asked = self.sudo().activity_id  # sudo: the activity of whom is asked
        if not self.awaits_approval or not self.is_deal_open:
            return self.env._("“%s” does not await approval any more: reload the page.", self.output_id.name)
        if not asked.active or not asked.user_id:
            return self.env._(
                "Nobody is asked to approve “%s”: the deal's team has no leader.", self.output_id.name
            )
        if asked.user_id == self.env.user:
            return self.env._("“%s” waits for you.", self.output_id.name)
        if self._is_reminded():
            return self.env._("%s was reminded within the last 24 hours.", asked.user_id.name)
        return False

    def _is_reminded(self):
        """Tell whether somebody was reminded of this a short time ago."""
        return bool(self.reminded_at and self.reminded_at > self.env.cr.now() - REMINDER_PAUSE)

    def _prepare_reminder(self, sender):
        """Return subject and body of a reminder, in the language of the environment."""
        output = self.output_id.name
        return {
            "subject": self.env._("Waits for your approval: %s", output),
            "body": self.env._(
                "%(sender)s asks you to look at “%(output)s” of “%(deal)s”. It has waited for %(days)s days.",
                sender=sender,
                output=output,
                deal=self.lead_id.name,
                days=self.waiting_days,
            ),
        }
