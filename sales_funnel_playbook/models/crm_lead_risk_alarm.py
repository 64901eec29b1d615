from markupsafe import Markup

from odoo import models


class CrmLeadRisk(models.Model):
    """When a risk becomes high, the team is told at once. Who agrees the response, and within which time,
    is a deadline of the playbook.
    """

    _inherit = "crm.lead.risk"

    def _raise_alarm(self):
        """Tell followers and leader."""
        for risk in self.sudo():  # sudo: everybody who follows is told, whoever may see whom
            partners = risk._get_decider().partner_id
            risk.lead_id.message_post(
                body=risk._prepare_alarm(),
                subtype_xmlid="sales_funnel_playbook.mail_message_subtype_risk",
                partner_ids=partners.ids,
                author_id=self.env.user.partner_id.id,
            )

    def _get_decider(self):
        """Return who agrees the response: the team's leader, else who sees to the risk."""
        people = (self.lead_id.team_id.user_id, self.responsible_id, self.lead_id.user_id)
        return next((user for user in people if user.active), self.env.user)

    def _prepare_alarm(self):
        title = self.env._("High risk: %s", self.type_id.name or self.env._("noted by a person"))
        return Markup("<p><b>%s</b></p><p>%s</p>") % (title, self.description or "")
