from datetime import timedelta

from odoo import fields, models

from .crm_playbook_case_life import OPEN_STATES


class CrmPlaybookCase(models.Model):
    """Who publishes a case, who looks after it when its owner does not, and what is asked of them."""

    _inherit = "crm.playbook.case"

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
        told = self.with_context(lang=user.lang)
        summary = (
            told.env._("Read and publish the case")
            if self.state in OPEN_STATES
            else told.env._("Does the case still hold?")
        )
        due = fields.Date.context_today(self) + timedelta(days=days)
        # sudo: planned for somebody else, on a case that the planner may not edit
        self.sudo().activity_schedule("mail.mail_activity_data_todo", due, summary=summary, user_id=user.id)

    def _end_case_work(self):
        """What these cases waited for has happened."""
        # sudo: the activities are somebody else's
        self.sudo().activity_ids.filtered("automated").action_done()
