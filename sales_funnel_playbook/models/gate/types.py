from itertools import chain
from typing import NamedTuple

from odoo.tools import frozendict


class StageMove(NamedTuple):
    """A lead going from one ``crm.stage`` (or False: it is new) to another, or being restored in the one
    where it was lost; ``from_status`` is its ``won_status`` before, None of a new lead. ``is_renewal`` where
    it is a renewal deal and its playbook has a stage for these.
    """

    lead_id: int
    playbook_id: int
    from_stage_id: int
    to_stage_id: int
    from_status: str | None
    is_renewal: bool = False


class Demands(NamedTuple):
    """What a move asks for: ``rules`` that leads meet or not (:class:`GateRule` and
    :class:`GateOutput`), and stages (:class:`GateStage`) that it jumps over and may not.
    """

    rules: tuple
    jumped: tuple


class Verdict(NamedTuple):
    """What the gate says of a move into ``stage_id``: ``gate`` as the log has it, what is unmet, and
    who let it pass all the same.
    """

    stage_id: int = False
    gate: str = "none"
    unmet: tuple = ()
    is_enforced: bool = False
    override_reason_id: int | None = None
    override_note: str | None = None

    @property
    def is_blocked(self):
        """Whether an enforced playbook would refuse the move."""
        return any(item["blocking"] for item in self.unmet)

    @property
    def is_allowed(self):
        return self.gate == "overridden" or not (self.is_enforced and self.is_blocked)


class GateRule(NamedTuple):
    """An entry condition as the gate keeps it in memory."""

    id: int
    kind: str
    blocking: bool
    domain: str
    document: str = ""  # the domain of the leads that a document of another app shows it of
    since: str = ""  # since when it asks for this, where later moves ask for it again

    @property
    def is_checked(self):
        """Whether ``domain`` decides, and not what a person recorded."""
        return self.kind == "domain"


class GateOutput(NamedTuple):
    """A required output as the gate keeps it in memory."""

    id: int
    kind: str = "output"
    blocking: bool = True
    domain: str = ""  # instead of a submission, where the lead itself shows that it is there
    document: str = ""  # beside a submission, see :class:`GateRule`

    @property
    def is_checked(self):
        """Whether ``domain`` decides, and not what a person recorded."""
        return bool(self.domain)


class GateStage(NamedTuple):
    """A playbook's rules for one ``crm.stage``, as the gate keeps them in memory."""

    id: int
    allow_skip: bool
    rules: tuple[GateRule, ...]
    outputs: tuple[GateOutput, ...]
    is_announced: bool = False  # somebody is told when a deal enters it
    expected_days: int = 0
    kind: str = "skip"


class Gate(NamedTuple):
    """A playbook as the gate needs it; ``stages`` by ``crm.stage`` id. Renewal deals have a stage of their
    own, ``renewal_stage_id``, and all others go through the rest.
    """

    is_enforced: bool
    calendar_id: int
    stages: frozendict
    renewal_stage_id: int = False
    playbook_id: int = False

    @property
    def path(self):
        """The ``crm.stage`` ids through which new business goes."""
        return self.stages.keys() - {self.renewal_stage_id}

    def names(self, stage_id, is_renewal):
        """Tell whether a stage is one of the playbook's for renewal deals, or for all others."""
        is_for_renewals = bool(self.renewal_stage_id) and bool(is_renewal)
        return stage_id in self.stages and (stage_id == self.renewal_stage_id) == is_for_renewals

    def get_first_stage_id(self, ranks):
        """Return the ``crm.stage`` id of the first stage; see :meth:`get_stages_between`."""
        return min(self.path, key=lambda stage_id: ranks.get(stage_id, -1), default=False)

    def get_places(self, ranks):
        """Return ``{crm.stage id: place}`` of the stages, 1 for the first."""
        return {id_: n for n, id_ in enumerate(sorted(self.stages, key=lambda id_: ranks.get(id_, -1)), 1)}

    def get_stages_between(self, ranks, from_stage_id, to_stage_id):
        """Return the :class:`GateStage` strictly between two pipeline stages, in their order.

        :param dict ranks: see :meth:`crm.stage._get_ranks`; what is not in it comes before all
        """
        low, high = ranks.get(from_stage_id, -1), ranks.get(to_stage_id, -1)
        between = [stage_id for stage_id in self.path if low < ranks.get(stage_id, -1) < high]
        return [self.stages[stage_id] for stage_id in sorted(between, key=ranks.get)]


def merge_demands(*several):
    """Return one :class:`Demands` of several, each of them may be None; None where all are."""
    several = [demands for demands in several if demands]
    if not several:
        return None
    return Demands(*(tuple(dict.fromkeys(chain(*parts))) for parts in zip(*several, strict=True)))
