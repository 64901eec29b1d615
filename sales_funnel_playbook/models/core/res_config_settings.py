from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Numbers of the whole database, and what they are unless somebody changes them.
DEFAULTS = {
    **{"waiting_days": 30, "override_days": 7, "case_review_months": 6, "snapshot_months": 24},
    "personal_months": 0,
}
MINIMUM = {"snapshot_months": 0, "personal_months": 0}  # of the others, 1
PREFIX = "sales_funnel_playbook."
FIELDS = [f"sales_funnel_{name}" for name in DEFAULTS]
MAXIMUM = 365


class ResConfigSettings(models.TransientModel):
    """The sales funnel's part of CRM's settings."""

    _inherit = "res.config.settings"

    sales_funnel_playbook_id = fields.Many2one(
        "crm.playbook",
        string="Default Playbook",
        compute="_compute_sales_funnel_playbook_id",
        inverse="_inverse_sales_funnel_playbook_id",
        domain="[('is_template', '=', False), ('stage_ids', '!=', False), ('team_ids', '=', False),"
        " ('product_line_ids', '=', False), ('company_id', '=', company_id)]",
        help="Deals of this company whose product line and team have no playbook follow this one.",
    )
    sales_funnel_waiting_days = fields.Integer(
        string="Waiting at Most (Days)",
        config_parameter=f"{PREFIX}waiting_days",
        default=DEFAULTS["waiting_days"],
        help="Maximum days a deal can wait at the customer's request, in calendar days.",
    )
    sales_funnel_override_days = fields.Integer(
        string="Default Time to Complete (Days)",
        config_parameter=f"{PREFIX}override_days",
        default=DEFAULTS["override_days"],
        help="Default deadline offered when overriding, in calendar days.",
    )
    sales_funnel_case_review_months = fields.Integer(
        string="Cases Confirmed Every (Months)",
        config_parameter=f"{PREFIX}case_review_months",
        default=DEFAULTS["case_review_months"],
        help="Months after publication or last confirmation before the owner is asked to confirm it again.",
    )

    sales_funnel_snapshot_months = fields.Integer(
        string="Snapshots Kept For (Months)",
        config_parameter=f"{PREFIX}snapshot_months",
        default=DEFAULTS["snapshot_months"],
        help="How long it is kept what open deals were on each Monday. 0: for ever.",
    )

    sales_funnel_personal_months = fields.Integer(
        string="People and Notes Kept For (Months)",
        config_parameter=f"{PREFIX}personal_months",
        default=DEFAULTS["personal_months"],
        help="How long after closing a deal's decision chain and progress notes are kept as they are; then"
        " names and texts go. 0: for ever.",
    )

    @api.depends("company_id")
    def _compute_sales_funnel_playbook_id(self):
        for settings in self:
            settings.sales_funnel_playbook_id = settings._find_default_playbooks()[:1]

    @api.constrains(*FIELDS)
    def _check_sales_funnel_numbers(self):
        for settings in self:
            for name in DEFAULTS:
                field, minimum = f"sales_funnel_{name}", MINIMUM.get(name, 1)
                if not minimum <= settings[field] <= MAXIMUM:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of the sales funnel's settings is between %(minimum)s and"
                            " %(maximum)s.",
                            field=self._fields[field]._description_string(self.env),
                            minimum=minimum,
                            maximum=MAXIMUM,
                        )
                    )

    @api.model
    def get_values(self):
        """Show what holds, whatever somebody has written into the system parameters."""
        numbers = {f"sales_funnel_{name}": self.env["crm.playbook"]._get_setting(name) for name in DEFAULTS}
        return {**super().get_values(), **numbers}

    def set_values(self):
        """Keep a 0 that is a choice: Odoo deletes the parameter, which means the default here."""
        result = super().set_values()
        for name in MINIMUM:
            if not self[f"sales_funnel_{name}"]:
                # sudo: as Odoo's own
                self.env["ir.config_parameter"].sudo().set_param(f"{PREFIX}{name}", "0")
        return result

    def _inverse_sales_funnel_playbook_id(self):
        for settings in self:
            chosen, known = settings.sales_funnel_playbook_id, settings._find_default_playbooks()
            if chosen != known[:1]:
                (known - chosen).is_default = False
                chosen.is_default = True

    def _find_default_playbooks(self):
        """Return the playbook of all other deals of this company, if there is one."""
        domain = [("is_default", "=", True), ("company_id", "=", self.company_id.id)]
        return self.env["crm.playbook"].search(domain)
