from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

NOTICE = ("notice_count", "notice_unit")
KINDS = [("renewal", "Renewal"), ("upsell", "Upsell")]
CONTRACT = ("contract_start", "contract_end", *NOTICE)
# The deals whose contracts can be terminated until a day at the latest.
ENDING = """
    (SELECT id FROM crm_lead WHERE contract_end IS NOT NULL AND contract_end
        - CASE WHEN notice_unit = 'days' THEN MAKE_INTERVAL(days => COALESCE(notice_count, 0))
            ELSE MAKE_INTERVAL(months => COALESCE(notice_count, 0)) END <= %s::date)
"""


class CrmLead(models.Model):
    """The contract of a won deal, and the chain of deals that a customer's contract becomes: each renewal and
    each upsell is a deal of its own, and the one it follows stays won with its amount.
    """

    _inherit = "crm.lead"

    contract_start = fields.Date(copy=False)
    contract_end = fields.Date(
        copy=False,
        index="btree_not_null",
        help="The last day of the contract: its renewal is due in time before it.",
    )
    notice_count = fields.Integer(
        string="Notice Period", copy=False, help="How long before its end the contract can be terminated."
    )
    notice_unit = fields.Selection([("days", "Days"), ("months", "Months")], string="Unit", copy=False)
    notice_by = fields.Date(
        compute="_compute_notice_by", help="The last day on which the contract can be terminated."
    )
    renewal_of_id = fields.Many2one(
        "crm.lead",
        string="Follows",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The won deal that this one renews, or adds to.",
    )
    renewal_kind = fields.Selection(
        KINDS,
        readonly=True,
        copy=False,
        help="Renewal: the contract goes on. Upsell: something is added to it.",
    )
    # few: what is no new business
    _renewals_idx = models.Index("(id) WHERE renewal_kind IS NOT NULL")
    renewal_base = fields.Monetary(
        string="Up for Renewal",
        readonly=True,
        copy=False,
        currency_field="company_currency",
        help="What the deal before was worth when this one was made.",
    )
    renewal_noted_at = fields.Datetime(
        string="Renewal Proposed On",
        readonly=True,
        copy=False,
        help="When its renewal was proposed to the salesperson, or the renewal deal was made.",
    )
    renewal_ids = fields.One2many(
        "crm.lead",
        "renewal_of_id",
        string="Renewals and Upsells",
        context={"active_test": False},
        readonly=True,
    )
    renewal_count = fields.Integer(string="Renewals", compute="_compute_renewal_count")
    is_renewal_due = fields.Boolean(
        string="Renewal Due",
        compute="_compute_is_renewal_due",
        search="_search_is_renewal_due",
        help="Its contract ends soon, or it meets the entry conditions of the renewal stage, and there is no"
        " renewal deal yet.",
    )
    can_renew = fields.Boolean(compute="_compute_can_renew")

    _contract_period = models.Constraint(
        "CHECK(contract_end IS NULL OR contract_start IS NULL OR contract_end >= contract_start)",
        "A contract cannot end before it starts.",
    )
    _notice_range = models.Constraint(
        "CHECK(notice_count IS NULL OR notice_count BETWEEN 0 AND 1000)",
        "A notice period is between 0 and 1000 days or months.",
    )

    @api.depends("contract_end", *NOTICE)
    def _compute_notice_by(self):
        for lead in self:
            unit = "days" if lead.notice_unit == "days" else "months"
            notice = relativedelta(**{unit: lead.notice_count or 0})
            lead.notice_by = lead.contract_end and lead.contract_end - notice

    @api.depends("renewal_ids")
    def _compute_renewal_count(self):
        rows = self.with_context(active_test=False)._read_group(
            [("renewal_of_id", "in", self.ids)], ["renewal_of_id"], ["__count"]
        )
        counts = {lead.id: count for lead, count in rows}
        for lead in self:
            lead.renewal_count = counts.get(lead._origin.id, 0)

    @api.depends("won_status", "contract_end", *NOTICE, "renewal_ids")
    def _compute_is_renewal_due(self):
        won = self.filtered(lambda lead: lead.won_status == "won")
        domain = Domain("id", "in", won.ids) & Domain("is_renewal_due", "=", True)
        due = self.with_context(active_test=False).search(domain) if won else self.browse()
        for lead in self:
            lead.is_renewal_due = lead._origin in due

    @api.model
    def _search_is_renewal_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["renewal_of_id", "renewal_kind", *CONTRACT])
        due = Domain.OR(one._get_renewal_due_domain() for one in self.env["crm.playbook"]._get_renewing())
        return Domain.OR(due if wanted else ~due for wanted in value)

    @api.depends("won_status", "playbook_id")
    def _compute_can_renew(self):
        gates = self.env["crm.playbook"]._get_gates()
        for lead in self:
            gate = gates.get(lead.playbook_id.id)
            lead.can_renew = bool(lead.won_status == "won" and gate and gate.renewal_stage_id)

    @api.model
    def _get_renewal_day_domain(self, days):
        """Return the domain of the deals whose contract can be terminated for so many days at most."""
        return Domain.OR(
            leads & Domain("id", "in", SQL(ENDING, today + timedelta(days=days)))
            for today, leads in self._get_day_domains().items()
        )

    def _get_chain_before(self):
        """Return the deals that this one follows, the last one first."""
        self.ensure_one()
        chain = self.renewal_of_id
        while (before := chain[-1:].renewal_of_id) and before not in chain | self:
            chain += before
        return chain

    def action_set_won(self):
        """A renewal deal is won in the first won stage of its playbook, wherever in the pipeline that is."""
        gates = self.env["crm.playbook"]._get_gates()
        won = {lead: lead._get_renewal_won_id(gates) for lead in self}
        others = self.filtered(lambda lead: not won[lead])
        result = super(CrmLead, others).action_set_won() if others else True
        for stage_id, leads in (self - others).grouped(won.get).items():
            leads.action_unarchive()
            leads.write({"stage_id": stage_id, "probability": 100})
        return result

    def _get_renewal_won_id(self, gates):
        """Return the ``crm.stage`` in which this deal is won, if it is a renewal deal, or False."""
        gate = self.renewal_kind and gates.get(self.playbook_id.id)
        return bool(gate and gate.renewal_stage_id) and self._get_first_won_id(gate)

    def _note_renewal(self):
        """Note that the renewal of these deals was proposed, made, or is left alone."""
        # sudo: nobody writes it but the module
        self.sudo()._write_as_odoo({"renewal_noted_at": self.env.cr.now()})

    @api.readonly
    def action_open_renewals(self):
        """Open the renewals and upsells of this deal."""
        self.ensure_one()
        domain = [("renewal_of_id", "=", self.id)]
        return self._prepare_chain_action(self.env._("Renewals and Upsells"), domain)

    @api.readonly
    def action_open_renewed(self):
        """Open the deal that this one follows."""
        self.ensure_one()
        return self.renewal_of_id.get_formview_action()

    @api.model
    def _prepare_chain_action(self, name, domain):
        """Return the action that lists the deals of a chain, whatever has become of them."""
        view = self.env.ref("sales_funnel_playbook.crm_lead_view_list_renewal")
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "name": name,
            "domain": domain,
            "views": [(view.id, "list"), (False, "kanban"), (False, "form")],
            "context": {"active_test": False, "create": False},
        }

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), *CONTRACT]

    def _merge_get_fields_specific(self):
        return {**super()._merge_get_fields_specific(), **dict.fromkeys(CONTRACT, self._merge_contract)}

    @api.model
    def _merge_contract(self, name, leads):
        """A contract is one piece of information: all of it is that of the first deal that knows its dates,
        else its notice.
        """
        dated = (lead for lead in leads if lead.contract_start or lead.contract_end)
        noticed = (lead for lead in leads if lead.notice_count)
        return next(dated, next(noticed, leads[:1]))[name]
