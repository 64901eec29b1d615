from collections import defaultdict

from odoo import api, models
from odoo.tools import frozendict

from ..core.memory import remembered

# What a move brings along is checked by night: checks need not be as quick as moves.
CHECKS = {"check_ids"}
# What is computed again with each change of what it looks at, and most often is what it was.
COMPARED = {"tier"}


class CrmPlaybook(models.Model):
    """Score, tier and checks of a deal follow from rules, so what they depend on is data too."""

    _inherit = "crm.playbook"

    @api.model
    @remembered()
    def _get_rated_fields(self):
        """Return ``{model: {field: tuple of the lead's fields that rules make depend on it}}``, in memory:
        for what rules name, and for the lead's and its facts' fields that it is computed from.
        """
        named = defaultdict(set)
        # sudo: kept in memory for everybody
        for result, names in self.sudo()._get_rating_sources():
            for name in names if result in self.env["crm.lead"]._fields else ():
                named[name].add(result)
        for name in named:  # the checks look at the score: what changes that, changes them
            named[name] = named[name].union(*(named.get(result, ()) for result in named[name]))
        return self._spread(named)

    @api.model
    def _spread(self, named):
        """Return ``{model: {field: tuple of what follows}}`` of what follows from fields of the lead: for
        these, and for the lead's and its facts' fields that they are computed from.

        :param dict named: ``{field of the lead: set of what follows from it}``
        """
        lead_fields = self.env["crm.lead"]._fields
        named = {name: followers for name, followers in named.items() if name in lead_fields}
        spread = defaultdict(lambda: defaultdict(set))
        if not named:
            return frozendict()
        for name, followers in named.items():
            spread["crm.lead"][name] |= followers
        fact = self.pool["crm.lead.fact"]
        for model in ("crm.lead", *(name for name, cls in self.pool.items() if issubclass(cls, fact))):
            for field in self.env[model]._fields.values():
                for following in self.pool.get_dependent_fields(field):
                    if following.model_name == "crm.lead":
                        spread[model][field.name] |= named.get(following.name, set())
        return frozendict(
            {
                model: frozendict({name: tuple(sorted(after)) for name, after in by_name.items() if after})
                for model, by_name in spread.items()
            }
        )

    @api.model
    def _get_rating_sources(self):
        """Return ``[(lead field, names of the lead's fields it follows from), …]``; each capability
        adds what its rules name.
        """
        return []

    def _request_rating(self):
        """Have the open deals of these playbooks rated again by the job, as soon as it gets to it."""
        in_use = self.filtered(lambda playbook: playbook.active and not playbook.is_template)
        if in_use:
            # sudo: the job's queue belongs to the module
            self.env["crm.playbook.refresh"].sudo()._request(in_use)


class CrmLead(models.Model):
    """Score, tier and checks are computed again when something changes that rules look at."""

    _inherit = "crm.lead"

    def _after_save_rating(self, save):
        if save.is_new:
            if self.env["crm.playbook"]._get_rated_fields():
                self._queue_rating({*self._get_rating_results()})
            return
        self._follow_change("crm.lead", save.facts)
        self._follow_change("crm.lead", save.vals, is_later=CHECKS if "stage_id" in save.vals else ())
        self._count_saved_signals(save)

    def _compute_field_value(self, field):
        """Fields that rules name may follow from others, several at once by one method."""
        if not field.store:
            return super()._compute_field_value(field)
        names = [one.name for one in self.pool.field_computed[field] if one.store]
        # a tier that stays as it was changes nothing; of new records there is nothing to compare
        before = self._get_values(COMPARED) if COMPARED.issuperset(names) and all(self._ids) else None
        result = super()._compute_field_value(field)
        if before is None or before != self._get_values(COMPARED):
            self._follow_change("crm.lead", names, is_later=CHECKS)
        return result

    def _get_values(self, names):
        """Return the values of the fields ``names``."""
        return [[lead[name] for lead in self] for name in names]

    @api.model
    def _follow_computed(self):
        """Compute what of the lead rules name and this transaction has left for later, so that what rules
        make follow from it is known to be out of date: as a score is that looks at the orders of a deal.
        """
        rated = self.env["crm.playbook"]._get_rated_fields().get("crm.lead", ())
        pending = [one for one in self.env.fields_to_compute() if one.model_name == "crm.lead"]
        for field in pending:
            if field.name in rated:
                self._recompute_field(field)

    def _follow_change(self, model, names, is_later=()):
        """Bring about what rules make follow from a change of these leads or of facts about them.

        :param str model: ``crm.lead``, or that of the facts
        :param names: of the fields that have changed there
        :param is_later: names of the lead's fields that are not to follow at once, but by night
        """
        self._queue_rating(self._get_rated_by(model, names).difference(is_later))

    @api.model
    def _get_rating_results(self):
        """Return the names of the fields that follow from rules."""
        return ()

    @api.model
    def _get_rated_by(self, model, names):
        """Return the names of the lead's fields that rules make depend on the fields ``names``."""
        rated = self.env["crm.playbook"]._get_rated_fields().get(model)
        return {result for name in names for result in rated.get(name, ())} if rated else set()

    def _queue_rating(self, results):
        """Have ``results`` follow again from the rules, on those of these leads that follow a playbook."""
        fields = [self._fields[result] for result in results]
        fields = [field for field in fields if not self <= self.env.records_to_compute(field)]
        followed = self.browse(self.browse(filter(None, self._ids))._get_playbook_ids() if fields else ())
        for field in fields if followed else ():
            self.env.add_to_compute(field, followed)

    def _refresh(self):
        # what rules change on all deals at once is no news of each deal, and says so on the playbook
        leads = self.with_context(tracking_disable=True)
        results = self._get_rating_results()
        leads.fetch(results)  # what stays as it was needs no UPDATE
        for result in results:
            self.env.add_to_compute(self._fields[result], leads)
        leads.flush_recordset()
        return super()._refresh()


class CrmLeadFact(models.AbstractModel):
    """Rules look at facts too: a changed one is a change of its lead."""

    _inherit = "crm.lead.fact"

    @api.model_create_multi
    def create(self, vals_list):
        facts = super().create(vals_list)
        # sudo: computed for whichever lead the fact belongs to
        facts._queue_rating(facts.sudo().lead_id)
        return facts

    def write(self, vals):
        # sudo: computed for whichever lead the fact belonged and belongs to
        leads = self.sudo().lead_id
        result = super().write(vals)
        self._queue_rating(leads | self.sudo().lead_id)
        return result

    def unlink(self):
        # sudo: computed for whichever lead the fact belonged to
        leads = self.sudo().lead_id
        result = super().unlink()
        self._queue_rating(leads.exists())
        return result

    def _queue_rating(self, leads):
        """Rate ``leads`` again by the rules that look at this kind of fact, or at what follows from it."""
        lists = [field.name for field in self.pool.field_inverses[self._fields["lead_id"]]]
        leads._follow_change("crm.lead", lists)
        leads._follow_change(self._name, self._fields)
