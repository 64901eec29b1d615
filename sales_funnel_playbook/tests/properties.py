"""How properties are tested with hypothesis: the same examples every time."""

from hypothesis import HealthCheck, Phase, settings

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes; the examples are small
    suppress_health_check=[*HealthCheck],
)
