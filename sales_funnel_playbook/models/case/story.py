import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, format_list, html2plaintext

from ...wording import label_text, list_clauses, list_texts
from .crm_playbook_case import TEXT_FIELDS

MIN_NAME = 2


class CrmPlaybookCase(models.Model):
    """A case begins with what its deal tells, without saying whose it was."""

    _inherit = "crm.playbook.case"

    hide_customer = fields.Boolean(
        string="Leave Out the Customer",
        default=True,
        help="Readers are not told who the customer was. The names of the customer and of its people must"
        " then not be in the texts.",
    )
    customer_name = fields.Char(
        compute="_compute_customer_name",
        store=True,
        precompute=True,
        help="Shown where the customer is not left out.",
    )

    @api.depends("lead_id", "hide_customer")
    def _compute_customer_name(self):
        for case in self:
            deal = case._get_readable_deal()
            name = deal.partner_name or deal.partner_id.commercial_partner_id.name or case.customer_name
            case.customer_name = not case.hide_customer and name

    @api.depends("lead_id")
    def _compute_story(self):
        """Begin the texts that are still empty with what is known of the deal."""
        for case in self:
            deal = case._get_readable_deal()
            is_begun = not case._origin or case.state == "draft"
            story = deal._get_case_story(case) if deal and is_begun else {}
            for name in ("name", "situation", "approach", "result"):
                case[name] = case[name] or story.get(name, False)

    @api.constrains("state", "hide_customer", *TEXT_FIELDS)
    def _check_customer_is_left_out(self):
        """What others read names nobody, where the customer is to be left out."""
        for case in self.filtered(lambda one: one.hide_customer and one.state in ("in_review", "published")):
            # sudo: the names of the deal, whoever publishes
            names = case.sudo().lead_id._get_customer_names()
            for field_name in TEXT_FIELDS if names else ():
                text = html2plaintext(case[field_name] or "")
                if found := names.search(text):
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” is named in the “%(field)s” of the case: write “the customer”"
                            " instead, or untick “Leave Out the Customer”.",
                            name=found.group(),
                            field=self._fields[field_name]._description_string(self.env),
                        )
                    )


class CrmLead(models.Model):
    """What a deal tells of itself, for its case."""

    _inherit = "crm.lead"

    def _get_customer_names(self):
        """Return a pattern that finds the names of this deal's customer and its people, or None."""
        people = self.partner_id | self.stakeholder_ids.partner_id
        companies = self._strip_names(self.partner_name, *people.commercial_partner_id.mapped("name"))
        names = companies | self._strip_names(self.contact_name, *people.mapped("name"))
        parts = []
        for name in sorted(names, key=len, reverse=True):
            # found as a word: "Ann" is not in "planned"; and a person called Will is not in "they will"
            part = rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"
            is_unmistakable = name in companies or " " in name
            parts.append(f"(?i:{part})" if is_unmistakable else part)
        return re.compile("|".join(parts)) if parts else None

    @api.model
    def _strip_names(self, *names):
        """Return the set of ``names`` that are long enough to be looked for."""
        return {name.strip() for name in names if name and len(name.strip()) >= MIN_NAME}

    def _get_case_story(self, case):
        """Return the texts that a new ``case`` of this deal begins with, as superuser."""
        facts = {
            "situation": self._get_case_situation(case),
            "approach": self._get_case_approach(),
            "result": self._get_case_result(case),
        }
        return {
            "name": self._get_case_title(case),
            **{name: self._prepare_case_list(lines) for name, lines in facts.items()},
        }

    def _get_case_title(self, case):
        """Return a title to begin with, such as "Lost in Negotiation against Globex"."""
        values = {
            "stage": case.stage_id.name or "",
            "others": format_list(self.env, case.competitor_ids.mapped("name")),
        }
        if case.outcome == "won":
            text = self.env._("Won in %(stage)s against %(others)s", **values)
            return text if case.competitor_ids else self.env._("Won in %(stage)s", **values)
        text = self.env._("Lost in %(stage)s against %(others)s", **values)
        return text if case.competitor_ids else self.env._("Lost in %(stage)s", **values)

    def _get_case_situation(self, case):
        """Return ``[(label, text), …]``: what the customer wanted, who decides there, and against whom."""
        statuses = dict(self._fields["budget_status"]._description_selection(self.env))
        rivals = [
            label_text(self.env, *filter(None, (line.competitor_id.name, line.strengths)))
            for line in self.competitor_ids
        ]
        return [
            (self.env._("Use case"), self.use_case),
            (self.env._("Pain points"), self.pain_points),
            (self.env._("Budget status"), statuses.get(self.budget_status)),
            (self.env._("Who decides"), self._get_case_chain()),
            (self.env._("Competitors"), list_clauses(self.env, rivals)),
        ]

    def _get_case_chain(self):
        """Return the roles of the decision chain with where they stood, nobody's name."""
        chain = self.stakeholder_ids
        roles = dict(chain._fields["role"]._description_selection(self.env))
        attitudes = dict(chain._fields["attitude"]._description_selection(self.env))
        people = (
            self.env._(
                "%(role)s (%(attitude)s)",
                role=roles[one.role],
                attitude=attitudes[one.attitude].lower(),
            )
            for one in chain.sorted(lambda one: (one.date_from or self._get_day(one.create_date), one.id))
        )
        return list_clauses(self.env, people)

    def _get_case_approach(self):
        """Return ``[(label, text), …]``: what set us apart, what was reached when, and how risks were met."""
        advantages = list_clauses(self.env, filter(None, self.competitor_ids.mapped("our_advantage")))
        notes = self.progress_ids.sorted(lambda note: (note.communicated_at, note.id))
        reached = [
            f"{format_date(self.env, note.communicated_at)} {list_texts(self.env, nodes.mapped('name'))}"
            for note in notes
            if (nodes := note.milestone_ids)
        ]
        risks = [
            label_text(
                self.env,
                *filter(None, (risk.type_id.name or risk.description, risk.response, risk.closing_note)),
            )
            for risk in self.risk_ids.sorted("id")
        ]
        return [
            (self.env._("Our advantage"), advantages),
            (self.env._("Key Nodes"), list_clauses(self.env, reached)),
            (self.env._("Risks and responses"), list_clauses(self.env, risks)),
        ]

    def _get_case_result(self, case):
        """Return ``[(label, text), …]``: how long it took, and why it was lost."""
        stay = self.env._(
            "%(days)s days, %(stay)s of them in “%(stage)s”",
            days=self._get_days_open(),
            stay=round(case.stay_days),
            stage=case.stage_id.name or "",
        )
        return [
            (self.env._("Open for"), stay),
            (self.env._("Lost reason"), self.won_status == "lost" and self.lost_reason_id.name),
        ]

    def _get_days_open(self):
        """Return how many calendar days this closed deal was open, the time before its import included."""
        moments = [self.create_date, self.captured_at, *self.stage_log_ids.mapped("entered_at")]
        closed_at = self.date_closed or fields.Datetime.now()
        return (closed_at - min(filter(None, moments))).days

    def _prepare_case_list(self, lines):
        """Return ``[(label, text), …]`` as HTML, without the empty ones and the customer's names."""
        names, customer = self._get_customer_names(), self.env._("the customer")
        items = [
            Markup("<li><strong>%s</strong> %s</li>") % (label, names.sub(customer, text) if names else text)
            for label, text in lines
            if text
        ]
        return Markup("<ul>%s</ul>") % Markup().join(items) if items else False
