from collections import Counter
from reprlib import repr as shorten

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...arguments import is_id
from ...fields import OptionalFloat

# How the deals ended that used a case.
USED = """
    SELECT used.case_id, lead.won_status, COUNT(*)
    FROM crm_playbook_case_use used JOIN crm_lead lead ON lead.id = used.lead_id
    WHERE used.case_id = ANY(%(cases)s) AND (lead.company_id = ANY(%(companies)s) OR lead.company_id IS NULL)
    GROUP BY used.case_id, lead.won_status
"""
# How the deals of its product line ended that did not, and were closed since it was published.
OTHERS = """
    SELECT one.id, lead.won_status, COUNT(*)
    FROM crm_playbook_case one
    JOIN crm_lead lead ON lead.product_line_id = one.product_line_id AND lead.type = 'opportunity'
        AND lead.won_status IN ('won', 'lost') AND lead.date_closed >= one.published_at
        AND (lead.company_id = ANY(%(companies)s) OR lead.company_id IS NULL)
    WHERE one.id = ANY(%(cases)s) AND lead.id IS DISTINCT FROM one.lead_id
        AND NOT EXISTS (
            SELECT FROM crm_playbook_case_use used WHERE used.case_id = one.id AND used.lead_id = lead.id)
    GROUP BY one.id, lead.won_status
"""


class CrmPlaybookCaseUse(models.Model):
    """A case that was used in a deal: somebody read it and acted on it."""

    _name = "crm.playbook.case.use"
    _description = "Use of a Case"
    _inherit = ["crm.lead.fact"]
    _order = "id desc"
    _rec_name = "lead_id"

    case_id = fields.Many2one("crm.playbook.case", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users",
        string="Used By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )

    _case_uniq = models.UniqueIndex("(lead_id, case_id)", "This case is marked as used in this deal already.")

    @api.model_create_multi
    def create(self, vals_list):
        """Only what its reader can read, and is meant to be read, can be used.

        :raise UserError: for a case that is not published, or is about the deal itself
        """
        if not self.env.su:
            vals_list = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        uses = super().create(vals_list)
        uses.case_id.check_access("read")
        for use in uses:
            if use.case_id.state != "published":
                raise UserError(
                    self.env._("“%s” is not published: it cannot be marked as used.", use.case_id.name)
                )
            # sudo: whether or not the user may see the case's deal
            if use.case_id.sudo().lead_id == use.lead_id:
                raise UserError(self.env._("“%s” is the case of this very deal.", use.case_id.name))
        return uses


class CrmPlaybookCase(models.Model):
    """Whether a case helps: its readers' votes, and how the deals ended that used it."""

    _inherit = "crm.playbook.case"

    use_ids = fields.One2many("crm.playbook.case.use", "case_id", string="Used In")
    used_count = fields.Integer(
        string="Used in Deals", compute="_compute_used", help="Deals in which it was marked as used."
    )
    used_won_count = fields.Integer(string="Used, Won", compute="_compute_used")
    used_lost_count = fields.Integer(string="Used, Lost", compute="_compute_used")
    used_win_rate = OptionalFloat(
        string="Win Rate with Case (%)",
        compute="_compute_used",
        digits=(16, 1),
        help="Of the deals that used it and are closed, the share that was won.",
    )
    other_won_count = fields.Integer(string="Not Used, Won", compute="_compute_others")
    other_lost_count = fields.Integer(string="Not Used, Lost", compute="_compute_others")
    other_win_rate = OptionalFloat(
        string="Win Rate without Case (%)",
        compute="_compute_others",
        digits=(16, 1),
        help="Of the deals of the same product line that were closed since it was published and did not use"
        " it, the share that was won.",
    )
    helpful_user_ids = fields.Many2many(
        "res.users", "crm_playbook_case_helpful_rel", string="Helpful For", readonly=True, copy=False
    )
    helpful_count = fields.Integer(
        string="Helpful",
        compute="_compute_helpful_count",
        store=True,
        help="How many readers found it helpful.",
    )
    is_helpful = fields.Boolean(string="Helpful for Me", compute="_compute_is_helpful")

    @api.depends("helpful_user_ids")
    def _compute_helpful_count(self):
        for case in self:
            case.helpful_count = len(case.helpful_user_ids)

    @api.depends("helpful_user_ids")
    @api.depends_context("uid")
    def _compute_is_helpful(self):
        for case in self:
            case.is_helpful = self.env.user in case.helpful_user_ids

    @api.depends("use_ids.lead_id.won_status")
    @api.depends_context("allowed_company_ids")
    def _compute_used(self):
        """Counts tell nobody which deals they are: those that the reader may not see count too."""
        counts = self._count_outcomes(USED)
        for case in self:
            won, lost, pending = (counts[case.id, status] for status in ("won", "lost", "pending"))
            case.used_count = won + lost + pending
            case.used_won_count, case.used_lost_count = won, lost
            case.used_win_rate = 100 * won / (won + lost) if won + lost else False

    @api.depends("use_ids", "published_at", "product_line_id", "lead_id")
    @api.depends_context("allowed_company_ids")
    def _compute_others(self):
        counts = self._count_outcomes(OTHERS)
        for case in self:
            won, lost = (counts[case.id, status] for status in ("won", "lost"))
            case.other_won_count, case.other_lost_count = won, lost
            case.other_win_rate = 100 * won / (won + lost) if won + lost else False

    def _count_outcomes(self, query):
        """Return a counter of ``(case id, won status)`` of the deals that ``query`` is about."""
        if not self.ids:
            return Counter()
        self.env.flush_all()  # it reads in SQL
        rows = self.env.execute_query(SQL(query, cases=self.ids, companies=self.env.companies.ids))
        return Counter({(case_id, status): count for case_id, status, count in rows})

    def action_toggle_helpful(self):
        """Say that this case helped, or take that back."""
        self.check_access("read")
        self._check_states("published")
        for case in self:
            command = fields.Command.unlink if case.is_helpful else fields.Command.link
            # sudo: readers vote, and change nothing else
            case.sudo().helpful_user_ids = [command(self.env.uid)]
        return True

    @api.readonly
    def action_open_uses(self):
        """Open the deals that used this case, of those that the reader may see."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm.crm_lead_opportunities")
        return {
            **action,
            "domain": [("used_case_ids.case_id", "=", self.id)],
            "context": {"active_test": False},
            "display_name": self.env._("Used In: %s", self.name),
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
        }


class CrmLead(models.Model):
    _inherit = "crm.lead"

    used_case_ids = fields.One2many("crm.playbook.case.use", "lead_id", string="Used Cases")

    def mark_case_used(self, case_id, is_used=True):
        """Note that a published case was used in this deal, or take that back.

        :param int case_id: a published ``crm.playbook.case``
        :raise UserError: when there is no such case, or it cannot be used here
        """
        self.ensure_one()
        self._check_can_work()
        case = self.env["crm.playbook.case"].browse(case_id if is_id(case_id) else ())
        if not case.exists():
            raise UserError(self.env._("There is no case %s.", shorten(case_id)))
        known = self.used_case_ids.filtered(lambda use: use.case_id == case)
        if not is_used:
            known.unlink()
        elif not known:
            known.create({"lead_id": self.id, "case_id": case.id})
        return True
