from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.letters import LEAST, count_letters

FOLLOWING = ("next_step", "next_date", "ends_activity")


class CrmLeadProgress(models.Model):
    """A note says enough to be read, ends what it is about, and says what comes next: one activity."""

    _inherit = "crm.lead.progress"

    next_step = fields.Char(
        help="What was agreed to come next: it becomes an activity of whoever writes the note."
    )
    next_date = fields.Date(string="Next Step On", help="When the next step is due.")
    ends_activity = fields.Boolean(
        string="Mark Activity as Done", store=False, help="The activity that this note is written from ends."
    )
    can_end_activity = fields.Boolean(compute="_compute_can_end_activity")

    @api.depends("activity_id")
    @api.depends_context("uid")
    def _compute_can_end_activity(self):
        for note in self:
            note.can_end_activity = bool(note.activity_id._filter_endable_by_note(note.lead_id))

    @api.model
    def _check_letters(self, vals_list):
        """Check that what a person writes says enough; what the module writes, as of an import, stays.

        :raise ValidationError: when it does not
        """
        texts = [str(vals.get("summary") or "") for vals in vals_list if not self.env.su]
        for text in filter(str.strip, texts):  # an empty one is refused anyway
            length = count_letters(text)
            if length < LEAST:
                raise ValidationError(
                    self.env._(
                        "The note has %(length)s letters and digits, it needs at least %(minimum)s: write"
                        " what the customer said or did.",
                        length=length,
                        minimum=LEAST,
                    )
                )

    @api.constrains("next_step", "next_date")
    def _check_next_step(self):
        for note in self:
            if bool((note.next_step or "").strip()) != bool(note.next_date):
                raise ValidationError(self.env._("A next step needs both: what it is, and its day."))

    @api.model_create_multi
    def create(self, vals_list):
        """The activity that a note is written from ends, if its writer says so, and the next step begins."""
        self._check_letters(vals_list)
        ending = [bool(vals.get("ends_activity")) for vals in vals_list]
        notes = super().create(
            [{name: vals[name] for name in vals if name != "ends_activity"} for vals in vals_list]
        )
        for note, ends in zip(notes, ending, strict=True):
            if ends:
                note.activity_id._filter_endable_by_note(note.lead_id).action_feedback()
            note._schedule_next_step()
        return notes

    def write(self, vals):
        self._check_letters([vals])
        return super().write(vals)

    def _schedule_next_step(self):
        """Make what was agreed an activity of whoever writes the note."""
        if self.next_step and self.next_date:
            self.lead_id.activity_schedule(
                "mail.mail_activity_data_todo",
                self.next_date,
                summary=self.next_step.strip(),
                user_id=self.user_id.id,
            )


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _filter_endable_by_note(self, lead):
        """Return those of these that are done once a note on ``lead`` is written: open ones of that deal that
        the user may end, and that nothing else ends.
        """
        mine = self.filtered(lambda one: one.active and one.res_model == "crm.lead" and one.res_id == lead.id)
        return (mine - mine._filter_ended_by_event())._filtered_access("write")
