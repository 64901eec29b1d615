"""The hourly job in a process of its own: ``python deadline_process.py CONFIG DATABASE BATCH``.

Prints a line after each batch that it has committed, so that whoever watches can kill it in the middle of
the next one.
"""

import sys


def main(config_path, database, batch):
    import odoo.tools
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["--config", config_path, "-d", database, "--log-level=error"])
    registry = Registry(database)
    # not a part of the running addon, but a program beside it
    crm_playbook_refresh = sys.modules["odoo.addons.sales_funnel_playbook.models.core.crm_playbook_refresh"]
    crm_playbook_refresh.BATCH = int(batch)
    run_batch = crm_playbook_refresh.CrmPlaybookRefresh._run_batch

    def run_and_tell(self, size):
        sys.stdout.write("batch\n")  # the one before is committed
        sys.stdout.flush()
        return run_batch(self, size)

    crm_playbook_refresh.CrmPlaybookRefresh._run_batch = run_and_tell
    with registry.cursor() as cr:
        Environment(cr, SUPERUSER_ID, {})["crm.playbook.refresh"]._cron_run("deadlines")


if __name__ == "__main__":
    main(*sys.argv[1:])
