from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .crm_lead import KEPT_FIELDS
from .crm_risk_type import LEVELS

ALERT_LENGTH = 140
BY_RANK = "CASE %s WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END"


class CrmLeadRisk(models.Model):
    """One risk of a deal: what it is, how grave, what is done about it, until it is closed.

    When a risk becomes high, the team is told at once. Who agrees the response, and within which time,
    is a deadline of the playbook.

    The module opens an entry itself where the data knows the cause.
    """

    _name = "crm.lead.risk"
    _description = "Risk"
    _inherit = ["crm.lead.fact"]
    _order = "state desc, id desc"
    _rec_name = "type_id"

    type_id = fields.Many2one("crm.risk.type", string="Risk Type", index=True, ondelete="restrict")
    level = fields.Selection(
        LEVELS,
        required=True,
        compute="_compute_level",
        store=True,
        readonly=False,
        precompute=True,
        help="A high risk cannot be lowered: close it with a note.",
    )
    description = fields.Text()
    response = fields.Text(help="What is done about it, as agreed.")
    response_hint = fields.Text(related="type_id.guidance", string="Suggested Response")
    responsible_id = fields.Many2one(
        "res.users",
        compute="_compute_responsible_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        domain=[("share", "=", False)],
        help="Who sees to the response; the salesperson unless somebody else is chosen.",
    )
    state = fields.Selection([("open", "Still Open"), ("closed", "Closed")], required=True, default="open")
    closing_note = fields.Text(help="How it ended.")
    raised_at = fields.Datetime(
        compute="_compute_raised_at",
        store=True,
        precompute=True,
        copy=False,
        help="When it became high, also once it is closed; when it was reopened, if it was.",
    )
    closed_at = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    cause = fields.Char(
        readonly=True, copy=False, help="What opened it, where the module did: the same never opens twice."
    )
    # as superuser, to be sorted by: who sees a risk sees its deal
    expected_revenue = fields.Monetary(related="lead_id.expected_revenue", currency_field="company_currency")
    company_currency = fields.Many2one(related="lead_id.company_currency")
    user_id = fields.Many2one(related="lead_id.user_id", store=True, string="Salesperson")
    team_id = fields.Many2one(related="lead_id.team_id", store=True, string="Sales Team")

    _cause_uniq = models.UniqueIndex(
        "(lead_id, COALESCE(type_id, 0), cause) WHERE cause IS NOT NULL", "This risk is open already."
    )

    @api.depends("type_id")
    def _compute_level(self):
        for risk in self:
            risk.level = risk.level or risk.type_id.level or "medium"

    @api.depends("level", "state")
    def _compute_raised_at(self):
        for risk in self:
            risk.raised_at = risk.raised_at or (risk._is_alarming() and self.env.cr.now())

    @api.depends("lead_id")
    def _compute_responsible_id(self):
        for risk in self:
            risk.responsible_id = risk.responsible_id or risk.lead_id.user_id

    @api.constrains("state", "closing_note")
    def _check_closing_note(self):
        for risk in self:
            if risk.state == "closed" and not (risk.closing_note or "").strip():
                raise ValidationError(
                    self.env._(
                        "Write a “Closing Note” for the risk of “%s”: how did it end?", risk.lead_id.name
                    )
                )

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """By how grave a level is, not by its letters."""
        if field_name != "level":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        rank = SQL(BY_RANK, self._field_to_sql(alias, field_name, query))
        query._order_groupby.append(rank)
        return SQL("%s %s %s", rank, direction, nulls)

    @api.model
    def default_get(self, fields):
        """How a risk came and went is no default, whoever puts one into a context."""
        return {k: value for k, value in super().default_get(fields).items() if k not in KEPT_FIELDS}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept({name for name, value in vals.items() if value})
        risks = super().create(vals_list)
        # sudo: who closed it when, the module alone says
        risks.filtered(lambda risk: risk.state == "closed" and not risk.closed_at).sudo().write(
            {"closed_at": self.env.cr.now(), "closed_by_id": self.env.uid}
        )
        risks.filtered(lambda risk: risk._is_alarming())._raise_alarm()
        return risks

    def write(self, vals):
        self._check_kept(vals)
        self._check_not_lowered(vals.get("level"))
        if "lead_id" in vals and not self.env.su:
            raise UserError(
                self.env._("A risk stays with its deal: close it and open one for the other deal.")
            )
        if vals.get("state") == "closed":
            self.mapped("raised_at")  # of what has become high a moment ago, before it is not any more
            vals = {**vals, "closed_at": self.env.cr.now(), "closed_by_id": self.env.uid}
        elif vals.get("state") == "open":
            vals = {**vals, "closed_at": False, "closed_by_id": False}
            # sudo: when it became high the module alone says; what is reopened becomes high again
            self.sudo().filtered(lambda risk: risk.state == "closed").raised_at = False
        calm = self.filtered(lambda risk: not risk._is_alarming())
        result = super().write(vals)
        calm.filtered(lambda risk: risk._is_alarming())._raise_alarm()
        return result

    def _get_alert(self):
        """Return a sentence or two on this high risk: what it is, and that nothing is agreed yet."""
        texts = [text for text in (self.type_id.name, (self.description or "").strip()) if text]
        if len(texts) > 1:
            texts = [self.env._("%(type)s (%(description)s)", type=texts[0], description=texts[1])]
        what = "".join(texts)
        if len(what) > ALERT_LENGTH:
            what = f"{what[:ALERT_LENGTH]}…"
        told = self.env._("High risk: %s.", what) if what else self.env._("High risk.")
        return told if self.response else self.env._("%s No response is agreed yet.", told)

    def _is_alarming(self):
        return self.state == "open" and self.level == "high"

    def _check_kept(self, names):
        """Raise when a user writes what the module keeps."""
        if not self.env.su and not {*KEPT_FIELDS}.isdisjoint(names):
            raise UserError(self.env._("What opened a risk, and who closed it when, cannot be changed."))

    def _check_not_lowered(self, level):
        """Raise when ``level`` would lower a high risk that is open."""
        lowered = self.filtered(lambda risk: risk.state == "open" and risk.level == "high")
        if level and level != "high" and lowered:
            raise UserError(
                self.env._(
                    "The “Risk Level” of “%s” is high and cannot be lowered: close the risk with a note.",
                    lowered[0].lead_id.name,
                )
            )

    def action_close(self):
        """Close these, with the note that is on each of them.

        :raise ValidationError: without a closing note
        """
        return self.write({"state": "closed"})

    def action_reopen(self):
        """Take a closing back; its note stays."""
        return self.write({"state": "open"})

    def _raise_alarm(self):
        """Have followers and leader told when the transaction ends."""
        self.env["crm.playbook.notice"]._queue(self, "_tell_alarm")

    def _tell_alarm(self, is_alone):
        """Tell followers and leader of these that are high still; everybody of several in one message.

        :param bool is_alone: whether there is one only
        """
        high = self.filtered(lambda risk: risk._is_alarming())
        if not is_alone:
            high._note_alarms()
            return
        for risk in high:
            risk.lead_id.message_post(
                body=risk._prepare_alarm(),
                subtype_xmlid="sales_funnel_playbook.mail_message_subtype_risk",
                partner_ids=risk._get_decider().partner_id.ids,
                author_id=self.env.user.partner_id.id,
            )

    def _note_alarms(self):
        """Log these on their deals, and note whom to tell."""
        bodies = {
            lead.id: Markup().join(risk._prepare_alarm() for risk in its)
            for lead, its in self.grouped("lead_id").items()
        }
        self.lead_id._message_log_batch(bodies=bodies)
        subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_risk")
        followers = self.env["mail.followers"].search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", self.lead_id.ids),
                ("subtype_ids", "in", subtype.ids),
                ("partner_id.partner_share", "=", False),
            ]
        )
        following = followers.grouped("res_id")
        told = [
            (partner, risk.lead_id, risk.with_context(lang=partner.lang).type_id.name or "")
            for risk in self
            for partner in following.get(risk.lead_id.id, followers.browse()).partner_id
            | risk._get_decider().partner_id
        ]
        self.env["crm.playbook.notice"]._note("risk", told)

    def _get_decider(self):
        """Return who agrees the response: the team's leader, else who sees to the risk."""
        people = (self.lead_id.team_id.user_id, self.responsible_id, self.lead_id.user_id)
        return next((user for user in people if user.active), self.env.user)

    def _prepare_alarm(self):
        """Return what the message says: not the text, which may name people and is never forgotten there."""
        title = self.env._("High risk: %s", self.type_id.name or self.env._("manual"))
        return Markup("<p><b>%s</b></p>") % title
