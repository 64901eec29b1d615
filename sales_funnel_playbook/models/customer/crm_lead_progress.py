from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

LATE_AFTER_HOURS = 24
CHANNELS = [
    ("call", "Call"),
    ("video", "Video Call"),
    ("meeting", "Meeting"),
    ("email", "E-mail"),
    ("wechat", "WeChat"),
    ("message", "Message"),
    ("other", "Other"),
]
SOURCES = {
    "activity_id": "mail.activity",
    "calendar_event_id": "calendar.event",
    "message_id": "mail.message",
}
FIXED_FIELDS = {
    *("lead_id", "communicated_at", "user_id", "is_imported", "contact_id", "next_step", "next_date"),
    *SOURCES,
}


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
    is_imported = fields.Boolean(
        readonly=True, help="Came with the deal when that was created, or with a sheet."
    )
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
    contact_id = fields.Many2one(
        "crm.lead.contact",
        string="Captured Contact",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
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
        notes._name_contacts()
        notes._open_milestone_risks()
        return notes

    def _name_contacts(self):
        """A note from a mail, meeting or call is about the contact that was captured from it."""
        # sudo: which note tells of a contact is the module's to know
        notes = self.sudo()
        sources = {
            note: {(model, note[name].id, note.lead_id.id) for name, model in SOURCES.items() if note[name]}
            for note in notes.filtered(lambda note: not note.contact_id)
        }
        wanted = {key for keys in sources.values() for key in keys}
        if not wanted:
            return
        found = (
            self.env["crm.lead.contact"]
            .sudo()
            .search(
                [("source_id", "in", [id_ for __, id_, __ in wanted]), ("lead_id", "in", notes.lead_id.ids)]
            )
        )
        by_source = found.grouped(lambda one: (one.source_model, one.source_id, one.lead_id.id))
        for note, keys in sources.items():
            note.contact_id = next((by_source[key] for key in keys if key in by_source), False)

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
