from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...fields import BigInteger

CLOSINGS = [("satisfied", "Done"), ("by_hand", "Closed Manually"), ("dropped", "Cancelled")]
# What of an activity with a cause nobody but the module writes: of which record it is, and when it was done.
FIXED = frozenset({"res_id", "res_model", "res_model_id", "date_done"})


def _is_ours(name):
    """Tell whether a field of an activity is one that only the module writes."""
    return name.startswith("playbook_")


class MailActivity(models.Model):
    """An activity that a playbook's deadline gave somebody: what caused it, and whether it was done in
    time. Only the module writes these fields; without a cause an activity is like any other.
    """

    _inherit = "mail.activity"

    playbook_id = fields.Many2one(
        "crm.playbook", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    playbook_deadline_id = fields.Many2one(
        "crm.playbook.deadline", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    playbook_output_id = fields.Many2one(
        "crm.playbook.output", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    playbook_kind = fields.Char(
        string="Kind of Cause", readonly=True, copy=False, help="What kind of rule or record asks for it."
    )
    playbook_rule_id = fields.Integer(
        string="Id of Cause", readonly=True, copy=False, aggregator=None, help="Which rule or record."
    )
    playbook_occurrence = fields.Char(
        string="Occurrence",
        readonly=True,
        copy=False,
        help="What happened that began it, such as a stage entry.",
    )
    playbook_number = BigInteger(
        string="Number of the Occurrence", readonly=True, copy=False, aggregator=None, help="Which of them."
    )
    playbook_is_final = fields.Boolean(
        string="Answers Its Cause",
        readonly=True,
        copy=False,
        help="The same cause brings no other activity; not so once this one was cancelled.",
    )
    playbook_cause = fields.Char(
        compute="_compute_playbook_cause",
        search="_search_playbook_cause",
        help="What began it: the same cause never brings two activities.",
    )
    playbook_assigned_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Who got it; it may have been passed on since.",
    )
    playbook_started_at = fields.Datetime(string="Begun", readonly=True, copy=False)
    playbook_due_at = fields.Datetime(string="Due At", readonly=True, copy=False)
    playbook_done_at = fields.Datetime(string="Done At", readonly=True, copy=False)
    playbook_closing = fields.Selection(CLOSINGS, string="Ended As", readonly=True, copy=False)
    playbook_escalate_at = fields.Datetime(string="Escalated From", readonly=True, copy=False)
    playbook_escalated_at = fields.Datetime(string="Escalated At", readonly=True, copy=False)
    playbook_escalation_of_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null", copy=False
    )

    _playbook_cause_uniq = models.UniqueIndex(
        "(res_id, playbook_kind, playbook_rule_id, playbook_occurrence, playbook_number)"
        " WHERE playbook_is_final",
        "This deadline has its activity already: reload the page.",
    )
    # what is to be told to somebody else from when on
    _playbook_escalation_idx = models.Index(
        "(playbook_escalate_at) WHERE active IS TRUE AND playbook_escalate_at IS NOT NULL"
        " AND playbook_escalated_at IS NULL"
    )
    # what has become due, done or not
    _playbook_due_idx = models.Index("(playbook_due_at) WHERE playbook_due_at IS NOT NULL")
    # the deals that a playbook's work is left on, in order
    _playbook_work_idx = models.Index("(playbook_id, res_id) WHERE active AND playbook_kind IS NOT NULL")

    @api.depends("playbook_kind", "playbook_rule_id", "playbook_occurrence", "playbook_number")
    def _compute_playbook_cause(self):
        for one in self:
            parts = (one.playbook_occurrence, one.playbook_number and str(one.playbook_number))
            occurrence = "-".join(filter(None, parts))
            parts = (one.playbook_kind, one.playbook_rule_id and str(one.playbook_rule_id), occurrence)
            one.playbook_cause = one.playbook_kind and ":".join(filter(None, parts))

    @api.model
    def _search_playbook_cause(self, operator, value):
        """Whether there is one; which one the columns say."""
        if operator != "in" or any(value):
            return NotImplemented
        return Domain("playbook_kind", "=", False)

    @api.model
    def default_get(self, fields):
        """Nothing of what a deadline asked for is a default, whoever puts one into a context."""
        return {name: value for name, value in super().default_get(fields).items() if not _is_ours(name)}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Odoo's own "next activity" names all fields, empty ones too
            self.browse()._check_playbook_fields({name: value for name, value in vals.items() if value})
            if vals.get("playbook_kind"):
                vals.setdefault("playbook_assigned_id", vals.get("user_id"))
                vals.setdefault("playbook_occurrence", "")
                vals.setdefault("playbook_is_final", True)
        return super().create(vals_list)

    def write(self, vals):
        """Remember when an activity is done; Odoo itself keeps the day only. Whoever it is given to
        reads it in their language.
        """
        self._check_playbook_fields(vals)
        if vals.get("user_id"):
            self._tell_in_language_of(self.env["res.users"].browse(vals["user_id"]), vals)
        if vals.get("active"):
            vals = {**vals, "playbook_closing": False, "playbook_done_at": False}
        if vals.get("active") is not False or "playbook_closing" in vals:
            return super().write(vals)
        ending = self.filtered("active")
        caused, leads = ending.filtered("playbook_kind"), ending._get_their_leads()
        result = super().write(vals)
        if caused or leads:
            # sudo: the module notes when it was done, whoever may edit what
            ending.sudo().write({"playbook_done_at": self.env.cr.now()})
            caused.sudo().write({"playbook_closing": "by_hand"})
            caused.sudo()._get_escalations()._end_playbook("satisfied")
            leads._queue_settling()  # a call that was made begins something, and may end something
        return result

    def _check_playbook_fields(self, vals):
        """Raise when somebody writes what only the module may write, be it to empty it; or takes what a
        deadline asked for to another record, says when it was done, or takes up what was cancelled.
        """
        if self.env.su:
            return
        is_forged = any(map(_is_ours, vals))
        if not is_forged and not {*FIXED, "active"}.isdisjoint(vals):
            # sudo: what asked for these, whoever may not read it
            caused = self.sudo().filtered("playbook_kind")
            is_cancelled = "dropped" in caused.mapped("playbook_closing")
            is_forged = (caused and not FIXED.isdisjoint(vals)) or (is_cancelled and vals.get("active"))
        if is_forged:
            raise UserError(self.env._("What a deadline asked for, and by when, cannot be changed."))

    def _get_their_leads(self):
        """Return the leads that these activities are on and that follow a playbook with deadlines."""
        mine = self.filtered(lambda one: one.res_model == "crm.lead")
        if not mine or not self.env["crm.playbook"]._get_duties():
            # sudo: the leads of activities that the user may write
            return self.env["crm.lead"].sudo()
        # sudo: who has an activity may not see its deal
        return self.env["crm.lead"].sudo().browse(set(mine.mapped("res_id"))).exists()._get_dutiful()

    def _hand_over(self, user):
        """Give these to ``user``."""
        self.write({"user_id": user.id, "playbook_assigned_id": user.id})

    def _get_rule(self):
        """Return the output or deadline that this activity is for, if any."""
        return self.playbook_output_id or self.playbook_deadline_id

    def _get_escalations(self):
        """Return the open activities that tell somebody that these were missed."""
        told = self.filtered("playbook_escalated_at")
        return told and self.search([("playbook_escalation_of_id", "in", told.ids)])

    def _end_playbook(self, closing):
        """End these for the module, in one write: what satisfies them is there, or nobody asks for them any
        more. The latter's causes may come up again.

        :param str closing: ``satisfied`` or ``dropped``
        """
        if not self:
            return
        ending = self | self._get_escalations()
        vals = {"active": False, "playbook_closing": closing, "playbook_done_at": self.env.cr.now()}
        ending.write({**vals, "playbook_is_final": False} if closing == "dropped" else vals)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _prepare_work_vals(self, cause, rule_id=0, occurrence="", number=0):
        """Return what makes an activity on this lead one of its playbook's: it is part of "My Day".

        :param str cause: what the activity is for, ``"kind"`` or ``"kind:which"``; with what follows the
            same never twice
        :param int rule_id: which rule or record asks for it
        :param str occurrence: and at which kind of occasion
        :param int number: which of them
        """
        kind, __, which = cause.partition(":")
        return {
            "playbook_id": self._get_playbook_ids().get(self.id, False),
            "playbook_kind": kind,
            "playbook_rule_id": rule_id,
            "playbook_occurrence": occurrence or which,
            "playbook_number": number,
        }
