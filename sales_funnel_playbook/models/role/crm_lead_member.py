from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list

ALL_LEADS = "sales_team.group_sale_salesman_all_leads"
MAX_NAMED = 5


class CrmLeadMember(models.Model):
    """A person who has a role on a deal. It begins when it is created; who had it before stays on record."""

    _name = "crm.lead.member"
    _description = "Person with a Role on a Deal"
    _inherit = ["crm.lead.fact", "crm.playbook.kept.mixin"]
    _order = "role_id, id"
    _rec_name = "user_id"

    role_id = fields.Many2one("crm.playbook.role", required=True, index=True, ondelete="restrict")
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    create_date = fields.Datetime(string="Since")
    left_at = fields.Datetime(string="Until", readonly=True)
    is_default = fields.Boolean(
        string="By Default",
        readonly=True,
        help="Nobody has chosen this person: the role has them by default, and who has it by default in"
        " another team gets it when the deal goes there.",
    )

    _current_uniq = models.UniqueIndex(
        "(lead_id, role_id, user_id) WHERE left_at IS NULL",
        "This person has this role on this deal already.",
    )

    @api.constrains("user_id", "lead_id")
    def _check_user(self):
        """Refuse whoever could not see what they are asked for. Those by default were looked at before."""
        chosen = self.filtered(lambda one: not one.left_at and not one.is_default)
        for user, members in chosen.grouped("user_id").items():
            hidden = members.lead_id - user._filter_openable(members.lead_id)
            if hidden:
                role = members.filtered(lambda one, deals=hidden: one.lead_id in deals)[:1].role_id
                raise ValidationError(user._prepare_role_refusal(role, hidden[:1].company_id))

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members.filtered(lambda one: not one.is_default)._after_change()
        return members

    def unlink(self):  # pylint: disable=method-required-super
        """Whoever is taken off a deal stays on record with the day on which that was."""
        self.check_access("unlink")
        self.lead_id._take_turns()  # with whoever is about to do something in this role, or asks it of them
        self._end()
        return True

    def _end(self):
        """These people do not have their role any more, from now on."""
        # sudo: nobody writes the record of who was it when
        self.sudo().filtered(lambda one: not one.left_at).write({"left_at": self.env.cr.now()})
        self._after_change()

    def _after_change(self):
        """What is asked of roles is asked of somebody else now."""
        leads = self.sudo().lead_id  # sudo: whose deals they are does not matter to what follows
        leads.invalidate_recordset(["member_ids", "member_user_ids"])
        leads._queue_settling()  # approvals go over without any deadline too

    def _replace(self):
        """End these, and give what is vacant then to who has it by default."""
        vacated = {}
        for member in self:
            vacated.setdefault(member.lead_id, set()).add(member.role_id.id)
        self._end()
        self.lead_id._fill_roles(vacated)


class ResUsers(models.Model):
    _inherit = "res.users"

    def _filter_openable(self, leads):
        """Return those of ``leads`` that this user may open, with a role there if need be."""
        return self._filter_seen(leads)

    def _filter_seen(self, leads):
        """Return those of ``leads`` that this user may open as it is."""
        self.ensure_one()
        if not self.active or self.share:
            return leads.browse()
        companies = self.sudo().company_ids  # sudo: in which companies a colleague works
        theirs = leads.with_user(self).with_context(allowed_company_ids=companies.ids)
        return leads.browse(theirs._filtered_access("read").ids)

    def _can_open_others_deals(self):
        """Tell whether this user may open deals of which they are not the salesperson."""
        return self.active and not self.share and self.has_group(ALL_LEADS)

    def _check_named_by(self, rule):
        """Refuse a user whom ``rule`` names for all deals, and who opens those of their roles or their own
        alone.

        :param rule: a rule of a playbook
        :raise ValidationError: with who could
        """
        company = rule.playbook_id.company_id
        user = self.sudo()  # sudo: groups and companies of a colleague
        if user.has_group(ALL_LEADS) and (not company or company in user.company_ids):
            return
        raise ValidationError(
            self.env._(
                "%(user)s cannot open the deals of others, and so cannot be the person whom “%(rule)s” names:"
                " choose a role, or somebody who can, such as %(able)s.",
                user=user.name,
                rule=rule.name or rule.display_name,
                able=format_list(self.env, user._get_able(company).mapped("name"), "or"),
            )
        )

    def _prepare_role_refusal(self, role, company):
        """Return why this user cannot have ``role``, with who could."""
        able = self._get_able(company)
        values = {"user": self.name, "role": role.name}
        if not able:
            return self.env._(
                "%(user)s cannot open this deal, and so cannot have the role “%(role)s” on it.", **values
            )
        return self.env._(
            "%(user)s cannot open this deal, and so cannot have the role “%(role)s” on it. These can:"
            " %(able)s.",
            **values,
            able=format_list(self.env, able.mapped("name")),
        )

    @api.model
    def _get_able(self, company):
        """Return some of the users who may open the deals of others, in ``company`` if it is one."""
        group = self.env.ref(ALL_LEADS)
        domain = [("all_group_ids", "in", group.ids), ("share", "=", False)]
        if company:
            domain.append(("company_ids", "in", company.ids))
        # sudo: who works in which group
        return self.sudo().search(domain, limit=MAX_NAMED)
