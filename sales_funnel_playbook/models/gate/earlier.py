import json
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

# The gate of a stage let the deal in while the condition held, and no move since was made without it. Who
# came under the playbook later, or was let pass, was never asked.
ASKED = """
    EXISTS (SELECT FROM crm_lead_stage_log log WHERE log.lead_id = crm_lead.id
        AND log.playbook_id = %(playbook)s AND log.stage_id = %(stage)s AND log.entered_at >= %(since)s
        AND log.gate IN ('passed', 'observed', 'overridden') AND log.kind NOT IN ('lost', 'joined')
        AND NOT EXISTS (SELECT FROM crm_lead_stage_log lacking WHERE lacking.lead_id = crm_lead.id
            AND lacking.sequence >= log.sequence AND lacking.unmet @> %(item)s::jsonb))
"""


class EarlierRule(NamedTuple):
    """An entry condition of a stage that a deal may have entered on its way: met unless it was asked for
    there, held then, and does not hold now.
    """

    id: int
    blocking: bool
    domain: str
    playbook_id: int
    stage_id: int
    since: str
    kind: str = "domain"
    document: str = ""
    is_checked: bool = True

    @property
    def key(self):
        """What tells it from the same condition asked of everybody."""
        return ("earlier", self.id)


def get_key(rule):
    """Return ``(kind, rule id)`` of a rule that a move asks for, as the checklist notes what is met."""
    return rule.key if isinstance(rule, EarlierRule) else (rule.kind, rule.id)


class CrmLead(models.Model):
    """What a gate asked for once stays asked for: the next move forward asks again for what somebody has
    emptied since.
    """

    _inherit = "crm.lead"

    @api.model
    def _get_earlier_rules(self, gate, from_stage_id, from_status):
        """Return the :class:`EarlierRule` of the stages up to where an open deal was last let in: each is a
        test more in the one scan, and no query.
        """
        if not gate or from_status not in ("pending", "lost"):
            return []
        ranks = self.env["crm.stage"]._get_ranks()
        here = ranks.get(from_stage_id, -1)
        return [
            EarlierRule(rule.id, rule.blocking, rule.domain, gate.playbook_id, stage_id, rule.since)
            for stage_id in sorted(gate.path, key=lambda id_: ranks.get(id_, -1))
            if ranks.get(stage_id, -1) <= here
            for rule in gate.stages[stage_id].rules
            if rule.is_checked and rule.since
        ]

    @api.model
    def _add_earlier(self, demands, gate, from_stage_id, from_status):
        """Return the :class:`Demands` with what was asked for earlier; None without a gate."""
        if not demands:
            return demands
        asked = {(rule.kind, rule.id) for rule in demands.rules}
        earlier = self._get_earlier_rules(gate, from_stage_id, from_status)
        return demands._replace(
            rules=(*demands.rules, *(rule for rule in earlier if (rule.kind, rule.id) not in asked))
        )

    @api.model
    def _add_earlier_tests(self, tests, rules):
        """Return ``tests``, of which those of ``rules`` hold as well where a deal was not asked. A condition
        that cannot be evaluated any more has held back whom it was asked of: it asks nobody again.

        :param dict rules: ``{key of the test: EarlierRule}``
        """
        asking = {
            key: SQL("(%s OR NOT %s)", tests[key], self._get_asked_test(rule))
            for key, rule in rules.items()
            if key in tests
        }
        return {**tests, **{key: asking.get(key, SQL("TRUE")) for key in rules}}

    @api.model
    def _get_asked_test(self, rule):
        """Return SQL of whether a row of ``crm_lead`` was asked for an :class:`EarlierRule`, and met it."""
        item = json.dumps([{"kind": rule.kind, "rule_id": rule.id}])
        return SQL(ASKED, playbook=rule.playbook_id, stage=rule.stage_id, since=rule.since, item=item)

    @api.model
    def _describe_earlier(self, items):
        """Add to these unmet items of what was asked for earlier where that was.

        :param dict items: ``{EarlierRule: unmet item}``
        """
        # sudo: names of stages are no secret
        stages = self.env["crm.stage"].sudo()
        for rule, item in items.items():
            told = self.env._(
                "It was met when the deal entered “%s”, and is not any more.",
                stages.browse(rule.stage_id).name,
            )
            item["guidance"] = "\n".join(filter(None, [told, item["guidance"]]))
            item["is_earlier"] = True
