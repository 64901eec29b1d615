from typing import NamedTuple


class StageState(NamedTuple):
    """Where a lead under a playbook stands; ``won_status`` is None before it is created."""

    playbook_id: int
    stage_id: int
    won_status: str

    def resume(self, stage_id, is_lost):
        """Return where the log of this lead broke off, so that what changed since is seen."""
        won_status = "lost" if is_lost else "pending" if self.won_status == "lost" else self.won_status
        return self._replace(stage_id=stage_id, won_status=won_status)
