from odoo import api, fields, models

# The ways of coming into a stage that others hear of; going back to one is none.
TOLD = ("created", "forward", "skip", "won", "reassigned", "split")


class CrmPlaybookStage(models.Model):
    """Entering a stage tells other departments: pre-sales before a demo, delivery at the signature."""

    _inherit = "crm.playbook.stage"

    notify_user_ids = fields.Many2many(
        "res.users",
        "crm_playbook_stage_notify_user_rel",
        string="Notify People",
        domain=[("share", "=", False)],
        help="They follow a deal that enters this stage and are told; each may unfollow a deal, or choose"
        " what to hear of.",
    )
    notify_team_ids = fields.Many2many(
        "crm.team",
        "crm_playbook_stage_notify_team_rel",
        string="Notify Teams",
        help="The same for the leader and the members of these teams, such as pre-sales or delivery.",
    )

    notify_role_ids = fields.Many2many(
        "crm.playbook.role",
        "crm_playbook_stage_notify_role_rel",
        string="Notify Roles",
        help="The same for who has these roles on the deal.",
    )

    def _get_notified_partners(self):
        """Return the partners of all who are told when a deal enters this stage, whatever deal it is."""
        users = self.notify_user_ids | self.notify_team_ids.user_id | self.notify_team_ids.member_ids
        return users.filtered(lambda user: user.active and not user.share).partner_id


class CrmLeadStageLog(models.Model):
    _inherit = "crm.lead.stage.log"

    @api.model
    def _record(self, segments, endings=()):
        """Tell those whom the stages entered name."""
        result = super()._record(segments, endings)
        gates = self.env["crm.playbook"]._get_gates()
        told = [
            segment.lead_id
            for segment in segments
            if segment.kind in TOLD
            and segment.playbook_id in gates
            and (stage := gates[segment.playbook_id].stages.get(segment.stage_id))
            and stage.is_announced
        ]
        self.env["crm.playbook.notice"]._queue(self.env["crm.lead"].browse(told), "_tell_entered")
        return result


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _tell_entered(self, is_alone):
        """Tell those whom a playbook's stage names that these leads have entered it. They follow a deal from
        the first time on; who has unfollowed it since is left alone.

        :param bool is_alone: whether there is one, of which a message in its chatter tells
        """
        subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_stage")
        told = []
        groups = self.grouped(lambda lead: (lead.playbook_stage_id, lead._get_notified_partners()))
        for (stage, partners), leads in groups.items():
            leads._get_new_there()._follow_with(partners, subtype)
            for partner in partners:
                name = stage.stage_id.with_context(lang=partner.lang).name
                told += [(partner, lead, name) for lead in leads]
        if told and is_alone:
            self.message_post(
                body=self.env._("The deal has entered “%s”.", self.stage_id.name),
                subtype_id=subtype.id,
                author_id=self.env.user.partner_id.id,
            )
        elif told:
            self.env["crm.playbook.notice"]._note("entered", told)

    def _get_new_there(self):
        """Return those of these leads that have not come into their stage before so that anybody heard of it,
        as nobody does of what they were before they came under the playbook.
        """

        def is_told(lead, log):
            is_here = log.playbook_id == lead.playbook_id and log.stage_id == lead.stage_id
            return is_here and log.left_at and log.kind in TOLD and log.origin != "filled"

        return self.filtered(lambda lead: not any(is_told(lead, log) for log in lead.stage_log_ids))

    def _get_notified_partners(self):
        """Return the partners of all who are told that this lead has entered its stage."""
        stage = self.playbook_stage_id
        return stage._get_notified_partners() | self._get_role_people(stage.notify_role_ids).partner_id

    def _follow_with(self, partners, subtype):
        """Have ``partners`` follow these leads with ``subtype``, besides what they hear of anyway."""
        if not self or not partners:
            return
        followers = self.message_follower_ids.filtered(lambda one: one.partner_id in partners)
        followers.subtype_ids |= subtype
        defaults = self.env["mail.message.subtype"].default_subtypes("crm.lead")[0]
        subtypes = dict.fromkeys(partners.ids, (defaults | subtype).ids)
        self.env["mail.followers"]._insert_followers(
            "crm.lead", self.ids, partners.ids, subtypes, existing_policy="skip"
        )
