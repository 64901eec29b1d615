from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models

ONE_DAY = (1, "working_days")


class CrmLeadRisk(models.Model):
    """When a risk becomes high, the team is told at once and the leader is asked to agree a response."""

    _inherit = "crm.lead.risk"

    activity_id = fields.Many2one("mail.activity", readonly=True, copy=False, ondelete="set null")

    @api.model_create_multi
    def create(self, vals_list):
        risks = super().create(vals_list)
        risks.filtered(lambda risk: risk.state == "open" and risk.level == "high")._raise_alarm()
        return risks

    def write(self, vals):
        calm = self.filtered(lambda risk: risk.state == "closed" or risk.level != "high")
        result = super().write(vals)
        calm.filtered(lambda risk: risk.state == "open" and risk.level == "high")._raise_alarm()
        if not {"state", "response"}.isdisjoint(vals):
            settled = self.filtered(lambda risk: risk.state == "closed" or (risk.response or "").strip())
            settled.sudo().activity_id.action_archive()  # sudo: it is the leader's
        return result

    def _raise_alarm(self):
        """Tell followers and leader, and ask the leader for a response within a working day."""
        for risk in self.sudo():  # sudo: everybody who follows is told, whoever may see whom
            partners = risk._get_decider().partner_id
            risk.lead_id.message_post(
                body=risk._prepare_alarm(),
                subtype_xmlid="sales_funnel_playbook.mail_message_subtype_risk",
                partner_ids=partners.ids,
                author_id=self.env.user.partner_id.id,
            )
        self.sudo()._ask_for_response()

    def _get_decider(self):
        """Return who agrees the response: the team's leader, else who sees to the risk."""
        leader = self.lead_id.team_id.user_id.filtered("active")
        return leader or self.responsible_id or self.lead_id.user_id or self.env.user

    def _prepare_alarm(self):
        title = self.env._("High risk: %s", self.type_id.name or self.env._("noted by a person"))
        return Markup("<p><b>%s</b></p><p>%s</p>") % (title, self.description or "")

    def _ask_for_response(self):
        """Give each decider the activity; what has a response already needs none."""
        waiting = self.filtered(
            lambda risk: not (risk.response or "").strip() and not risk.activity_id.active
        )
        activity_type = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        due = waiting._get_response_due_times()
        activities = self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": risk.lead_id.id,
                    "activity_type_id": activity_type.id if activity_type else False,
                    "summary": self.env._("Agree the response: %s", risk.type_id.name or risk.lead_id.name),
                    "note": risk.description,
                    "user_id": risk._get_decider().id,
                    "date_deadline": fields.Datetime.context_timestamp(self, due[risk.id]).date(),
                }
                for risk in waiting
            ]
        )
        for risk, activity in zip(waiting, activities, strict=True):
            risk.activity_id = activity

    def _get_response_due_times(self):
        """Return ``{risk id: when one working day from now is over}``; each calendar is asked once."""
        by_calendar, now = defaultdict(list), fields.Datetime.now()
        for risk in self:
            by_calendar[risk.lead_id._get_working_calendar()].append(risk.id)
        due = {}
        for calendar, risk_ids in by_calendar.items():
            moment = self.env["crm.playbook.delay"]._get_due_times([ONE_DAY], now, calendar)[ONE_DAY]
            due |= dict.fromkeys(risk_ids, moment or now)
        return due
