from collections import defaultdict

import pytz
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.working_time import WorkingTime

KINDS = [
    ("created", "Created"),
    ("forward", "Forward"),
    ("backward", "Backward"),
    ("skip", "Forward, Stages Skipped"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("restored", "Restored"),
    ("reassigned", "Reassigned"),
]
GATES = [
    ("passed", "Passed"),
    ("observed", "Let Through"),
    ("overridden", "Overridden"),
    ("none", "No Gate"),
]


class CrmLeadStageLog(models.Model):
    """One stay of a lead in a stage: how it began, what the gate said, and how long it lasted.

    The source of all analysis. Rows are written by the module only; nobody has the right to create,
    edit or delete one. A lead has at most one open stay, and each stay ends when the next begins.
    A lost lead stays, as lost, in the stage where it was lost.
    """

    _name = "crm.lead.stage.log"
    _description = "Stage Log"
    _inherit = ["crm.lead.fact"]
    _order = "entered_at desc, id desc"
    _rec_name = "lead_id"

    playbook_id = fields.Many2one("crm.playbook", index=True, ondelete="set null")
    product_line_id = fields.Many2one("crm.product.line", ondelete="set null")
    team_id = fields.Many2one("crm.team", string="Sales Team", ondelete="set null")
    user_id = fields.Many2one("res.users", string="Salesperson", ondelete="set null")
    company_id = fields.Many2one("res.company", ondelete="set null")
    stage_id = fields.Many2one("crm.stage", index=True, ondelete="set null")
    previous_stage_id = fields.Many2one("crm.stage", ondelete="set null")
    entered_at = fields.Datetime(required=True, index=True)
    left_at = fields.Datetime()
    kind = fields.Selection(KINDS, required=True, help="How this stay began.")
    duration_days = fields.Float(
        string="Stay (Days)", aggregator="avg", help="Calendar days; empty while the stay lasts."
    )
    working_hours = fields.Float(
        string="Stay (Working Hours)",
        aggregator="avg",
        help="By the playbook's working hours, else the company's; empty while the stay lasts.",
    )
    gate = fields.Selection(
        GATES,
        required=True,
        help="Passed: everything was met.\nLet Through: something was unmet and the move was made.\n"
        "No Gate: backward, lost, restored, reassigned, or a stage without conditions.",
    )
    unmet = fields.Json(string="Unmet Items", help="The unmet items at the moment of the move.")
    unmet_summary = fields.Text(string="Unmet", compute="_compute_unmet_summary")
    moved_by_id = fields.Many2one("res.users", ondelete="set null")

    _open_stay_uniq = models.UniqueIndex(
        "(lead_id) WHERE left_at IS NULL", "A lead can be in one stage at a time only."
    )
    _left_after_entered = models.Constraint(
        "CHECK(left_at IS NULL OR left_at >= entered_at)", "A stay cannot end before it began."
    )

    @api.depends("unmet")
    def _compute_unmet_summary(self):
        for log in self:
            log.unmet_summary = "\n".join(item["name"] for item in log.unmet or [])

    @api.model
    def _get_kind(self, old, new, is_reassigned):
        """Return the ``kind`` of a stay, from the lead's states before and after.

        :param old: :class:`StageState` before; ``stage_id`` False when the lead is new
        :param new: :class:`StageState` after
        :param bool is_reassigned: Odoo gave the stage because the team changed
        """
        ranks = self.env["crm.stage"]._get_ranks()
        gate = self.env["crm.playbook"]._get_gates()[new.playbook_id]
        if not old.stage_id:
            return "created"
        if new.won_status != old.won_status and new.won_status in ("won", "lost"):
            return new.won_status
        if new.stage_id == old.stage_id:
            return "restored"
        if is_reassigned:
            return "reassigned"
        if ranks.get(new.stage_id, -1) < ranks.get(old.stage_id, -1):
            return "backward"
        jumped = gate.get_stages_between(ranks, old.stage_id, new.stage_id)
        return "skip" if jumped else "forward"

    @api.model
    def _record(self, vals_list):
        """End the open stays of the leads named in ``vals_list`` and begin the new ones, in a
        number of statements that does not depend on how many there are.

        :param list vals_list: a dict of columns per new stay, one per lead
        """
        if not vals_list:
            return
        self._end_stays({vals["lead_id"]: vals["entered_at"] for vals in vals_list})
        columns = {
            name: SQL("%s %s", SQL.identifier(name), SQL(self._fields[name].column_type[1]))
            for name in vals_list[0]
        }
        rows = [{**vals, "entered_at": fields.Datetime.to_string(vals["entered_at"])} for vals in vals_list]
        names = SQL(", ").join(map(SQL.identifier, columns))
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_lead_stage_log (%s, create_uid, create_date, write_uid, write_date)"
                " SELECT %s, %s, %s, %s, %s FROM jsonb_to_recordset(%s) AS row(%s)",
                names,
                names,
                *(self.env.uid, self.env.cr.now()) * 2,
                Json(rows),
                SQL(", ").join(columns.values()),
            )
        )
        self.invalidate_model(flush=False)
        self.env["crm.lead"].browse(vals["lead_id"] for vals in vals_list).invalidate_recordset(
            ["stage_log_ids", "stage_entered_at"], flush=False
        )

    @api.model
    def _end_stays(self, ends):
        """End the open stays of ``{lead id: moment}`` and measure them."""
        open_stays = self.env.execute_query(
            SQL(
                "SELECT id, lead_id, playbook_id, company_id, entered_at FROM crm_lead_stage_log"
                " WHERE lead_id = ANY(%s) AND left_at IS NULL",
                list(ends),
            )
        )
        if not open_stays:
            return
        spans = [(*stay[2:], max(ends[stay[1]], stay[4])) for stay in open_stays]
        hours = self._get_working_hours(spans)
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead_stage_log AS log SET left_at = stay.left_at,"
                " duration_days = EXTRACT(EPOCH FROM stay.left_at - log.entered_at) / 86400,"
                " working_hours = stay.hours, write_uid = %s, write_date = %s"
                " FROM unnest(%s, %s::timestamp[], %s::float[]) AS stay(id, left_at, hours)"
                " WHERE log.id = stay.id",
                self.env.uid,
                self.env.cr.now(),
                [stay[0] for stay in open_stays],
                [span[3] for span in spans],
                hours,
            )
        )

    @api.model
    def _get_working_hours(self, spans):
        """Return the working hours of each span, in order; None where no calendar says.

        :param spans: ``(playbook id, company id, start, stop)`` in naive UTC
        """
        calendars = [self._get_calendar(*span[:2]) for span in spans]
        by_calendar = defaultdict(list)
        for index, calendar in enumerate(calendars):
            by_calendar[calendar].append(index)
        hours = [None] * len(spans)
        for calendar, indexes in by_calendar.items():
            if not calendar:
                continue
            start = pytz.utc.localize(min(spans[index][2] for index in indexes))
            stop = pytz.utc.localize(max(spans[index][3] for index in indexes))
            intervals = calendar._work_intervals_batch(start, stop)[False]
            working = WorkingTime([(begin, end) for begin, end, _meta in intervals])
            for index in indexes:
                begin, end = (pytz.utc.localize(moment) for moment in spans[index][2:])
                hours[index] = working.hours(begin, end)
        return hours

    @api.model
    def _get_calendar(self, playbook_id, company_id):
        """Return the calendar by which a stay counts: the playbook's, else the company's."""
        gate = self.env["crm.playbook"]._get_gates().get(playbook_id)
        if gate and gate.calendar_id:
            return self.env["resource.calendar"].sudo().browse(gate.calendar_id)
        company = self.env["res.company"].browse(company_id) or self.env.company
        return company.sudo().resource_calendar_id


class CrmLead(models.Model):
    _inherit = "crm.lead"

    stage_log_ids = fields.One2many("crm.lead.stage.log", "lead_id", readonly=True, copy=False)
    stage_entered_at = fields.Datetime(
        string="In Stage Since",
        compute="_compute_stage_entered_at",
        inverse="_inverse_stage_entered_at",
        help="Taken from an import when the deal is created, then from the stage log.",
    )

    @api.depends("stage_id")
    def _compute_stage_entered_at(self):
        open_stays = self.env["crm.lead.stage.log"].search_fetch(
            [("lead_id", "in", self.ids), ("left_at", "=", False)], ["lead_id", "entered_at"]
        )
        entered_at = {stay.lead_id.id: stay.entered_at for stay in open_stays}
        for lead in self:
            lead.stage_entered_at = entered_at.get(lead._origin.id, lead.date_last_stage_update)

    def _inverse_stage_entered_at(self):
        raise UserError(
            self.env._(
                "“In Stage Since” comes from the stage log and cannot be changed: it is only taken"
                " when a deal is created, for example by an import."
            )
        )
