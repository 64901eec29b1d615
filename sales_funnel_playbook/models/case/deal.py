from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..customer.crm_lead import COMPANY_SIZES
from ..rating.crm_playbook_tier import TIERS
from .crm_playbook_case import OUTCOMES

# What a case takes over from its deal, and is found by; see :meth:`CrmPlaybookCase._compute_traits`.
TRAITS = {"compute": "_compute_traits", "store": True, "readonly": False, "precompute": True}
TRAIT_NAMES = (
    *("outcome", "product_line_id", "stage_id", "industry_id", "company_size", "competitor_ids"),
    *("risk_type_ids", "lost_reason_id", "tier", "stay_days"),
)


class CrmPlaybookCase(models.Model):
    """The deal that a case is about, and what the case takes over from it."""

    _inherit = "crm.playbook.case"

    lead_id = fields.Many2one(
        "crm.lead",
        string="Deal",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        domain=[("won_status", "in", ("won", "lost"))],
        context={"active_test": False},
        help="Only users with access to the deal can see which deal this is.",
    )
    outcome = fields.Selection(OUTCOMES, required=True, **TRAITS)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.", **TRAITS)
    product_line_id = fields.Many2one("crm.product.line", ondelete="set null", check_company=True, **TRAITS)
    stage_id = fields.Many2one(
        "crm.stage",
        string="Decisive Stage",
        ondelete="set null",
        help="The stage in which the deal was lost, or from which it was won.",
        **TRAITS,
    )
    industry_id = fields.Many2one("res.partner.industry", ondelete="set null", **TRAITS)
    company_size = fields.Selection(COMPANY_SIZES, help="How many people work at the customer.", **TRAITS)
    competitor_ids = fields.Many2many(
        "crm.competitor",
        "crm_playbook_case_competitor_rel",
        "case_id",
        "competitor_id",
        string="Competitors",
        check_company=True,
        **TRAITS,
    )
    risk_type_ids = fields.Many2many(
        "crm.risk.type",
        "crm_playbook_case_risk_rel",
        "case_id",
        "risk_type_id",
        string="Risk Types",
        **TRAITS,
    )
    lost_reason_id = fields.Many2one("crm.lost.reason", ondelete="set null", **TRAITS)
    tier = fields.Selection(TIERS, help="The deal's tier when the case was begun.", **TRAITS)
    stay_days = fields.Float(
        string="Time in Stage (Days)",
        aggregator="avg",
        help="Calendar days the deal was in its decisive stage.",
        **TRAITS,
    )

    @api.depends("lead_id")
    def _compute_traits(self):
        """Take over what the deal tells, where the case says nothing yet: its author knows better."""
        for case in self:
            is_begun = not case._origin or case.state == "draft"
            deal = case._get_readable_deal() if is_begun else self.env["crm.lead"]
            if not case._origin:
                case.company_id = case.company_id or deal.company_id or self.env.company
            traits = deal._get_case_traits(case.company_id)
            for name in TRAIT_NAMES:
                case[name] = case[name] or traits.get(name, False)

    def _get_readable_deal(self):
        """Return the deal as superuser, or none where the user may not see it."""
        # computed as superuser: whoever begins a case of a deal they cannot see learns nothing of it
        return self.lead_id.sudo(False)._filtered_access("read").sudo()

    @api.constrains("lead_id", "outcome")
    def _check_deal(self):
        """A case is about a deal that has ended as it says; what comes later changes nothing."""
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for case in self:
            # sudo: whoever writes the case may have given the deal away since
            deal = case.sudo().lead_id
            if deal and deal.won_status not in labels:
                raise ValidationError(
                    self.env._("“%s” is still open: write its case once it is won or lost.", deal.name)
                )
            if deal and deal.won_status != case.outcome:
                raise ValidationError(
                    self.env._(
                        "The deal “%(deal)s” is “%(status)s”: correct the outcome of its case.",
                        deal=deal.name,
                        status=labels[deal.won_status],
                    )
                )

    def _get_outcome_label(self):
        """Return how the deal ended, in the reader's language."""
        return dict(self._fields["outcome"]._description_selection(self.env))[self.outcome]

    def _prepare_link(self):
        """Return this case, and how its deal ended, as HTML that leads to it."""
        link = Markup('<a href="/odoo/crm.playbook.case/%s">%s</a>') % (self.id, self.name)
        return self.env._("%(case)s (%(outcome)s)", case=link, outcome=self._get_outcome_label())

    @api.model
    def _check_deal_access(self, lead_id):
        """A case can only be linked to a deal that its author sees."""
        if lead_id:
            self.env["crm.lead"].browse(lead_id).check_access("read")

    def _queue_deals(self, deals=None):
        """What waits for the case of these deals looks at them again."""
        # sudo: who writes a case may not see its deal any more
        deals = self.sudo().lead_id | (deals or self.env["crm.lead"]).sudo()
        deals.exists()._get_dutiful()._queue_settling()

    def _read_format(self, fnames, load="_classic_read"):
        """A deal's name tells the customer's: who may not see the deal is not told which one it was."""
        rows = super()._read_format(fnames, load)
        if "lead_id" in fnames and not self.env.su:
            # sudo: only to know which deal it is; the right to read it is asked as the user
            visible = self.sudo().lead_id.sudo(False)._filtered_access("read")._ids
            for row in rows:
                lead_id = row["lead_id"][0] if isinstance(row["lead_id"], tuple) else row["lead_id"]
                row["lead_id"] = lead_id in visible and row["lead_id"]
        return rows

    def _read_group_groupby(self, alias, groupby_spec, query):
        """Groups would name deals that the reader may not see."""
        if groupby_spec.split(":")[0] == "lead_id" and not self.env.su:
            raise ValidationError(self.env._("Cases cannot be grouped by their deals."))
        return super()._read_group_groupby(alias, groupby_spec, query)


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    def _get_telling_lists(self):
        return super()._get_telling_lists() | {"case_ids"}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    case_ids = fields.One2many("crm.playbook.case", "lead_id", string="Cases")

    def _get_case_traits(self, company):
        """Return what a case of ``company`` takes over from this deal: ``{field of the case: value}``, empty
        for none. What belongs to another company stays out.
        """
        if not self:
            return {}
        stage = self._get_deciding_stage()
        stays = self.stage_log_ids.filtered(lambda stay: stay.stage_id == stage and stay.closes_stay)
        status = self.won_status

        def is_shared(record):
            return not company or not record.company_id or record.company_id == company

        return {
            "outcome": status if status in dict(OUTCOMES) else False,
            "product_line_id": self.product_line_id.filtered(is_shared).id,
            "stage_id": stage.id,
            "stay_days": sum(stays.mapped("duration_days")),
            "industry_id": self.industry_id.id,
            "company_size": self.company_size,
            "competitor_ids": self.competitor_ids.competitor_id.filtered(is_shared),
            "risk_type_ids": self.risk_ids.type_id,
            "lost_reason_id": status == "lost" and self.lost_reason_id.id,
            "tier": self.tier,
        }

    def _get_deciding_stage(self):
        """Return the stage in which this deal was lost, or from which it was won."""
        ends = self.stage_log_ids.filtered(lambda stay: stay.kind == self.won_status)
        end = ends.sorted(lambda stay: (stay.entered_at, stay.id))[-1:]
        return (end.stage_id if end.kind == "lost" else end.previous_stage_id) or self.stage_id
