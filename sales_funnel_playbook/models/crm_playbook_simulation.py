import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import mute_logger


class CrmPlaybook(models.Model):
    """What a playbook would do, before it does it."""

    _inherit = "crm.playbook"

    def action_simulate(self):
        """Open what enforcing this playbook would do to its open deals now."""
        self.ensure_one()
        simulation = self.env["crm.playbook.simulation"].create({"playbook_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": simulation._name,
            "res_id": simulation.id,
            "name": self.env._("If “%s” Were Enforced", self.name),
            "view_mode": "form",
        }

    def _get_open_leads_domain(self):
        """Return the domain of the open deals that follow this playbook."""
        self.ensure_one()
        domain = self.env["crm.lead"]._get_playbook_domains().get(self.id, Domain.FALSE)
        return domain & Domain("won_status", "=", "pending") & Domain("active", "=", True)

    def _prepare_leads_action(self, domain, name=None):
        """Return the action that lists the deals of ``domain``."""
        action = self.env["ir.actions.actions"]._for_xml_id("crm.crm_lead_opportunities")
        views = [view for view in action["views"] if view[1] == "list"]
        views += [view for view in action["views"] if view[1] != "list"]
        return {
            "type": action["type"],
            "res_model": "crm.lead",
            "name": name or self.env._("Deals Held Back"),
            "domain": list(domain),
            "views": views,
            "search_view_id": action["search_view_id"],
        }


class CrmPlaybookCondition(models.Model):
    _inherit = "crm.playbook.condition"

    preview = fields.Json(
        compute="_compute_preview",
        help="How many open deals this condition would hold back as it stands in the form, saved or not.",
    )

    @api.depends("domain", "kind", "severity", "active", "playbook_stage_id")
    def _compute_preview(self):
        for condition in self:
            condition.preview = condition._get_preview()

    def _get_preview(self):
        """Return ``{"held_back": int, "total": int, "domain": str}`` of the open deals that would
        enter this condition's stage next, or False where that cannot be told.
        """
        waiting = self.playbook_stage_id._origin._get_waiting_domain()
        if waiting is None or not self.active:
            return False
        leads = self.env["crm.lead"].with_context(active_test=False)  # what is archived counts at the gate
        total = leads.search_count(waiting)
        try:
            met = self._get_met_domain()
            self.env["crm.playbook.rule"]._check_names(met, leads)
            with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                # the others, as Odoo's negation of a field that searches by a method may be no complement
                count = total - leads.search_count(waiting & met)
        except (ValueError, UserError, psycopg2.Error):
            return False
        return {"held_back": count, "total": total, "domain": repr(list(waiting & ~met))}

    def _get_met_domain(self):
        """Return the domain of the leads that meet this condition.

        :raise ValueError: when it is no domain
        """
        if self.kind == "domain":
            return self._parse_domain(self.domain)
        confirmed = [("condition_id", "=", self._origin.id), ("withdrawn_at", "=", False)]
        return Domain("confirmation_ids", "any", confirmed)


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _get_waiting_domain(self):
        """Return the domain of the open deals that would enter this stage next, or None for a stage
        that is not in use.
        """
        gate = self.env["crm.playbook"]._get_gates().get(self.playbook_id.id)
        ranks = self.env["crm.stage"]._get_ranks()
        if not gate or self.playbook_id.is_template or self.stage_id.id not in ranks:
            return None
        rank = ranks[self.stage_id.id]
        start = max((ranks[id_] for id_ in gate.stages if ranks.get(id_, rank) < rank), default=0)
        before = [id_ for id_, its_rank in ranks.items() if start <= its_rank < rank]
        return self.playbook_id._get_open_leads_domain() & Domain("stage_id", "in", before)
