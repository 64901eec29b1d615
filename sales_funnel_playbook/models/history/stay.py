from datetime import time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.read_together import read_together
from ..gate.types import Verdict

# Looked up deal by deal: rules ask about some deals, and all of the log is much to read for them.
IS_BEYOND = """
    EXISTS (
        SELECT FROM crm_lead_stage_log log JOIN crm_playbook_stage stage
        ON stage.playbook_id = log.playbook_id AND stage.stage_id = log.stage_id
        WHERE log.lead_id = %s AND log.left_at IS NULL AND stage.expected_days > 0
            AND (EXTRACT(EPOCH FROM %s - log.stay_began_at) - %s) / 864 / stage.expected_days %s %s
    )
"""
# Seconds of a stay in which the deal was lost or archived.
IDLE = """
    COALESCE((SELECT SUM(EXTRACT(EPOCH FROM COALESCE(idle.left_at, %s) - idle.entered_at))
        FROM crm_lead_stage_log idle WHERE idle.lead_id = log.lead_id
            AND idle.stay_sequence = log.stay_sequence AND idle.state IN ('lost', 'archived')), 0)
"""
DAYS = """
    SELECT 'days' AS kind, log.lead_id, ARRAY[FLOOR((EXTRACT(EPOCH FROM %(now)s - log.stay_began_at)
        - CASE WHEN log.sequence <> log.stay_sequence THEN %(idle)s ELSE 0 END) / 86400)::integer] AS ids,
        NULL AS name, NULL::timestamp AS from_at, NULL::timestamp AS until_at
    FROM crm_lead_stage_log log WHERE log.lead_id = ANY(%(leads)s) AND log.left_at IS NULL
"""
COMPARISONS = {"<": SQL("<"), "<=": SQL("<="), ">": SQL(">"), ">=": SQL(">=")}


