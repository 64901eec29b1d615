from odoo import api, fields, models


class CrmCompetitor(models.Model):
    """A company that wants the same deals."""

    _name = "crm.competitor"
    _description = "Competitor"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Empty: for all companies."
    )
    partner_id = fields.Many2one("res.partner", string="Contact", ondelete="set null")
    strengths = fields.Text(help="What they are good at, whatever the deal.")
    weaknesses = fields.Text(help="Where they fall short, whatever the deal.")

    _name_uniq = models.UniqueIndex(
        "(lower(name), COALESCE(company_id, 0))", "There already is a competitor of this name: use that one."
    )


class CrmLeadCompetitor(models.Model):
    """A competitor in one deal, compared with us."""

    _name = "crm.lead.competitor"
    _description = "Competitor in a deal"
    _inherit = ["crm.lead.fact"]
    _rec_name = "competitor_id"
    _order = "id"

    competitor_id = fields.Many2one("crm.competitor", required=True, index=True, ondelete="restrict")
    strengths = fields.Text(compute="_compute_comparison", store=True, readonly=False)
    weaknesses = fields.Text(compute="_compute_comparison", store=True, readonly=False)
    our_advantage = fields.Text(help="Why this customer should choose us over them.")

    _competitor_uniq = models.UniqueIndex(
        "(lead_id, competitor_id)", "This competitor is already in the deal: complete that line."
    )

    @api.depends("competitor_id")
    def _compute_comparison(self):
        """Begin with what is known of the competitor; the deal may differ."""
        for line in self:
            line.strengths = line.strengths or line.competitor_id.strengths
            line.weaknesses = line.weaknesses or line.competitor_id.weaknesses


class CrmLead(models.Model):
    _inherit = "crm.lead"

    competitor_ids = fields.One2many("crm.lead.competitor", "lead_id", string="Competitors")
