from odoo import api, models

from ...exceptions import PlaybookGateError
from .earlier import EarlierRule

# A refusal of a batch names this many leads one by one, and the number of the others.
MAX_NAMED_LEADS = 20
# Until 19.0.1.4.0: modules written for 19.0.1.1.0 add their kinds here; see crm.lead._get_rule_models().
RULE_MODELS = {}


class CrmLead(models.Model):
    """What a refused move says: to a person in sentences, to a program in unmet items."""

    _inherit = "crm.lead"

    @api.model
    def _get_rule_models(self):
        """Return ``{kind of unmet item: model of the rule that it is about}``; a module that adds a kind of
        condition extends it.
        """
        return {
            **{kind: model for kind, model in RULE_MODELS.items() if model in self.env},
            "domain": "crm.playbook.condition",
            "confirmation": "crm.playbook.condition",
            "output": "crm.playbook.output",
            "skip": "crm.playbook.stage",
        }

    @api.model
    def _describe_unmet(self, demands):
        """Return ``{demand: unmet item}`` in the user's language; see :meth:`check_gate`."""
        items, rule_models = {}, self._get_rule_models()
        for kind in {demand.kind for demand in demands}:
            its_demands = [demand for demand in demands if demand.kind == kind]
            # sudo: who may move a lead may read why it may not, also of a playbook shared by a company
            rules = self.env[rule_models[kind]].sudo().browse(demand.id for demand in its_demands)
            for demand, rule in zip(its_demands, rules, strict=True):
                items[demand] = rule._prepare_unmet_item()
        self._describe_earlier({one: its for one, its in items.items() if isinstance(one, EarlierRule)})
        return items

    @api.model
    def _prepare_gate_error(self, refused, verdicts, move_count):
        """Return the error that says which leads were held back and why, and how to go on."""
        # sudo: who tried to move a lead is told which one was held back
        leads = self.sudo().browse(move.lead_id for move in refused)
        stages = self.env["crm.stage"].sudo().browse(move.to_stage_id for move in refused)
        details = [
            {
                # a lead refused on creation is not there to be opened
                "lead_id": move.from_stage_id and move.lead_id,
                "lead": lead.name,
                "stage": stage.name,
                "stage_id": stage.id,
                "can_override": bool(move.from_stage_id) and lead._is_led_by(self.env.user),
                "unmet": [item for item in verdicts[move.lead_id].unmet if item["blocking"]],
            }
            for move, lead, stage in zip(refused, leads, stages, strict=True)
        ]
        return PlaybookGateError(self._prepare_gate_message(details, move_count), details)

    @api.model
    def _prepare_gate_message(self, details, move_count):
        blocks = []
        for detail in details[:MAX_NAMED_LEADS]:
            title = self.env._(
                "“%(lead)s” cannot enter the stage “%(stage)s” yet:",
                lead=detail["lead"],
                stage=detail["stage"],
            )
            lines = [
                f"• {item['name']}" + (f" – {item['guidance']}" if item["guidance"] else "")
                for item in detail["unmet"]
            ]
            if not detail["lead_id"]:
                lines.append(self.env._("Create it in an earlier stage, then move it on."))
            blocks.append("\n".join([title, *lines]))
        if len(details) > MAX_NAMED_LEADS:
            blocks.append(self.env._("… and %s more.", len(details) - MAX_NAMED_LEADS))
        if move_count > 1:
            blocks.insert(
                0,
                self.env._(
                    "Nothing was moved: %(refused)s of %(total)s deals are held back.",
                    refused=len(details),
                    total=move_count,
                ),
            )
        return "\n\n".join(blocks)
