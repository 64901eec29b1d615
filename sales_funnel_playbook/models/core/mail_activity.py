from odoo import models

# Records on which the module itself plans work, besides deals.
OURS = frozenset({"crm.playbook", "crm.playbook.case", "crm.funnel.review", "crm.coaching.session"})


class MailActivity(models.Model):
    """Who is given work by the module is told of it once, however much it is."""

    _inherit = "mail.activity"

    def action_notify(self):
        """What the module has planned tells of itself when the transaction ends."""
        if self.env.context.get("playbook_is_asked"):
            return super().action_notify()
        # by the module, on a deal, whatever it follows
        models_ = OURS | ({"crm.lead"} if self.env.context.get("playbook_asks") else set())
        ours = self.filtered(lambda one: one.playbook_kind or one.res_model in models_)
        self.env["crm.playbook.notice"]._queue(ours, "_tell_asked")
        return super(MailActivity, self - ours).action_notify()

    def _tell_asked(self, is_alone):
        """Tell people what they were given: of one thing as Odoo does, of several in one message.

        :param bool is_alone: whether there is one only
        """
        several = self.browse()
        given = self.filtered(lambda one: one.active and one.user_id and one.user_id != self.env.user)
        for its in given.grouped("user_id").values():
            if is_alone or (len(its) == 1 and not self.env["crm.playbook.notice"]._get_run()):
                its.with_context(playbook_is_asked=True).action_notify()
            else:
                several |= its
        self.env["crm.playbook.notice"]._note(
            "asked",
            [
                (one.user_id.partner_id, self.env[one.res_model].browse(one.res_id), one.summary or "")
                for one in several
            ],
        )
