from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_risk_type import LEVELS

RANKS = {level: rank for rank, (level, _label) in enumerate(LEVELS, start=1)}
# Kept by the module, besides what is computed.
KEPT_FIELDS = ("closed_at", "closed_by_id", "cause")
BUDGET_ALARMS = ("cut", "frozen")


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
        copy=False,
        tracking=True,
    )
    risk_description = fields.Text(
        compute="_compute_risk",
        inverse="_inverse_risk",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        prefetch="playbook",
    )
    risk_response = fields.Text(
        compute="_compute_risk",
        inverse="_inverse_risk",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        prefetch="playbook",
    )

    risk_alert = fields.Char(
        compute="_compute_risk_alert", help="What is said at the top of a deal at high risk."
    )

    @api.depends("risk_ids.level", "risk_ids.state", "risk_ids.description", "risk_ids.response")
    def _compute_risk(self):
        gravest = self._get_gravest_risks()
        for lead in self:
            risk = gravest.get(lead._origin.id, self.env["crm.lead.risk"])
            lead.risk_level = risk.level
            lead.risk_description = risk.description
            lead.risk_response = risk.response

    @api.depends("risk_level", "risk_description", "risk_response", "risk_ids.type_id")
    @api.depends_context("lang")
    def _compute_risk_alert(self):
        at_risk = self.filtered(lambda lead: lead.risk_level == "high")
        gravest = at_risk and at_risk._get_gravest_risks()
        for lead in self:
            risk = lead in at_risk and gravest.get(lead._origin.id)
            lead.risk_alert = risk and risk.with_context(lang=self.env.lang)._get_alert()

    def action_open_gravest_risk(self):
        """Open the gravest open risk of this deal in a dialog, to agree what is done about it."""
        self.ensure_one()
        self.check_access("read")
        risk = self._get_gravest_risks().get(self.id)
        if not risk:
            raise UserError(self.env._("“%s” has no open risk any more: reload the page.", self.name))
        return {**risk.sudo(False).get_formview_action(), "target": "new"}

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
        if self._is_inversed_later("_inverse_risk"):
            return
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

    def _after_save_risk(self, save):
        """A budget that was cut or frozen by this save is a risk."""
        if save.is_new:
            hit = self if any(vals.get("budget_status") in BUDGET_ALARMS for vals in save.vals_list) else ()
        else:
            status = save.written.get("budget_status")
            alarmed = save.before.items() if status in BUDGET_ALARMS else ()
            hit = self.browse(lead_id for lead_id, state in alarmed if state.budget_status != status)
        if hit:
            hit._open_budget_risk()

    def _open_budget_risk(self):
        """A budget that is cut or frozen is a risk; each time it happens is a cause of its own."""
        labels = dict(self._fields["budget_status"]._description_selection(self.env))
        key = f"budget:{self.env.cr.now():%Y-%m-%d %H:%M:%S}"
        hit = self.filtered(lambda lead: lead.budget_status in BUDGET_ALARMS)
        if causes := [(lead.id, key, labels[lead.budget_status]) for lead in hit]:
            types = self.env["crm.risk.type"]._get_detecting("budget")
            self.env["crm.lead.risk"]._open_detected(types, causes)

    def _refresh(self):
        """Open what the conditions of risk types find, close what they find no more."""
        types = self.env["crm.risk.type"]._get_detecting("domain")
        self.env["crm.lead.risk"]._detect(types, self.filtered(lambda lead: lead.won_status == "pending"))
        return super()._refresh()


class CrmLeadStakeholder(models.Model):
    _inherit = "crm.lead.stakeholder"

    def write(self, vals):
        """Who decides, or speaks for us, and is replaced or leaves, is a risk; who is anonymised is there
        still.
        """
        if "anonymised_at" in vals:
            return super().write(vals)
        before = [(one, one.partner_id, one.role) for one in self if not one.date_to]
        result = super().write(vals)
        left = [(one, person, role) for one, person, role in before if one._has_left(person, role)]
        for role in {"decision_maker", "champion"} & {role for _one, _person, role in left}:
            causes = [
                (one.lead_id.id, f"{role}:{one.id}:{person.id}", person.name)
                for one, person, its_role in left
                if its_role == role
            ]
            types = self.env["crm.risk.type"]._get_detecting(role)
            self.env["crm.lead.risk"]._open_detected(types, causes)
        return result

    def _has_left(self, person, role):
        """Tell whether ``person`` was in ``role`` on this line and is not any more."""
        return bool(self.date_to) or (self.partner_id, self.role) != (person, role)


class CrmLeadCompetitor(models.Model):
    _inherit = "crm.lead.competitor"

    @api.model_create_multi
    def create(self, vals_list):
        """A competitor that enters is a risk."""
        lines = super().create(vals_list)
        types = self.env["crm.risk.type"]._get_detecting("competitor")
        causes = [
            (line.lead_id.id, f"competitor:{line.competitor_id.id}", line.competitor_id.name)
            for line in lines
        ]
        self.env["crm.lead.risk"]._open_detected(types, causes)
        return lines
