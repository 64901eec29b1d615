"""What docs/extending.md says that programs may call is called by a test, over each protocol."""

import re
from pathlib import Path

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs" / "extending.md").read_text()
TEST = (REPO / "sales_funnel_playbook" / "tests" / "core" / "test_clients.py").read_text()
ORM = {"create"}  # Odoo's own, of every model


def test_every_documented_method_is_called():
    tables = PAGE.split("## Calling it from other programs")[1].split("### check_gate")[0]
    first_cells = [line.split("|")[1] for line in tables.splitlines() if line.startswith("| `")]
    documented = {name for cell in first_cells for name in re.findall(r"(?:`|\.)(\w+)\(", cell)} - ORM
    assert len(documented) > 25
    calls = TEST.split("class TestClients")[0]
    called = set(re.findall(r'^    "(\w+)": lambda', calls, re.MULTILINE))
    called |= set(re.findall(r'^    \("[\w.]+", "(\w+)"\): lambda', calls, re.MULTILINE))
    assert documented == called
