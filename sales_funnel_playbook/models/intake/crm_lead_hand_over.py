from odoo import api, fields, models

from ...fields import OptionalFloat

REASONS = [
    ("incomplete", "Information Missing"),
    ("unreachable", "Cannot Be Reached"),
    ("no_need", "No Need or No Budget"),
    ("not_ours", "Not Our Market"),
    ("duplicate", "Known Already"),
    ("wrong_person", "Another Salesperson's"),
    ("other", "Other"),
]


class CrmLeadHandOver(models.Model):
    """A lead that was given to a salesperson, and what they said to it. Nobody has the right to write one."""

    _name = "crm.lead.hand.over"
    _description = "Hand-Over to Sales"
    _inherit = ["crm.lead.fact"]
    _order = "handed_at desc, id desc"
    _rec_name = "lead_id"

    handed_by_id = fields.Many2one("res.users", required=True, index=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Handed To", required=True, index=True, ondelete="restrict")
    handed_at = fields.Datetime(string="Handed Over", required=True)
    note = fields.Text(help="What the salesperson should know first.")
    state = fields.Selection(
        [("waiting", "To Accept"), ("accepted", "Accepted"), ("returned", "Sent Back")],
        required=True,
        default="waiting",
        help="Moving, winning or losing the deal accepts it, too.",
    )
    reason = fields.Selection(REASONS, string="Sent Back Because")
    comment = fields.Text(string="What Is Wrong")
    decided_at = fields.Datetime()
    decided_by_id = fields.Many2one("res.users", ondelete="restrict")
    decision_hours = OptionalFloat(
        string="Hours until Decided",
        aggregator="avg",
        digits=(16, 1),
        help="Calendar hours from the hand-over until it was accepted or sent back, on average; what still"
        " waits is left out.",
    )
    activity_id = fields.Many2one("mail.activity", ondelete="set null", index="btree_not_null")
    source_id = fields.Many2one(related="lead_id.source_id")
    medium_id = fields.Many2one(related="lead_id.medium_id")
    campaign_id = fields.Many2one(related="lead_id.campaign_id")
    product_line_id = fields.Many2one(related="lead_id.product_line_id")
    team_id = fields.Many2one(related="lead_id.team_id", string="Sales Team")

    _waiting_uniq = models.UniqueIndex(
        "(lead_id) WHERE state = 'waiting'", "This deal waits to be accepted already."
    )

    def _decide(self, **vals):
        """Note what was said to these, as the current user, and end what asked for it."""
        now = self.env.cr.now()
        for one in self:
            hours = (now - one.handed_at).total_seconds() / 3600
            one.write({"decided_at": now, "decided_by_id": self.env.uid, "decision_hours": hours, **vals})
        self._end_asking()

    def _end_asking(self):
        """End what asks for an answer to these: nobody has spoken with the customer by that."""
        self.activity_id.filtered("active").write({"active": False, "playbook_closing": False})

    @api.readonly
    def action_open_lead(self):
        """Open the deal."""
        self.ensure_one()
        return self.lead_id.get_formview_action()
