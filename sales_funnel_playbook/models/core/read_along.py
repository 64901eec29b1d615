from odoo.tools import SQL


class ReadAlong:
    """What is read of leads beside the rules that they meet, in one query with these.

    :ivar SQL query: of ``lead_id`` and ``value``, one row for each lead at most
    :ivar frozenset ids: of these leads
    :ivar dict values: ``{lead id: value}`` once it was read, None before
    """

    column = SQL("(SELECT along.value FROM along WHERE along.lead_id = crm_lead.id)")

    def __init__(self, query, ids):
        self.query = query
        self.ids = frozenset(ids)
        self.values = None

    def is_for(self, leads):
        """Tell whether it is still to be read, and beside what is asked of these leads: a rule may look at
        others while it is compiled.
        """
        return self.values is None and self.ids == {*leads.ids}

    def put_beside(self, query):
        """Return ``query``, of which :attr:`column` is a column, with what that looks at."""
        return SQL("WITH along AS MATERIALIZED (%s) %s", self.query, query)

    def get_values(self, env):
        """Return :attr:`values`, read on their own where no rule was looked at."""
        if self.values is None:
            self.values = dict(env.execute_query(self.query))
        return self.values
