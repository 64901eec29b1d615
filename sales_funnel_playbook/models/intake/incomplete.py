from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_list

# Leads of which a deadline that began with their capture asks something still.
INCOMPLETE = """
    (SELECT res_id FROM mail_activity WHERE res_model = 'crm.lead' AND active
        AND playbook_kind = 'deadline' AND playbook_occurrence = 'created'
        AND playbook_escalation_of_id IS NULL)
"""


class CrmPlaybookRule(models.AbstractModel):
    _inherit = "crm.playbook.rule"

    @api.model
    def _get_ruled_names(self, model):
        return super()._get_ruled_names(model) | ({"has_channel"} if model._name == "crm.lead" else set())


class CrmLead(models.Model):
    """What is still missing of a lead, and by when it is to be there: what the deadlines ask that begin with
    its capture.
    """

    _inherit = "crm.lead"

    has_channel = fields.Boolean(
        string="Where It Came From",
        compute="_compute_has_channel",
        search="_search_has_channel",
        help="It is known where it came from: source, medium, campaign or referrer.",
    )
    is_incomplete = fields.Boolean(compute="_compute_incomplete", search="_search_is_incomplete")
    incomplete_text = fields.Char(
        string="What Is Missing", compute="_compute_incomplete", help="What its capture still asks for."
    )
    incomplete_due_at = fields.Datetime(string="Complete Until", compute="_compute_incomplete")

    @api.model
    def _get_channel_fields(self):
        """Return the names of the fields of which one says where a lead came from; extended by modules."""
        return ["source_id", "medium_id", "campaign_id", "referred"]

    @api.depends(lambda self: self._get_channel_fields())
    def _compute_has_channel(self):
        names = self._get_channel_fields()
        for lead in self:
            lead.has_channel = any(lead[name] for name in names)

    @api.model
    def _search_has_channel(self, operator, value):
        if operator != "in":
            return NotImplemented
        known = Domain.OR(Domain(name, "!=", False) for name in self._get_channel_fields())
        return Domain.OR(known if wanted else ~known for wanted in value)

    @api.depends("activity_ids")
    @api.depends_context("lang")
    def _compute_incomplete(self):
        # sudo: the rules and the deal decide what is missing, whoever asks
        asked = self.env["mail.activity"].sudo()
        asked = asked.search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", self.ids),
                ("playbook_kind", "=", "deadline"),
                ("playbook_occurrence", "=", "created"),
                ("playbook_escalation_of_id", "=", False),
            ],
            order="playbook_due_at",
        )
        by_lead = asked.grouped("res_id")
        missing = self.sudo()._get_missing(asked)
        for lead in self:
            its, texts = by_lead.get(lead._origin.id, asked.browse()), missing.get(lead._origin.id, [])
            lead.is_incomplete = bool(texts)  # what was entered just now ends its activity with the save
            lead.incomplete_due_at = texts and its[:1].playbook_due_at
            lead.incomplete_text = format_list(self.env, texts, "unit")

    @api.model
    def _get_missing(self, asked):
        """Return ``{lead id: [what is missing, …]}``: of each part of what a rule waits for, the fields of
        which it wants one; the task itself where it names none.

        :param asked: activities that the capture of leads has begun
        """
        missing = {}
        for rule, its in asked.grouped("playbook_deadline_id").items():
            leads = self.browse(its.mapped("res_id"))
            parts = rule._get_satisfied_parts()
            for part, label in parts:
                for lead in leads - leads.filtered_domain(part):
                    missing.setdefault(lead.id, []).append(label)
            for lead in leads if not parts else ():
                missing.setdefault(lead.id, []).append(rule.name)
        return missing

    @api.model
    def _search_is_incomplete(self, operator, value):
        if operator != "in":
            return NotImplemented
        names = ["res_model", "res_id", "active", "playbook_kind", "playbook_occurrence"]
        self.env["mail.activity"].flush_model([*names, "playbook_escalation_of_id"])
        asked = Domain("id", "in", SQL(INCOMPLETE))
        return Domain.OR(asked if wanted else ~asked for wanted in value)


class CrmPlaybookDeadline(models.Model):
    _inherit = "crm.playbook.deadline"

    def _get_satisfied_parts(self):
        """Return ``[(domain, label)]`` of what must all be met for this to be done; the label names the
        fields of which one is wanted, in the user's language.
        """
        text = (self.satisfied_domain or "").strip()
        if text in ("", "[]"):
            return []
        domain = self._parse_domain(text)
        parts = domain.children if getattr(domain, "OPERATOR", None) == "&" else (domain,)
        return [(part, self._get_part_label(part)) for part in parts]

    @api.model
    def _get_part_label(self, part):
        names = dict.fromkeys(condition.field_expr.split(".")[0] for condition in part.iter_conditions())
        leads = self.env["crm.lead"]
        return " / ".join(leads._fields[name]._description_string(self.env) for name in names)
