from odoo import api, fields, models
from odoo.tools import SQL

from .crm_lead_progress import CHANNELS

# A note tells more than what it was written from: of the two, which are of the same moment, it comes first.
NEWEST = "ORDER BY at DESC, is_note DESC, id DESC"
LAST_CONTACTS = f"""
    SELECT lead_id, MAX(at), (ARRAY_AGG(summary {NEWEST}))[1],
        (ARRAY_AGG(feedback {NEWEST}) FILTER (WHERE feedback <> ''))[1], (ARRAY_AGG(channel {NEWEST}))[1]
    FROM (
        SELECT lead_id, communicated_at AS at, summary, feedback, channel, TRUE AS is_note, id
        FROM crm_lead_progress WHERE lead_id = ANY(%(ids)s)
        UNION ALL
        SELECT lead_id, contacted_at, summary, NULL, channel, FALSE, id
        FROM crm_lead_contact WHERE lead_id = ANY(%(ids)s)
    ) talk GROUP BY lead_id
"""


class CrmLead(models.Model):
    """The latest contact, as the progress notes and what was captured tell it. Written directly, as an import
    does, it becomes a progress note.
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
    last_contact_channel = fields.Selection(
        CHANNELS,
        compute="_compute_last_contact",
        store=True,
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

    @api.depends(
        *("progress_ids.communicated_at", "progress_ids.summary", "progress_ids.feedback"),
        *("progress_ids.channel", "contact_ids.contacted_at", "contact_ids.summary"),
    )
    def _compute_last_contact(self):
        latest = self._get_last_contacts()
        for lead in self:
            contact = latest.get(lead._origin.id, (False, False, False, False))
            lead.last_contact_at, lead.last_contact_summary, lead.customer_feedback, channel = contact
            lead.last_contact_channel = channel

    def _get_last_contacts(self):
        """Return ``{lead id: (when, its summary, the latest feedback, its channel)}``."""
        if not self._origin:
            return {}
        self.env["crm.lead.progress"].flush_model(
            ["lead_id", "communicated_at", "summary", "feedback", "channel"]
        )
        self.env["crm.lead.contact"].flush_model(["lead_id", "contacted_at", "summary", "channel"])
        rows = self.env.execute_query(SQL(LAST_CONTACTS, ids=self._origin.ids))
        return {row[0]: (row[1], row[2] or False, row[3] or False, row[4]) for row in rows}

    def _inverse_last_contact(self):
        if self._is_inversed_later("_inverse_last_contact"):
            return
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
        return any(written) and written != (known or ())[:3]

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
            "is_imported": bool(self._get_sheet_writer()) or self.create_date >= now.replace(microsecond=0),
        }

    def _get_begun_at(self):
        """Return since when this deal is worked on, naive UTC in whole seconds, as what users enter: it
        begins when it was captured, and an import may have brought its past.
        """
        moments = [
            self.create_date,
            self.captured_at,
            *self.progress_ids.filtered("is_imported").mapped("communicated_at"),
            *self.contact_ids.mapped("contacted_at"),
        ]
        begun_at = min(filter(None, [*moments, *self.stage_log_ids.mapped("entered_at")]))
        return begun_at.replace(microsecond=0)

    @api.readonly
    def action_log_progress(self):
        """Open the dialog for a new progress note on this lead."""
        self.ensure_one()
        return self.env["crm.lead.progress"]._prepare_dialog({"lead_id": self.id})
