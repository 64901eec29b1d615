from odoo import api, models

from ..core.memory import remembered

# What every checklist looks at.
LOOKED_AT = (
    *("product_line_id", "team_id", "company_id", "user_id", "type", "active"),
    *("stage_id", "won_status", "partner_id", "renewal_kind"),
)


class CrmPlaybook(models.Model):
    """The texts of a playbook as the lead's panel shows them, kept in memory for each language."""

    _inherit = "crm.playbook"

    @api.model
    @remembered("playbook_id", "lang")
    def _get_panel_rules(self, playbook_id, lang):
        """Return ``{"id", "name", "mode", "stages": [stage, …], "helped": [deadline, …], "names": {"kind-id":
        name}, "stage_names": {id: name}, "reasons": {id: name}}`` of a playbook, its stages in the order of
        the pipeline, of its deadlines of no stage those that have help. Callers must not change it.
        """
        # sudo: whoever sees a lead reads the rules that hold for it
        playbook = self.sudo().with_context(lang=lang, active_test=True).browse(playbook_id)
        ranks = self.env["crm.stage"]._get_ranks()
        named = playbook.stage_ids.sorted(lambda stage: ranks.get(stage.stage_id.id, -1))
        stages = [stage._prepare_panel_rules() for stage in named]
        rules = [rule for stage in stages for rule in stage["conditions"] + stage["outputs"]]
        rules += [{**stage._prepare_unmet_item(), "id": stage.id} for stage in named]
        return {
            "id": playbook_id,
            "name": playbook.name,
            "mode": playbook.mode,
            "stages": stages,
            "helped": [rule for one in playbook.deadline_ids if (rule := one._prepare_panel_rule())["help"]],
            "criteria": [line._prepare_panel_rule() for line in playbook._get_sheet_lines()],
            "names": {f"{rule['kind']}-{rule['id']}": rule["name"] for rule in rules},
            "stage_names": self._get_names("crm.stage", lang),
            "reasons": self._get_names("crm.playbook.override.reason", lang),
        }

    @api.model
    @remembered()
    def _get_panel_field_names(self):
        """Return the names of the lead's columns that checklists look at, kept in memory: lists, each a query
        of its own, are read where a checklist shows them.
        """
        # sudo: kept in memory for everybody
        conditions = self.env["crm.playbook.condition"].sudo()
        conditions = conditions.search([("kind", "=", "domain"), ("playbook_id.is_template", "=", False)])
        named, fields = {*LOOKED_AT, *conditions._get_named_fields()}, self.env["crm.lead"]._fields
        return sorted(
            name for name in named if name in fields and fields[name].store and fields[name].column_type
        )

    @api.model
    def _get_names(self, model, lang):
        """Return ``{id: name}`` of all records of a model of few."""
        # sudo: names for the memory that all share
        records = self.env[model].sudo().with_context(lang=lang, active_test=False).search_fetch([], ["name"])
        return {record.id: record.name for record in records}


class CrmPlaybookRule(models.AbstractModel):
    _inherit = "crm.playbook.rule"

    def _get_panel_fields(self):
        """Return ``[{"name", "label"}, …]`` of the lead's fields that this domain names."""
        lead_fields, named = self.env["crm.lead"]._fields, self._get_named_fields()
        return [
            {"name": name, "label": lead_fields[name]._description_string(self.env)}
            for name in lead_fields
            if name in named
        ]


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _prepare_panel_rules(self):
        """Return this stage with its conditions and outputs."""
        return {
            "id": self.id,
            "stage_id": self.stage_id.id,
            "name": self.display_name,
            "objective": self.objective or "",
            "expected_days": self.expected_days,
            "conditions": [condition._prepare_panel_rule() for condition in self.condition_ids],
            "outputs": [output._prepare_panel_rule() for output in self.output_ids],
            "actions": [action._prepare_panel_rule() for action in self.action_ids],
        }


class CrmPlaybookCondition(models.Model):
    _inherit = "crm.playbook.condition"

    def _prepare_panel_rule(self):
        """Return this condition with the lead's fields that it looks at."""
        return {
            **self._prepare_unmet_item(),
            "id": self.id,
            "met_by": self._get_document_kind(),
            "evidence_required": self.evidence_required,
            "role_id": self.role_id.id,
            "role": self.role_id.name or "",
            "fields": self._get_panel_fields() if self.kind == "domain" and not self.broken_reason else [],
            "is_any": self.kind == "domain" and "|" in (self.domain or ""),
        }


class CrmPlaybookCriterion(models.Model):
    _inherit = "crm.playbook.criterion"

    def _prepare_panel_rule(self):
        """Return this line of the score sheet with its answers and the fields it looks at."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "guidance": self.guidance or "",
            "points": self.points,
            "domain": self.domain if self.kind == "domain" else "",
            "options": [
                {"id": option.id, "name": option.name, "points": option.points} for option in self.option_ids
            ],
            "fields": self._get_panel_fields() if self.kind == "domain" else [],
        }


class CrmPlaybookOutput(models.Model):
    _inherit = "crm.playbook.output"

    def _prepare_panel_rule(self):
        """Return this output with its template files."""
        return {
            "id": self.id,
            "kind": "output",
            "name": self.name,
            "guidance": "\n".join(filter(None, [self.guidance, self._get_document_text()])),
            "evidence": self.evidence,
            "met_by": self._get_document_kind(),
            "domain": self._get_domain(),
            "is_required": self.is_required,
            "needs_approval": self.approval != "none",
            "role_id": self.role_id.id,
            "role": self.role_id.name or "",
            "min_length": self.min_length,
            "delay": self._get_delay(),
            "templates": self._prepare_panel_files(),
        }
