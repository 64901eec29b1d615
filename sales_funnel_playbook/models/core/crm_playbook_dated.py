from odoo import api, fields, models


class CrmPlaybookDated(models.AbstractModel):
    """A rule of the gate that knows since when it asks for what it asks for: what a deal met before that is
    no proof that it met this, and what moves came to before and after can be compared.
    """

    _name = "crm.playbook.dated"
    _description = "Rule that knows when it was changed"

    changed_at = fields.Datetime(
        string="Last Changed",
        compute="_compute_changed_at",
        store=True,
        copy=False,
        help="When this rule last began to ask for something else: its condition, kind or severity. Its name"
        " and guidance do not count.",
    )

    @api.model
    def _has_field_access(self, field, operation):
        """When it was changed is no setting: nobody writes it, over no channel, and by no default."""
        is_free = operation == "read" or self.env.su or field.name != "changed_at"
        return is_free and super()._has_field_access(field, operation)

    @api.depends(lambda self: [*self._get_asking_fields()])
    def _compute_changed_at(self):
        self.changed_at = self.env.cr.now().replace(microsecond=0)

    @api.model
    def _get_asking_fields(self):
        """Return the names of the fields that say what this rule asks for."""
        return {"active", "playbook_stage_id", "met_by"}
