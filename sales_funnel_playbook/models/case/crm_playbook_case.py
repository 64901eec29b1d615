import textwrap

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import html2plaintext
from odoo.tools.mail import is_html_empty

from ...tools.case_text import expand, get_patterns

OUTCOMES = [("won", "Won"), ("lost", "Lost")]
STATES = [
    ("draft", "Draft"),
    ("in_review", "In Approval"),
    ("published", "Published"),
    ("retired", "Retired"),
]
SUMMARY_LENGTH = 200
# What a reader reads, and what each version keeps.
TEXT_FIELDS = ("name", "situation", "approach", "result", "lesson")


class CrmPlaybookCase(models.Model):
    """What was learnt from a deal that was won or lost, for those who work on the next one.

    A draft is its owner's. Once handed in, a sales manager publishes it, and it is read by everybody of its
    company. A published case is not edited but revised, so that readers always have the last good text.

    Finding cases by their words, in any language, by index.
    """

    _name = "crm.playbook.case"
    _description = "Case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "published_at desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"  # readers comment

    name = fields.Char(
        string="Title",
        compute="_compute_story",
        store=True,
        readonly=False,
        precompute=True,
        required=True,  # not tracked: an earlier title may have named the customer
    )
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, tracking=True, group_expand=True, index=True
    )
    situation = fields.Html(
        compute="_compute_story",
        store=True,
        readonly=False,
        precompute=True,
        help="Who the customer was, what they wanted, and who else was there.",
    )
    approach = fields.Html(
        compute="_compute_story", store=True, readonly=False, precompute=True, help="What was done."
    )
    result = fields.Html(
        compute="_compute_story",
        store=True,
        readonly=False,
        precompute=True,
        help="How it ended, and why.",
    )
    lesson = fields.Html(help="What to do, or not to do, next time.")
    summary = fields.Char(string="Lesson in Short", compute="_compute_summary")
    tag_ids = fields.Many2many("crm.tag", string="Tags")
    user_id = fields.Many2one(
        "res.users",
        string="Case Owner",
        default=lambda self: self.env.user,
        index=True,
        domain=[("share", "=", False)],
        ondelete="restrict",
        tracking=True,
        copy=False,
        help="Keeps the case correct, and is asked to confirm it when it expires.",
    )
    reviewer_id = fields.Many2one(
        "res.users",
        string="Approver",
        domain=[("share", "=", False)],
        ondelete="set null",
        tracking=True,
        copy=False,
        help="The sales manager who is asked to publish it.",
    )
    published_at = fields.Datetime(readonly=True, copy=False, help="When it was first published.")
    review_by = fields.Date(
        string="Valid Until",
        copy=False,
        tracking=True,
        help="The date until which it is confirmed as valid. After that it ranks lower.",
    )
    is_stale = fields.Boolean(
        string="Expired",
        compute="_compute_is_stale",
        search="_search_is_stale",
        help="Its “Valid Until” date is over.",
    )
    search_text = fields.Text(
        compute="_compute_search_text",
        store=True,
        prefetch=False,
        export_string_translation=False,
        help="The words of title and texts; Chinese as pairs of characters, see tools/case_text.py.",
    )
    content = fields.Char(
        string="Title or Text",
        compute="_compute_content",
        search="_search_content",
        help="Search title and text: all words have to be there, Chinese ones too.",
    )

    # without the extension every search still finds the same, only slower
    _search_text_idx = models.Index(
        lambda registry: registry.has_trigram and "USING gin (search_text gin_trgm_ops)"
    )

    @api.depends("lesson")
    def _compute_summary(self):
        for case in self:
            text = " ".join(html2plaintext(case.lesson or "", include_references=False).split())
            case.summary = textwrap.shorten(text, SUMMARY_LENGTH, placeholder="…")[:SUMMARY_LENGTH]

    @api.depends("review_by", "state")
    def _compute_is_stale(self):
        for case in self:
            is_kept = case.state == "published" and case.review_by
            case.is_stale = bool(is_kept and case.review_by < case._get_today())

    def _search_is_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "published") & self._get_review_domain("<")

    def _get_today(self):
        """Return which day it is in this case's company."""
        return self.env["crm.playbook"]._get_today(self.company_id)

    @api.model
    def _get_review_domain(self, operator):
        """Return the domain of the cases whose *Valid Until* compares so to today in their company."""
        days = self.env["crm.playbook"].browse()._get_company_days()
        return Domain.OR(
            Domain("company_id", "in", ids) & Domain("review_by", operator, day) for day, ids in days.items()
        )

    @api.constrains("state", "lesson", "situation")
    def _check_complete(self):
        """No case is handed in or published that teaches nothing."""
        for case in self.filtered(lambda case: case.state in ("in_review", "published")):
            for name in ("lesson", "situation"):
                if is_html_empty(case[name]):
                    raise ValidationError(
                        self.env._(
                            "Write the “%(field)s” of “%(case)s” first: without it the case helps nobody.",
                            field=self._fields[name]._description_string(self.env),
                            case=case.name,
                        )
                    )

    @api.constrains("reviewer_id")
    def _check_reviewer(self):
        for case in self.filtered("reviewer_id"):
            if not case._can_be_published_by(case.reviewer_id):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot publish this case: choose a sales manager of its company.",
                        case.reviewer_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_written(vals)
            self._check_deal_access(vals.get("lead_id", self.env.context.get("default_lead_id")))
        cases = super().create(vals_list)
        cases.filtered(lambda case: case.state == "in_review")._follow_state("in_review")
        cases._settle_published()
        cases._queue_deals()
        return cases

    def write(self, vals):
        self._check_written(vals)
        self._check_deal_access(vals.get("lead_id"))
        # sudo: who writes a case may not see its deal any more
        deals = self.sudo().lead_id if "lead_id" in vals else None
        moving = self.filtered(lambda case: case.state != vals["state"]) if "state" in vals else self.browse()
        result = super().write(vals)
        if moving:
            moving._follow_state(vals["state"])
        if not {"state", *TEXT_FIELDS}.isdisjoint(vals):
            self._settle_published()
        if not {"state", "lead_id", "outcome"}.isdisjoint(vals):
            self._queue_deals(deals)
        return result

    def unlink(self):
        # sudo: who deletes a case may not see its deal any more
        deals = self.sudo().lead_id
        result = super().unlink()
        self.browse()._queue_deals(deals)
        return result

    @api.depends(*TEXT_FIELDS, "customer_name")
    def _compute_search_text(self):
        for case in self:
            texts = [html2plaintext(case[name] or "") for name in TEXT_FIELDS]
            case.search_text = expand(" \n".join([*texts, case.customer_name or ""]))

    def _compute_content(self):
        self.content = False

    def _search_content(self, operator, value):
        """Every word has to be in the text; part of a word will do, from three letters on."""
        if operator not in ("ilike", "like") or not isinstance(value, str):
            return NotImplemented
        return Domain.AND(Domain("search_text", "like", pattern) for pattern in get_patterns(value))
