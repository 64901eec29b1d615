"""An open database, for processes that work on one."""

import contextlib


@contextlib.contextmanager
def open_database(config_path, database, addons_path=None):
    """Yields an environment of the superuser, without the web server's parts of Odoo."""
    import odoo.tools
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry

    options = ["--config", config_path, "-d", database, "--log-level=error"]
    if addons_path:
        options += ["--addons-path", addons_path]
    odoo.tools.config.parse_config(options)
    with Registry(database).cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})
