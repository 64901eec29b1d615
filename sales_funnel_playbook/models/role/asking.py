from odoo import api, models
from odoo.tools import frozendict

from ..core.memory import remembered

# What starts a deadline on a deal that is open, whatever its stage.
OPEN_TRIGGERS = ("lead_created", "communication", "review", "follow_up")


class CrmPlaybook(models.Model):
    """Which roles a playbook needs, and when: people get on a deal when something is asked of them there."""

    _inherit = "crm.playbook"

    @api.model
    @remembered()
    def _get_asked_roles(self):
        """Return ``{playbook id: {occasion: set of role ids}}`` of the playbooks in use that name roles, kept
        in memory. An occasion is a ``crm.stage`` id in which a deal is, or what starts a deadline.
        """
        # sudo: kept in memory for everybody
        playbooks = self.sudo().with_context(active_test=True)
        playbooks = playbooks.search([("is_template", "=", False), ("stage_ids", "!=", False)])
        asked = {playbook.id: playbook._prepare_asked_roles() for playbook in playbooks}
        return frozendict({id_: roles for id_, roles in asked.items() if roles})

    def _prepare_asked_roles(self):
        """Return ``{occasion: set of role ids}`` of this playbook, without occasions that need none."""
        ranks = self.env["crm.stage"]._get_ranks()
        stages = self.stage_ids.sorted(lambda stage: ranks.get(stage.stage_id.id, -1))
        asked = {}
        for number, stage in enumerate(stages):
            entered = stages[number + 1 : number + 2] | (stage if not number else stage.browse())
            asked[stage.stage_id.id] = stage._get_roles_inside() | entered.condition_ids.role_id
        for trigger, deadlines in self.deadline_ids.grouped("trigger").items():
            asked[trigger] = deadlines._get_role()
        return frozendict({occasion: frozenset(roles.ids) for occasion, roles in asked.items() if roles})


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _get_roles_inside(self):
        """Return the roles of which something is asked while a deal is in this stage."""
        outputs = self.output_ids
        approving = outputs.filtered(lambda output: output.approval == "role").approval_role_id
        return outputs.role_id | approving | self.action_ids._get_role() | self.notify_role_ids


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _get_needed_roles(self):
        """Return ``{lead: set of role ids}`` of which something is asked on these leads now."""
        asked = self.env["crm.playbook"]._get_asked_roles()
        if not asked:
            return {}
        needed = {}
        for lead_id, playbook_id in self._get_playbook_ids().items():
            by_occasion, lead = asked.get(playbook_id), self.browse(lead_id)
            if not by_occasion:
                continue
            role_ids = set().union(*(by_occasion.get(one, ()) for one in lead._get_occasions()))
            if role_ids:
                needed[lead] = role_ids
        return needed

    def _get_occasions(self):
        """Return what this lead is in that may ask something of a role."""
        if self.won_status in ("won", "lost"):
            return (self.won_status,) if self.won_status == "lost" else ("won", self.stage_id.id)
        if not self.active:
            return ()
        at_risk = ("risk_raised",) if self.risk_level == "high" else ()
        return (self.stage_id.id, *OPEN_TRIGGERS, *at_risk)

    def _tell_entered(self, is_alone):
        """Who is told of a stage may get the role there."""
        # sudo: what a stage asks for follows from its rules, whoever moved the deal
        self.sudo()._take_on_roles()
        return super()._tell_entered(is_alone)

    def _settle_deadlines(self, is_job=False, keys=None):
        """Who does something is known before it is asked for."""
        self._take_on_roles()
        return super()._settle_deadlines(is_job=is_job, keys=keys)

    def _refresh(self):
        """Roles that a rule names since are taken on by night at the latest."""
        self._take_on_roles()
        return super()._refresh()


class CrmLeadStageLog(models.Model):
    _inherit = "crm.lead.stage.log"

    @api.model
    def _record(self, segments, endings=()):
        """Coming into a stage brings the roles of which something is asked there."""
        result = super()._record(segments, endings)
        # sudo: what a stage asks for follows from its rules, whoever moved the deal
        leads = self.env["crm.lead"].sudo().browse(segment.lead_id for segment in segments)
        leads._take_on_roles()
        return result
