from typing import NamedTuple

from .crm_lead_gate import StageMove


class StageState(NamedTuple):
    """Where a lead under a playbook stands; ``won_status`` is None before it is created."""

    playbook_id: int
    stage_id: int
    won_status: str

    def get_move(self, lead_id, after):
        """Return the :class:`StageMove` that leads from here to the state ``after``."""
        return StageMove(lead_id, after.playbook_id, self.stage_id, after.stage_id, self.won_status)

    def is_restored(self, after):
        """Tell whether a lead that is lost here is no more ``after``."""
        return self.won_status == "lost" and after.won_status != "lost"

    def resume(self, stage_id, is_lost):
        """Return where the log of this lead broke off, so that what changed since is seen."""
        won_status = "lost" if is_lost else "pending" if self.won_status == "lost" else self.won_status
        return self._replace(stage_id=stage_id, won_status=won_status)
