import json
import sys

import psycopg2

from odoo.api import SUPERUSER_ID, Environment
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class CheckPlaybook(Command):
    """Checks whether the records of Sales Funnel Playbook fit together; reads everything, changes nothing"""

    name = "check_playbook"

    def run(self, args):
        """Print what does not fit, one line each, with the first deals concerned.

        With ``--report`` print the support report instead, as JSON: versions, counts, playbooks without
        their texts, jobs, what is wrong. It has no customers' data.

        The process ends with 0 when all is sound, with 1 when something does not fit, and with 2 when the
        database cannot be checked.
        """
        config.parser.prog = self.prog
        is_report = "--report" in args
        config.parse_config(["--no-http", *(arg for arg in args if arg != "--report")], setup_logging=True)
        names = config["db_name"]
        if len(names) != 1:
            self._give_up("Name one database: -d DATABASE.")
        try:
            if is_report:
                report = self._read(names[0], "_get_report")
                faults = report["faults"]
            else:
                faults = self._read(names[0], "_find_faults")
        except psycopg2.Error as error:
            [reason, *_rest] = str(error).splitlines() or [type(error).__name__]
            self._give_up(
                f"The database {names[0]} cannot be checked: see that its name is right, PostgreSQL runs"
                f" and the module is up to date ({reason.strip()})."
            )
        sys.stdout.write(self._format(report) if is_report else self._tell(faults))
        if faults:
            sys.exit(1)

    def _read(self, name, method):
        """Return what a method of the check finds in the database called ``name``."""
        with Registry(name).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            if "crm.playbook.integrity" not in env:
                self._give_up(f"Sales Funnel Playbook is not installed in the database {name}.")
            found = getattr(env["crm.playbook.integrity"], method)()
            cr.rollback()
        return found

    def _format(self, report):
        return f"{json.dumps(report, indent=1, ensure_ascii=False)}\n"

    def _tell(self, faults):
        """Return the lines that tell of the faults."""
        told = "".join(self._describe(fault) for fault in faults)
        return told or "The records of Sales Funnel Playbook fit together.\n"

    def _describe(self, fault):
        """Return the line that tells of a fault."""
        ids = ", ".join(map(str, fault["lead_ids"][:10]))
        deals = f" Deals: {ids}{', …' if len(fault['lead_ids']) > 10 else ''}." if ids else ""
        return f"{fault['name']} ({fault['count']}): {fault['message']}{deals}\n"

    def _give_up(self, sentence):
        sys.stderr.write(f"{sentence}\n")
        sys.exit(2)
