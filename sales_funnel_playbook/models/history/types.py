from datetime import datetime
from typing import NamedTuple

from ..core.save import LeadState
from ..gate.types import StageMove

# Kinds of segments that begin a stay which conversion counts, where the playbook names the stage.
ENTERING = ("created", "forward", "skip", "backward", "won")


class Current(NamedTuple):
    """The segment that a lead is in, as the log has it. ``worked`` are the open segments of its stay: lists
    of a beginning and an end.
    """

    lead_id: int
    id: int
    playbook_id: int
    stage_id: int | None
    state: str
    company_id: int | None
    team_id: int | None
    user_id: int | None
    product_line_id: int | None
    entered_at: datetime
    sequence: int
    stay_sequence: int
    stay_began_at: datetime
    gate_stage_id: int | None
    calendar_id: int | None
    worked: list
    kind: str

    @property
    def identity(self):
        """What makes a segment, in the order of :attr:`LeadState.identity`: another one begins when one of
        these is another.
        """
        return self[2:9]

    def is_same_stay(self, new):
        """Tell whether a lead that is ``new`` (a :class:`LeadState`) is still in this stay."""
        return self.identity[:2] == new.identity[:2]

    def get_ending(self, new=None, kind="left"):
        """Return the :class:`Ending` of this segment: ``new`` is what the lead is after it, None where it
        has left its playbook for none.
        """
        is_there = bool(new) and self.is_same_stay(new)
        return Ending(
            id=self.id,
            lead_id=self.lead_id,
            playbook_id=self.playbook_id,
            calendar_id=self.calendar_id,
            entered_at=self.entered_at,
            worked=self.worked,
            ended_as=kind if new and new.playbook_id == self.playbook_id else "left",
            closes=self.state == "open" and not (is_there and new.state == "open"),
            reopened=self.stay_sequence if is_there and self.state != "open" == new.state else None,
        )


class Change(NamedTuple):
    """A lead that is not what its log says: ``old`` is its current segment, None where it has none; from
    ``from_stage_id`` and ``from_state`` it came.
    """

    lead_id: int
    old: Current | None
    new: LeadState
    from_stage_id: int | None
    from_state: str | None
    kind: str
    is_given: bool = False  # whether a team, or a split, has given it its stage

    @property
    def is_kept(self):
        """Whether it is under the same playbook as before."""
        return bool(self.old) and self.old.playbook_id == self.new.playbook_id

    @property
    def is_restored(self):
        """Whether it was lost, and is not any more."""
        return self.from_state == "lost" != self.new.state

    def is_amended(self, now):
        """Whether it only says whose a deal is that has come into its segment in this very moment."""
        return self.kind == "handed_over" and self.old.entered_at >= now

    def is_instead(self, now):
        """Whether it takes the place of a segment that was but a step on the way: Odoo archives a deal, then
        says that it is lost.
        """
        return (
            bool(self.old)
            and (self.old.kind, self.old.state, self.new.state) == ("archived", "archived", "lost")
            and self.old.is_same_stay(self.new)
            and self.old.entered_at >= now
        )

    def get_move(self, is_winning):
        """Return the :class:`StageMove` that a gate has to see, or None.

        :param bool is_winning: whether to come under the playbook is to win a deal there: a product line was
            chosen for a deal that is won, or it had left the playbook before it was won
        """
        is_moved = self.from_stage_id != (self.new.stage_id or None)
        # won: also where it stands, as its stage becomes a won one
        is_coming = self.is_restored or self.kind in ("created", "joined", "won")
        if not is_coming and (self.is_given or not is_moved):
            return None
        status = "pending" if self.from_state in ("open", "archived") else self.from_state
        if is_winning:
            status = "pending"
        return StageMove(
            self.lead_id, self.new.playbook_id, self.from_stage_id or False, self.new.stage_id, status
        )

    def is_refusable(self, is_winning):
        """Tell whether a gate may refuse it: who comes under a playbook stands where it stands, unless it was
        lost until now.
        """
        return self.kind != "joined" or is_winning or self.is_restored


class Segment(NamedTuple):
    """A segment that begins; the columns of the log that its lead does not tell."""

    lead_id: int
    playbook_id: int
    stage_id: int | None
    state: str
    company_id: int | None
    team_id: int | None
    user_id: int | None
    product_line_id: int | None
    previous_stage_id: int | None
    entered_at: str
    kind: str
    gate: str
    unmet: str | None
    override_reason_id: int | None
    override_note: str | None
    sequence: int
    stay_sequence: int
    stay_began_at: str
    stage_rank: int | None
    gate_stage_id: int | None
    is_entry: bool


class Ending(NamedTuple):
    """A segment that ends. ``closes`` where the stay of an open deal is over: then it is measured;
    ``reopened`` is the stay that was over and goes on.
    """

    id: int
    lead_id: int
    playbook_id: int
    calendar_id: int | None
    entered_at: datetime
    worked: list
    ended_as: str
    closes: bool
    reopened: int | None


class Restage(NamedTuple):
    """Deals change into another stage because theirs was split. It travels in the context, where only this
    module can put one: what a client sends is never of this type.
    """

    lead_ids: frozenset
    stage_id: int
    is_new_stay: bool