class CrmLead(models.Model):
    """How long a deal is in its stage, against what its playbook expects.

    Losing a deal is free; not to say why is noted.
    """

    _inherit = "crm.lead"

    stage_log_ids = fields.One2many("crm.lead.stage.log", "lead_id", readonly=True, copy=False)
    stage_entered_at = fields.Datetime(
        string="In Stage Since",
        compute="_compute_stage_entered_at",
        inverse="_inverse_stage_entered_at",
        help="Taken from an import when the deal is created, then from the stage log.",
    )
    stage_due_date = fields.Date(
        string="Stage Expected Until",
        compute="_compute_stage_due",
        help="Entered + expected days of the stage; empty where no time is expected.",
    )
    stage_expected_days = fields.Integer(
        string="Expected Days in Stage",
        compute="_compute_stage_due",
        help="How many calendar days the playbook expects a deal in this stage; 0 where it expects nothing.",
    )
    stay_percent = fields.Float(
        string="Time in Stage, % of Expected",
        compute="_compute_stage_due",
        search="_search_stay_percent",
        help="Calendar days in the stage, while lost or archived not counted, ÷ expected days × 100; 0 where"
        " no time is expected.",
    )

    @api.depends("stage_id")
    def _compute_stage_entered_at(self):
        entered_at = self._get_entered_at()
        for lead in self:
            lead.stage_entered_at = entered_at[lead]

    def _get_entered_at(self):
        """Return ``{lead: since when it is in its stage}``."""
        open_stays = self.env["crm.lead.stage.log"].search_fetch(
            [("lead_id", "in", self.ids), ("left_at", "=", False)], ["lead_id", "stay_began_at"]
        )
        began_at = {stay.lead_id.id: stay.stay_began_at for stay in open_stays}
        return {lead: began_at.get(lead._origin.id, lead.date_last_stage_update) for lead in self}

    def _inverse_stage_entered_at(self):
        """What a sheet says again is no change.

        :raise UserError: when it says another day
        """
        entered_at = self._get_entered_at()
        if all(self._is_same_entry(lead.stage_entered_at, entered_at[lead]) for lead in self):
            return
        raise UserError(
            self.env._(
                "“In Stage Since” comes from the stage log and cannot be changed: it is only taken"
                " when a deal is created, for example by an import."
            )
        )

    @api.model
    def _is_same_entry(self, given, known):
        """Tell whether a moment is the known one, or its day where no time is given."""
        if not given or not known:
            return given == known
        if given == known.replace(microsecond=0):
            return True
        local, there = (fields.Datetime.context_timestamp(self, moment) for moment in (given, known))
        return local.date() == there.date() and local.time() == time()

    @api.depends("playbook_stage_id", "stage_entered_at")
    def _compute_stage_due(self):
        now, idle = fields.Datetime.now(), self._get_idle_times()
        for lead in self:
            # sudo: what a stage expects is no secret to who sees the deal
            days = lead.sudo().playbook_stage_id.expected_days
            lead.stage_expected_days = days
            since = lead.stage_entered_at
            if since and days and lead._origin.id in idle:
                since += idle[lead._origin.id]
            lead.stage_due_date = days and since and lead._get_day(since + timedelta(days=days))
            lead.stay_percent = (now - since) / timedelta(days=days) * 100 if days and since else 0.0

    def _get_idle_times(self):
        """Return ``{lead id: timedelta}`` of the leads that were lost or archived for a time in the stage in
        which they are.
        """
        query = SQL(
            "SELECT log.lead_id, %s FROM crm_lead_stage_log log"
            " WHERE log.lead_id = ANY(%s) AND log.left_at IS NULL AND log.sequence <> log.stay_sequence",
            SQL(IDLE, fields.Datetime.now()),
            self._origin.ids,
        )
        return {
            lead_id: timedelta(seconds=float(idle)) for lead_id, idle in self.env.execute_query(query) if idle
        }

    def _get_days_in_stage(self):
        """Return ``{lead id: whole calendar days in its stage}``, while lost or archived not counted, of
        those of these leads that have a log, in one query.
        """
        return self._choose_days_in_stage(read_together(self.env, [self._get_days_query()]))

    def _get_days_query(self):
        """Return what :func:`read_together` reads for :meth:`_choose_days_in_stage`."""
        now = fields.Datetime.now()
        return SQL(DAYS, now=now, idle=SQL(IDLE, now), leads=self._origin.ids)

    @api.model
    def _choose_days_in_stage(self, rows):
        return {lead_id: days for lead_id, (days,), *_ in rows["days"]}

    def _search_stay_percent(self, operator, value):
        """Only stays of the playbook's own stages that are open now, and that have an expectation."""
        if operator not in COMPARISONS or isinstance(value, bool):
            return NotImplemented
        self.env["crm.playbook.stage"].flush_model(["expected_days", "playbook_id", "stage_id"])
        now, comparison = fields.Datetime.now(), COMPARISONS[operator]

        def is_found(model, alias, query):
            return SQL(IS_BEYOND, SQL.identifier(alias, "id"), now, SQL(IDLE, now), comparison, float(value))

        return Domain.custom(to_sql=is_found)

    def action_set_lost(self, **additional_values):
        """Write the reason first: archiving alone loses a deal that has no probability left."""
        reason = {k: v for k, v in additional_values.items() if k == "lost_reason_id"}
        if reason and self._get_playbook_ids():
            self.write(reason)
        return super().action_set_lost(**additional_values)

    def _get_logged_verdict(self, kind, verdict):
        """Return the :class:`Verdict` to log: losing is free, but not to say why is noted, beside what a gate
        says of a lost deal that is moved.
        """
        verdict = verdict or Verdict()
        if kind != "lost" or self.lost_reason_id:
            return verdict
        gate = "overridden" if verdict.gate == "overridden" else "observed"
        return verdict._replace(gate=gate, unmet=(self._prepare_no_lost_reason_item(), *verdict.unmet))

    def _prepare_no_lost_reason_item(self):
        return {
            "kind": "lost_reason",
            "rule_id": False,
            "name": self.env._("Lost without a reason"),
            "guidance": self.env._("Choose a lost reason on the deal."),
            "blocking": False,
        }
