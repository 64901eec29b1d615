"""Time zones by their names."""

import pytz


def get_zone(name):
    """Return the time zone of a name, UTC where there is none of that name.

    >>> get_zone("Asia/Shanghai").zone, get_zone("Nowhere").zone, get_zone(False).zone
    ('Asia/Shanghai', 'UTC', 'UTC')
    """
    try:
        return pytz.timezone(name or "UTC")
    except pytz.UnknownTimeZoneError:
        return pytz.utc
