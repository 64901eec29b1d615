from odoo import api, fields, models
from odoo.exceptions import UserError

PERIODS = [("week", "Week"), ("month", "Month")]


class CrmFunnelReview(models.Model):
    """A week or month of a playbook's funnel, for one team or for all. Its numbers are frozen when it is
    made.
    """

    _name = "crm.funnel.review"
    _description = "Funnel Review"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _rec_names_search = ["playbook_id", "team_id"]
    _order = "date_from desc, period desc, playbook_id, team_id nulls first, id"

    playbook_id = fields.Many2one(
        "crm.playbook", required=True, readonly=True, index=True, ondelete="restrict"
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        ondelete="restrict",
        help="Empty: all teams together, and deals without a team.",
    )
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Whose deals it is of. Empty: those that belong to no company; only managers of all"
        " companies see it.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    period = fields.Selection(PERIODS, required=True, readonly=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True, help="The last day.")
    tz = fields.Char(string="Time Zone", required=True, readonly=True)
    made_at = fields.Datetime(
        string="Generated On",
        required=True,
        readonly=True,
        default=lambda self: self.env.cr.now(),
        help="Overdue work and checks are those of this moment, and amounts, unless a Monday snapshot was"
        " taken nearer to the end of the period; the rest is that of the period.",
    )
    missing_rates = fields.Char(
        readonly=True, help="Currencies whose amounts are left out, because they had no exchange rate."
    )
    previous_id = fields.Many2one("crm.funnel.review", readonly=True, index="btree_not_null")
    state = fields.Selection(
        [("open", "To Review"), ("done", "Reviewed"), ("failed", "Not Generated")],
        required=True,
        default="open",
        tracking=True,
    )
    failure = fields.Text(readonly=True, help="Why there are no numbers; it is tried again every hour.")
    note = fields.Html(string="Minutes", help="What was said in the review.")
    line_ids = fields.One2many(
        "crm.funnel.review.line", "review_id", string="Stages and All Deals", readonly=True
    )
    stage_line_ids = fields.One2many(
        "crm.funnel.review.line",
        "review_id",
        string="Stages",
        readonly=True,
        domain=[("is_total", "=", False)],
    )
    channel_ids = fields.One2many(
        "crm.funnel.review.channel", "review_id", string="Intake by Channel", readonly=True
    )

    _scope_uniq = models.UniqueIndex(
        "(playbook_id, COALESCE(team_id, 0), COALESCE(company_id, 0), period, date_from)",
        "There is a review of this period already.",
    )
    _dates_ordered = models.Constraint("CHECK(date_from <= date_to)", "A period ends after it begins.")

    @api.depends("playbook_id.name", "team_id.name", "company_id.name", "period", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for review in self:
            if not review.date_from:
                review.display_name = self.env._("New")
                continue
            values = {
                "playbook": review.playbook_id.name,
                "team": review._get_team_text(),
                "date": fields.Date.to_string(review.date_from),
                "month": review.date_from.strftime("%Y-%m"),
            }
            review.display_name = (
                self.env._("%(playbook)s, %(team)s: week of %(date)s", **values)
                if review.period == "week"
                else self.env._("%(playbook)s, %(team)s: %(month)s", **values)
            )

    def _get_team_text(self):
        """Return whose deals it is of: the team, and the company where several follow the playbook."""
        team = self.team_id.name or self.env._("All Teams")
        if not self.playbook_id._get_company_scope(self.company_id.id):
            return team
        # sudo: a reader of the review may be working in another company just now
        company = self.sudo().company_id.name or self.env._("no company")
        return self.env._("%(team)s (%(company)s)", team=team, company=company)

    def write(self, vals):
        """People add decisions and minutes; what was counted stays as it was.

        :raise UserError: for anything else
        """
        frozen = [name for name in self._get_frozen_fields() if name in vals]
        if frozen:
            raise UserError(
                self.env._(
                    "Review figures are frozen: “%s” cannot be changed. Add a decision or a note instead.",
                    self._fields[frozen[0]]._description_string(self.env),
                )
            )
        return super().write(vals)

    @api.model
    def _get_frozen_fields(self):
        """Return the names of the fields that are written once, when a review is made."""
        mail = {*self.env["mail.thread"]._fields, *self.env["mail.activity.mixin"]._fields}
        later = self._get_later_fields() if self.env.su else []
        return [
            name
            for name, field in self._fields.items()
            if field.readonly and name not in mail and field.store and name not in later
        ]

    @api.model
    def _get_later_fields(self):
        """Return the names of the frozen fields that the module itself writes later; to be extended."""
        return []

    def action_make(self):
        """Try again to make a review that could not be made, and open what has come of it.

        :raise UserError: when there is nothing to make
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "failed":
            raise UserError(self.env._("This review was generated already."))
        scope = (self.playbook_id, self.period, (self.date_from, self.date_to))
        # sudo: as the job makes it, of all deals
        made = self.sudo()._make_safely(*scope, self.team_id.id, self.company_id.id)
        return made.sudo(False).exists().get_formview_action()

    def action_done(self):
        """Mark as reviewed."""
        self.state = "done"

    def action_reopen(self):
        """Mark as still to be reviewed."""
        self.state = "open"

    @api.readonly
    def action_open_page(self):
        """Open the funnel page with the period and team of this review."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_funnel_playbook.crm_funnel_action")
        days = {
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
        }
        return {**action, "params": {"filters": {**self._get_scope(), **days}}}

    def _get_scope(self):
        """Return the scope of this review, see :class:`CrmFunnelReport`."""
        self.ensure_one()
        company = self.playbook_id._get_company_scope(self.company_id.id)
        return {"playbook_id": self.playbook_id.id, "team_id": self.team_id.id, **company}
