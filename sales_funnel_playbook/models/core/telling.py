from markupsafe import Markup

from odoo import api, models

# From so many deals at once on, everybody hears of all of them in one message.
MANY = 5
LISTED = 30  # deals at most, by name
MY_DAY = "sales_funnel_playbook.crm_playbook_deadline_report_action_my_day"
PIPELINE = "crm.crm_lead_action_pipeline"


class CrmLead(models.Model):
    """Nobody gets a message for each of many deals."""

    _inherit = "crm.lead"

    @api.model
    def _tell_together(self, partner, subject, told, action=PIPELINE):
        """Send somebody one message about many deals, with the list and one button.

        :param partner: ``res.partner``
        :param list told: ``(lead, what is said of it)``
        :param str action: XML id of what the button opens
        """
        base = self.browse().get_base_url()
        # sudo: what an action's address is, whoever may not read actions
        path = self.env.ref(action).sudo().path or f"action-{action}"
        items = [
            Markup('<li><a href="%s/odoo/crm.lead/%s">%s</a> %s</li>') % (base, lead.id, lead.name, text)
            for lead, text in told[:LISTED]
        ]
        if len(told) > LISTED:
            items.append(Markup("<li>%s</li>") % self.env._("and %s more", len(told) - LISTED))
        button = Markup('<p><a href="%s/odoo/%s" class="btn btn-primary">%s</a></p>')
        self.env["mail.thread"].message_notify(
            partner_ids=partner.ids,
            subject=subject,
            body=Markup("<ul>%s</ul>") % Markup().join(items) + button % (base, path, self.env._("Open")),
            email_layout_xmlid="mail.mail_notification_light",
        )
