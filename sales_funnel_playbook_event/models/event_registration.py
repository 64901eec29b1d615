from odoo import models


class EventRegistration(models.Model):
    """What a deal knows of the registration that it comes from."""

    _inherit = "event.registration"

    def _get_lead_values(self, rule):
        values = super()._get_lead_values(rule)
        values |= {
            **self._get_lead_needs(),
            "captured_at": self._get_captured_at(rule),
            "partner_name": values.get("partner_name")
            or self.sorted("id")._find_first_notnull("company_name"),
            # sudo: whoever registers may not read what is sold
            "product_line_id": rule.sudo().lead_product_line_id.id,
        }
        if not values["source_id"]:
            values["source_id"] = self.event_id._get_lead_source().id
        if not values["medium_id"]:
            values["medium_id"] = self.env["utm.medium"].sudo()._fetch_or_create_utm_medium("Event").id
        # sudo: deals come in by themselves, whoever registers
        return self.env["crm.lead"].sudo()._prepare_arrival_vals(values)

    def _get_captured_at(self, rule):
        """Return when the customer was met or wrote: with the first of these registrations, or at the event,
        where the rule waits for that.
        """
        came = [one.date_closed for one in self if one.date_closed]
        is_meeting = rule.lead_creation_trigger == "done" and came
        moment = min(*came, self.env.cr.now()) if is_meeting else min(self.mapped("create_date"))
        return moment.replace(microsecond=0)

    def _get_lead_needs(self):
        """Return ``{field: text}`` of the deal's needs that attendees have told, each answer once."""
        needs = {}
        # sudo: as the registration itself, which whoever registers may not read
        for answer in self.sorted("id").sudo().registration_answer_ids:
            if answer.question_id.lead_field:
                text = f"{answer.question_id.title} {answer.display_name}"
                needs.setdefault(answer.question_id.lead_field, []).append(text)
        return {name: "\n".join(dict.fromkeys(texts)) for name, texts in needs.items()}
