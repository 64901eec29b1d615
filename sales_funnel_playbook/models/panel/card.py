from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, frozendict

from ..core.memory import remembered
from ..core.read_along import ReadAlong

SHOWN = (
    *("product_line_id", "tier", "risk_level"),
    *("last_contact_at", "last_contact_summary", "last_contact_channel", "customer_feedback"),
)
MAX_LENGTH = 120  # a card shows one line
# Who has which role, and for which role a deal waits since when.
PEOPLE = """
    SELECT one.lead_id, JSONB_AGG(
        JSONB_BUILD_ARRAY(one.role_id, one.user_id, one.name, TO_CHAR(one.since, 'YYYY-MM-DD HH24:MI:SS'))
        ORDER BY one.since, role.sequence, role.id, one.id) AS value
    FROM (
        SELECT member.lead_id, member.role_id, member.user_id, partner.name, NULL AS since, member.id
        FROM crm_lead_member member
        JOIN res_users its ON its.id = member.user_id JOIN res_partner partner ON partner.id = its.partner_id
        WHERE member.lead_id = ANY(%(leads)s) AND member.left_at IS NULL
        UNION ALL
        SELECT waits.lead_id, waits.role_id, NULL, NULL, waits.since, NULL FROM (%(waits)s) waits
    ) one
    JOIN crm_playbook_role role ON role.id = one.role_id
    GROUP BY one.lead_id
"""


class CrmLead(models.Model):
    """What a deal's card in the kanban says of its playbook."""

    _inherit = "crm.lead"

    playbook_card = fields.Json(
        compute="_compute_playbook_card",
        help="What the card of a deal shows: tier, outputs, days in the stage, risk and last contact.",
    )

    @api.depends("playbook_progress", "is_ready_to_advance", *SHOWN)
    @api.depends_context("lang")
    def _compute_playbook_card(self):
        """One value for the whole card: each field more costs a page of 80 cards more than finding it."""
        self.playbook_card = False
        playbook_ids = self._get_playbook_ids()
        if not playbook_ids:
            return
        followed = self.filtered(lambda lead: lead.id and lead.id in playbook_ids)
        followed.fetch(SHOWN)
        gates = self.env["crm.playbook"]._get_gates()
        labels = self._get_card_labels()
        along, days = followed._prepare_card_people(), followed._get_days_in_stage()
        all_progress = followed.with_context(playbook_read_along=along)._get_progress(playbook_ids)
        people = self._get_card_people(along)
        for (missing, wanted, is_ready), lead_ids in all_progress.items():
            progress = {"done": wanted - missing, "wanted": wanted, "is_ready": is_ready}
            for lead in self.browse(lead_ids):
                stage = gates[playbook_ids[lead.id]].stages.get(lead.stage_id.id)
                lead.playbook_card = {
                    **progress,
                    **lead._prepare_card_stage(stage, days.get(lead.id)),
                    **people.get(lead.id, {}),
                    **lead._prepare_card(labels),
                }

    @api.model
    def _get_card_labels(self):
        """Return ``{field: {value: label}}`` of what a card names."""
        names = ("tier", "risk_level", "last_contact_channel")
        labels = {name: dict(self._fields[name]._description_selection(self.env)) for name in names}
        return labels | {"product_line_id": self.env["crm.playbook"]._get_product_line_names(self.env.lang)}

    def _prepare_card_stage(self, stage, days):
        """Return ``{"days": int, "is_overdue": True, "is_outside": True}`` of the :class:`GateStage` that
        this lead is in, without what there is not; days of an open lead alone.
        """
        its = {} if stage else {"is_outside": True}
        if days is not None and self.won_status == "pending":
            its["days"] = days
            if stage and 0 < stage.expected_days <= days:
                its["is_overdue"] = True
        return its

    def _prepare_card(self, labels):
        """Return what was recorded about this deal, as its card shows it.

        :param dict labels: ``{field: {value: label}}``
        :return: ``{"product_line": str, "tier": str, "risk": str, "is_risky": bool, "contact_at": str,
            "channel": str, "summary": str, "feedback": str}``, ready for JSON, without what there is not;
            dates in UTC, a risk where it is medium or high
        """
        card = {
            "product_line": labels["product_line_id"].get(self.product_line_id.id),
            "tier": labels["tier"].get(self.tier),
            "risk": self.risk_level != "low" and labels["risk_level"].get(self.risk_level),
            "is_risky": self.risk_level == "high",
            "contact_at": fields.Datetime.to_string(self.last_contact_at),
            "channel": labels["last_contact_channel"].get(self.last_contact_channel),
            "summary": (self.last_contact_summary or "")[:MAX_LENGTH],
            "feedback": (self.customer_feedback or "")[:MAX_LENGTH],
        }
        return {name: value for name, value in card.items() if value}

    def _prepare_card_people(self):
        """Return the :class:`ReadAlong` of who has a role on these leads and for whom they wait; None where
        no playbook has anybody wait.
        """
        waits = self._get_waits_query()
        return waits and ReadAlong(SQL(PEOPLE, leads=self.ids, waits=waits), self.ids)

    @api.model
    def _get_card_people(self, along):
        """Return ``{lead id: {"members": [{"id", "name", "role"}, …], "waits": [{"role", "since"}, …]}}`` of
        what :meth:`_prepare_card_people` has prepared, without what there is not.
        """
        if not along:
            return {}
        roles = self.env["crm.playbook"]._get_role_names(self.env.lang)
        cards = defaultdict(lambda: defaultdict(list))
        for lead_id, rows in along.get_values(self.env).items():
            for role_id, user_id, name, since in rows:
                if since:
                    cards[lead_id]["waits"].append({"role": roles[role_id], "since": since})
                else:
                    cards[lead_id]["members"].append({"id": user_id, "name": name, "role": roles[role_id]})
        return {lead_id: dict(its) for lead_id, its in cards.items()}

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
