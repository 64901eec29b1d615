from collections import defaultdict

from odoo import api, models
from odoo.tools import frozendict

from ..core.crm_playbook_duty import ENTERING
from ..core.memory import remembered

# Until 19.0.1.4.0: under this name modules written for 19.0.1.1.0 say what settles deadlines.
SETTLING = "deadlines"
# The key of all duties, and of what no rule has asked for.
EVERY = "*"
EVERYTHING = frozenset({EVERY})
# What is written on a deal itself, or recorded about it, that can begin or end any deadline. A move can, too,
# and winning and losing: that the log tells.
GENERAL_FIELDS = {
    *("user_id", "team_id", "product_line_id", "company_id", "active"),
    *("output_ids", "score_answer_ids", "question_ids"),
}
# And what can begin or end those of a trigger.
TRIGGER_FIELDS = {
    "communication": {"progress_ids", "contact_ids"},
    "review": {"progress_ids", "waiting_until"},
    "follow_up": {"progress_ids", "contact_ids", "waiting_until", "tier"},
    "risk_raised": {"risk_ids"},
    **dict.fromkeys(("lead_created", ENTERING, "won", "lost"), frozenset()),
}


class CrmPlaybook(models.Model):
    """Which fields a deadline begins and ends with: a save looks at those alone that it concerns."""

    _inherit = "crm.playbook"

    @api.model
    def _get_settling_sources(self):
        """Return the names of the lead's fields whose change is a reason to look at its deadlines: they begin
        and end with what is entered on the deal.
        """
        duties = [duty for one in self._get_duties().values() for duty in one.duties]
        return set(GENERAL_FIELDS).union(*map(self._get_duty_fields, duties)) if duties else set()

    @api.model
    def _get_duty_fields(self, duty):
        """Return the names of the lead's fields with which ``duty`` begins and ends, besides the general
        ones: what its domains look at, and what belongs to its trigger.
        """
        rules = self.env["crm.playbook.rule"]
        texts = {duty.domain, duty.satisfied_domain, duty.document_domain}
        own = TRIGGER_FIELDS.get(duty.trigger, frozenset())
        return own.union(*(rules._get_domain_fields(text) for text in texts))

    @api.model
    @remembered()
    def _get_settling_fields(self):
        """Return ``{model: {name of its field: keys of the duties that begin or end with it}}`` of the same,
        with what these fields are computed from, and facts; kept in memory.
        """
        # sudo: kept in memory for everybody
        named = self.sudo()._get_settling_sources()
        named = named.union(*(names for key, names in self.sudo()._get_rating_sources() if key == SETTLING))
        keys = defaultdict(set)
        for duty in (duty for one in self._get_duties().values() for duty in one.duties):
            # what begins with a trigger of another module may look at anything that one names
            names = self._get_duty_fields(duty) if duty.trigger in TRIGGER_FIELDS else named
            for name in names:
                keys[name].add(duty.key)
        general = {name for name in named if name in GENERAL_FIELDS or name not in keys}
        spread = self._spread({name: EVERYTHING if name in general else keys[name] for name in named})
        return frozendict(
            {
                model: frozendict({name: frozenset(its) for name, its in by_name.items()})
                for model, by_name in spread.items()
            }
        )
