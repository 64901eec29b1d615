import psycopg2

from odoo.exceptions import ConcurrencyError, UserError


class PlaybookGateError(UserError):
    """A stage move was refused by the playbook.

    Programs read ``context["refused"]``: a list of ``{"lead_id": int, "lead": str, "stage": str,
    "stage_id": int, "can_override": bool, "unmet": [unmet item, …]}`` with the unmet items of
    :meth:`crm.lead.check_gate`; ``lead_id`` is False for a lead that was to be created. The web client
    shows them in a dialog of its own; every other client treats the error as the ``UserError`` it is,
    and the message says it all.
    """

    def __init__(self, message, refused):
        super().__init__(message)
        self.context = {"refused": refused}


# Somebody else was quicker: to be tried again, not a fault of what was tried.
CONCURRENCY_ERRORS = (psycopg2.errors.UniqueViolation, psycopg2.OperationalError, ConcurrencyError)
