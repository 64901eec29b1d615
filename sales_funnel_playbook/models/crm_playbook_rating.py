from collections import defaultdict

from odoo import api, models, tools
from odoo.tools import frozendict

# Not a field, but what follows from rules too: the activities that deadlines begin and end.
SETTLING = "deadlines"


class CrmPlaybook(models.Model):
    """Score, tier and checks of a deal follow from rules, so what they depend on is data too."""

    _inherit = "crm.playbook"

    @api.model
    @tools.ormcache()
    def _get_rated_fields(self):
        """Return ``{model: {field: tuple of the lead's fields that rules make depend on it}}``, in memory:
        for what rules name, and for the lead's and its facts' fields that it is computed from.
        """
        rated = defaultdict(lambda: defaultdict(set))
        lead_fields = self.env["crm.lead"]._fields
        named = defaultdict(set)
        # sudo: kept in memory for everybody
        for result, names in self.sudo()._get_rating_sources():
            for name in names & lead_fields.keys():
                named[name].add(result)
        for name in named:  # the checks look at the score: what changes that, changes them
            named[name] = named[name].union(*(named.get(result, ()) for result in named[name]))
            rated["crm.lead"][name] |= named[name]
        if not named:
            return frozendict()
        fact = self.pool["crm.lead.fact"]
        for model in ("crm.lead", *(name for name, cls in self.pool.items() if issubclass(cls, fact))):
            for field in self.env[model]._fields.values():
                for following in self.pool.get_dependent_fields(field):
                    if following.model_name == "crm.lead":
                        rated[model][field.name] |= named.get(following.name, set())
        return frozendict(
            {
                model: frozendict(
                    {name: tuple(sorted(results)) for name, results in by_name.items() if results}
                )
                for model, by_name in rated.items()
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

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._get_rated_playbooks()._request_rating()
        return records

    def write(self, vals):
        playbooks = self._get_rated_playbooks()
        result = super().write(vals)
        (playbooks | self._get_rated_playbooks())._request_rating()
        return result

    def unlink(self):
        playbooks = self._get_rated_playbooks()
        result = super().unlink()
        playbooks.exists()._request_rating()
        return result

    def _get_rated_playbooks(self):
        """Return the playbooks whose deals these rules rate."""
        return self.playbook_id
