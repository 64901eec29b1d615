from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

MAX_LISTED = 1000
MAX_NAMED = 10
MODULE = "sales_funnel_playbook"


class CrmPlaybookIntegrity(models.AbstractModel):
    """Tells whether the records of the module fit together, for instance after a restore or another
    program's SQL. Reads everything and changes nothing. Each capability adds what it examines.
    """

    _name = "crm.playbook.integrity"
    _description = "Integrity Check"

    @api.model
    def _find_faults(self):
        """Return what does not fit, in all companies.

        :return: ``[{"name": str, "message": str, "count": int, "lead_ids": [int, …]}]``, empty when all is
            sound; ``count`` is that of what is concerned. Of leads the first 1,000 are listed, of anything
            else the message names the first ten.
        """
        # nobody sees the deals of all companies; and what follows from company and time zone follows from
        # those of the jobs, which have written it
        check = self.with_env(self.env(user=SUPERUSER_ID, context={"active_test": False}))
        self.env.cr.flush()  # what is computed again below is undone, and with it all that is pending
        # planning machine code for each statement takes longer than it saves
        self.env.cr.execute("SET LOCAL jit TO off")
        messages = self._get_messages()
        return [
            self._prepare_fault(name, messages[name], found)
            for name, found in check._examine().items()
            if found
        ]

    @api.model
    def _prepare_fault(self, name, message, found):
        """Return what :meth:`_find_faults` tells of a fault with what was ``found`` for it."""
        named = sorted(one for one in found if isinstance(one, str))
        if named:
            names = ", ".join(named[:MAX_NAMED]) + (", …" if len(named) > MAX_NAMED else "")
            message = self.env._("%(message)s Concerned: %(names)s.", message=message, names=names)
        return {
            "name": name,
            "message": message,
            "count": len(found),
            "lead_ids": sorted(one for one in found if isinstance(one, int))[:MAX_LISTED],
        }

    @api.model
    def _get_messages(self):
        """Return ``{name: what is wrong, and how it is mended}``; each capability adds its own."""
        return {
            "database_guards": self.env._(
                "The database lacks unique indexes or constraints of the module: update the module, and see"
                " the server's log for what stands in their way."
            ),
        }

    @api.model
    def _examine(self):
        """Return ``{name: what it does not hold for}``, the ids of leads or names (texts) of anything else;
        each capability adds its own.
        """
        return {"database_guards": self._find_missing_guards()}

    @api.model
    def _find_missing_guards(self):
        """Return the names of the module's constraints and indexes that PostgreSQL does not have, or not in
        a usable state.
        """
        names = {
            name
            for model in self.env.values()
            for name, guard in model._table_objects.items()
            if guard._module == MODULE and model._auto and not model._abstract
        }
        rows = self.env.execute_query(
            SQL(
                "SELECT conname FROM pg_constraint WHERE convalidated AND conname = ANY(%(names)s)"
                " UNION ALL SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
                " WHERE indisvalid AND relname = ANY(%(names)s)",
                names=[*names],
            )
        )
        return names - {name for (name,) in rows}
