from odoo import api, fields, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    product_line_id = fields.Many2one(
        "crm.product.line",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        ondelete="set null",
        help="The product line being sold. Its playbook applies to this deal.",
    )
    playbook_id = fields.Many2one(
        "crm.playbook",
        compute="_compute_playbook_id",
        search="_search_playbook_id",
        help="The product line's playbook, else the team's, else the company's.",
    )
    playbook_stage_id = fields.Many2one("crm.playbook.stage", compute="_compute_playbook_stage_id")

    @api.depends("product_line_id", "team_id", "company_id")
    def _compute_playbook_id(self):
        assignment = self.env["crm.playbook"]._get_assignment()
        for lead in self:
            lead.playbook_id = assignment and assignment.resolve(lead)

    @api.depends("playbook_id", "stage_id")
    def _compute_playbook_stage_id(self):
        gates = self.env["crm.playbook"]._get_gates()
        for lead in self:
            gate = gates.get(lead.playbook_id.id)
            stage = gate and gate.stages.get(lead.stage_id.id)
            lead.playbook_stage_id = stage.id if stage else False

    def _search_playbook_id(self, operator, value):
        if operator == "any":
            playbooks = self.env["crm.playbook"].search(value)
        elif operator == "in":
            playbooks = self.env["crm.playbook"].browse(id_ for id_ in value if id_)
        else:
            return NotImplemented
        domains = self._get_playbook_domains()
        found = Domain.OR(domains.get(playbook.id, Domain.FALSE) for playbook in playbooks)
        if operator == "in" and False in value:
            found |= ~Domain.OR(domains.values())
        return found

    def _get_playbook_ids(self):
        """Return ``{lead id: playbook id}`` for the leads of ``self`` that follow one. Costs no
        query beyond the lead's own fields, and nothing at all while no playbook is in use.
        """
        assignment = self.env["crm.playbook"]._get_assignment()
        if not assignment:
            return {}
        playbook_ids = {lead.id: assignment.resolve(lead) for lead in self}
        return {lead_id: playbook_id for lead_id, playbook_id in playbook_ids.items() if playbook_id}

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "product_line_id"]

    def _get_playbook_domains(self):
        """Return ``{playbook id: domain}`` of the leads that follow each playbook in use: the same
        order of precedence as :meth:`Assignment.resolve`.
        """
        by_line, by_team, by_company = self.env["crm.playbook"]._get_assignment()
        domains, taken = {}, Domain.FALSE
        for field_name, by_key in (("product_line_id", by_line), ("team_id", by_team)):
            found = {}
            for playbook_id, company_id in set(by_key.values()):
                keys = [key for key, target in by_key.items() if target[0] == playbook_id]
                domain = Domain(field_name, "in", keys)
                if company_id:
                    domain &= Domain("company_id", "in", [company_id, False])
                found[playbook_id] = domain
            for playbook_id, domain in found.items():
                domains[playbook_id] = domains.get(playbook_id, Domain.FALSE) | (domain & ~taken)
            taken |= Domain.OR(found.values())
        companies = [company_id for company_id in by_company if company_id]
        for company_id, (playbook_id, _company) in by_company.items():
            company = (
                Domain("company_id", "=", company_id)
                if company_id
                else Domain("company_id", "not in", companies)
            )
            domains[playbook_id] = ~taken & company
        return domains
