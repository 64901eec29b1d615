from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_datetime

LATE_AFTER_HOURS = 24
CHANNELS = [
    ("call", "Call"),
    ("meeting", "Meeting"),
    ("email", "E-mail"),
    ("message", "Message"),
    ("other", "Other"),
]
SOURCES = {"activity_id", "calendar_event_id", "message_id"}
FIXED_FIELDS = {"lead_id", "communicated_at", "user_id", "is_imported", *SOURCES}


class CrmProgressMilestone(models.Model):
    """A key node of a conversation with the customer, marked on a progress note."""

    _name = "crm.progress.milestone"
    _description = "Key Node"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    risk_type_id = fields.Many2one(
        "crm.risk.type",
        string="Opens Risk",
        ondelete="restrict",
        help="A note with this key node opens a risk of this type.",
    )


class CrmLeadProgress(models.Model):
    """What was said with the customer: when it happened, and when it was written down."""

    _name = "crm.lead.progress"
    _description = "Progress Note"
    _inherit = ["crm.lead.fact"]
    _order = "communicated_at desc, id desc"
    _rec_name = "summary"

    communicated_at = fields.Datetime(
        string="Contact Date", required=True, default=fields.Datetime.now, index=True
    )
    channel = fields.Selection(CHANNELS, required=True, default="call")
    summary = fields.Text(required=True, index="trigram", help="What was said and agreed.")
    feedback = fields.Text(string="Customer Feedback", help="What the customer thinks of it.")
    milestone_ids = fields.Many2many("crm.progress.milestone", string="Key Nodes")
    user_id = fields.Many2one(
        "res.users",
        string="Written By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    is_imported = fields.Boolean(readonly=True, help="Came with the deal when that was created.")
    delay_hours = fields.Float(
        string="Delay (Hours)",
        compute="_compute_delay_hours",
        store=True,
        aggregator="avg",
        help="From when it happened until it was written.",
    )
    is_late = fields.Boolean(
        string="Written Late",
        compute="_compute_delay_hours",
        store=True,
        help="Written more than 24 hours after it happened.",
    )
    # indexed: whenever one of these is deleted, PostgreSQL looks for the notes that name it
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    calendar_event_id = fields.Many2one(
        "calendar.event", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    message_id = fields.Many2one(
        "mail.message", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(related="lead_id.partner_id", string="Customer", help="Of the deal.")

    @api.depends("communicated_at")
    def _compute_delay_hours(self):
        for note in self:
            written_at = note.create_date or fields.Datetime.now()
            hours = (written_at - note.communicated_at).total_seconds() / 3600 if note.communicated_at else 0
            note.delay_hours = 0 if note.is_imported else max(hours, 0)
            note.is_late = note.delay_hours > LATE_AFTER_HOURS

    @api.constrains("summary")
    def _check_summary(self):
        for note in self:
            if not (note.summary or "").strip():
                raise ValidationError(self.env._("Write a “Summary”: what was said and agreed?"))

    @api.constrains("communicated_at")
    def _check_communicated_at(self):
        """A note is judged on the deal for which it was written: where a merge takes it, which nobody else
        can, it stays valid.
        """
        now = max(self.env.cr.now(), fields.Datetime.now())
        for note in self:
            if note.communicated_at > now:
                raise ValidationError(
                    self.env._(
                        "“Contact Date” cannot be in the future: %s.",
                        format_datetime(self.env, note.communicated_at),
                    )
                )
            begun_at = note.lead_id.sudo()._get_begun_at()  # sudo: the log of a lead one may write
            if not note.is_imported and note.communicated_at < begun_at:
                raise ValidationError(
                    self.env._(
                        "“Contact Date” (%(happened)s) cannot be before the deal “%(lead)s” began"
                        " (%(begun)s).",
                        happened=format_datetime(self.env, note.communicated_at),
                        lead=note.lead_id.name,
                        begun=format_datetime(self.env, begun_at),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Who writes a note signs it; marked milestones open their risks."""
        if not self.env.su:
            vals_list = [{**vals, "user_id": self.env.uid, "is_imported": False} for vals in vals_list]
        notes = super().create(vals_list)
        notes._open_milestone_risks()
        return notes

    def write(self, vals):
        if not self.env.su and not FIXED_FIELDS.isdisjoint(vals):
            raise UserError(
                self.env._("When, from what and by whom it was written stays: write another note.")
            )
        result = super().write(vals)
        if "milestone_ids" in vals:
            self._open_milestone_risks()
        return result

    def _open_milestone_risks(self):
        """Open the risks that the milestones of these notes stand for."""
        # sudo: what a milestone stands for is the same for everybody
        marked = [(note, milestone) for note in self for milestone in note.milestone_ids.sudo()]
        for type_ in self.env["crm.risk.type"].union(*(milestone.risk_type_id for _n, milestone in marked)):
            causes = [
                (note.lead_id.id, f"milestone:{note.id}:{milestone.id}", note.summary)
                for note, milestone in marked
                if milestone.risk_type_id == type_
            ]
            self.env["crm.lead.risk"]._open_detected(type_, causes)


class CrmLead(models.Model):
    """The latest contact, as the progress notes tell it. Written directly, as an import does, it
    becomes a progress note.
    """

    _inherit = "crm.lead"

    progress_ids = fields.One2many("crm.lead.progress", "lead_id", string="Progress Notes")
    last_contact_at = fields.Datetime(
        string="Last Contact",
        compute="_compute_last_contact",
        inverse="_inverse_last_contact",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        prefetch="playbook",
    )
    last_contact_summary = fields.Text(
        compute="_compute_last_contact",
        inverse="_inverse_last_contact",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        prefetch="playbook",
    )
    customer_feedback = fields.Text(
        compute="_compute_last_contact",
        inverse="_inverse_last_contact",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        prefetch="playbook",
    )

    @api.depends("progress_ids.communicated_at", "progress_ids.summary", "progress_ids.feedback")
    def _compute_last_contact(self):
        latest = self._get_last_contacts()
        for lead in self:
            contact = latest.get(lead._origin.id, (False, False, False))
            lead.last_contact_at, lead.last_contact_summary, lead.customer_feedback = contact

    def _get_last_contacts(self):
        """Return ``{lead id: (when, its summary, the latest feedback)}``."""
        if not self._origin:
            return {}
        self.env["crm.lead.progress"].flush_model(["lead_id", "communicated_at", "summary", "feedback"])
        latest = SQL("ORDER BY communicated_at DESC, id DESC")
        rows = self.env.execute_query(
            SQL(
                "SELECT lead_id, MAX(communicated_at), (ARRAY_AGG(summary %s))[1],"
                " (ARRAY_AGG(feedback %s) FILTER (WHERE feedback <> ''))[1]"
                " FROM crm_lead_progress WHERE lead_id = ANY(%s) GROUP BY lead_id",
                latest,
                latest,
                self._origin.ids,
            )
        )
        return {row[0]: (row[1], row[2], row[3] or False) for row in rows}

    def _inverse_last_contact(self):
        known = self._get_last_contacts()
        vals_list = [
            lead._prepare_contact_note() for lead in self if lead._is_new_contact(known.get(lead.id))
        ]
        self.env["crm.lead"].browse(vals["lead_id"] for vals in vals_list).check_access("write")
        # sudo: only the module says that a note came with its deal
        self.env["crm.lead.progress"].sudo().create(vals_list)
        for name in ("last_contact_at", "last_contact_summary", "customer_feedback"):
            self.env.add_to_compute(self._fields[name], self)

    def _is_new_contact(self, known):
        """Tell whether what is written on this lead is something that no note tells yet."""
        written = (self.last_contact_at, self.last_contact_summary, self.customer_feedback)
        return any(written) and written != known

    def _prepare_contact_note(self):
        """Return the values of the note that what is written on this lead becomes."""
        now = self.env.cr.now()
        return {
            "lead_id": self.id,
            "communicated_at": self.last_contact_at or now,
            "channel": "other",
            "summary": self.last_contact_summary
            or self.customer_feedback
            or self.env._("Contact without a note."),
            "feedback": self.customer_feedback,
            "user_id": self.env.uid,
            "is_imported": self.create_date >= now.replace(microsecond=0),
        }

    def _get_begun_at(self):
        """Return since when this deal is worked on, naive UTC in whole seconds, as what users enter: it
        begins when it was captured, and an import may have brought its past.
        """
        moments = [
            self.create_date,
            self.captured_at,
            *self.progress_ids.filtered("is_imported").mapped("communicated_at"),
        ]
        begun_at = min(filter(None, [*moments, *self.stage_log_ids.mapped("entered_at")]))
        return begun_at.replace(microsecond=0)

    @api.readonly
    def action_log_progress(self):
        """Open the dialog for a new progress note on this lead."""
        self.ensure_one()
        return self.env["crm.lead.progress"]._prepare_dialog({"lead_id": self.id})
