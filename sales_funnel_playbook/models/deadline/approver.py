from odoo import api, models

# Who approves what was handed in: whom the rule names, as long as they are there; else the leader, else the
# playbook's responsible, if they may; not who handed it in, where the rule says so.
APPROVER = """
    SELECT COALESCE(
        (SELECT its.id FROM res_users its WHERE its.active AND its.id IS DISTINCT FROM barred.id AND (
            rule.approval = 'user' AND its.id = rule.approval_user_id
            OR rule.approval = 'role' AND its.id IN (SELECT held.user_id FROM crm_lead_member held
                WHERE held.lead_id = lead.id AND held.role_id = rule.approval_role_id
                AND held.left_at IS NULL))
            ORDER BY its.id <> work.user_id, its.id LIMIT 1),
        NULLIF(leader.id, barred.id), CASE WHEN %(may_keeper_approve)s THEN NULLIF(keeper.id, barred.id) END)
    FROM crm_lead_output submission JOIN crm_playbook_output rule ON rule.id = submission.output_id
    CROSS JOIN LATERAL (SELECT CASE WHEN rule.approval_by_other THEN submission.user_id END AS id) barred
    WHERE submission.id = work.playbook_rule_id
"""


class MailActivity(models.Model):
    """An approval is asked of nobody who cannot open its deal."""

    _inherit = "mail.activity"

    def _hand_over(self, user):
        """Give these to ``user``, and approvals on deals that they cannot open to who is asked instead."""
        hidden = self._filter_hidden_approvals(user)
        result = super(MailActivity, self - hidden)._hand_over(user)
        hidden._ask_instead()
        return result

    def _filter_hidden_approvals(self, user):
        """Return the approvals among these on deals that ``user`` cannot open."""
        approvals = self.filtered(lambda one: one.playbook_kind == "approval")
        # sudo: which deals somebody else may open
        leads = self.env["crm.lead"].sudo().browse(set(approvals.mapped("res_id")))
        openable = set(user._filter_openable(leads).ids) if leads else ()
        return approvals.filtered(lambda one: one.res_id not in openable)

    def _ask_instead(self):
        """Give these approvals to who is asked for them now; where nobody is, they stay."""
        # sudo: what is to be approved, whoever asks
        submissions = self.env["crm.lead.output"].sudo()
        for approval in self:
            submission = submissions.browse(approval.playbook_rule_id).exists()
            asked = submission and submission._get_asked_approver()
            if asked and asked != approval.user_id:
                approval.write({"user_id": asked.id, "playbook_assigned_id": asked.id})

    @api.model
    def _pass_on_approvals(self, users):
        """Give what ``users`` were to approve on deals that they cannot open to who is asked instead."""
        # sudo: who may change a user may not have to see the deals
        approvals = self.sudo().search([("user_id", "in", users.ids), ("playbook_kind", "=", "approval")])
        for user, its in approvals.grouped("user_id").items():
            its._filter_hidden_approvals(user)._ask_instead()
