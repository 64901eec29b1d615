from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class CrmPlaybookIntegrityCheck(models.TransientModel):
    """The button that checks the database, and what it found."""

    _name = "crm.playbook.integrity.check"
    _description = "Integrity Check"

    checked_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("crm.playbook.integrity.check.line", "check_id", readonly=True)
    has_stale_rating = fields.Boolean(compute="_compute_has_stale_rating")
    has_wrong_log = fields.Boolean(compute="_compute_has_stale_rating")

    @api.depends("checked_at")
    def _compute_display_name(self):
        for check in self:
            check.display_name = self.env._("Integrity Check")

    @api.depends("line_ids.name")
    def _compute_has_stale_rating(self):
        for check in self:
            names = set(check.line_ids.mapped("name"))
            check.has_stale_rating = "rating" in names
            check.has_wrong_log = bool(names & {"log_derived", "log_present"})

    def action_check(self):
        """Examine the database and show what does not fit.

        :raise AccessError: for who does not administer the database
        """
        self.ensure_one()
        self._check_administrator()
        faults = self.env["crm.playbook.integrity"]._find_faults()
        self.write(
            {
                "checked_at": self.env.cr.now(),
                "line_ids": [fields.Command.clear(), *map(fields.Command.create, faults)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_repair_log(self):
        """Make the stage log agree with the deals, and check again.

        :raise AccessError: for who does not administer the database
        """
        self._check_administrator()
        self.env["crm.playbook.integrity"]._repair_log()
        return self.action_check()

    def action_refresh_rating(self):
        """Have the job compute score and tier of all open deals again.

        :raise AccessError: for who does not administer the database
        """
        self._check_administrator()
        # sudo: playbooks of all companies are looked at
        self.env["crm.playbook"].sudo().search([("is_template", "=", False)])._request_rating()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The open deals are recomputed in the background."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_administrator(self):
        if not self.env.is_system():
            raise AccessError(
                self.env._(
                    "Only administrators of the database check it, as it shows deals of all companies."
                )
            )


class CrmPlaybookIntegrityCheckLine(models.TransientModel):
    _name = "crm.playbook.integrity.check.line"
    _description = "Fault that an integrity check found"

    check_id = fields.Many2one("crm.playbook.integrity.check", required=True, ondelete="cascade")
    name = fields.Char(required=True)
    message = fields.Text(string="Problem", required=True)
    count = fields.Integer()
    lead_ids = fields.Json(string="Deals")

    def action_open_leads(self):
        """List the deals concerned, the first 1,000 of them; those that the reader may see."""
        self.ensure_one()
        domain = Domain("id", "in", self.lead_ids or []) & Domain("active", "in", [True, False])
        return self.env["crm.playbook"]._prepare_leads_action(domain, self.env._("Integrity Check"))
