from collections import defaultdict

from odoo import api, fields, models

from ..core.telling import MANY

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
        self.env["crm.lead"]._tell_entered(told)
        return result


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _tell_entered(self, lead_ids):
        """Tell those whom a playbook's stage names that these leads have entered it. They follow a deal from
        the first time on; who has unfollowed it since is left alone.
        """
        # sudo: everybody who is named is told, whoever may see whom
        leads = self.sudo().browse(lead_ids)
        if len(leads) > MANY:
            return leads._tell_entered_together()
        for lead in leads:
            partners = lead._get_notified_partners()
            earlier = lead.stage_log_ids.filtered("left_at").stage_id
            if not partners:
                continue
            subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_stage")
            if lead.stage_id not in earlier:
                lead._follow_with(partners, subtype)
            lead.message_post(
                body=self.env._("The deal has entered “%s”.", lead.stage_id.name),
                subtype_id=subtype.id,
                author_id=self.env.user.partner_id.id,
            )
        return None

    def _get_notified_partners(self):
        """Return the partners of all who are told that this lead has entered its stage."""
        stage = self.playbook_stage_id
        return stage._get_notified_partners() | self._get_role_people(stage.notify_role_ids).partner_id

    def _tell_entered_together(self):
        """The same of many leads, as of an import: everybody hears of all of them in one message."""
        subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_stage")
        defaults = self.env["mail.message.subtype"].default_subtypes("crm.lead")[0]
        told = defaultdict(list)
        for (_stage, partners), leads in self.grouped(
            lambda lead: (lead.playbook_stage_id, lead._get_notified_partners())
        ).items():
            new = leads.filtered(
                lambda lead: lead.stage_id not in lead.stage_log_ids.filtered("left_at").stage_id
            )
            if partners and new:
                subtypes = dict.fromkeys(partners.ids, (defaults | subtype).ids)
                self.env["mail.followers"]._insert_followers(
                    "crm.lead", new.ids, partners.ids, subtypes, existing_policy="skip"
                )
            for partner in partners:
                told[partner] += [(lead, lead.stage_id.name) for lead in leads]
        for partner, lines in told.items():
            subject = self.env._("%s deals have entered a stage", len(lines))
            self._tell_together(partner, subject, lines)

    def _follow_with(self, partners, subtype):
        """Have ``partners`` follow this lead with ``subtype``, besides what they hear of anyway."""
        followers = self.message_follower_ids.filtered(lambda one: one.partner_id in partners)
        followers.subtype_ids |= subtype
        new = partners - followers.partner_id
        defaults = self.env["mail.message.subtype"].default_subtypes("crm.lead")[0]
        self.message_subscribe(new.ids, (defaults | subtype).ids)
