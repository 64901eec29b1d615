from odoo import fields, models
from odoo.tools import SQL

TAKE_TURNS = "UPDATE event_event SET id = id WHERE id = %s"


class EventEvent(models.Model):
    """The event as the channel of the deals that it brings."""

    _inherit = "event.event"

    lead_source_id = fields.Many2one(
        "utm.source",
        string="Source of Deals",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Where deals from registrations come from, unless the attendee followed a link that names"
        " another source. Empty: a source with the name of the event is made for the first deal.",
    )

    def _get_lead_source(self):
        """Return the source of deals from this event; the first deal makes it."""
        self.ensure_one()
        event = self.sudo()  # sudo: whoever registers may not edit the event
        if not event.lead_source_id:
            # Who registers at the same moment comes again, and finds the source: its name is there once.
            self.env.cr.execute(SQL(TAKE_TURNS, event.id))
            lang = event.user_id.lang or event.company_id.partner_id.lang or self.env.lang
            name = event.with_context(lang=lang).name
            event.lead_source_id = self.env["utm.mixin"].sudo()._find_or_create_record("utm.source", name)
        return event.lead_source_id
