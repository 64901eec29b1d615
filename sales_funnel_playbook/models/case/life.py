from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

OPEN_STATES = ("draft", "in_review")
# Kept by the module; whoever may write a case may not write these, over any channel.
FIXED_FIELDS = ("helpful_user_ids", "published_at", "version", "revision_of_id", "customer_name")


class CrmPlaybookCase(models.Model):
    """Draft → in review → published → retired, and who may do which step. What follows from a step follows
    from the state itself, whichever way it was written.

    Who publishes a case, who looks after it when its owner does not, and what is asked of them.
    """

    _inherit = "crm.playbook.case"

    can_edit = fields.Boolean(compute="_compute_rights")
    can_publish = fields.Boolean(compute="_compute_rights")
    can_revise = fields.Boolean(compute="_compute_rights")
    can_retire = fields.Boolean(compute="_compute_rights")

    @api.depends("state", "user_id")
    @api.depends_context("uid")
    def _compute_rights(self):
        is_publisher = self._is_publisher()
        for case in self:
            is_own = is_publisher or case.user_id == self.env.user
            case.can_edit = case.state in OPEN_STATES and (is_own or not case.id)
            case.can_publish = is_publisher and case.state in OPEN_STATES and bool(case.id)
            case.can_revise = is_own and case.state == "published"
            case.can_retire = is_publisher and case.state == "published"

    @api.model
    def _is_publisher(self, user=None):
        """Tell whether a user, or the one who asks, may publish cases."""
        if not user and self.env.su:
            return True
        return (user or self.env.user).has_group("sales_team.group_sale_manager")

    @api.model
    def _check_written(self, vals):
        """Raise for what the user may not write, in ``vals`` or as a default."""
        if self.env.su:
            return
        written = {*vals, *(key.removeprefix("default_") for key in self.env.context)}
        if not written.isdisjoint(FIXED_FIELDS):
            raise AccessError(
                self.env._("Votes, versions and publication dates are maintained automatically.")
            )
        self._check_state_change(vals.get("state", self.env.context.get("default_state", "draft")))

    @api.model
    def _check_state_change(self, state):
        if state not in OPEN_STATES and not self._is_publisher():
            raise AccessError(self.env._("Only a sales manager publishes or retires cases: submit yours."))

    def _check_states(self, *states):
        """Raise unless these are all in one of ``states``."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for case in self:
            if case.state not in states:
                raise UserError(
                    self.env._(
                        "“%(case)s” is now “%(state)s”. Reload the page.",
                        case=case.name,
                        state=labels[case.state],
                    )
                )

    def _follow_state(self, state):
        """Do what follows from these having come into ``state``: what they waited for has happened, and what
        they wait for now is asked of somebody.
        """
        self._end_case_work()
        if state == "published" and self.revision_of_id:
            raise UserError(self.env._("Press “Publish” on the revision: its text then replaces the case's."))
        for case in self if state == "in_review" else ():
            case.reviewer_id = case.reviewer_id or case._find_reviewer()
            case._schedule_case_work(case.reviewer_id, days=5)

    def action_submit(self):
        """Hand these drafts in, and ask the reviewer to publish them.

        :raise ValidationError: for one without a lesson, or that names a customer who is to be left out
        """
        self._check_states("draft")
        self.write({"state": "in_review"})
        return {"type": "ir.actions.act_window_close"}

    def action_publish(self):
        """Publish these cases: everybody of their company reads them from now on. A revision replaces the
        text of the case it revises.

        :raise AccessError: for anybody but a sales manager
        """
        self._check_state_change("published")
        self._check_states(*OPEN_STATES)
        revisions = self.filtered("revision_of_id")
        (self - revisions).write({"state": "published", "reviewer_id": self.env.uid})
        originals = revisions.revision_of_id
        for revision in revisions:
            revision._replace_original()
        return originals.get_formview_action() if len(originals) == 1 else True

    def action_retire(self):
        """Take these out of the library; they stay on record."""
        self._check_states("published")
        return self.write({"state": "retired"})

    def action_take_back(self):
        """Make drafts of cases that are in review, or of retired ones, to go on writing."""
        self._check_states("in_review", "retired")
        return self.write({"state": "draft"})

    def action_confirm(self):
        """Say that these still hold: they are due for another look in half a year.

        :raise AccessError: for who may not revise them
        """
        self._check_states("published")
        self._check_can_revise()
        # sudo: their owner may say so, and change nothing else of a published case
        for day, cases in self.sudo().grouped(lambda case: case._get_next_review()).items():
            cases.write({"review_by": day})
        self._end_case_work()
        return True

    def _get_next_review(self):
        """Return until when this one is valid if it is confirmed now."""
        months = self.env["crm.playbook"]._get_setting("case_review_months")
        return self._get_today() + relativedelta(months=months)

    def _settle_published(self):
        """What is published has a date, a day on which it is looked at again, and its text on record."""
        # sudo: nobody writes these themselves
        for case in self.sudo().filtered(lambda one: one.state == "published"):
            dates = {
                "published_at": case.published_at or self.env.cr.now(),
                "review_by": case.review_by or case._get_next_review(),
            }
            case.write({name: value for name, value in dates.items() if case[name] != value})
            case._keep_version()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        sample = self.env["crm.playbook"]._get_sample_company()
        for case in self:
            if case.published_at and not (sample and case.company_id == sample):
                raise UserError(
                    self.env._("“%s” has been read by others: retire it instead of deleting it.", case.name)
                )

    def _find_reviewer(self):
        """Return who publishes this case: whoever keeps the playbook of its deal or product line, else the
        leader of the deal's team, where that is a sales manager of its company and not its owner; else
        nobody, and every sales manager may.
        """
        # sudo: who keeps a playbook, and leads a team, is no secret to who hands in a case
        deal, line = self.sudo().lead_id, self.sudo().product_line_id
        keepers = deal.playbook_id.responsible_user_id | line.playbook_id.responsible_user_id
        candidates = keepers | deal.team_id.user_id
        return (candidates - self.user_id).filtered(self._can_be_published_by)[:1]

    def _can_be_published_by(self, user):
        """Tell whether ``user`` is still there, publishes cases, and sees those of this one's company."""
        # sudo: which companies a colleague works for
        companies = user.sudo().company_ids
        is_there = user.active and (not self.company_id or self.company_id in companies)
        return is_there and self._is_publisher(user)

    def _find_keeper(self):
        """Return who looks after this case when its owner does not: its reviewer, else who would be asked to
        publish it, else a sales manager of its company.
        """
        reviewer = self.reviewer_id.filtered(self._can_be_published_by)
        return reviewer or self._find_reviewer() or self._find_manager()

    def _find_manager(self):
        managers = self.env.ref("sales_team.group_sale_manager").all_user_ids
        return managers.sorted("id").filtered(self._can_be_published_by)[:1]

    def _schedule_case_work(self, user, days=0):
        """Ask ``user`` for what this case needs now, in their language; nobody, where there is no user.

        :param int days: calendar days until it is due
        """
        if not user:
            return
        words = self.with_context(lang=user.lang)._prepare_work_words()
        due = user._get_playbook_day(self.env.cr.now()) + timedelta(days=days)
        # sudo: planned for somebody else, on a case that the planner may not edit
        self.sudo().activity_schedule("mail.mail_activity_data_todo", due, user_id=user.id, **words)

    def _prepare_work_words(self):
        """Return the text of the activity on this case, in the language of the environment."""
        is_open = self.state in OPEN_STATES
        return {
            "summary": self.env._("Read and publish the case")
            if is_open
            else self.env._("Is this case still valid?")
        }

    def _end_case_work(self):
        """What these cases waited for has happened."""
        # sudo: the activities are somebody else's
        self.sudo().activity_ids.filtered("automated").action_done()
