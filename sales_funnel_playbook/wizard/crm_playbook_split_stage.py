from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_list

from ..wording import list_texts

RULES = {  # which kinds of rules there are, and which part they go to unless the user says otherwise
    "crm.playbook.condition": ("condition_ids", "first"),
    "crm.playbook.deadline": ("action_ids", "first"),
    "crm.playbook.output": ("output_ids", "last"),
}


class CrmPlaybookSplitStage(models.TransientModel):
    """Turn a stage in which deals stay too long into sub-stages, with its rules, open deals and history."""

    _name = "crm.playbook.split.stage"
    _description = "Split Stage"

    playbook_stage_id = fields.Many2one(
        "crm.playbook.stage", string="Stage", required=True, ondelete="cascade"
    )
    line_ids = fields.One2many("crm.playbook.split.stage.line", "wizard_id", string="Sub-Stages")
    rule_ids = fields.One2many("crm.playbook.split.stage.rule", "wizard_id", string="Rules")
    stay = fields.Selection(
        [("continue", "Continues in the sub-stage"), ("begin", "Ends now and starts anew")],
        string="Time in Stage of Moved Deals",
        required=True,
        default="continue",
    )
    shared_with = fields.Char(compute="_compute_shared_with")

    @api.depends("playbook_stage_id")
    def _compute_shared_with(self):
        for wizard in self:
            stage = wizard.playbook_stage_id
            # sudo: that another playbook has it too concerns who renames it
            others = (
                self.env["crm.playbook.stage"].sudo().search([("stage_id", "=", stage.stage_id.id)]) - stage
            )
            wizard.shared_with = list_texts(self.env, others.playbook_id.mapped("name")) or False

    @api.model
    def _prepare_for(self, stage):
        """Return the values of the proposal for a stage: two halves, entry conditions and key actions with
        the first, outputs with the second.
        """
        names = [
            self.env._("%s (1)", stage.display_name),
            self.env._("%s (2)", stage.display_name),
        ]
        halves = {name: -(-stage[name] // len(names)) for name in ("expected_days", "dwell_alert_days")}
        return {
            "playbook_stage_id": stage.id,
            "line_ids": [
                Command.create({"part": str(part), "name": name, "is_kept": part == 1, **halves})
                for part, name in enumerate(names, start=1)
            ],
            "rule_ids": [
                Command.create(
                    {
                        "model": model,
                        "rule_id": rule.id,
                        "name": rule.name,
                        "part": "1" if place == "first" else str(len(names)),
                    }
                )
                for model, (field_name, place) in RULES.items()
                for rule in stage.with_context(active_test=False)[field_name]
            ],
        }

    def action_split(self):
        """Split the stage, all or nothing.

        :raise UserError: when the sub-stages do not fit together
        """
        self.ensure_one()
        lines, name = self.line_ids.sorted("part"), self.playbook_stage_id.display_name
        self._check_split(lines)
        deals = self._get_deals(lines)
        stages = self._make_stages(lines)
        self._move_rules(stages)
        self._move_deals(deals, stages)
        playbook = self.playbook_stage_id.playbook_id
        playbook._request_rating()
        playbook._request_settling()
        playbook.message_post(
            body=self.env._(
                "“%(stage)s” was split into %(parts)s.",
                stage=name,
                parts=format_list(self.env, [f"“{line.name}”" for line in lines]),
            )
        )
        return playbook.get_formview_action()

    def _check_split(self, lines):
        stage = self.playbook_stage_id
        names = [(line.name or "").strip() for line in lines]
        parts = lines.mapped("part")
        reason = False
        if not stage.stage_id or stage.stage_id.is_won:
            reason = self.env._("Won stages cannot be split.")
        elif stage.is_renewal:
            reason = self.env._("The renewal stage cannot be split.")
        elif len(lines) < 2:
            reason = self.env._("Name at least two sub-stages.")
        elif len(set(parts)) < len(parts):
            reason = self.env._("Give each sub-stage a number of its own.")
        elif not all(names) or len(set(names)) < len(names):
            reason = self.env._("Give each sub-stage a name of its own.")
        elif len(lines.filtered("is_kept")) != 1:
            reason = self.env._("Choose the one sub-stage that keeps the history.")
        elif not {*self.rule_ids.mapped("part")} <= {*parts}:
            reason = self.env._("A rule is assigned to a sub-stage that does not exist. Check the numbers.")
        if reason:
            raise UserError(reason)

    def _make_stages(self, lines):
        """Return ``{part: playbook stage}``; the one that is split becomes the part with the history."""
        kept = self.playbook_stage_id
        pipeline_stage = kept.stage_id
        first = pipeline_stage.sequence
        self._make_room(pipeline_stage, len(lines))
        stages = {}
        for place, line in enumerate(lines):
            vals = {"expected_days": line.expected_days, "dwell_alert_days": line.dwell_alert_days}
            if line.is_kept:
                pipeline_stage.write({"name": line.name.strip(), "sequence": first + place})
                kept.write(vals)
                stages[line.part] = kept
                continue
            new = pipeline_stage.copy({"name": line.name.strip(), "sequence": first + place})
            stages[line.part] = kept.copy(
                {**vals, "stage_id": new.id, "condition_ids": [], "output_ids": [], "action_ids": []}
            )
        alert = kept.conversion_alert_rate  # the flow into the next stage is that of the last part
        for part, stage in stages.items():
            stage.conversion_alert_rate = alert if part == lines[-1].part else 0
        return stages

    @api.model
    def _make_room(self, pipeline_stage, count):
        """Move the stages behind this one back, so that ``count`` fit in its place."""
        ranks = self.env["crm.stage"]._get_ranks()
        behind = self.env["crm.stage"].browse(
            id_ for id_, rank in ranks.items() if rank > ranks[pipeline_stage.id]
        )
        for stage in behind:
            stage.sequence += count

    def _move_rules(self, stages):
        """Give each sub-stage its rules: only those of the stage that is split, whatever the dialog holds."""
        for model in RULES:
            chosen = self.rule_ids.filtered(lambda rule, m=model: rule.model == m)
            rules = self.env[model].browse(chosen.mapped("rule_id")).exists()
            ours = rules.filtered(lambda rule: rule.playbook_stage_id == self.playbook_stage_id)
            for part, lines in chosen.grouped("part").items():
                moved = ours & rules.browse(lines.mapped("rule_id"))
                if stages[part] != self.playbook_stage_id:
                    moved.playbook_stage_id = stages[part]

    def _move_deals(self, deals, stages):
        for line, leads in deals.items():
            # sudo: the log is the module's
            leads.sudo()._restage(stages[line.part].stage_id, self.stay == "begin")

    def _get_deals(self, lines):
        """Return ``{line: the open deals that change into its sub-stage}``, each into the last one whose
        domain it meets; the others stay.
        """
        here = self._get_deals_domain()
        deals, taken = {}, self.env["crm.lead"]
        for line in lines.sorted("part", reverse=True):
            if line.takes_deals and not line.is_kept:
                deals[line] = self._search_deals(here, line) - taken
                taken |= deals[line]
        return deals

    def _get_deals_domain(self):
        """Return the domain of the open deals in the stage."""
        stage = self.playbook_stage_id
        return stage.playbook_id._get_open_leads_domain() & Domain("stage_id", "=", stage.stage_id.id)

    @api.model
    def _search_deals(self, here, line):
        """Return the deals of a domain that meet what a line says of them, where it says something."""
        domain = line.domain if line.takes_deals and not line.is_kept else "[]"
        try:
            return self.env["crm.lead"].search(here & self.env["crm.playbook.rule"]._parse_domain(domain))
        except ValueError as error:
            raise UserError(
                self.env._("Which deals change into “%(name)s”: %(reason)s", name=line.name, reason=error)
            ) from error


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def action_split(self):
        """Open the dialog that turns this stage into sub-stages."""
        self.ensure_one()
        wizard = self.env["crm.playbook.split.stage"]
        return {
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.create(wizard._prepare_for(self)).id,
            "name": self.env._("Split “%s”", self.display_name),
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class CrmFunnelReviewLine(models.Model):
    _inherit = "crm.funnel.review.line"

    def action_split_stage(self):
        """Open the dialog that splits this stage."""
        self.ensure_one()
        if not self.playbook_stage_id:
            raise UserError(self.env._("“%s” is no stage of the playbook any more.", self.name))
        return self.playbook_stage_id.action_split()
