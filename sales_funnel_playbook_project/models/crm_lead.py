import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import clean_context

PROJECTS = "project.group_project_user"  # who opens projects
SHOWN = ("kickoff_project_ids", "can_kick_off")  # to whoever sees the deal by a role, too


class CrmLead(models.Model):
    """A deal that is won becomes a project of delivery's: once, whatever becomes of the deal then."""

    _inherit = "crm.lead"

    kickoff_project_ids = fields.One2many("project.project", "deal_id", string="Kick-off Projects")
    can_kick_off = fields.Boolean(compute="_compute_can_kick_off")

    @api.depends("won_status", "playbook_id", "kickoff_project_ids")
    def _compute_can_kick_off(self):
        able = self._get_to_kick_off()
        for lead in self:
            lead.can_kick_off = lead._origin in able

    @api.model
    def _has_field_access(self, field, operation):
        is_shown = operation == "read" and field.name in SHOWN
        return is_shown or super()._has_field_access(field, operation)

    def _get_to_kick_off(self):
        """Return those of these deals that are won, and whose project is not made yet."""
        # sudo: what the playbook asks for, and whether there is a project, whoever may see it
        leads = self._origin.sudo().filtered(
            lambda lead: lead.won_status == "won" and lead.playbook_id.kickoff_template_id
        )
        projects = leads.env["project.project"].with_context(active_test=False)
        return self._origin & (leads - projects.search([("deal_id", "in", leads.ids)]).deal_id)

    def action_kick_off(self):
        """Make the project of this deal, as whoever works on it may, and open it for who opens projects."""
        self.ensure_one()
        # sudo: who is to lead it, whoever may read the playbook
        self._check_can_record(self.sudo().playbook_id.kickoff_role_id)
        self._take_turns()
        if not self._get_to_kick_off():
            raise UserError(
                self.env._(
                    "“%s” is not won, its project is made already, or its playbook has no kick-off template.",
                    self.name,
                )
            )
        # sudo: delivery's projects are made for them
        self.sudo()._kick_off()
        return self.env.user.has_group(PROJECTS) and self.action_open_kickoff()

    @api.readonly
    def action_open_kickoff(self):
        """Open the project of this deal."""
        self.ensure_one()
        action = {"type": "ir.actions.act_window", "res_model": "project.project"}
        project = self.kickoff_project_ids
        if len(project) == 1:
            return {**action, "res_id": project.id, "views": [(False, "form")]}
        action["name"] = self.env._("Kick-off Projects")
        domain = [("deal_id", "=", self.id)]
        return {**action, "domain": domain, "views": [(False, "list"), (False, "form")]}

    def _kick_off_won(self, is_alone):
        """Make the projects of these deals, which were won in this transaction, where their playbook says so
        when a deal is won: not where a contract goes on, which has its project. What keeps a project from
        being made keeps no deal from being won.

        :param bool is_alone: whether it is one deal only, see :meth:`_hand_over`
        """
        for lead in self._get_to_kick_off().sudo():
            if lead.playbook_id.kickoff_when == "won" and lead.renewal_kind != "renewal":
                lead._try_kick_off(is_alone)

    def _try_kick_off(self, is_alone):
        """Make the project of this deal, or tell on the deal, and the playbook's responsible, why not."""
        self.env.flush_all()
        try:
            # without flushing: this runs while the transaction is being committed
            with self.env.cr.savepoint(flush=False):
                self._kick_off(is_alone)
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except (UserError, psycopg2.Error) as error:
            self.env.transaction.clear()
            reason = (str(error) or repr(error)).splitlines()[0]
            values = {"deal": self.name, "reason": reason}
            told = self.playbook_id._for_responsible().env
            text = told._("The kick-off project of “%(deal)s” could not be made: %(reason)s", **values)
            self._message_log(body=text)
            self.playbook_id._note_failed(text)

    def _kick_off(self, is_alone=True):
        """Make the project of this deal, hand it over, and return it.

        :raise UserError: when the playbook's template cannot be used any more
        """
        playbook = self.playbook_id
        if playbook.kickoff_problem:
            raise UserError(playbook.kickoff_problem)
        self._take_on_roles()
        template = playbook.kickoff_template_id.with_context(clean_context(self.env.context))
        template = template.with_company(self.company_id or self.env.company)
        # whoever leads it hears of it once, with what is handed over
        template = template.with_context(mail_auto_subscribe_no_notify=True)
        project = template.action_create_from_template(self._prepare_kickoff_vals())
        project.message_subscribe(partner_ids=project.user_id.partner_id.ids)
        self._hand_over(project.with_context(mail_auto_subscribe_no_notify=False), is_alone)
        return project

    def _prepare_kickoff_vals(self):
        """Return what the project is given besides what its template says."""
        playbook = self.playbook_id
        return {
            "name": self.name,
            "deal_id": self.id,
            "is_deal_won": True,
            "partner_id": self.partner_id.id,
            "company_id": (self.company_id or playbook.kickoff_template_id.company_id).id,
            "user_id": self._get_kickoff_people()[:1].id,
        }

    def _get_kickoff_people(self):
        """Return the users who may lead this deal's project: who has the role, and may open projects."""
        people = self._get_role_people(self.sudo().playbook_id.kickoff_role_id)
        return people.filtered(lambda user: user.has_group(PROJECTS))

    def _tell_projects(self, is_alone):
        """Tell the projects of these deals whether they are still won."""
        projects = self.env["project.project"].with_context(active_test=False)
        projects.search([("deal_id", "in", self.ids)])._tell_deal(is_alone)

    def _get_kept_rows(self):
        projects = self._get_rows_about(self.env["project.project"], "deal_id")
        return [*super()._get_kept_rows(), ("project", projects)]

    def _merge_kept(self, opportunities, kinds):
        """The projects of merged deals are those of the deal that stays."""
        result = super()._merge_kept(opportunities, kinds)
        if "project" in kinds:
            # sudo: the merge has checked the rights on the deals
            projects = self.env["project.project"].sudo().with_context(active_test=False)
            projects.search([("deal_id", "in", opportunities.ids)]).deal_id = self
        return result


class CrmLeadStageLog(models.Model):
    _inherit = "crm.lead.stage.log"

    @api.model
    def _record(self, segments, endings=()):
        """Whatever is won becomes a project, when the transaction ends."""
        result = super()._record(segments, endings)
        leads, notices = self.env["crm.lead"], self.env["crm.playbook.notice"]
        notices._queue(leads.browse(one.lead_id for one in segments), "_tell_projects")
        won = [one.lead_id for one in segments if one.kind == "won"]
        notices._queue(leads.browse(won), "_kick_off_won")
        return result
