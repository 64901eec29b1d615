from collections import defaultdict

from odoo import api, models, tools
from odoo.tools import frozendict


class CrmPlaybook(models.Model):
    """Score, tier and checks of a deal follow from rules, so what they depend on is data too."""

    _inherit = "crm.playbook"

    @api.model
    @tools.ormcache()
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


class CrmPlaybookRatedMixin(models.AbstractModel):
    """A rule that rates deals: when it changes, the open deals of its playbook are rated again."""

    _name = "crm.playbook.rated.mixin"
    _description = "Rule that rates deals"
    _inherit = ["crm.playbook.cache.mixin"]
    _playbook_effects = {"rating": None}
