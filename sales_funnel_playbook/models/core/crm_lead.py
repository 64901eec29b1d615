from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from .mixins import is_kept
from .save import AFTER_SAVE, BEFORE_CREATE, BEFORE_WRITE, LeadState, Save

# Stored fields of the lead that follow from its facts and are computed before it is created.
RESULTS = {
    "risk_ids": ("risk_level", "risk_description", "risk_response"),
    "progress_ids": (
        "last_contact_at",
        "last_contact_summary",
        "last_contact_channel",
        "customer_feedback",
    ),
}
# Writing one of these can take the right to write a lead from whoever writes.
ACCESS_KEYS = {"user_id", "team_id", "company_id", "partner_id", "type"}


class CrmLead(models.Model):
    """The one create and the one write: every capability takes part by its steps, whose order is that of the
    lists in ``save.py``. And which playbook a lead follows.

    Odoo reads every tracked field of every record before each write, written or not. The fields of
    this module are read when they are written, and when they are computed.
    """

    _inherit = "crm.lead"

    product_line_id = fields.Many2one(
        "crm.product.line",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        ondelete="set null",
        help="The product line being sold. Its playbook applies to this deal.",
    )
    playbook_id = fields.Many2one(
        "crm.playbook",
        compute="_compute_playbook_id",
        search="_search_playbook_id",
        help="The product line's playbook, else the team's, else the company's.",
    )
    playbook_stage_id = fields.Many2one("crm.playbook.stage", compute="_compute_playbook_stage_id")

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]  # an import tries again with the same ones
        saver = self._get_saver("create", vals_list)
        for step in BEFORE_CREATE:
            getattr(saver, step)(vals_list)
        leads = super(CrmLead, saver).create(vals_list)
        before = {
            lead_id: LeadState(playbook_id, False, None)
            for lead_id, playbook_id in leads._get_playbook_ids().items()
        }
        leads._finish_save(Save(vals_list=vals_list, before=before))
        return leads._get_saved(self, "create")

    def write(self, vals):
        saver = self._get_saver("write", [vals])
        save = Save(vals, before=saver._get_states(vals))
        for step in BEFORE_WRITE:
            getattr(saver, step)(save)
        result = super(CrmLead, saver).write(save.vals)
        saver._finish_save(save)
        saver._get_saved(self, "read")
        return result

    def _check_can_work(self):
        """Raise unless the user may work on these deals: record what was done, move them.

        :raise AccessError: for everybody else
        """
        self.check_access("write")

    def _may_work(self):
        """Tell whether the user may work on these deals."""
        return self.has_access("write")

    def _get_saver(self, operation, vals_list):
        """Return these leads as they are saved: with the rights of the user. Extended for users who may
        save a part of a lead and read a part of it only: that reads more than they may.

        :raise AccessError: where somebody else's rights are used and the user may not save these values
        """
        return self

    def _get_saved(self, leads, operation):
        """Return these, which were just saved, with the rights of ``leads`` again.

        :param str operation: what the user must be allowed to do with them now
        :raise AccessError: where somebody else's rights were used and the user has none on the result
        """
        if self.env.su == leads.env.su:
            return self
        saved = self.with_env(leads.env)
        saved.check_access(operation)
        return saved

    def _finish_save(self, save):
        """Take the steps after Odoo's own."""
        leads = self
        if (save.is_new or save.before) and not self.env.su and not self.has_access("write"):
            leads = self.sudo()  # sudo: the very save has given the leads to somebody else
        for step in AFTER_SAVE:
            getattr(leads, step)(save)

    def _write_as_odoo(self, vals):
        """Write without any step: what belongs to a save that is on its way."""
        write = super().write
        return write(vals)

    @api.depends("product_line_id")
    def _compute_company_id(self):
        """Where neither team nor salesperson say of which company a lead is, its product line does."""
        result = super()._compute_company_id()
        for lead in self:
            if not lead.company_id and lead.product_line_id.company_id:
                lead.company_id = lead.product_line_id.company_id
        return result

    @api.depends("product_line_id", "team_id", "company_id")
    def _compute_playbook_id(self):
        assignment = self.env["crm.playbook"]._get_assignment()
        for lead in self:
            lead.playbook_id = assignment and assignment.resolve(lead)

    @api.depends("playbook_id", "stage_id")
    def _compute_playbook_stage_id(self):
        gates = self.env["crm.playbook"]._get_gates()
        for lead in self:
            gate = gates.get(lead.playbook_id.id)
            stage = gate and gate.stages.get(lead.stage_id.id)
            lead.playbook_stage_id = stage.id if stage else False

    def _search_playbook_id(self, operator, value):
        if operator == "any":
            playbooks = self.env["crm.playbook"].search(value)
        elif operator == "in":
            playbooks = self.env["crm.playbook"].browse(id_ for id_ in value if id_)
        else:
            return NotImplemented
        domains = self._get_playbook_domains()
        found = Domain.OR(domains.get(playbook.id, Domain.FALSE) for playbook in playbooks)
        if operator == "in" and False in value:
            found |= ~Domain.OR(domains.values())
        return found

    def _get_playbook_ids(self):
        """Return ``{lead id: playbook id}`` for the leads of ``self`` that follow one. Costs no
        query beyond the lead's own fields, and nothing at all while no playbook is in use.
        """
        assignment = self.env["crm.playbook"]._get_assignment()
        if not assignment:
            return {}
        keys = {name: self._get_stored(name) for name in ("product_line_id", "team_id", "company_id")}
        playbook_ids = {id_: assignment.choose(lambda name, i=id_: keys[name][i]) for id_ in self._ids}
        return {lead_id: playbook_id for lead_id, playbook_id in playbook_ids.items() if playbook_id}

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "product_line_id"]

    def _get_playbook_domains(self):
        """Return ``{playbook id: domain}`` of the leads that follow each playbook in use: the same
        order of precedence as :meth:`Assignment.resolve`.
        """
        assignment = self.env["crm.playbook"]._get_assignment()
        by_line, by_team, by_company = assignment
        domains, taken = {}, Domain.FALSE
        for field_name, by_key in (("product_line_id", by_line), ("team_id", by_team)):
            found = {}
            for playbook_id, company_id in set(by_key.values()):
                keys = [key for key, target in by_key.items() if target[0] == playbook_id]
                domain = Domain(field_name, "in", keys)
                if company_id:
                    domain &= Domain("company_id", "in", [company_id, False])
                found[playbook_id] = domain
            for playbook_id, domain in found.items():
                domains[playbook_id] = domains.get(playbook_id, Domain.FALSE) | (domain & ~taken)
            taken |= Domain.OR(found.values())
        companies = [company_id for company_id in by_company if company_id]
        for company_id, (playbook_id, _company) in by_company.items():
            company = Domain("company_id", "not in", companies)
            if company_id:
                company = Domain(
                    "company_id", "in", [company_id, False] if assignment.only_default else [company_id]
                )
            domains[playbook_id] = domains.get(playbook_id, Domain.FALSE) | (~taken & company)
        return domains

    @api.model
    def _get_playbook_case(self, values, default, alias, query=None):
        """Return what holds for the playbook that a lead follows, as an expression on a row of ``crm_lead``.

        :param values: ``{playbook id: SQL}``; ``default`` holds for all others, and for none
        :param str alias: of the row
        """
        # sudo: which playbook a lead follows does not depend on who asks
        leads = self.sudo().browse()
        domains = self._get_playbook_domains() if values else {}
        cases = [
            SQL(
                "WHEN %s THEN %s",
                domains[playbook_id].optimize_full(leads)._to_sql(leads, alias, query),
                value,
            )
            for playbook_id, value in values.items()
            if playbook_id in domains
        ]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), default) if cases else default

    @api.model
    @tools.ormcache()
    def _get_own_tracked(self):
        """Return the names of the tracked fields that this module has added to the lead."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if getattr(field, "tracking", None) and field._modules == ("sales_funnel_playbook",)
        )

    def _before_write_core(self, save):
        context = self.env.context
        is_tracking = not context.get("tracking_disable") and not context.get("mail_notrack")
        if written := is_tracking and self._get_own_tracked().intersection(save.written):
            self._track_prepare(written)

    def _track_prepare(self, fields_iter):
        if fields_iter is self._fields:  # "all there are", from Odoo's own write
            fields_iter = self._fields.keys() - self._get_own_tracked()
        return super()._track_prepare(fields_iter)

    @api.model
    def _has_field_access(self, field, operation):
        """Scores, signals and whatever else the module keeps on a lead nobody writes, as with facts."""
        is_free = operation == "read" or self.env.su or not is_kept(field)
        return is_free and super()._has_field_access(field, operation)

    @api.model
    def _get_access_keys(self):
        """Return the names of fields that decide who may write a lead: those of record rules too."""
        rules = self.env["ir.rule"]._compute_domain("crm.lead", "write")
        return ACCESS_KEYS.union(rule.field_expr.partition(".")[0] for rule in rules.iter_conditions())

    def _after_save_core(self, save):
        """A new lead says what the facts say that come with it: Odoo computes that before there are any."""
        for lead, vals in zip(self if save.is_new else (), save.vals_list, strict=False):
            for result in (result for name in RESULTS if vals.get(name) for result in RESULTS[name]):
                self.env.add_to_compute(lead._fields[result], lead)
