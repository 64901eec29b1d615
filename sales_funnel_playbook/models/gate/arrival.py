from odoo import api, models

# What decides which playbook a lead follows, and what decides that.
KEYS = ("product_line_id", "team_id", "company_id", "user_id", "partner_id", "type")


class CrmLead(models.Model):
    """What comes in by itself, such as mail, begins in the first stage of its playbook: also where the team's
    pipeline begins earlier.
    """

    _inherit = "crm.lead"

    @api.model
    def _prepare_arrival_vals(self, vals):
        """Return ``vals`` for a lead that comes in by itself (mail, web form, registration), so that nothing
        keeps it out: in the first stage of the playbook that it will follow, unless they name a stage; and
        without a product line that is not sold any more, or not by its company; where nothing else says of
        which company it is, its product line does.
        """
        vals = dict(vals)
        line = self.env["crm.product.line"].browse(vals.get("product_line_id") or ()).exists()
        lead = self.new({name: vals[name] for name in KEYS if name in vals and name != "product_line_id"})
        is_theirs = not lead.company_id or line.company_id in (lead.company_id, line.browse().company_id)
        is_sold = line.active and is_theirs
        if "product_line_id" in vals and not is_sold:
            del vals["product_line_id"]
        elif is_sold:
            lead.product_line_id = line
        if not vals.get("stage_id") and (stage := lead._get_arrival_stage()):
            vals["stage_id"] = stage.id
        return vals

    def _get_arrival_stage(self):
        """Return the first stage of the playbook that this lead follows, empty where the lead's team does not
        use it, or where it wins.
        """
        gate = self.env["crm.playbook"]._get_gates().get(self.playbook_id.id)
        if not gate:
            return self.env["crm.stage"]
        # sudo: a team's stages are the same for everybody
        stage = (
            self.env["crm.stage"].sudo().browse(gate.get_first_stage_id(self.env["crm.stage"]._get_ranks()))
        )
        is_used = not stage.team_ids or self.team_id in stage.team_ids
        return stage if is_used and not stage.is_won else stage.browse()

    @api.model
    @api.private  # the mail gateway calls message_process
    def message_new(self, msg_dict, custom_values=None):
        """A customer's mail comes in; nobody has it yet."""
        leads = self.with_context(default_user_id=False)
        return super().message_new(msg_dict, custom_values=leads._prepare_arrival_vals(custom_values or {}))
