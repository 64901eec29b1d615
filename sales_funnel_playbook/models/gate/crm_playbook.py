from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import frozendict

from ..core.memory import remembered
from .types import Gate, GateOutput, GateRule, GateStage


class CrmPlaybook(models.Model):
    """What of the playbooks is kept in memory: rules change rarely, moves are many.

    What a playbook would do, before it does it.
    """

    _inherit = "crm.playbook"

    @api.model
    @remembered()
    def _get_gates(self):
        """Return ``{playbook id: Gate}`` of all playbooks in use, kept in memory."""
        # sudo: kept in memory for everybody
        stages = self.env["crm.playbook.stage"].sudo().with_context(active_test=True)
        stages = stages.search([("playbook_id.active", "=", True), ("stage_id", "!=", False)])
        return frozendict(
            {
                playbook.id: Gate(
                    is_enforced=playbook.mode == "enforce",
                    calendar_id=playbook.calendar_id.id,
                    stages=frozendict({s.stage_id.id: s._prepare_gate_stage() for s in its_stages}),
                    renewal_stage_id=its_stages.filtered(
                        lambda stage: stage.is_renewal and not stage.stage_id.is_won
                    )[:1].stage_id.id,
                    playbook_id=playbook.id,
                )
                for playbook, its_stages in stages.grouped("playbook_id").items()
            }
        )

    def action_simulate(self):
        """Open what enforcing this playbook would do to its open deals now."""
        self.ensure_one()
        simulation = self.env["crm.playbook.simulation"].create({"playbook_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": simulation._name,
            "res_id": simulation.id,
            "name": (
                self.env._("Held Back by “%s”", self.name)
                if self.mode == "enforce"
                else self.env._("If “%s” Were Enforced", self.name)
            ),
            "view_mode": "form",
        }

    @api.readonly
    def get_enforcing_effect(self):
        """Return ``{"open_count", "held_back_count", "outside_count"}``: how many deals follow this playbook,
        how many of them could not enter their next stage if it were enforced now, and how many stand
        outside of it. Changes nothing.

        :raise AccessError: for whoever may not change the playbook
        """
        self.ensure_one()
        self.check_access("write")
        counts = self.env["crm.playbook.simulation"].new({"playbook_id": self.id})._prepare_result_vals()
        return {name: counts[name] for name in ("open_count", "held_back_count", "outside_count")}

    def _get_open_leads_domain(self):
        """Return the domain of the open deals that follow this playbook."""
        self.ensure_one()
        domain = self.env["crm.lead"]._get_playbook_domains().get(self.id, Domain.FALSE)
        return domain & Domain("won_status", "=", "pending") & Domain("active", "=", True)

    def _get_outside_leads_domain(self):
        """Return the domain of the open deals that follow this playbook in a stage that it does not name."""
        gate = self._get_gates().get(self.id)
        return self._get_open_leads_domain() & Domain("stage_id", "not in", [*gate.stages] if gate else [])

    def action_open_outside_leads(self):
        """Open the deals that stand in a stage outside this playbook."""
        name = self.env._("Stage Outside the Playbook")
        return self._prepare_leads_action(self._get_outside_leads_domain(), name)

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


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _get_waiting_domain(self):
        """Return the domain of the open deals that would enter this stage next, or None for a stage
        that is not in use.
        """
        gate = self.env["crm.playbook"]._get_gates().get(self.playbook_id.id)
        ranks = self.env["crm.stage"]._get_ranks()
        if not gate or self.playbook_id.is_template or self.stage_id.id not in ranks or self.is_renewal:
            return None
        rank = ranks[self.stage_id.id]
        start = max((ranks[id_] for id_ in gate.path if ranks.get(id_, rank) < rank), default=0)
        before = [id_ for id_, its_rank in ranks.items() if start <= its_rank < rank]
        return self.playbook_id._get_open_leads_domain() & Domain("stage_id", "in", before)

    def _prepare_gate_stage(self):
        """Return this stage, its conditions and outputs as the gate keeps them in memory."""
        self.ensure_one()
        return GateStage(
            id=self.id,
            allow_skip=self.allow_skip,
            rules=tuple(
                GateRule(
                    rule.id,
                    rule.kind,
                    rule.severity == "blocking",
                    rule.domain,
                    rule._get_document_domain(),
                    fields.Datetime.to_string(rule.changed_at) if rule.stays_required else "",
                )
                for rule in self.condition_ids
            ),
            outputs=tuple(
                GateOutput(output.id, domain=output._get_domain(), document=output._get_document_domain())
                for output in self.output_ids
                if output.is_required
            ),
            is_announced=bool(self.notify_user_ids or self.notify_team_ids or self.notify_role_ids),
            expected_days=self.expected_days,
        )

    def _prepare_unmet_item(self):
        """Return this stage, jumped over or for renewal deals only, as an unmet item of
        :meth:`crm.lead.check_gate`.
        """
        self.ensure_one()
        name = self.env._("The stage “%s” cannot be skipped", self.display_name)
        guidance = self.env._("Move the deal there first.")
        if self.is_renewal:
            name = self.env._("“%s” is for renewal deals", self.display_name)
            guidance = self.env._("Make a renewal deal of the won one: it begins there.")
        return {
            "kind": "skip",
            "rule_id": self.id,
            "name": name,
            "guidance": guidance,
            "blocking": True,
        }
