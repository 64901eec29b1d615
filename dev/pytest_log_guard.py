"""A pytest plugin: what Odoo logs at WARNING or above during a test fails that test.

Records that a test expects (``assertLogs``, ``mute_logger``) never reach the root logger and so do not
count. Also sees to the server that the tests speak to: its port is reserved, and it answers before the first
test; the asset bundles are built once before the first browser test, as Odoo's own runner does: otherwise
each test class would build them again.
"""

import logging

import pytest
import pytest_odoo
from hypothesis import HealthCheck, settings
from patience import be_patient

import answers
import free_port
from known_noise import counts

START_TIME = 300  # seconds


class LogGuard(logging.Handler):
    """Collects the records that speak against the module."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record):
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + logging.Formatter().formatException(record.exc_info)
        if counts(record.name, message):
            if record.name == "py.warnings":
                message = message.split("\n", 1)[0]  # below it Odoo logs the whole stack
            self.found.append(f"{record.levelname} {record.name}: {message}")

    def take(self) -> list[str]:
        """Returns what was collected and begins anew."""
        found, self.found = self.found, []
        return found


_guard = LogGuard()


def pytest_configure(config):
    """Has tours and random tests take the time they need: how long that is says how busy the machine is."""
    be_patient()
    checks = [HealthCheck.too_slow]
    settings.register_profile("patient", parent=settings(), deadline=None, suppress_health_check=checks)
    settings.load_profile("patient")


def pytest_sessionstart(session):
    """Listens from the loading of the registry on."""
    logging.getLogger().addHandler(_guard)
    pytest_odoo._get_available_random_port = free_port.find  # its own may be somebody else's a moment later


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Turns a passed phase of a test into a failed one if records were logged in it."""
    outcome = yield
    report = outcome.get_result()
    found = _guard.take()
    if not found:
        return
    text = "\n".join(found)
    if report.passed:
        report.outcome = "failed"
        report.longrepr = "Odoo logged at WARNING or above:\n" + text
    else:
        report.sections.append(("Odoo's log at WARNING or above", text))


@pytest.fixture(scope="session", autouse=True)
def answering_server(request, load_http):
    """Waits until the server of the tests answers."""
    from odoo.tools import config

    if request.config.getoption("--odoo-http"):
        url = f"http://127.0.0.1:{config['http_port']}/web/health"
        assert answers.wait(url, lambda: True, START_TIME), f"nothing answers at {url}"


@pytest.fixture(scope="session", autouse=True)
def built_assets(request, answering_server):
    """Builds the asset bundles if a browser test was collected."""
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tests.common import HttpCase, get_db_name

    classes = {getattr(item, "cls", None) or object for item in request.session.items}
    if not any(issubclass(cls, HttpCase) for cls in classes):
        return
    with Registry(get_db_name()).cursor() as cr:
        Environment(cr, SUPERUSER_ID, {})["ir.qweb"]._pregenerate_assets_bundles()
