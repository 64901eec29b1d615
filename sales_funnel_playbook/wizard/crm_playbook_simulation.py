from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

DIMENSIONS = [("rule", "Rule"), ("stage", "Stage"), ("owner", "Salesperson")]


class CrmPlaybookSimulation(models.TransientModel):
    """What enforcing a playbook would do to the open deals now: which of them could not enter their
    next stage, by rule, stage and salesperson. Changes nothing.
    """

    _name = "crm.playbook.simulation"
    _description = "Playbook simulation"

    playbook_id = fields.Many2one("crm.playbook", required=True, ondelete="cascade")
    mode = fields.Selection(related="playbook_id.mode", related_sudo=False)
    open_count = fields.Integer(string="Open Deals")
    held_back_count = fields.Integer(string="Held Back")
    outside_count = fields.Integer(string="Outside the Playbook")
    lead_ids = fields.Json(string="Deals Held Back")
    line_ids = fields.One2many("crm.playbook.simulation.line", "simulation_id")
    rule_line_ids = fields.One2many(
        "crm.playbook.simulation.line", "simulation_id", domain=[("dimension", "=", "rule")]
    )
    stage_line_ids = fields.One2many(
        "crm.playbook.simulation.line", "simulation_id", domain=[("dimension", "=", "stage")]
    )
    owner_line_ids = fields.One2many(
        "crm.playbook.simulation.line", "simulation_id", domain=[("dimension", "=", "owner")]
    )

    @api.depends("playbook_id")
    def _compute_display_name(self):
        for simulation in self:
            simulation.display_name = self.env._("Simulation of “%s”", simulation.playbook_id.name)

    @api.model_create_multi
    def create(self, vals_list):
        simulations = super().create(vals_list)
        for simulation in simulations:
            # sudo: the result is the module's, nobody writes it by hand
            simulation.sudo().write(simulation._prepare_result_vals())
        return simulations

    def _prepare_result_vals(self):
        """Return the counts and lines of the open deals as they are now."""
        leads = self.env["crm.lead"].search(self.playbook_id._get_open_leads_domain())
        moves = leads._get_next_moves()
        verdicts = leads._get_verdicts([*moves.values()])
        held_back = leads.filtered(lambda lead: lead.id in verdicts and verdicts[lead.id].is_blocked)
        groups, names = defaultdict(list), {}
        for lead in held_back:
            named = {("stage", lead.stage_id.id): lead.stage_id.name}
            named["owner", lead.user_id.id] = lead.user_id.name or self.env._("Nobody")
            for item in verdicts[lead.id].unmet:
                if item["blocking"]:
                    named["rule", item["kind"], item["rule_id"]] = item["name"]
            names |= named
            for key in named:
                groups[key].append(lead.id)
        return {
            "open_count": len(leads),
            "held_back_count": len(held_back),
            "outside_count": self.env["crm.lead"].search_count(self.playbook_id._get_outside_leads_domain()),
            "lead_ids": held_back.ids,
            "line_ids": [
                fields.Command.create(
                    {"dimension": key[0], "name": names[key], "deal_count": len(ids), "lead_ids": ids}
                )
                for key, ids in groups.items()
            ],
        }

    def action_open_outside_leads(self):
        """Open the deals that stand in a stage outside the playbook."""
        return self.playbook_id.action_open_outside_leads()

    # not @api.readonly: it was made a moment ago, which a replica may not know yet
    def action_open_leads(self):
        """Open all deals that would be held back."""
        self.ensure_one()
        return self.playbook_id._prepare_leads_action(Domain("id", "in", self.lead_ids or []))


class CrmPlaybookSimulationLine(models.TransientModel):
    _name = "crm.playbook.simulation.line"
    _description = "Deals a playbook would hold back"
    _order = "deal_count desc, name, id"

    simulation_id = fields.Many2one("crm.playbook.simulation", required=True, ondelete="cascade")
    dimension = fields.Selection(DIMENSIONS, required=True)
    name = fields.Char()
    deal_count = fields.Integer(string="Deals")
    lead_ids = fields.Json(string="Deals Held Back")

    # not @api.readonly: it was made a moment ago, which a replica may not know yet
    def action_open_leads(self):
        """Open the deals of this line."""
        self.ensure_one()
        playbook = self.simulation_id.playbook_id
        return playbook._prepare_leads_action(Domain("id", "in", self.lead_ids), self.name)
