from odoo import models
from odoo.tools import format_list


class CrmPlaybook(models.Model):
    """The first step that is about people: who sells by the playbook, and who has the roles it asks."""

    _inherit = "crm.playbook"

    def _describe_step_people(self):
        members = self.team_ids.member_ids
        text = (
            self.env._("In the teams: %s.", format_list(self.env, members.mapped("name")))
            if members
            else self.env._(
                "Salespeople belong to a team. Its leader approves outputs, may override, and receives the"
                " reviews."
            )
        )
        buttons = [("teams", self.env._("Sales Teams"))]
        if self.env.user.has_group("base.group_erp_manager"):
            text += " " + self.env._(
                "Invite who is not in Odoo yet, with a right under “Sales”, before you add them to the team;"
                " “Sales Funnel” is for colleagues who do not sell."
            )
            # whoever is alone has nobody to add to a team
            place = 1 if members - self.env.user else 0
            buttons.insert(place, ("users", self.env._("Invite Users")))
        if roles := self._get_empty_roles():
            names = format_list(self.env, roles.mapped("name"))
            text += " " + self.env._(
                "Nobody has these roles yet: %s. Until somebody does, the salesperson is asked.", names
            )
        if self and self._get_role_ids():
            buttons.append(("roles", self.env._("Roles")))
        return self.env._("Invite your colleagues"), text, buttons

    def _open_first_steps_teams(self):
        """Open the team that follows this playbook, or the list of them."""
        if len(self.team_ids) == 1:
            return {**self.team_ids.get_formview_action(), "target": "current"}
        action = self.env["ir.actions.actions"]._for_xml_id("sales_team.crm_team_action_config")
        if self.team_ids:
            action["domain"] = [("id", "in", self.team_ids.ids)]
        return action

    def _open_first_steps_users(self):
        return self.env["ir.actions.actions"]._for_xml_id("base.action_res_users")

    def _get_role_ids(self):
        """Return the ids of the roles of which this playbook asks something."""
        asked = self._get_asked_roles().get(self.id, {})
        return sorted(set().union(*asked.values()))

    def _get_empty_roles(self):
        """Return the roles of which this playbook asks something and which nobody has by default."""
        filled = {role_id for role_id, _team_id in self.env["crm.playbook.role"]._get_default_people()}
        roles = self.env["crm.playbook.role"].browse(self._get_role_ids())
        return roles.filtered(lambda role: role.id not in filled)

    def _open_first_steps_roles(self):
        action = self.env["ir.actions.actions"]._for_xml_id("sales_funnel_playbook.crm_playbook_role_action")
        return {**action, "domain": [("id", "in", self._get_role_ids())]}
