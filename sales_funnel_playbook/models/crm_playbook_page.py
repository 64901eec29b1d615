from odoo import api, models
from odoo.exceptions import UserError


class CrmPlaybook(models.Model):
    """A playbook on one page, as the handbook's table has it: one definition of each stage, for everybody."""

    _inherit = "crm.playbook"

    @api.readonly
    def action_open_page(self):
        """Show these playbooks on one page each; it can be printed from there."""
        report = self.env.ref("sales_funnel_playbook.action_report_playbook")
        return {**report.report_action(self, config=False), "report_type": "qweb-html", "name": report.name}

    @api.model
    @api.readonly
    def action_open_my_playbooks(self):
        """Show the playbooks of the user's teams, or all that are in use where they have none of their own.

        :raise UserError: when no playbook is in use
        """
        in_use = self.search([("is_template", "=", False), ("stage_ids", "!=", False)])
        teams = self.env.user.crm_team_ids | self.env["crm.team"].search([("user_id", "=", self.env.uid)])
        mine = in_use.filtered(lambda playbook: playbook.team_ids & teams)
        if not in_use:
            raise UserError(
                self.env._("No playbook is in use yet: a sales manager sets one up under “First Steps”.")
            )
        return (mine or in_use).action_open_page()

    def _get_follower_text(self):
        """Return who follows this playbook, in words; empty for nobody."""
        named = self.with_context(active_test=False)  # an archived team still follows
        names = [*named.product_line_ids.mapped("name"), *named.team_ids.mapped("name")]
        if self.is_default:
            names.append(self.env._("all other deals"))
        return self.env._("Followed by: %s", ", ".join(names)) if names else ""


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _get_stay_text(self):
        """Return how long a deal should stay here, in words."""
        return self.env._("At most %s days", self.expected_days)
