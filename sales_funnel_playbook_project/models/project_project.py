from odoo import api, fields, models

KEPT = ("deal_id", "is_deal_won")  # what nobody writes but the module


class ProjectProject(models.Model):
    """The project that a deal has become."""

    _inherit = "project.project"

    deal_id = fields.Many2one(
        "crm.lead",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The deal that was won, and became this project.",
    )
    is_deal_won = fields.Boolean(string="Deal Is Won", readonly=True, copy=False)

    @api.model
    def _has_field_access(self, field, operation):
        is_free = operation == "read" or self.env.su or field.name not in KEPT
        return is_free and super()._has_field_access(field, operation)

    def _tell_deal(self, is_alone):
        """Tell in these projects whether their deals are won, where that is not what was told last; of
        several deals, whoever leads the projects hears in one message.
        """
        listed = []
        for project in self:
            is_won = project.deal_id.won_status == "won"
            if project.is_deal_won == is_won:
                continue
            project.is_deal_won = is_won
            told = project.with_context(lang=project.user_id.lang or self.env.lang)
            body = (
                told.env._("The deal is won again.")
                if is_won
                else told.env._("The deal is not won any more.")
            )
            leader = project.user_id.partner_id
            project.message_post(
                body=body, partner_ids=leader.ids if is_alone else (), subtype_xmlid="mail.mt_note"
            )
            if leader and not is_alone:
                listed.append((leader, project, body))
        self.env["crm.playbook.notice"]._note("entered", listed)
