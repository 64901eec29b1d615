from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools import frozendict


class Gate(NamedTuple):
    """A playbook as the gate needs it; ``stages`` by ``crm.stage`` id."""

    is_enforced: bool
    calendar_id: int
    stages: frozendict

    def get_first_stage_id(self, ranks):
        """Return the ``crm.stage`` id of the first stage; see :meth:`get_stages_between`."""
        return min(self.stages, key=lambda stage_id: ranks.get(stage_id, -1))

    def get_stages_between(self, ranks, from_stage_id, to_stage_id):
        """Return the :class:`GateStage` strictly between two pipeline stages, in their order.

        :param dict ranks: see :meth:`crm.stage._get_ranks`; what is not in it comes before all
        """
        low, high = ranks.get(from_stage_id, -1), ranks.get(to_stage_id, -1)
        between = [stage_id for stage_id in self.stages if low < ranks.get(stage_id, -1) < high]
        return [self.stages[stage_id] for stage_id in sorted(between, key=ranks.get)]


class Assignment(NamedTuple):
    """Which playbook serves whom: ``{key id: (playbook id, its company id or False)}``."""

    by_line: frozendict
    by_team: frozendict
    by_company: frozendict

    def __bool__(self):
        return any(self)

    def resolve(self, keys):
        """Return the id of the playbook that a lead follows, or False.

        The product line's, else the team's, else the company's, else the one for all companies.
        A playbook of one company never serves a lead of another.

        :param keys: a lead, or any mapping with its ``product_line_id``, ``team_id`` and
            ``company_id``; read only as far as needed
        """
        for name, by_key in (("product_line_id", self.by_line), ("team_id", self.by_team)):
            target = by_key and by_key.get(keys[name].id)
            if target and (not target[1] or keys["company_id"].id in (target[1], False)):
                return target[0]
        if not self.by_company:
            return False
        default = self.by_company.get(keys["company_id"].id) or self.by_company.get(False)
        return default[0] if default else False


class CrmPlaybook(models.Model):
    """What of the playbooks is kept in memory: rules change rarely, moves are many."""

    _inherit = "crm.playbook"

    @api.model
    @tools.ormcache()
    def _get_assignment(self):
        """Return the :class:`Assignment` of all playbooks in use, kept in memory."""
        # the first caller's context must not decide for everybody
        # sudo: kept in memory for everybody
        playbooks = self.sudo().with_context(active_test=True)
        playbooks = playbooks.search([("is_template", "=", False), ("stage_ids", "!=", False)])
        by_line, by_team, by_company = {}, {}, {}
        for playbook in playbooks:
            target = (playbook.id, playbook.company_id.id)
            named = playbook.with_context(active_test=False)  # their deals live on
            by_line |= dict.fromkeys(named.product_line_ids.ids, target)
            by_team |= dict.fromkeys(named.team_ids.ids, target)
            if playbook.is_default:
                by_company.setdefault(playbook.company_id.id, target)
        return Assignment(frozendict(by_line), frozendict(by_team), frozendict(by_company))

    @api.model
    @tools.ormcache()
    def _get_gates(self):
        """Return ``{playbook id: Gate}`` of all playbooks in use, kept in memory."""
        # sudo: kept in memory for everybody
        stages = self.env["crm.playbook.stage"].sudo().with_context(active_test=True)
        stages = stages.search([("playbook_id.active", "=", True), ("stage_id", "!=", False)])
        return frozendict(
            {
                playbook.id: Gate(
                    is_enforced=playbook.mode == "enforce",
                    calendar_id=playbook.calendar_id.id,
                    stages=frozendict({s.stage_id.id: s._prepare_gate_stage() for s in its_stages}),
                )
                for playbook, its_stages in stages.grouped("playbook_id").items()
            }
        )
