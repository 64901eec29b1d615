from datetime import timedelta

from markupsafe import Markup

from odoo import models

MEETING_DAYS = 7  # within which sales and delivery meet
# What delivery is told of the customer; amounts stay with sales.
TOLD = (
    *("partner_name", "contact_name", "email_from", "phone", "user_id", "product_line_id"),
    *("use_case", "pain_points"),
)
ROW = Markup("<li><b>%s</b><br/>%s</li>")
LINE = Markup("<br/>")


class CrmLead(models.Model):
    """What delivery gets with the project: who the customer is, what they need, what was submitted."""

    _inherit = "crm.lead"

    def _hand_over(self, project, is_alone):
        """Give a project what delivery needs of this deal, and have them meet with sales.

        :param bool is_alone: whether it is one deal only; of several that are won at once, each person hears
            in one message
        """
        manager = project.user_id
        lead = self.with_context(lang=manager.lang or self.env.lang)
        outputs = lead._get_handed_over()
        files = outputs.attachment_ids
        copies = files.copy({"res_model": project._name, "res_id": project.id}) if files else files
        project.message_post(
            body=lead._prepare_handing_over(outputs),
            attachment_ids=copies.ids,
            partner_ids=manager.partner_id.ids if is_alone else (),
            subtype_xmlid="mail.mt_note",
        )
        self._message_log(body=self.env._("The deal has become the project %s.", project._get_html_link()))
        lead._ask_for_meeting(project, manager, is_alone)

    def _get_handed_over(self):
        """Return what was submitted on this deal, counts, and goes to the project."""
        outputs = self.env["crm.lead.output"].search([("lead_id", "=", self.id), ("is_current", "=", True)])
        return outputs.filtered(
            lambda one: one.output_id.is_handed_over and one._is_accepted(one.output_id.approval != "none")
        ).sorted(lambda one: (one.submitted_at, one.id))

    def _prepare_handing_over(self, outputs):
        """Return what a project is told of this deal, in the language of the environment."""
        rows = [
            ROW % (self._fields[name]._description_string(self.env), self._prepare_told(self[name]))
            for name in TOLD
            if self[name]
        ]
        rows += [ROW % (one.output_id.name, self._prepare_output(one)) for one in outputs]
        title = self.env._("Handed over from sales: %s", self._get_html_link(title=self.name))
        return Markup("<p>%s</p><ul>%s</ul>") % (title, Markup().join(rows))

    def _prepare_told(self, value):
        text = value.display_name if isinstance(value, models.BaseModel) else value
        return LINE.join(str(text).splitlines())

    def _prepare_output(self, output):
        """Return what was submitted, as a line: its link, its note, the names of its files."""
        link = Markup('<a href="%s">%s</a>') % (output.url, output.url) if output.url else ""
        parts = [link, self._prepare_told(output.note or ""), *output.attachment_ids.mapped("name")]
        return LINE.join(part for part in parts if part)

    def _ask_for_meeting(self, project, manager, is_alone):
        """Ask who leads the project for the hand-over meeting; where nobody does, whoever has the deal, who
        hears of it by this alone.
        """
        user = manager or self.user_id.filtered("active") or self.team_id.user_id.filtered("active")
        if not user:
            return
        told = self.with_context(lang=user.lang or self.env.lang)
        role = self.playbook_id.kickoff_role_id.with_context(lang=told.env.lang).name
        note = told.env._(
            "Nobody leads the project yet: choose somebody for the role “%s” who may open projects.", role
        )
        summary = told.env._("Hand-over meeting: %s", project.name)
        if not is_alone:
            self.env["crm.playbook.notice"]._note("asked", [(user.partner_id, project, summary)])
        self.with_context(mail_activity_quick_update=bool(manager) or not is_alone).activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self._get_today() + timedelta(days=MEETING_DAYS),
            summary=summary,
            note=not manager and note,
            user_id=user.id,
        )
