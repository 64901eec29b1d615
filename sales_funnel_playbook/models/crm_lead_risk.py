from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .crm_risk_type import LEVELS

RANKS = {level: rank for rank, (level, _label) in enumerate(LEVELS, start=1)}
# Kept by the module, besides what is computed.
KEPT_FIELDS = ("closed_at", "closed_by_id", "cause")


class CrmLeadRisk(models.Model):
    """One risk of a deal: what it is, how grave, what is done about it, until it is closed."""

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
    response_hint = fields.Text(related="type_id.guidance", string="What Usually Helps")
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
    state = fields.Selection([("open", "Open"), ("closed", "Closed")], required=True, default="open")
    closing_note = fields.Text(help="How it ended.")
    raised_at = fields.Datetime(
        compute="_compute_raised_at", store=True, precompute=True, copy=False, help="When it became high."
    )
    closed_at = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    cause = fields.Char(
        readonly=True, copy=False, help="What opened it, where the module did: the same never opens twice."
    )
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
            is_high = risk.level == "high" and risk.state == "open"
            risk.raised_at = is_high and (risk.raised_at or self.env.cr.now())

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
    def default_get(self, fields):
        """How a risk came and went is no default, whoever puts one into a context."""
        return {k: value for k, value in super().default_get(fields).items() if k not in KEPT_FIELDS}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept({name for name, value in vals.items() if value})
        risks = super().create(vals_list)
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
            vals = {**vals, "closed_at": self.env.cr.now(), "closed_by_id": self.env.uid}
        elif vals.get("state") == "open":
            vals = {**vals, "closed_at": False, "closed_by_id": False}
        calm = self.filtered(lambda risk: not risk._is_alarming())
        result = super().write(vals)
        calm.filtered(lambda risk: risk._is_alarming())._raise_alarm()
        return result

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


class CrmLead(models.Model):
    """What the ledger says of the lead: its gravest open risk. Written directly, as an import does, it
    becomes an entry of the ledger.
    """

    _inherit = "crm.lead"

    risk_ids = fields.One2many("crm.lead.risk", "lead_id", string="Risks")
    risk_level = fields.Selection(
        LEVELS,
        compute="_compute_risk",
        inverse="_inverse_risk",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    risk_description = fields.Text(
        compute="_compute_risk",
        inverse="_inverse_risk",
        store=True,
        readonly=False,
        precompute=True,
        prefetch="playbook",
    )
    risk_response = fields.Text(
        compute="_compute_risk",
        inverse="_inverse_risk",
        store=True,
        readonly=False,
        precompute=True,
        prefetch="playbook",
    )

    @api.depends("risk_ids.level", "risk_ids.state", "risk_ids.description", "risk_ids.response")
    def _compute_risk(self):
        gravest = self._get_gravest_risks()
        for lead in self:
            risk = gravest.get(lead._origin.id, self.env["crm.lead.risk"])
            lead.risk_level = risk.level
            lead.risk_description = risk.description
            lead.risk_response = risk.response

    def _get_gravest_risks(self):
        """Return ``{lead id: its gravest open risk}``; of equals the latest. As superuser."""
        # sudo: the level of a lead is the same for everybody
        risks = (
            self.env["crm.lead.risk"]
            .sudo()
            .search([("lead_id", "in", self._origin.ids), ("state", "=", "open")])
        )
        risks = risks.sorted(lambda risk: (RANKS[risk.level], risk.id))
        return {risk.lead_id.id: risk for risk in risks}

    def _inverse_risk(self):
        """Bring what was written on the leads into the ledger.

        :raise UserError: when that would lower a high risk, or end one without a note
        """
        gravest = self._get_gravest_risks()
        new = []
        for lead in self:
            # sudo: an empty one, as those found are
            risk = gravest.get(lead.id, self.env["crm.lead.risk"].sudo())
            new += lead._enter_risk(risk)
        self.env["crm.lead.risk"].create(new)
        for name in ("risk_level", "risk_description", "risk_response"):
            self.env.add_to_compute(self._fields[name], self)

    def _enter_risk(self, risk):
        """Correct ``risk``, the gravest that is open, by what is written on this lead; return the values
        of the entries it needs besides.
        """
        texts = {"description": self.risk_description, "response": self.risk_response}
        if not self.risk_level and not risk and not any(texts.values()):
            return []
        if risk and not self.risk_level:
            raise UserError(
                self.env._("“%s” has an open risk: close it with a note in its risk ledger.", self.name)
            )
        level = self.risk_level or "medium"
        if not risk or RANKS[level] > RANKS[risk.level]:
            changed = {name: text for name, text in texts.items() if text != risk[name]}
            return [{"lead_id": self.id, "level": level, **changed}]
        risk.sudo(False).write({"level": level, **texts})
        others = self.risk_ids.filtered(lambda r: r.state == "open" and RANKS[r.level] > RANKS[level])
        others.write({"level": level})
        return []
