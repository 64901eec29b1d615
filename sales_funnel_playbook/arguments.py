"""What programs give to public methods is looked at before it is used."""

from reprlib import repr as shorten

from odoo.exceptions import UserError
from odoo.http import DEFAULT_MAX_CONTENT_LENGTH
from odoo.tools import human_size

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


def check_file_size(env, name, size):
    """Refuse a file that is larger than Odoo lets people upload: programs can send others.

    :param str name: what the file is called
    :param int size: in bytes
    :raise UserError: when it is too large
    """
    # sudo: the limit holds for everybody
    value = env["ir.config_parameter"].sudo().get_param("web.max_file_upload_size")
    limit = int(value or DEFAULT_MAX_CONTENT_LENGTH)
    if size > limit:
        raise UserError(
            env._(
                "The file “%(name)s” has %(size)s, %(limit)s are allowed: upload a smaller one.",
                name=name,
                size=human_size(size),
                limit=human_size(limit),
            )
        )
