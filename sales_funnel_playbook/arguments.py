"""What programs give to public methods is looked at before it is used."""

from reprlib import repr as shorten

from odoo.exceptions import UserError

MAX_ID = 2**31 - 1


def is_id(value):
    """Tell whether ``value`` can be the id of a record."""
    return type(value) is int and 0 < value <= MAX_ID


def is_id_list(value):
    """Tell whether ``value`` is a list of what can be ids."""
    return isinstance(value, (list, tuple)) and all(map(is_id, value))


def check_argument(env, name, value, is_usable):
    """Return ``value``, which a program gave as the argument ``name``.

    :raise UserError: unless it is usable
    """
    if not is_usable:
        raise UserError(env._("“%(name)s” cannot be “%(value)s”.", name=name, value=shorten(value)))
    return value
