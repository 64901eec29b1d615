from collections import defaultdict
from contextlib import contextmanager

from odoo import models

LATER = "playbook_inversed_later"  # in the context: the Later of a batch that is being written


class Later:
    """The leads of a batch whose written values are still to become facts: ``{inverse: [lead id, …]}``."""

    def __init__(self):
        self.lead_ids = defaultdict(list)


class CrmLead(models.Model):
    """What is written on many leads, on each something else, becomes facts in one go: an inverse asks for
    what is known, and creates what is new, once for all of them.
    """

    _inherit = "crm.lead"

    @contextmanager
    def _inversing_together(self):
        """Yield these leads, to be written one by one: the inverses that ask :meth:`_is_inversed_later` run
        at the end.
        """
        later = Later()
        yield self.with_context(**{LATER: later})
        for name, lead_ids in later.lead_ids.items():
            leads = self.browse(dict.fromkeys(lead_ids))
            fields = [field for field in self._fields.values() if field.inverse == name]
            computed = {one for field in fields for one in self.pool.field_computed.get(field, [field])}
            with self.env.protecting(computed, leads):
                getattr(leads, name)()

    def _is_inversed_later(self, name):
        """Tell whether the inverse ``name`` of these leads runs later, together with that of others."""
        later = self.env.context.get(LATER)
        is_later = isinstance(later, Later)  # what a client puts into a context is none
        if is_later:
            later.lead_ids[name] += self.ids
        return is_later
