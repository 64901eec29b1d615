from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

CONTRIBUTOR = "sales_funnel_playbook.group_funnel_contributor"
AMOUNTS = "sales_funnel_playbook.group_funnel_contributor_amounts"
SALES = "sales_team.group_sale_salesman"
# What a contributor reads of a deal; all else, of whichever module, is not theirs.
SHOWN = frozenset(
    {
        *(
            "id",
            "display_name",
            "name",
            "active",
            "type",
            "create_date",
            "create_uid",
            "write_date",
            "write_uid",
        ),
        *(
            "partner_id",
            "partner_name",
            "contact_name",
            "function",
            "email_from",
            "phone",
            "website",
            "wechat",
        ),
        *(
            "street",
            "street2",
            "zip",
            "city",
            "state_id",
            "country_id",
            "lang_id",
            "industry_id",
            "company_size",
        ),
        *("company_id", "company_currency", "team_id", "user_id", "product_line_id", "description"),
        *("stage_id", "won_status", "date_deadline", "date_closed", "playbook_id", "playbook_stage_id"),
        *("use_case", "pain_points", "member_ids", "member_user_ids", "output_ids", "confirmation_ids"),
        *("waits_for_role_id", "waits_since"),
        *("color", "priority", "captured_at", "date_last_stage_update"),
    }
)
SHOWN_PREFIXES = ("message_", "activity_", "my_activity_", "has_message", "website_message_ids", "rating_ids")
# What the group of amounts adds. Texts and files may name amounts all the same.
AMOUNT_FIELDS = frozenset(
    {
        *("expected_revenue", "prorated_revenue", "recurring_revenue", "recurring_plan"),
        *("recurring_revenue_monthly", "recurring_revenue_monthly_prorated", "recurring_revenue_prorated"),
        *("expected_revenue_wan", "worth", "tier", "budget_min", "budget_max", "budget_status"),
    }
)


class ResUsers(models.Model):
    """People who work on deals by their roles there alone, without a right on Sales."""

    _inherit = "res.users"

    def _is_contributor(self):
        """Tell whether this user sees deals by roles alone."""
        return self.has_group(CONTRIBUTOR) and not self.has_group(SALES)

    def _can_open_others_deals(self):
        is_able = self.active and not self.share
        return super()._can_open_others_deals() or (is_able and self.has_group(CONTRIBUTOR))

    def _filter_openable(self, leads):
        """Who has a role opens the deal, in their companies."""
        if not self.active or self.share or not self.has_group(CONTRIBUTOR):
            return super()._filter_openable(leads)
        companies = self.sudo().company_ids  # sudo: in which companies a colleague works
        # sudo: of which company a deal is
        return leads.filtered(lambda lead: not lead.sudo().company_id or lead.sudo().company_id in companies)


class CrmLead(models.Model):
    """What contributors see of the deals on which they have a role."""

    _inherit = "crm.lead"

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or field.name in SHOWN or not self.env.user._is_contributor():
            return True
        if field.name in AMOUNT_FIELDS:
            return operation == "read" and self.env.user.has_group(AMOUNTS)
        return field.name.startswith(SHOWN_PREFIXES) or field.name in self._get_shown()

    @api.model
    def _get_shown(self):
        """Return the names of the fields that the current user reads of a deal by a role alone."""
        return SHOWN

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.user._is_contributor())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Wherever a link leads, contributors get their own views: Odoo's ask for what they may not read."""
        if self.env.user._is_contributor():
            view_id = self._get_own_view(view_type).id or view_id
        return super()._get_view(view_id, view_type, **options)

    @api.model
    def _get_own_view(self, view_type):
        """Return the view of this kind for the current user, who has no right on Sales; maybe none."""
        own = f"sales_funnel_playbook.crm_lead_view_{view_type}_contributor"
        return self.env.ref(own, raise_if_not_found=False) or self.env["ir.ui.view"]

    def _message_get_suggested_recipients(self, *args, **kwargs):
        """The chatter looks at more of a deal than it shows."""
        # sudo: addresses of the customer, which contributors see
        leads = self.sudo() if self.env.user._is_contributor() else self
        return super(CrmLead, leads)._message_get_suggested_recipients(*args, **kwargs)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Who reads a deal by a role writes messages there."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == "create" and self.env.user._is_contributor():
            return dict.fromkeys(operations, "read")
        return operations


class CrmPlaybookCacheMixin(models.AbstractModel):
    """Of rules, contributors read what is written there, and what leads to records that they read."""

    _inherit = "crm.playbook.cache.mixin"

    @api.model
    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or not self.env.user._is_contributor():
            return True
        is_written = field.store or field.related or field.name == "display_name"
        return is_written and (not field.relational or self.env[field.comodel_name].has_access("read"))


class CrmLeadMember(models.Model):
    _inherit = "crm.lead.member"

    def _end(self):
        """Whoever cannot open a deal any more hears nothing of it."""
        ending = self.sudo().filtered(lambda one: not one.left_at)  # sudo: whoever takes them off
        result = super()._end()
        for user, members in ending.grouped("user_id").items():
            if user._is_contributor():
                theirs = members.lead_id.filtered(lambda lead, it=user: it not in lead.member_user_ids)
                theirs.message_unsubscribe(user.partner_id.ids)
        return result


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        """Files on the deal itself are not for contributors, those of its outputs and their own are."""
        result = super()._check_access(operation)
        if self.env.su or not self.env.user._is_contributor():
            return result
        # sudo: to which record a file belongs
        closed = self.sudo().filtered(
            lambda file: file.res_model == "crm.lead" and file.res_id and file.create_uid != self.env.user
        )
        if not closed:
            return result
        forbidden = self.browse([*(result[0]._ids if result else ()), *closed._ids])
        return forbidden, result[1] if result else self._make_closed_error

    def _make_closed_error(self):
        return AccessError(
            self.env._("Files on a deal are for salespeople; those of its outputs are open to you.")
        )

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not self.env.su and not bypass_access and self.env.user._is_contributor():
            is_open = Domain("res_model", "!=", "crm.lead") | Domain("create_uid", "=", self.env.uid)
            domain = Domain(domain) & is_open
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
