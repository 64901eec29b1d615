from typing import NamedTuple


class Stay(NamedTuple):
    """A stay that begins; the columns of the log that its lead does not tell."""

    lead_id: int
    playbook_id: int
    stage_id: int | None
    previous_stage_id: int | None
    entered_at: str
    kind: str
    gate: str
    unmet: str | None
    override_reason_id: int | None
    override_note: str | None


class Restage(NamedTuple):
    """Deals change into another stage because theirs was split. It travels in the context, where only this
    module can put one: what a client sends is never of this type.
    """

    lead_ids: frozenset
    stage_id: int
    is_new_stay: bool
