from odoo import api, models
from odoo.fields import Datetime

# The panel shows this many stays, and leads to the list of the others.
MAX_STAYS = 12


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _prepare_panel_log(self, rules, facts):
        """Return the latest stays, newest first: when, how long, who, and what the gate said."""
        stays = facts["stays"][:MAX_STAYS]
        kinds = dict(stays._fields["kind"]._description_selection(self.env))
        gates = dict(stays._fields["gate"]._description_selection(self.env))
        return [
            {
                "id": stay.id,
                "stage": rules["stage_names"].get(stay.stage_id.id, ""),
                "kind": stay.kind,
                "kind_label": kinds[stay.kind],
                "entered_at": Datetime.to_string(stay.entered_at),
                "is_open": not stay.left_at,
                "days": stay.duration_days,
                "hours": stay.working_hours,
                "user": facts["users"].get(stay.moved_by_id.id, ""),
                "gate": stay.gate,
                "gate_label": gates[stay.gate],
                "unmet": [
                    rules["names"].get(f"{item['kind']}-{item['rule_id']}", item["name"])
                    for item in stay.unmet or []
                ],
                "reason": rules["reasons"].get(stay.override_reason_id.id, ""),
                "note": stay.override_note or "",
            }
            for stay in stays
        ]
