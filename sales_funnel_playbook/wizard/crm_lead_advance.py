from odoo import api, fields, models

from ..models.gate.types import Verdict


class CrmLeadAdvance(models.TransientModel):
    """Shows which of the chosen deals may enter their next stage, and moves those."""

    _name = "crm.lead.advance"
    _description = "Advance deals"

    lead_ids = fields.Many2many(
        "crm.lead", string="Deals", default=lambda self: self.env.context.get("active_ids")
    )
    line_ids = fields.One2many("crm.lead.advance.line", "wizard_id", compute="_compute_line_ids", store=True)
    ready_count = fields.Integer(compute="_compute_counts")
    held_back_count = fields.Integer(compute="_compute_counts")

    @api.depends("lead_ids")
    def _compute_line_ids(self):
        for wizard in self:
            # a stored field is computed as superuser: who asks sees what he may write
            leads = wizard.lead_ids._origin.sudo(False)._filtered_access("write")
            verdicts = leads._get_verdicts([*leads._get_next_moves().values()])
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(self._prepare_line_vals(lead, verdicts.get(lead.id))) for lead in leads
            ]

    @api.depends("line_ids.is_ready")
    def _compute_counts(self):
        for wizard in self:
            wizard.ready_count = len(wizard.line_ids.filtered("is_ready"))
            wizard.held_back_count = len(wizard.line_ids) - wizard.ready_count

    @api.model
    def _prepare_line_vals(self, lead, verdict):
        held_back = lead._prepare_held_back(verdict)
        return {
            "lead_id": lead.id,
            "stage_id": (verdict or Verdict()).stage_id,
            "is_ready": bool(verdict) and verdict.is_allowed,
            "reason": "\n".join(item["name"] for item in held_back["unmet"]),
        }

    def action_advance(self):
        """Move the deals that may, and say how many were held back."""
        self.ensure_one()
        result = self.lead_ids.advance_stage()
        won = self.env["crm.lead"].browse(result["moved"]).filtered(lambda lead: lead.won_status == "won")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if result["held_back"] else "success",
                "message": self.env._(
                    "%(moved)s deals advanced, %(held_back)s held back.",
                    moved=len(result["moved"]),
                    held_back=len(result["held_back"]),
                ),
                "next": won._prepare_end_of_dialog(),
            },
        }


class CrmLeadAdvanceLine(models.TransientModel):
    _name = "crm.lead.advance.line"
    _description = "Deal to advance"
    _order = "is_ready desc, id"

    wizard_id = fields.Many2one("crm.lead.advance", required=True, ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", string="Deal", required=True, ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", string="Next Stage", ondelete="cascade")
    is_ready = fields.Boolean(string="Advances")
    reason = fields.Text(string="Held Back By")
