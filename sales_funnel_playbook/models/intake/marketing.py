from odoo import api, models
from odoo.exceptions import AccessError

from ...arguments import is_id
from ..customer.crm_lead import KEEPS_CUSTOMER

# What marketing sees of a lead besides what contributors do.
SHOWN = frozenset(
    {
        *("source_id", "medium_id", "campaign_id", "referred", "has_channel", "commercial_partner_id"),
        *("intake_user_id", "hand_over_ids", "hand_over_state", "hand_over_alert", "can_decide_hand_over"),
        *("is_incomplete", "incomplete_text", "incomplete_due_at", "lost_reason_id", "user_company_ids"),
        "lead_properties",
    }
)
# What marketing writes, until the lead has a salesperson. Not properties: writing them may change what the
# team has of them.
WRITTEN = frozenset(
    {
        *("name", "type", "priority", "captured_at", "description", "use_case", "pain_points"),
        *("partner_id", "partner_name", "contact_name", "function", "email_from"),
        *("phone", "website", "wechat", "street", "street2", "zip", "city", "state_id", "country_id"),
        *("lang_id", "industry_id", "company_size", "company_id", "team_id", "user_id", "product_line_id"),
        *("source_id", "medium_id", "campaign_id", "referred"),
    }
)
NAMES = frozenset({"id", "display_name"})


class CrmLead(models.Model):
    """What marketing does: capture, import and complete leads, until they are handed over."""

    _inherit = "crm.lead"

    @api.model
    def _get_shown(self):
        shown = super()._get_shown()
        return shown | SHOWN if self.env.user._is_marketing() else shown

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if operation == "read" or self.env.su or not self.env.user._is_marketing():
            return True
        return field.name in WRITTEN

    def _check_can_work(self):
        """Whoever captures a lead does not work on it."""
        if self.env.user._is_marketing() and not self.env.su:
            raise AccessError(self.env._("Salespeople work on deals: hand “%s” over.", self[:1].name or ""))
        return super()._check_can_work()

    def _may_work(self):
        is_capturing = self.env.user._is_marketing() and not self.env.su
        return not is_capturing and super()._may_work()

    def _get_saver(self, operation, vals_list):
        """What Odoo computes of a lead looks at more of it than marketing sees. Who is checked is the user;
        the customer's own phone and e-mail stay as they are.
        """
        saver = super()._get_saver(operation, vals_list)
        if saver.env.su or not self.env.user._is_marketing():
            return saver
        self.check_access(operation)
        defaults = {name[8:] for name in self.env.context if name.startswith("default_")}
        for name in set().union(defaults if operation == "create" else (), *vals_list):
            if name in self._fields:
                self._check_field_access(self._fields[name], "write")
        # sudo: rights on the leads and on each field were checked above, on the result they are after it
        return saver.sudo().with_context(**{KEEPS_CUSTOMER: True})

    def onchange(self, values, field_names, fields_spec):
        """The same, while a lead is typed in."""
        if self.env.su or not self.env.user._is_marketing():
            return super().onchange(values, field_names, fields_spec)
        self.check_access("read")
        self._check_spec(fields_spec)
        values = {
            name: value
            for name, value in values.items()
            if name not in self._fields or not self._fields[name].type.endswith("2many")
        }
        self._check_typed(values)
        # sudo: what is told of the lead, and of which records, was checked above
        return super(CrmLead, self.sudo()).onchange(values, field_names, fields_spec)

    @api.model
    def _check_typed(self, values):
        """Raise unless the user may read all records that these values, or defaults of the context, name."""
        defaults = {name[8:]: value for name, value in self.env.context.items() if name[:8] == "default_"}
        for name, value in [*defaults.items(), *values.items()]:
            field = self._fields.get(name)
            if not field or not value:
                continue
            if name in defaults:
                self._check_field_access(field, "read")
            if field.type == "many2one":
                if not is_id(value):
                    raise AccessError(self.env._("“%s” is told by its name only.", name))
                self.env[field.comodel_name].browse(value).check_access("read")

    @api.model
    def _check_spec(self, spec):
        """Raise unless the user may read all that this specification asks of a lead: of other records no more
        than their names, of hand-overs what is in them.
        """
        for name, inner in spec.items():
            if name not in self._fields:
                continue
            field, asked = self._fields[name], (inner or {}).get("fields") or {}
            self._check_field_access(field, "read")
            if field.type == "many2one" and not asked.keys() <= NAMES:
                raise AccessError(self.env._("“%s” is told by its name only.", name))
            if field.relational and field.type != "many2one":
                records = self.env[field.comodel_name]
                records.check_access("read")
                of_names = name == "hand_over_ids" or asked.keys() <= NAMES
                of_names &= all(one.get("fields", {}).keys() <= NAMES for one in asked.values() if one)
                if not of_names:
                    raise AccessError(self.env._("“%s” is told by its name only.", name))
                for inner_name in asked.keys() & records._fields.keys():
                    records._check_field_access(records._fields[inner_name], "read")

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.user._is_marketing())

    @api.model
    def _get_own_view(self, view_type):
        """Marketing's views are for those who write."""
        if self.env.user._is_marketing():
            own = f"sales_funnel_playbook.crm_lead_view_{view_type}_marketing"
            if view := self.env.ref(own, raise_if_not_found=False):
                return view
        return super()._get_own_view(view_type)
