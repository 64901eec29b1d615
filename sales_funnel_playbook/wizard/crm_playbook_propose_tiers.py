from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.rating.crm_playbook_tier import TIERS
from ..tools.tiering import Threshold, get_quantile, get_tier, round_down

MIN_WON = 9
SHARES = {"A": 2 / 3, "B": 1 / 3}  # A is what the top third of the won deals brought
PROBABILITIES = {"A": 60, "B": 30, "C": 0}


class CrmPlaybookProposeTiers(models.TransientModel):
    """Thresholds for the tiers from what the company has won, and how the open deals would fall."""

    _name = "crm.playbook.propose.tiers"
    _description = "Propose Tiers"

    playbook_id = fields.Many2one("crm.playbook", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="playbook_id.currency_id")
    won_count = fields.Integer(string="Won Deals")
    line_ids = fields.One2many("crm.playbook.propose.tiers.line", "wizard_id", string="Tiers")
    untiered_count = fields.Integer(string="Open Deals in No Tier", compute="_compute_untiered_count")

    @api.depends("line_ids.min_revenue", "line_ids.min_probability")
    def _compute_untiered_count(self):
        for wizard in self:
            counts = wizard._count_open_deals()
            wizard.untiered_count = counts[None]
            for line in wizard.line_ids:
                line.open_count = counts[line.tier]

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard.write(wizard._prepare_proposal())
        return wizards

    def _prepare_proposal(self):
        """Return the number of won deals and the lines they suggest; with too few of them, the
        thresholds as they are.
        """
        won = [revenue for revenue, _probability in self._get_deals("won") if revenue]
        now = {tier.tier: tier for tier in self.playbook_id.tier_ids}
        lines = []
        for tier, _label in TIERS:
            revenue = now[tier].min_revenue if tier in now else 0
            if len(won) >= MIN_WON:
                revenue = round_down(get_quantile(won, SHARES[tier])) if tier in SHARES else 0
            probability = now[tier].min_probability if tier in now else PROBABILITIES[tier]
            lines.append({"tier": tier, "min_revenue": revenue, "min_probability": probability})
        return {"won_count": len(won), "line_ids": [Command.create(line) for line in lines]}

    def _get_deals(self, won_status):
        """Return ``[(worth in the playbook's currency, probability), …]`` of its deals; those in a
        currency without a rate are left out.
        """
        domain = Domain("playbook_id", "=", self.playbook_id.id) & Domain("won_status", "=", won_status)
        query = self.env["crm.lead"].with_context(active_test=False)._search(domain)
        table = query.table
        names = ("company_id", "worth", "probability")
        columns = [self.env["crm.lead"]._field_to_sql(table, name, query) for name in names]
        rows = self.env.execute_query(query.select(*columns))
        playbook, companies = self.playbook_id, self.env["res.company"]
        rates = {
            company_id: playbook._get_rate(playbook._get_deal_currency(companies.browse(company_id)))
            for company_id in {row[0] for row in rows}
        }
        return [
            (float(worth or 0) * rates[company_id], probability or 0)
            for company_id, worth, probability in rows
            if rates[company_id] is not None
        ]

    def _count_open_deals(self):
        """Return a counter of the open deals by tier, those in none under None."""
        lines = self.line_ids.sorted("tier")
        thresholds = [Threshold(line.tier, line.min_revenue, line.min_probability) for line in lines]
        return Counter(get_tier(*deal, thresholds) for deal in self._get_deals("pending"))

    def action_apply(self):
        """Write the thresholds into the playbook; what else its tiers say stays."""
        self.ensure_one()
        now = {tier.tier: tier.id for tier in self.playbook_id.tier_ids}
        commands = []
        for line in self.line_ids:
            vals = {"min_revenue": line.min_revenue, "min_probability": line.min_probability}
            if line.tier in now:
                commands.append(Command.update(now[line.tier], vals))
            else:
                commands.append(Command.create({"tier": line.tier, **vals}))
        self.playbook_id.tier_ids = commands
        return {"type": "ir.actions.act_window_close"}


class CrmPlaybookProposeTiersLine(models.TransientModel):
    _name = "crm.playbook.propose.tiers.line"
    _description = "Proposed Tier"
    _order = "tier"

    wizard_id = fields.Many2one("crm.playbook.propose.tiers", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    tier = fields.Selection(TIERS, required=True)
    min_revenue = fields.Monetary(string="Worth From")
    min_probability = fields.Float(string="Probability From", digits=(5, 2))
    open_count = fields.Integer(
        string="Open Deals",
        compute="_compute_open_count",
        help="Open deals of the playbook that would be in this tier now.",
    )

    @api.depends("wizard_id.untiered_count")
    def _compute_open_count(self):
        self.wizard_id._compute_untiered_count()


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    def action_propose_tiers(self):
        """Open the dialog that proposes thresholds from the won deals."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["crm.playbook.propose.tiers"].create({"playbook_id": self.id})
        if not wizard.won_count and not self.tier_ids:
            raise UserError(
                self.env._(
                    "“%s” has no won deals yet to learn from: enter the thresholds yourself.", self.name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Propose Tiers"),
        }
