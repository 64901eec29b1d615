from reprlib import repr as shorten

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...arguments import is_id
from .memory import remembered


class CrmStage(models.Model):
    _name = "crm.stage"
    _inherit = ["crm.stage", "crm.playbook.cache.mixin"]
    _playbook_effects = {"memory": {"sequence", "name", "is_won"}}

    playbook_ids = fields.Many2many(
        "crm.playbook",
        string="Playbooks",
        compute="_compute_playbook_ids",
        help="The playbooks of which this is a stage.",
    )

    def _compute_playbook_ids(self):
        domain = [("stage_id", "in", self.ids), ("playbook_id.is_template", "=", False)]
        rows = self.env["crm.playbook.stage"]._read_group(domain, ["stage_id"], ["playbook_id:recordset"])
        playbooks = {stage.id: found for stage, found in rows}
        for stage in self:
            stage.playbook_ids = playbooks.get(stage._origin.id, False)

    @api.model
    @remembered()
    def _get_ranks(self):
        """Return ``{stage id: rank}``, the order in which stages follow each other.

        By sequence, then by id as in Odoo's own ``_stage_find``: the name, which the kanban uses
        after the sequence, differs by language.
        """
        # sudo: kept in memory for everybody
        stages = self.sudo().search_fetch([], ["sequence"], order="sequence, id")
        return {stage.id: rank for rank, stage in enumerate(stages)}

    @api.model
    @remembered()
    def _get_won_ids(self):
        """Return the ids of all won stages, kept in memory."""
        # sudo: kept in memory for everybody
        return frozenset(self.sudo().search([("is_won", "=", True)]).ids)

    @api.model
    def _check_stage_id(self, stage_id):
        """Return the id of a stage that a caller named.

        :raise UserError: when there is no such stage
        """
        stage = self.browse(stage_id if is_id(stage_id) else ())
        if not stage.exists():
            raise UserError(self.env._("There is no stage %s.", shorten(stage_id)))
        return stage.id

    @api.model
    def _search_display_name(self, operator, value):
        """Find a stage by its exact name in any language, so that a sheet of a Chinese team can be
        imported by a user who works in English.
        """
        domain = super()._search_display_name(operator, value)
        names = [value] if isinstance(value, str) else value
        if operator not in ("=", "in") or isinstance(names, bool):
            return domain
        names = [name for name in names if isinstance(name, str)]
        any_language = SQL(
            "(SELECT stage.id FROM crm_stage stage, jsonb_each_text(stage.name) translation"
            " WHERE translation.value = ANY(%s))",
            names,
        )
        return Domain(domain) | Domain("id", "in", any_language) if names else domain
