"""What docs/extending.md says that programs may call is called by a test, over each protocol; and what
our own addons extend stands there.
"""

import ast
import importlib.util
import re
from collections import defaultdict
from pathlib import Path

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs" / "extending.md").read_text()
TEST = (REPO / "sales_funnel_playbook" / "tests" / "core" / "test_clients.py").read_text()
ORM = {"create"}  # Odoo's own, of every model
CORE = "sales_funnel_playbook"
ELSEWHERE = {"tests", "migrations", "demo"}
# Where Odoo defines what both we and our addons override.
ODOO = ("orm", "addons/base/models", "addons/mail/models", "addons/crm/models", "addons/digest/models")


def test_every_documented_method_is_called():
    tables = PAGE.split("## Calling it from other programs")[1].split("### check_gate")[0]
    first_cells = [line.split("|")[1] for line in tables.splitlines() if line.startswith("| `")]
    documented = {name for cell in first_cells for name in re.findall(r"(?:`|\.)(\w+)\(", cell)} - ORM
    assert len(documented) > 25
    calls = TEST.split("class TestClients")[0]
    called = set(re.findall(r'^    "(\w+)": lambda', calls, re.MULTILINE))
    called |= set(re.findall(r'^    \("[\w.]+", "(\w+)"\): lambda', calls, re.MULTILINE))
    assert documented == called


def get_models(addon):
    """Return ``({model: {method, …}}, {model: {model that it inherits, …}})`` of an addon."""
    methods, parents = defaultdict(set), defaultdict(set)
    for path in sorted((REPO / addon).rglob("*.py")):
        if ELSEWHERE & {*path.relative_to(REPO).parts}:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                name, inherited = get_names(node)
                methods[name] |= {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
                parents[name] |= inherited
    return methods, parents


def get_names(node):
    """Return the model of a class, and the other models that it inherits."""
    said = {}
    for one in node.body:
        if isinstance(one, ast.Assign) and one.targets[0].id in ("_name", "_inherit"):
            said[one.targets[0].id] = ast.literal_eval(one.value)
    inherited = said.get("_inherit", [])
    inherited = [inherited] if isinstance(inherited, str) else inherited
    name = said.get("_name") or (inherited or [None])[0]
    return name, {*inherited} - {name}


def get_inherited(model, parents):
    """Return the methods' owners of a model: itself, and all that it inherits."""
    found, pending = set(), [model]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += parents[one]
    return found


def is_of_odoo(name):
    """Tell whether Odoo has a method of this name, for us to override as anybody may."""
    [root] = importlib.util.find_spec("odoo").submodule_search_locations
    text = re.compile(rf"^    def {name}\(", re.MULTILINE)
    return any(text.search(path.read_text()) for part in ODOO for path in Path(root, part).glob("*.py"))


def test_what_our_addons_extend_is_documented():
    methods, parents = get_models(CORE)
    found = set()
    for path in REPO.glob(f"{CORE}_*/__manifest__.py"):
        others, more = get_models(path.parent.name)
        for model, names in others.items():
            owners = get_inherited(
                model, defaultdict(set, {one: parents[one] | more[one] for one in parents | more})
            )
            found |= {name for name in names for owner in owners if name in methods[owner]}
    assert len(found) > 15
    told = {name for name in found if re.search(rf"\b{name}\(", PAGE)}
    assert not {name for name in found - told if not is_of_odoo(name)}
