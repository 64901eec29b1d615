"""Time zones by their names."""

import pytz

from odoo._monkeypatches.pytz import _tz_mapping  # the only list of old names that Odoo keeps


def get_zone(name):
    """Return the time zone of a name, UTC where there is none of that name.

    >>> get_zone("Asia/Shanghai").zone, get_zone("Nowhere").zone, get_zone(False).zone
    ('Asia/Shanghai', 'UTC', 'UTC')
    """
    try:
        return pytz.timezone(name or "UTC")
    except pytz.UnknownTimeZoneError:
        return pytz.utc


def get_known_name(name, known):
    """Return a name of a time zone for a program that has only the names ``known``: the same one, else its
    present or its old name; ``UTC`` where there is none.

    >>> get_known_name("Asia/Shanghai", {"Asia/Shanghai"}), get_known_name("Asia/Calcutta", {"Asia/Kolkata"})
    ('Asia/Shanghai', 'Asia/Kolkata')
    >>> get_known_name("Asia/Kolkata", {"Asia/Calcutta"}), get_known_name("Asia/Kolkata", {"UTC"})
    ('Asia/Calcutta', 'UTC')
    """
    same = [name, _tz_mapping.get(name), *(old for old, new in _tz_mapping.items() if new == name)]
    return next((one for one in same if one in known), "UTC")
