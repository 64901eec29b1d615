"""The rooms of the module are as docs/architecture.md and each room's own first lines say."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
MODULE = REPO / "sales_funnel_playbook"
MODELS = MODULE / "models"
PAGE = (REPO / "docs" / "architecture.md").read_text()
MAX_LINES = 300


def get_imported(path):
    """Return the names that a package imports from itself, in order."""
    nodes = ast.parse(path.read_text()).body
    return [a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names]


ROOMS = get_imported(MODELS / "__init__.py")


def get_used(room):
    """Return the other rooms that a room imports from."""
    used = set()
    for path in (MODELS / room).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                used |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
    return used


def get_classes(model):
    """Yield ``(path, class)`` of the classes that define or extend a model."""
    for path in sorted(MODULE.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and model in get_model_names(node):
                yield path, node


def get_model_names(node):
    names = set()
    for part in node.body:
        if isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") in ("_name", "_inherit"):
            value = ast.literal_eval(part.value)
            names |= {value} if isinstance(value, str) else set(value)
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_what_it_says(room):
    lines = (MODELS / room / "__init__.py").read_text().splitlines()
    assert lines[0].startswith("# ") and lines[1].startswith("# Uses "), "what it is for, what it uses"
    said = set(re.sub(r"# Uses |\.$|no other room", "", lines[1]).replace(",", " ").split())
    assert get_used(room) <= said
    earlier = set(ROOMS[: ROOMS.index(room)])
    assert said <= earlier, "a room uses only rooms that are loaded before it"
    assert (REPO / lines[2].removeprefix("# Guide: ")).exists()


def test_the_picture_shows_who_uses_whom():
    diagram = PAGE.split("```mermaid")[1].split("```")[0]
    shown = {
        (room, used)
        for room, arrows in re.findall(r"^    (\w+)\[.*?\] --> (.+)$", diagram, re.MULTILINE)
        for used in arrows.split(" & ")
    }
    assert {room for room, _used in shown} | {"core"} == set(ROOMS)
    direct = {(room, used) for room in ROOMS for used in get_used(room)}
    reached = {(a, c) for a, b in shown for b2, c in shown if b == b2} | shown
    assert direct <= reached, "each import is an arrow, or follows two"


@pytest.mark.parametrize("wing", ["views", "tests", "static/src"])
def test_the_same_word_in_every_wing(wing):
    folders = {path.name for path in (MODULE / wing).iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders <= {*ROOMS, "security", "data"}


def test_what_is_named_is_there():
    """The tables of the page name files and folders, and the list the steps of a save in their order."""
    folders = "models|static|tools|report|views|tests"
    for name in re.findall(
        rf"`((?:{folders})/[\w/.]*|(?:hooks|columns|arguments|shipped|wording)\.py)`", PAGE
    ):
        assert (MODULE / name).exists(), name
    steps = get_lists(MODELS / "core" / "save.py")
    told = re.findall(r"^\d+\. `(_\w+)`", PAGE, re.MULTILINE)
    in_order = [step for name in ("BEFORE_CREATE", "BEFORE_WRITE", "AFTER_SAVE") for step in steps[name]]
    assert [step for step in told if step.startswith(("_before_", "_after_save"))] == in_order


def get_lists(path):
    """Return ``{name: values}`` of the tuples that a module defines."""
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
    }


def test_the_lead_has_one_create_and_one_write():
    defining = {
        (path.relative_to(MODULE).as_posix(), part.name)
        for path, node in get_classes("crm.lead")
        for part in node.body
        if isinstance(part, ast.FunctionDef) and part.name in ("create", "write")
    }
    assert defining == {("models/core/crm_lead.py", "create"), ("models/core/crm_lead.py", "write")}


def test_every_test_file_is_loaded():
    """Odoo runs only what the package ``tests`` has in its own namespace."""
    tests = MODULE / "tests"
    rooms = re.findall(r"^from \.(\w+) import \*$", (tests / "__init__.py").read_text(), re.MULTILINE)
    loaded = [name for room in rooms for name in get_imported(tests / room / "__init__.py")]
    assert Counter(path.stem for path in tests.rglob("test_*.py")) == Counter(loaded)


def test_every_test_class_is_one():
    """Most decorators make a function of a class, which nobody takes for tests: its own say nothing then."""
    classes = [
        (path.name, node)
        for path in REPO.glob("sales_funnel_playbook*/tests/**/test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    ]
    assert classes
    for name, node in classes:
        used = {ast.unparse(one).partition("(")[0] for one in node.decorator_list}
        assert used <= {"tagged", "freeze_time"}, f"{name}: {node.name}"


def test_files_are_rooms_one_can_live_in():
    long = {
        path.relative_to(REPO).as_posix(): count
        for addon in REPO.glob(f"{MODULE.name}*/__manifest__.py")
        for path in addon.parent.rglob("*.py")
        if not {"tests", "migrations", "demo"} & set(path.parts)
        and (count := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert not long
