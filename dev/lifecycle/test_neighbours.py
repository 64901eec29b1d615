"""Apps that change what deals do, with the module: automation rules and webhooks, a company's own fields and
views, mail, the portal, other ways to log in, leave and invitations.
"""

import pytest

APPS = "base_automation,hr_holidays,auth_oauth,portal,spreadsheet_dashboard"


@pytest.fixture(scope="module")
def neighbours(installed):
    database = installed.copy("neighbours")
    database.load("-i", APPS)
    return database


@pytest.mark.parametrize("story", ["automation", "own_fields", "mail_and_portal", "leave_and_calendar"])
def test_a_deal_is_worked_beside(neighbours, story):
    neighbours.tell(f"beside_{story}")
