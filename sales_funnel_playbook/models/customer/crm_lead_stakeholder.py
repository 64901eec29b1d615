from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmLeadStakeholder(models.Model):
    """A person on the customer's side: what they decide, where they stand, from when to when."""

    _name = "crm.lead.stakeholder"
    _description = "Stakeholder"
    _inherit = ["crm.lead.fact"]
    _rec_name = "partner_id"
    _order = "date_to desc, role, id"  # PostgreSQL puts the empty ones, who are still there, first

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="restrict"
    )
    role = fields.Selection(
        [
            ("decision_maker", "Decision Maker"),
            ("budget_owner", "Budget Owner"),
            ("technical_evaluator", "Technical Evaluator"),
            ("user", "End User"),
            ("champion", "Champion"),
            ("gatekeeper", "Gatekeeper"),
        ],
        required=True,
    )
    attitude = fields.Selection(
        [("for", "Supportive"), ("neutral", "Neutral"), ("against", "Opposed"), ("unknown", "Not Known")],
        required=True,
        default="unknown",
    )
    date_from = fields.Date(string="From", default=fields.Date.context_today)
    date_to = fields.Date(string="To", help="When this person left the role; empty while in it.")

    _period = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "The stakeholder's “To” cannot be before “From”.",
    )

    @api.constrains("lead_id", "partner_id", "role", "date_from", "date_to")
    def _check_twice(self):
        """A person has a role once at a time."""
        # sudo: facts of the same lead, whoever may see it
        for one in self.sudo():
            others = one.lead_id.stakeholder_ids - one
            if any(one._is_same_role(other) and one._overlaps(other) for other in others):
                roles = dict(self._fields["role"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "“%(person)s” already is “%(role)s” of “%(lead)s” at that time: end or change that"
                        " line.",
                        person=one.partner_id.display_name,
                        role=roles[one.role],
                        lead=one.lead_id.name,
                    )
                )

    def _is_same_role(self, other):
        """Tell whether both say the same of the same person; of who is no longer known nobody can tell."""
        return bool(self.partner_id) and (self.partner_id, self.role) == (other.partner_id, other.role)

    def _overlaps(self, other):
        """Tell whether both have a day in common; without a date there is no end on that side."""
        begins_after = self.date_from and other.date_to and self.date_from > other.date_to
        ends_before = self.date_to and other.date_from and self.date_to < other.date_from
        return not (begins_after or ends_before)

    def _unite(self):
        """Make one line of those that say the same of the same person: from the first day to the last one."""
        for lines in self.grouped(lambda one: (one.lead_id, one.partner_id, one.role)).values():
            kept = self.browse()
            for line in lines.sorted(lambda one: (one.date_from or date.min, one.id)):
                if kept and kept._overlaps(line):
                    ends = [kept.date_to, line.date_to]
                    line.unlink()
                    kept.date_to = all(ends) and max(ends)
                else:
                    kept = line


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Two contacts who become one may both decide in a deal: they decide in it once."""
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # sudo: whoever merges contacts does not need to see all deals
        lines = self.env["crm.lead.stakeholder"].sudo()
        lines.search([("partner_id", "=", dst_partner.id)])._unite()
        return result


class CrmLead(models.Model):
    _inherit = "crm.lead"

    stakeholder_ids = fields.One2many("crm.lead.stakeholder", "lead_id", string="Decision Chain")
