from odoo import api, models


class CrmLead(models.Model):
    """Who takes over delivery on a deal takes over its project."""

    _inherit = "crm.lead"

    @api.model
    def _fill_roles(self, wanted):
        result = super()._fill_roles(wanted)
        self.browse(lead.id for lead in wanted)._pass_projects_on()
        return result

    def _pass_projects_on(self):
        """Give the projects of these deals that nobody leads, or somebody who had the role until now, to who
        has it. Whom delivery has chosen in the project goes on leading it.
        """
        # sudo: who leads a project follows from who has the role, whoever chooses that
        projects = self.env["project.project"].sudo().search([("deal_id", "in", self.ids)])
        members = self.env["crm.lead.member"].sudo().search([("lead_id", "in", projects.deal_id.ids)])
        for project in projects:
            lead = project.deal_id
            its = members.filtered(
                lambda one, lead=lead: one.lead_id == lead and one.role_id == lead.playbook_id.kickoff_role_id
            )
            people = lead._get_kickoff_people()
            if people and (not project.user_id or project.user_id in its.user_id - people):
                project.user_id = people[0]


class CrmLeadMember(models.Model):
    _inherit = "crm.lead.member"

    def _after_change(self):
        result = super()._after_change()
        self.sudo().lead_id._pass_projects_on()  # sudo: as there
        return result
