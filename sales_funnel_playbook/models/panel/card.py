from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import frozendict

from ..core.memory import remembered
from ..core.read_together import read_together

SHOWN = (
    *("product_line_id", "tier", "risk_level"),
    *("last_contact_at", "last_contact_summary", "last_contact_channel", "customer_feedback"),
)
LOOKED_AT = (*SHOWN, "renewal_kind")
MAX_LENGTH = 120  # a card shows one line


class CardField(fields.Json):
    """What a card shows is made for one page and changed by nobody: it is not copied each time it is read."""

    def convert_to_record(self, value, record):
        return value or False

    def convert_to_cache(self, value, record, validate=True):
        return value or None


class CrmLead(models.Model):
    """What a deal's card in the kanban says of its playbook."""

    _inherit = "crm.lead"

    playbook_card = CardField(
        compute="_compute_playbook_card",
        help="What the card of a deal shows: tier, outputs, days in the stage, risk and last contact.",
    )

    def fetch(self, field_names=None):
        """What a card shows comes with the other fields of the page, where playbooks are in use."""
        if field_names and "playbook_card" in field_names and self.env["crm.playbook"]._get_assignment():
            field_names = [*field_names, *LOOKED_AT]
        return super().fetch(field_names)

    @api.depends("playbook_progress", "is_ready_to_advance", *SHOWN)
    @api.depends_context("lang")
    def _compute_playbook_card(self):
        """One value for the whole card: each field more costs a page of 80 cards more than finding it."""
        self.playbook_card = False
        playbook_ids = self._get_playbook_ids()
        if not playbook_ids:
            return
        followed = self.filtered(lambda lead: lead.id and lead.id in playbook_ids)
        followed.fetch(LOOKED_AT)
        gates = self.env["crm.playbook"]._get_gates()
        labels = self._get_card_labels()
        playbook_ids = {lead.id: playbook_ids[lead.id] for lead in followed}
        rows = followed._read_card_rows(playbook_ids)
        days, people = self._choose_days_in_stage(rows), self._get_card_people(rows)
        passed = followed._get_presumed_stages(playbook_ids, self._choose_passed_stages(rows))
        all_progress = followed._get_progress(playbook_ids, passed)
        ways_in = followed._find_ways_in(playbook_ids, passed)
        values = {name: followed._get_stored(name) for name in (*SHOWN, "stage_id", "won_status")}
        for (missing, wanted, is_ready), lead_ids in all_progress.items():
            progress = {"done": wanted - missing, "wanted": wanted, "is_ready": is_ready}
            for lead in self.browse(lead_ids):
                its = {name: value[lead.id] for name, value in values.items()}
                stage = gates[playbook_ids[lead.id]].stages.get(its["stage_id"])
                lead.playbook_card = {
                    **progress,
                    **self._prepare_card_stage(stage, its["won_status"] == "pending", days.get(lead.id)),
                    **people.get(lead.id, {}),
                    **ways_in.get(lead.id, {}),
                    **self._prepare_card(labels, its),
                }

    def _find_ways_in(self, playbook_ids, passed):
        """Return ``{lead id: {"way_in": {"id", "name"}}}``: the stage in which those go on that stand in one
        that their playbook does not name.
        """
        gates, stage_ids = self.env["crm.playbook"]._get_gates(), self._get_stored("stage_id")
        outside = self.filtered(lambda lead: stage_ids[lead.id] not in gates[playbook_ids[lead.id]].stages)
        if not outside:
            return {}
        moves = outside._get_next_moves(playbook_ids, passed)
        stages = self.env["crm.stage"].browse({move.to_stage_id for move in moves.values()})
        names = {stage.id: stage.name for stage in stages}
        return {
            lead_id: {"way_in": {"id": move.to_stage_id, "name": names[move.to_stage_id]}}
            for lead_id, move in moves.items()
        }

    @api.model
    def _get_card_labels(self):
        """Return ``{field: {value: label}}`` of what a card names."""
        names = ("tier", "risk_level", "last_contact_channel")
        labels = {name: dict(self._fields[name]._description_selection(self.env)) for name in names}
        return labels | {"product_line_id": self.env["crm.playbook"]._get_product_line_names(self.env.lang)}

    @api.model
    def _prepare_card_stage(self, stage, is_open, days):
        """Return ``{"days": int, "is_overdue": True, "is_outside": True}`` of the :class:`GateStage` that a
        lead is in, without what there is not; days of an open lead alone.
        """
        its = {} if stage else {"is_outside": True}
        if days is not None and is_open:
            its["days"] = days
            if stage and 0 < stage.expected_days <= days:
                its["is_overdue"] = True
        return its

    @api.model
    def _prepare_card(self, labels, values):
        """Return what was recorded about a deal, as its card shows it.

        :param dict labels: ``{field: {value: label}}``
        :param dict values: ``{field: value}``, as :meth:`_get_stored` returns them
        :return: ``{"product_line": str, "tier": str, "risk": str, "is_risky": bool, "contact_at": str,
            "channel": str, "summary": str, "feedback": str}``, ready for JSON, without what there is not;
            dates in UTC, a risk where it is medium or high
        """
        risk = values["risk_level"]
        card = {
            "product_line": labels["product_line_id"].get(values["product_line_id"]),
            "tier": labels["tier"].get(values["tier"]),
            "risk": risk != "low" and labels["risk_level"].get(risk),
            "is_risky": risk == "high",
            "contact_at": fields.Datetime.to_string(values["last_contact_at"]),
            "channel": labels["last_contact_channel"].get(values["last_contact_channel"]),
            "summary": (values["last_contact_summary"] or "")[:MAX_LENGTH],
            "feedback": (values["customer_feedback"] or "")[:MAX_LENGTH],
        }
        return {name: value for name, value in card.items() if value}

    def _read_card_rows(self, playbook_ids):
        """Return what several capabilities know of these leads, see :func:`read_together`."""
        if not self:
            return defaultdict(list)
        queries = [self._get_days_query(), self._get_passed_query(playbook_ids)]
        return read_together(self.env, [*queries, *self._get_present_queries()])

    @api.model
    def _get_card_people(self, rows):
        """Return ``{lead id: {"members": [{"id", "name", "role"}, …], "waits": [{"role", "since"}, …]}}`` of
        what :meth:`_read_card_rows` has read, without what there is not; roles in their order,
        of one role who came first.
        """
        cards = defaultdict(lambda: defaultdict(list))
        roles = self.env["crm.playbook"]._get_role_names(self.env.lang)
        ranks = {role_id: rank for rank, role_id in enumerate(roles)}
        members = sorted(rows["member"], key=lambda row: (ranks[row[1][0]], row[1][-1]))
        for lead_id, (role_id, user_id, _id), name, *_ in members:
            cards[lead_id]["members"].append({"id": user_id, "name": name, "role": roles[role_id]})
        for lead_id, waits in self._choose_waits(rows).items():
            waits.sort(key=lambda wait: (wait[1], ranks[wait[0]]))
            cards[lead_id]["waits"] = [self._prepare_wait(roles[role_id], since) for role_id, since in waits]
        return cards

    @api.model
    def _prepare_wait(self, role, since):
        return {"role": role, "since": fields.Datetime.to_string(since)}

    def _prepare_panel_waits(self):
        """Return ``[{"role": name, "since": UTC string}, …]`` of the roles for which this lead waits."""
        waits = self._get_waits().get(self.id, ())
        roles = self.env["crm.playbook"]._get_role_names(self.env.lang) if waits else {}
        return [self._prepare_wait(roles[role_id], since) for role_id, since in waits]


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    @remembered("lang")
    def _get_product_line_names(self, lang):
        """Return ``{id: name}`` of all product lines, in memory."""
        return frozendict(self._get_names("crm.product.line", lang))

    @api.model
    @remembered("lang")
    def _get_role_names(self, lang):
        """Return ``{id: name}`` of all roles, in memory."""
        return frozendict(self._get_names("crm.playbook.role", lang))
