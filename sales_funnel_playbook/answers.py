"""What public methods answer is brought into the form that the calling program can read."""

import threading
from urllib.parse import urlsplit

XMLRPC = "/xmlrpc/"


def fit_caller(value):
    """Return ``value``, what a public method answers; to a program that calls over XML-RPC, which has neither
    null nor keys that are numbers, with false and texts in their place.
    """
    return _spell_out(value) if _is_xmlrpc() else value


def _is_xmlrpc():
    """Tell whether this thread answers XML-RPC: Odoo hides its request from methods then, not the address."""
    return urlsplit(getattr(threading.current_thread(), "url", "") or "").path.startswith(XMLRPC)


def _spell_out(value):
    if isinstance(value, dict):
        return {str(key): _spell_out(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spell_out(one) for one in value]
    return False if value is None else value
