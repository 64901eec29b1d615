from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .crm_playbook_case import TEXT_FIELDS

REVIEW_MONTHS = 6
OPEN_STATES = ("draft", "in_review")


class CrmPlaybookCase(models.Model):
    """Draft → in review → published → retired, and who may do which step."""

    _inherit = "crm.playbook.case"

    revision_of_id = fields.Many2one(
        "crm.playbook.case",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="The published case whose text this one replaces once it is published.",
    )
    can_edit = fields.Boolean(compute="_compute_rights")
    can_publish = fields.Boolean(compute="_compute_rights")
    can_revise = fields.Boolean(compute="_compute_rights")

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_rights(self):
        is_publisher = self._is_publisher()
        for case in self:
            is_own = is_publisher or case.user_id == self.env.user
            case.can_edit = case.state in OPEN_STATES and (is_own or not case.id)
            case.can_publish = is_publisher and case.state in OPEN_STATES and bool(case.id)
            case.can_revise = is_own and case.state == "published"

    @api.model
    def _is_publisher(self, user=None):
        """Tell whether a user, or the one who asks, may publish cases."""
        if not user and self.env.su:
            return True
        return (user or self.env.user).has_group("sales_team.group_sale_manager")

    @api.model
    def _check_state_change(self, vals):
        if vals.get("state", "draft") not in OPEN_STATES and not self._is_publisher():
            raise AccessError(self.env._("Only a sales manager publishes or retires cases: hand yours in."))

    def _check_states(self, *states):
        """Raise unless these are all in one of ``states``."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for case in self:
            if case.state not in states:
                raise UserError(
                    self.env._(
                        "“%(case)s” is “%(state)s” by now: reload the page.",
                        case=case.name,
                        state=labels[case.state],
                    )
                )

    def action_submit(self):
        """Hand these drafts in, and ask the reviewer to publish them.

        :raise ValidationError: for one without a lesson, or that names a customer who is to be left out
        """
        self._check_states("draft")
        for case in self:
            case.write({"state": "in_review", "reviewer_id": (case.reviewer_id or case._find_reviewer()).id})
            case._schedule_case_work(case.reviewer_id, days=5)
        return {"type": "ir.actions.act_window_close"}

    def action_publish(self):
        """Publish these cases: everybody of their company reads them from now on. A revision replaces the
        text of the case it revises.

        :raise AccessError: for anybody but a sales manager
        """
        self._check_state_change({"state": "published"})
        self._check_states(*OPEN_STATES)
        revisions = self.filtered("revision_of_id")
        for case in self - revisions:
            case.write({"state": "published", "reviewer_id": self.env.uid})
        self._end_case_work()
        published = self - revisions
        for revision in revisions:
            published |= revision._replace_original()
        return published.get_formview_action() if len(published) == 1 and revisions else True

    def action_retire(self):
        """Take these out of the library; they stay on record."""
        self._check_state_change({"state": "retired"})
        self._check_states("published")
        self._end_case_work()
        return self.write({"state": "retired"})

    def action_restore(self):
        """Put retired cases back into the library."""
        self._check_states("retired")
        return self.write({"state": "published"})

    def action_take_back(self):
        """Make drafts of cases that are in review, to go on writing."""
        self._check_states("in_review")
        self._end_case_work()
        return self.write({"state": "draft"})

    def action_confirm(self):
        """Say that these still hold: they are due for another look in half a year.

        :raise AccessError: for who may not revise them
        """
        self._check_states("published")
        self._check_can_revise()
        # sudo: their owner may say so, and change nothing else of a published case
        self.sudo().write({"review_by": self._get_next_review()})
        self._end_case_work()
        return True

    def action_revise(self):
        """Open the revision of a published case, a new one where nobody has begun any."""
        self.ensure_one()
        self._check_states("published")
        self._check_can_revise()
        # sudo: somebody else may have begun
        begun = (
            self.sudo()
            .search([("revision_of_id", "=", self.id), ("state", "in", OPEN_STATES)], limit=1)
            .sudo(False)
        )
        if begun and not begun.has_access("read"):
            raise UserError(self.env._("“%s” is being revised by somebody else already.", self.name))
        return (begun or self.copy({"revision_of_id": self.id})).get_formview_action()

    def _check_can_revise(self):
        for case in self:
            if not case.can_revise:
                raise AccessError(
                    self.env._("Only its owner or a sales manager revises the case “%s”.", case.name)
                )

    def _replace_original(self):
        """Give the published case that this revises its texts and what it is found by; the revision goes.

        :return: the published case
        """
        original = self.revision_of_id
        names = [*TEXT_FIELDS, *self._get_revised_fields()]
        vals = {name: self._fields[name].convert_to_write(self[name], self) for name in names}
        original.write({**vals, "review_by": self._get_next_review(), "reviewer_id": self.env.uid})
        original._end_case_work()
        original.message_post(
            body=self.env._("Revised by %s.", self.user_id.name), subtype_xmlid="mail.mt_note"
        )
        self.unlink()
        return original

    @api.model
    def _get_revised_fields(self):
        """Return the names of the fields that a revision gives to its case besides the texts."""
        return [
            *("product_line_id", "stage_id", "industry_id", "company_size", "competitor_ids"),
            *("risk_type_ids", "lost_reason_id", "tag_ids", "hide_customer"),
        ]

    @api.model
    def _get_next_review(self):
        return fields.Date.context_today(self) + relativedelta(months=REVIEW_MONTHS)

    def _settle_published(self):
        """What is published has a date, a day on which it is looked at again, and its text on record."""
        for case in self.filtered(lambda one: one.state == "published"):
            dates = {
                "published_at": case.published_at or self.env.cr.now(),
                "review_by": case.review_by or self._get_next_review(),
            }
            case.write({name: value for name, value in dates.items() if case[name] != value})
            case._keep_version()

    def _find_reviewer(self):
        """Return who publishes this case: whoever keeps the playbook of its deal or product line, where that
        is another sales manager than its owner; else nobody, and every sales manager may.
        """
        # sudo: who keeps a playbook, and leads a team, is no secret to who hands in a case
        deal, line = self.sudo().lead_id, self.sudo().product_line_id
        keepers = deal.playbook_id.responsible_user_id | line.playbook_id.responsible_user_id
        candidates = (keepers | deal.team_id.user_id).filtered("active")
        return (candidates - self.user_id).filtered(self._is_publisher)[:1]

    def _schedule_case_work(self, user, days=0):
        """Ask ``user`` for what this case needs now, in their language; nobody, where there is no user.

        :param int days: calendar days until it is due
        """
        if not user:
            return
        told = self.with_context(lang=user.lang)
        is_new = self.state in OPEN_STATES
        # sudo: planned for somebody else, on a case that the planner may not edit
        self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            fields.Date.context_today(self) + timedelta(days=days),
            summary=told.env._("Read and publish the case")
            if is_new
            else told.env._("Does the case still hold?"),
            user_id=user.id,
        )

    def _end_case_work(self):
        """What these cases waited for has happened."""
        # sudo: the activities are somebody else's
        self.sudo().activity_ids.filtered("automated").action_done()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        for case in self:
            if case.state not in OPEN_STATES:
                raise UserError(
                    self.env._("“%s” has been read by others: retire it instead of deleting it.", case.name)
                )
