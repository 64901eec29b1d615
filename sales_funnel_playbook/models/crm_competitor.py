from odoo import fields, models


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
