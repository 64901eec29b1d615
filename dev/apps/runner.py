"""Odoo's command line, with tests of both kinds run once every module is loaded.

Odoo runs a module's "at install" tests as soon as that module is loaded: those of crm before any module that
extends it is there, so they would say nothing about one.
"""

from odoo.cli.command import main
from odoo.tests import loader
from odoo.tests.suite import OdooSuite

_make_suite = loader.make_suite


def make_suite(module_names, position="at_install"):
    """Return no tests for the position "at_install", and those of both kinds for the other one."""
    if position == "at_install":
        return OdooSuite()
    tests = {
        test.id(): test for kind in ("at_install", "post_install") for test in _make_suite(module_names, kind)
    }
    return OdooSuite(tests.values())


if __name__ == "__main__":
    loader.make_suite = make_suite
    main()
