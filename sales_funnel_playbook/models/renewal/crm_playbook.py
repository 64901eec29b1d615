from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Won while the deal followed the playbook: of those that came as won nothing is asked.
WON_HERE = """
    (SELECT lead_id FROM crm_lead_stage_log WHERE playbook_id = %s AND state = 'won'
        AND kind IN ('won', 'created') AND origin <> 'filled')
"""
RENEWED = "(SELECT renewal_of_id FROM crm_lead WHERE renewal_kind = 'renewal' AND renewal_of_id IS NOT NULL)"


class CrmPlaybook(models.Model):
    """When a won deal's renewal is due, and what happens then."""

    _inherit = "crm.playbook"

    renewal_making = fields.Selection(
        [
            ("none", "Made Manually"),
            ("propose", "Proposed to the Salesperson"),
            ("make", "Made Automatically"),
        ],
        string="Renewal Deals",
        required=True,
        default="propose",
        tracking=True,
        help="What happens when the renewal of a won deal is due: by its contract's end, or, where it has"
        " none, once it meets the entry conditions of the renewal stage.",
    )
    renewal_days = fields.Integer(
        string="Days Before Notice",
        default=30,
        help="So many days before the last day on which the contract can be terminated its renewal is due.",
    )
    has_renewal_stage = fields.Boolean(compute="_compute_has_renewal_stage")

    _renewal_days_range = models.Constraint(
        "CHECK(renewal_days BETWEEN 0 AND 1000)", "The days before notice are between 0 and 1000."
    )

    @api.depends("stage_ids.is_renewal")
    def _compute_has_renewal_stage(self):
        for playbook in self:
            playbook.has_renewal_stage = any(stage.is_renewal for stage in playbook.stage_ids)

    def write(self, vals):
        """Whoever begins with renewal deals is not told of all that was due before."""
        beginning = self.filtered(lambda one: one.renewal_making == "none")
        result = super().write(vals)
        beginning.filtered(lambda one: one.renewal_making != "none")._pass_over_due()
        return result

    @api.model
    def _get_renewing(self):
        """Return the playbooks that propose or make renewal deals."""
        gates = self._get_gates()
        # sudo: what is due does not depend on who asks
        playbooks = self.sudo().browse(id_ for id_, gate in gates.items() if gate.renewal_stage_id)
        return playbooks.filtered(lambda one: one.renewal_making != "none" and not one.is_template)

    def _get_renewal_due_domain(self):
        """Return the domain of the won deals of this playbook whose renewal is due, and that have no renewal
        deal.
        """
        self.ensure_one()
        leads = self.env["crm.lead"]
        won = leads._get_playbook_domains().get(self.id, Domain.FALSE) & Domain("won_status", "=", "won")
        won &= Domain("id", "in", SQL(WON_HERE, self.id)) & Domain("id", "not in", SQL(RENEWED))
        ending = leads._get_renewal_day_domain(self.renewal_days)
        return won & (ending | (Domain("contract_end", "=", False) & self._get_renewal_condition()))

    def _get_renewal_condition(self):
        """Return the domain of the deals that meet what the renewal stage asks for, as far as that can be
        checked; none where nothing is asked: then only the contract's end makes a renewal due.
        """
        stage = self.stage_ids.filtered("is_renewal")
        checked = stage.condition_ids.filtered(
            lambda one: one.kind == "domain" and one.severity == "blocking"
        )
        if any(one.broken_reason for one in checked):
            return Domain.FALSE
        parse = self.env["crm.playbook.rule"]._parse_domain
        return Domain.AND(parse(one.domain) for one in checked) if checked else Domain.FALSE

    def _tell_of_renewals(self, stage, won=None, count=0):
        """Say on this playbook what an update has made of a later won stage of it.

        :param stage: the ``crm.stage``
        :param won: the won stage into which its deals have gone; None: it was left alone
        :param int count: how many deals these were
        """
        own = self.with_context(lang=self.responsible_user_id.lang or self.env.lang)
        names = {"stage": stage.with_env(own.env).name, "count": count}
        if won is None:
            body = own.env._(
                "“%(stage)s” still is a won stage. If it is meant for renewals: move its deals to the won"
                " stage before it, uncheck its “Is Won Stage?”, and check “Renewal Stage” in this playbook.",
                **names,
            )
        else:
            body = own.env._(
                "“%(stage)s” is for renewal deals now, which are won or lost themselves. Won deals that stood"
                " there and are in “%(won)s” again, as won as before: %(count)s.",
                won=won.with_env(own.env).name,
                **names,
            )
        self.message_post(body=body)

    def _pass_over_due(self):
        """Leave alone what is due already: it is neither proposed nor made by itself."""
        for playbook in self & self._get_renewing():
            domain = playbook._get_renewal_due_domain() & Domain("renewal_noted_at", "=", False)
            # sudo: also the deals of others
            leads = self.env["crm.lead"].sudo().with_context(active_test=False).search(domain)
            leads._note_renewal()


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        stages.filtered("is_renewal").playbook_id._pass_over_due()
        return stages

    def write(self, vals):
        others = self.filtered(lambda stage: not stage.is_renewal)
        result = super().write(vals)
        others.filtered("is_renewal").playbook_id._pass_over_due()
        return result
