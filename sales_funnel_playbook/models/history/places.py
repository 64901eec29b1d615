from functools import cache

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmLead(models.Model):
    """A deal that goes to another team keeps its place in the funnel, if it follows a playbook before or
    after: Odoo would begin it anew in the first stage.
    """

    _inherit = "crm.lead"

    @api.model
    def _keep_places(self, old_stages):
        """Give leads the stage of their new team that is nearest to the one they were in.

        :param dict old_stages: ``{lead: crm.stage}`` of leads to which Odoo has just given another stage
        """
        leads = self.browse(lead._origin.id for lead in old_stages)
        followed = {lead_id: one.playbook_id for lead_id, one in self._get_followed_before(leads).items()}
        assignment = self.env["crm.playbook"]._get_assignment()
        get_place = cache(self._get_place)
        for lead, old in old_stages.items():
            keys = (followed.get(lead._origin.id, False), assignment.resolve(lead))
            if any(keys) and (stage := get_place(old, lead.team_id, *keys, bool(lead.renewal_kind))):
                lead.stage_id = stage

    def _get_placed(self, save):
        """Return the ids of the leads to which a save gives another team and the very stage that this team
        would give them: a form shows it, and sends both.
        """
        team = self.env["crm.team"].browse(save.vals.get("team_id") or ())
        if not team or not save.vals.get("stage_id"):
            return []
        changed = {id_: one for id_, one in save.standing.items() if one.stage_id and one.team_id != team.id}
        present = self._get_followed_before(self.browse(changed))
        assignment, placed = self.env["crm.playbook"]._get_assignment(), []
        get_place = cache(self._get_place)
        for lead in self.browse(changed):
            keys = {name: lead[name] for name in ("product_line_id", "company_id")} | {"team_id": team}
            if "product_line_id" in save.vals:
                keys["product_line_id"] = self.env["crm.product.line"].browse(save.vals["product_line_id"])
            was = present[lead.id].playbook_id if lead.id in present else changed[lead.id].playbook_id
            keys = (was, assignment.resolve(keys), bool(lead.renewal_kind))
            stage = get_place(lead.stage_id, team, *keys)
            if stage.id == save.vals["stage_id"]:
                placed.append(lead.id)
        return placed

    @api.onchange("product_line_id")
    def _onchange_product_line_team(self):
        """A product line sold in the pipeline of another team offers that team: what it asks for belongs to
        stages that this team does not have.
        """
        gate = self.env["crm.playbook"]._get_gates().get(self.playbook_id.id)
        if not self.product_line_id or not self.team_id or not gate:
            return None
        # sudo: whose stages they are is no secret
        stages = self.env["crm.stage"].sudo().browse(gate.stages).exists()
        if stages.filtered(lambda stage: not stage.team_ids or self.team_id._origin in stage.team_ids):
            return None
        teams = stages.team_ids.filtered(lambda team: team.company_id.id in (False, self.company_id.id))
        if not teams:
            return None
        values = {
            "line": self.product_line_id.name,
            "new": teams[0].name,
            "old": self.team_id.name,
        }
        self.team_id = teams[0].id
        message = self.env._(
            "“%(line)s” is sold in the pipeline of “%(new)s”, so the deal goes to that team. Choose “%(old)s”"
            " again to keep it there.",
            **values,
        )
        return {
            "warning": {
                "title": self.env._("Sales team changed"),
                "message": message,
                "type": "notification",
            }
        }

    @api.model
    def _get_followed_before(self, leads):
        # sudo: whoever sees them, it is their place that is kept
        return self.env["crm.lead.stage.log"].sudo()._get_current(leads.ids)

    @api.model
    def _get_place(self, old, team, old_playbook_id, new_playbook_id, is_renewal=False):
        """Return the stage of ``team`` that a deal in the stage ``old`` goes to, empty for the one that Odoo
        gives: the stage of the same name in any language, else the one of the same place in the playbooks; a
        won deal stays won, and a renewal deal one.
        """
        # sudo: a team's stages are the same for everybody
        usable = Domain("team_ids", "=", False) | Domain("team_ids", "in", team.ids)
        stages = self.env["crm.stage"].sudo().search(usable, order="sequence, id")
        stages = stages.filtered(lambda stage: stage.is_won == old.is_won)
        names = (old | stages)._get_all_names()
        alike = stages.filtered(lambda stage: names[stage.id] & names[old.id])
        if alike or old.is_won:
            return (alike or stages or old)[0]
        gates, ranks = self.env["crm.playbook"]._get_gates(), self.env["crm.stage"]._get_ranks()
        old_gate, new_gate = gates.get(old_playbook_id), gates.get(new_playbook_id)
        place = old_gate and old_gate.get_places(ranks).get(old.id)
        if not place or not new_gate:
            return self.env["crm.stage"]
        if is_renewal and new_gate.renewal_stage_id in stages._ids:
            return self.env["crm.stage"].browse(new_gate.renewal_stage_id)
        named = [id_ for id_ in new_gate.get_places(ranks) if id_ in new_gate.path and id_ in stages._ids]
        return self.env["crm.stage"].browse(named[:place][-1:])


class CrmStage(models.Model):
    _inherit = "crm.stage"

    def _get_all_names(self):
        """Return ``{stage id: names}``: the set of names that each has in all languages, in lower case."""
        self.flush_recordset(["name"])
        rows = self.env.execute_query(SQL("SELECT id, name FROM crm_stage WHERE id = ANY(%s)", self.ids))
        return {id_: {name.strip().lower() for name in names.values() if name} for id_, names in rows}
