from odoo import fields, models


class CrmProductLine(models.Model):
    """A line of products sold through one funnel; its playbook says how."""

    _name = "crm.product.line"
    _description = "Product Line"
    _inherit = ["crm.playbook.cache.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True
    _playbook_effects = {"history": {"playbook_id"}}

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, help="Empty: shared by all companies."
    )
    playbook_id = fields.Many2one(
        "crm.playbook",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('is_template', '=', False), ('stage_ids', '!=', False)]",
        help="The playbook that deals of this product line follow.",
    )

    _name_company_uniq = models.UniqueIndex(
        "((name->>'en_US'), COALESCE(company_id, 0))",
        "This company already has a product line of that name.",
    )

    def _get_followed_playbooks(self):
        return self.playbook_id
