import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

NOTED = ("summary", "feedback", "next_step")  # the texts of a note
TITLE = re.compile(r"<p><b>.*?</b></p>", re.DOTALL)


class CrmLeadFact(models.AbstractModel):
    _inherit = "crm.lead.fact"

    @api.model
    def _has_field_access(self, field, operation):
        """When a fact was anonymised the module alone says."""
        is_free = operation == "read" or self.env.su or field.name != "anonymised_at"
        return is_free and super()._has_field_access(field, operation)


class CrmLeadStakeholder(models.Model):
    """A line of the decision chain whose person is no longer known: role, attitude and dates stay, so that
    numbers do.
    """

    _inherit = "crm.lead.stakeholder"

    partner_id = fields.Many2one(required=False)
    anonymised_at = fields.Datetime(string="Anonymised On", readonly=True, copy=False)

    _person = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR anonymised_at IS NOT NULL)",
        "Choose the “Person” of each line of the decision chain.",
    )

    @api.depends("partner_id", "anonymised_at")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for one in self.filtered(lambda line: line.anonymised_at and not line.partner_id):
            one.display_name = self.env._("Anonymised person")
        return result

    def _anonymise(self):
        """Forget who these are."""
        self.filtered("partner_id").write({"partner_id": False, "anonymised_at": self.env.cr.now()})


class CrmLeadProgress(models.Model):
    """A note whose text is gone: when, by which way, by whom and how late it was written stays."""

    _inherit = "crm.lead.progress"

    anonymised_at = fields.Datetime(string="Anonymised On", readonly=True, copy=False)

    def write(self, vals):
        """What somebody has written into it since is known again, and can be forgotten again."""
        result = super().write(vals)
        if not vals.keys().isdisjoint(NOTED) and "anonymised_at" not in vals:
            # sudo: when a note was anonymised the module alone says
            self.filtered("anonymised_at").sudo().write({"anonymised_at": False})
        return result

    def _anonymise(self):
        """Forget what was said, and in the activities what was to come next."""
        self._find_next_steps().write({"summary": self.env._("Anonymised"), "note": False})
        self.filtered(lambda note: not note.anonymised_at).write(
            {
                "summary": self.env._("Anonymised"),
                "feedback": False,
                "next_step": False,
                "next_date": False,
                "anonymised_at": self.env.cr.now(),
            }
        )
        self._find_risks()._anonymise()

    def _find_next_steps(self):
        """Return the activities, done ones included, that were made of the next steps of these notes."""
        steps = {(note.lead_id.id, note.next_step.strip()) for note in self if note.next_step}
        on_deals = Domain("res_model", "=", "crm.lead") & Domain("res_id", "in", self.lead_id.ids)
        named = Domain("summary", "in", [step for _lead_id, step in steps])
        activities = self.env["mail.activity"].with_context(active_test=False)
        return activities.search(on_deals & named).filtered(lambda one: (one.res_id, one.summary) in steps)

    def _find_risks(self):
        """Return the risks that were opened with the text of these notes, marked still or not."""
        domain = Domain("lead_id", "in", self.lead_id.ids) & Domain("cause", "=like", "milestone:%")
        ids = {str(id_) for id_ in self.ids}
        return self.env["crm.lead.risk"].search(domain).filtered(lambda one: one.cause.split(":")[1] in ids)


class CrmLeadContact(models.Model):
    """A captured contact of nobody in particular: when and by which way stays."""

    _inherit = "crm.lead.contact"

    def _anonymise(self):
        """Forget with whom it was and what it was about."""
        self.write({"partner_id": False, "summary": False})


class CrmLeadRisk(models.Model):
    _inherit = "crm.lead.risk"

    def _anonymise(self):
        """Forget the texts of these risks, and what alarms have copied of them; kind, level, dates and how
        they ended stay.
        """
        self._shorten_alarms()
        text = self.env._("Anonymised")
        for name in ("description", "response", "closing_note"):
            self.filtered(name).write({name: text})

    def _shorten_alarms(self):
        """Leave only the titles of the alarms on these deals: before 19.0.1.3.0 they had the text, which may
        have been changed on the risk since.
        """
        subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_risk")
        on_deals = Domain("model", "=", "crm.lead") & Domain("res_id", "in", self.lead_id.ids)
        alarms = self.env["mail.message"].search(on_deals & Domain("subtype_id", "=", subtype.id))
        for title, its in alarms.grouped(lambda one: "".join(TITLE.findall(one.body or ""))).items():
            longer = its.filtered(lambda one, title=title: one.body != title)
            if title and longer:
                longer.write({"body": Markup(title)})
