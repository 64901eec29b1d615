from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

MARKETING = "sales_funnel_playbook.group_funnel_marketing"
SALES = "sales_team.group_sale_salesman"
LAST = """
    (SELECT lead_id FROM (
        SELECT DISTINCT ON (lead_id) lead_id, state FROM crm_lead_hand_over
        ORDER BY lead_id, handed_at DESC, id DESC
    ) last WHERE state = ANY(%s))
"""


class ResUsers(models.Model):
    _inherit = "res.users"

    def _is_marketing(self):
        """Tell whether this user captures leads without a right on Sales."""
        return self.has_group(MARKETING) and not self.has_group(SALES)


class CrmLead(models.Model):
    """Who captured a lead, and to whom it was handed over."""

    _inherit = "crm.lead"

    # who has no right on Sales is no salesperson
    user_id = fields.Many2one(default=lambda self: self._get_default_salesperson())
    intake_user_id = fields.Many2one(
        "res.users",
        string="Captured By",
        default=lambda self: self._get_default_capturer(),
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Who of marketing captured it, or handed it over.",
    )
    hand_over_ids = fields.One2many("crm.lead.hand.over", "lead_id", readonly=True, copy=False)
    hand_over_state = fields.Selection(
        [("waiting", "To Accept"), ("accepted", "Accepted"), ("returned", "Sent Back")],
        string="Hand-Over",
        compute="_compute_hand_over_state",
        search="_search_hand_over_state",
    )
    can_decide_hand_over = fields.Boolean(compute="_compute_hand_over_state")
    hand_over_alert = fields.Char(compute="_compute_hand_over_state")

    @api.model
    def _get_default_salesperson(self):
        return self.env["res.users"] if self.env.user._is_marketing() else self.env.user

    @api.model
    def _get_default_capturer(self):
        return self.env.user if self.env.user.has_group(MARKETING) else self.env["res.users"]

    @api.depends("hand_over_ids.state", "user_id")
    @api.depends_context("uid", "lang")
    def _compute_hand_over_state(self):
        # sudo: who sees the deal sees its hand-overs
        every = self.env["crm.lead.hand.over"].sudo().search_fetch([("lead_id", "in", self.ids)])
        last = {one.lead_id.id: one for one in reversed(every)}
        for lead in self:
            its = last.get(lead._origin.id, every.browse())
            lead.hand_over_state = its.state
            lead.can_decide_hand_over = its.state == "waiting" and lead._may_decide_hand_over(self.env.user)
            lead.hand_over_alert = lead._get_hand_over_alert(its)

    def _get_hand_over_alert(self, last):
        """Return what is said at the top of this lead of its last hand-over, or False."""
        names = {"name": last.handed_by_id.name, "user": last.user_id.name}
        if last.state == "waiting":
            text = self.env._("%(name)s has handed this over to %(user)s.", **names)
            return f"{text} {last.note}" if last.note else text
        if last.state == "returned" and not self.user_id:
            reason = dict(last._fields["reason"]._description_selection(self.env))[last.reason]
            text = self.env._("%(user)s has sent this back: %(reason)s.", **names, reason=reason)
            return f"{text} {last.comment}" if last.comment else text
        return False

    @api.model
    def _search_hand_over_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["crm.lead.hand.over"].flush_model(["lead_id", "state", "handed_at"])
        found = Domain("id", "in", SQL(LAST, [state for state in value if state]))
        return found | Domain("hand_over_ids", "=", False) if False in value else found

    def _may_decide_hand_over(self, user):
        """Tell whether ``user`` accepts this lead or sends it back: its salesperson, or who decides on it."""
        return self.user_id == user or self._is_led_by(user)

    def _merge_people(self, opportunities):
        """Hand-overs of merged leads are on record; whoever gets them now has accepted them. Whoever captured
        one of them has captured this.
        """
        result = super()._merge_people(opportunities)
        # sudo: the merge has checked the rights on the leads, and nobody writes who captured one
        captured = (self | opportunities).sudo().filtered("intake_user_id")
        if captured and not self.sudo().intake_user_id:
            self.sudo()._write_as_odoo({"intake_user_id": captured[0].intake_user_id.id})
        # sudo: the merge has checked the rights on the leads
        theirs = self.env["crm.lead.hand.over"].sudo().search([("lead_id", "in", opportunities.ids)])
        theirs.filtered(lambda one: one.state == "waiting")._decide(state="accepted")
        theirs.lead_id = self
        return result
