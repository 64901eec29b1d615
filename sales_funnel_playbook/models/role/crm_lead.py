from collections import defaultdict

import psycopg2

from odoo import api, fields, models


class CrmLead(models.Model):
    """Who has which role on a deal: by default when the playbook first needs it, or as somebody chooses."""

    _inherit = "crm.lead"

    member_ids = fields.One2many(
        "crm.lead.member", "lead_id", string="Roles", domain=[("left_at", "=", False)], copy=False
    )
    member_user_ids = fields.Many2many(
        "res.users", string="People on This Deal", compute="_compute_member_user_ids"
    )

    @api.depends("member_ids.user_id", "member_ids.left_at")
    def _compute_member_user_ids(self):
        for lead in self:
            lead.member_user_ids = lead.member_ids.user_id

    def action_open_members(self):
        """Show who has and who had which role on this deal."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_funnel_playbook.crm_lead_member_action"),
            "domain": [("lead_id", "=", self.id)],
        }

    def _after_save_role(self, save):
        """In another team or company other people have the roles."""
        if not save.is_rekeyed:
            return
        moved = [
            lead.id
            for lead in self.browse(save.before)
            if (lead.team_id.id, lead.company_id.id)
            != (save.before[lead.id].team_id, save.before[lead.id].company_id)
        ]
        self.browse(moved)._renew_roles()

    def _get_role_people(self, roles):
        """Return the users who have one of ``roles`` on these leads, without those who have left."""
        # sudo: who has a role decides what is asked of whom, whoever asks
        members = self.sudo().member_ids.filtered(lambda one: one.role_id in roles)
        return members.user_id.filtered("active").sudo(self.env.su)

    def _check_can_record(self, role):
        """Raise unless the current user may record on this lead what a rule asks of ``role``: who has it, and
        who may edit the lead.
        """
        self.check_access("read")
        if self.env.user not in self._get_role_people(role):
            self._check_can_work()

    def _is_done_by(self, role, user):
        """Tell whether ``user`` may do on this lead what a rule asks of ``role``: who has it, and who decides
        on the deal; everybody where nobody has it, or the rule names none.
        """
        return self._is_done_by_one_of(self._get_role_people(role).ids if role else [], user)

    def _is_done_by_one_of(self, user_ids, user):
        """Tell the same where it is known who has the role on this lead."""
        return not user_ids or user.id in user_ids or self._is_led_by(user)

    def _take_on_roles(self):
        """Give what playbooks ask of a role on these leads for the first time to who has it by default."""
        needed = self._get_needed_roles()
        if not needed:
            return
        # sudo: people by default are the module's to write
        members = self.env["crm.lead.member"].sudo()
        role_ids = {role_id for role_ids in needed.values() for role_id in role_ids}
        held = members.search_fetch(
            [("lead_id", "in", [lead.id for lead in needed]), ("role_id", "in", [*role_ids])],
            ["lead_id", "role_id"],
        )
        known = {(one.lead_id.id, one.role_id.id) for one in held}
        wanted = {
            lead: {id_ for id_ in role_ids if (lead.id, id_) not in known}
            for lead, role_ids in needed.items()
        }
        self._fill_roles({lead: role_ids for lead, role_ids in wanted.items() if role_ids})

    @api.model
    def _fill_roles(self, wanted):
        """Give roles to who has them by default and may open the deal. Where somebody was chosen, nobody is
        added.

        :param dict wanted: ``{lead: set of role ids}``
        """
        pairs = self._get_pairs_to_fill(wanted)
        vals_list = []
        for user_id, its in pairs.items():
            user = self.env["res.users"].browse(user_id)
            openable = user._filter_openable(self.browse({lead.id for lead, _role_id in its}))
            vals_list += [
                {"lead_id": lead.id, "role_id": role_id, "user_id": user_id, "is_default": True}
                for lead, role_id in its
                if lead.id in openable.ids
            ]
        if not vals_list:
            return
        self.env.flush_all()
        try:
            # without flushing: this may run while the transaction is being committed
            with self.env.cr.savepoint(flush=False):
                # sudo: people by default are the module's to write
                self.env["crm.lead.member"].sudo().create(vals_list)
        except psycopg2.errors.UniqueViolation:  # somebody was quicker
            self.env.transaction.clear()

    @api.model
    def _get_pairs_to_fill(self, wanted):
        """Return ``{user id: [(lead, role id), …]}`` of the people by default who do not have them yet."""
        defaults = self.env["crm.playbook.role"]._get_default_people()
        if not wanted or not defaults:
            return {}
        # sudo: who has a role, whoever asks
        members = self.env["crm.lead.member"].sudo()
        held = members.search([("lead_id", "in", [lead.id for lead in wanted]), ("left_at", "=", False)])
        chosen = {(one.lead_id.id, one.role_id.id) for one in held if not one.is_default}
        known = {(one.lead_id.id, one.role_id.id, one.user_id.id) for one in held}
        pairs = defaultdict(list)
        for lead, role_ids in wanted.items():
            for role_id in sorted(role_ids):
                if (lead.id, role_id) in chosen:
                    continue
                for user_id in lead._get_people_by_default(role_id):
                    if (lead.id, role_id, user_id) not in known:
                        pairs[user_id].append((lead, role_id))
        return pairs

    def _get_people_by_default(self, role_id):
        """Return the ids of the users who have a role in this lead's team by default."""
        defaults = self.env["crm.playbook.role"]._get_default_people()
        return defaults.get((role_id, self.team_id.id)) or defaults.get((role_id, False), ())

    def _renew_roles(self):
        """Give the roles that nobody has chosen to who has them by default where these leads are now, and
        those of people who cannot open them any more.
        """
        if not self or not self.env["crm.playbook.role"]._get_default_people():
            return
        # sudo: who has a role, whoever moved the deal
        members = self.env["crm.lead.member"].sudo()
        members = members.search([("lead_id", "in", self.ids), ("left_at", "=", False)])
        gone = members.filtered("is_default").filtered(
            lambda one: (
                (people := one.lead_id._get_people_by_default(one.role_id.id))
                and one.user_id.id not in people
            )
        )
        for user, its in (members - gone).grouped("user_id").items():
            openable = user._filter_openable(its.lead_id)
            gone |= its.filtered(lambda one, known=openable: one.lead_id not in known)
        gone._replace()

    def _merge_people(self, opportunities):
        """Who has a role here keeps it; what nobody has here comes from the others; the rest is on record."""
        result = super()._merge_people(opportunities)
        # sudo: the merge has checked the rights on the leads
        members = self.env["crm.lead.member"].sudo()
        held = members.search([("lead_id", "=", self.id), ("left_at", "=", False)]).role_id
        theirs = members.search([("lead_id", "in", opportunities.ids)])
        for member in theirs.filtered(lambda one: not one.left_at):
            twins = theirs.filtered(
                lambda one, it=member: (
                    not one.left_at
                    and one.id < it.id
                    and (one.role_id, one.user_id) == (it.role_id, it.user_id)
                )
            )
            if member.role_id in held or twins:
                member.left_at = self.env.cr.now()
        theirs.lead_id = self
        theirs._after_change()
        return result
