from odoo import fields, models

from ...wording import list_texts
from .crm_lead_progress import CHANNELS


class CrmLeadContact(models.Model):
    """A contact with the customer that Odoo knows of by itself: a mail in either direction, a meeting that
    was held, a call that was marked as done. The module writes these; people write notes about them.
    """

    _name = "crm.lead.contact"
    _description = "Captured Contact"
    _inherit = ["crm.lead.fact"]
    _order = "contacted_at desc, id desc"
    _rec_name = "summary"

    contacted_at = fields.Datetime(string="Contact Date", required=True, readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    is_from_customer = fields.Boolean(
        string="Customer Spoke",
        readonly=True,
        help="They wrote, or were spoken with: what our own mails say stands on the deal already.",
    )
    user_id = fields.Many2one(
        "res.users", string="Colleague", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Spoken With", readonly=True, index="btree_not_null", ondelete="set null"
    )
    summary = fields.Char(readonly=True, help="The subject of the mail, or what the meeting was called.")
    source_model = fields.Char(required=True, readonly=True)
    source_id = fields.Many2oneReference(model_field="source_model", readonly=True)
    is_on_deal = fields.Boolean(
        string="On the Deal",
        readonly=True,
        help="Otherwise it was with the customer, and counts for all of their open deals.",
    )
    is_from_before = fields.Boolean(
        string="Known Before",
        readonly=True,
        help="It was known already when the deal came under its playbook: no note is due.",
    )
    note_ids = fields.One2many("crm.lead.progress", "contact_id", string="Progress Notes")

    _source_uniq = models.UniqueIndex("(source_model, source_id, lead_id)")
    _latest_idx = models.Index("(lead_id, contacted_at)")

    def action_make_note(self):
        """Open a note on this contact, with what is known of it filled in.

        :raise AccessError: when the user may not read the deal
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["crm.lead.progress"]._prepare_dialog(
            {
                "lead_id": self.lead_id.id,
                "channel": self.channel,
                "communicated_at": self.contacted_at,
                "contact_id": self.id,
                "summary": self._get_note_text(),
            }
        )

    def _get_note_text(self):
        """Return what a note on this contact begins with: what it was, who was there, what was written."""
        people, text = list_texts(self.env, self._get_people()), self._get_quoted_text()
        title = self.summary if not text.startswith(f"> {self.summary}") else ""  # called by its first line
        return "\n".join(filter(None, [title, people and self.env._("With: %s", people), text]))

    def _get_people(self):
        """Return the names of those who were there or wrote, the customer's first."""
        contact = self.sudo()  # sudo: names of people on a deal that the user reads
        source = contact._get_source()
        is_meeting = source and source._name == "calendar.event"
        people = (source.partner_ids if is_meeting else contact.partner_id) | contact.user_id.partner_id
        return people.sorted(lambda one: not one.partner_share).mapped("name")

    def _get_quoted_text(self):
        """Return the text of the mail, each line quoted, or of the meeting or call; empty where the user may
        not read that.
        """
        source = self._get_source()
        if not source or not source.has_access("read"):
            return ""
        if source._name == "mail.message":
            return "\n".join(f"> {line}".rstrip() for line in source._get_own_text().splitlines())
        name = "feedback" if source._name == "mail.activity" else "description"
        return self.env["crm.lead.progress"]._to_text(source[name]) if name in source._fields else ""

    def _get_source(self):
        """Return the mail, meeting or call that this was captured from, or None where that is gone."""
        if self.source_model not in self.env:
            return None
        return self.env[self.source_model].with_context(active_test=False).browse(self.source_id).exists()


class CrmLead(models.Model):
    _inherit = "crm.lead"

    contact_ids = fields.One2many("crm.lead.contact", "lead_id", string="Captured Contacts")
    open_contact_ids = fields.One2many(
        "crm.lead.contact",
        "lead_id",
        string="Captured Contacts Without a Note",
        domain=[("note_ids", "=", False)],
    )
