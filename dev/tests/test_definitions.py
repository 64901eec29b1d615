"""The guide of the forecast defines each part, number and reason with the words that stand on screen."""

import ast
import re
from pathlib import Path

import polib
import pytest

REPO = Path(__file__).parents[2]
ADDON = REPO / "sales_funnel_playbook_forecast"
NUMBERS = ast.parse((ADDON / "tools" / "look.py").read_text())
GUIDES = {"en": ("docs/guide", "*%s*"), "zh_CN": ("docs/zh_CN/guide", "“%s”")}


def get_constants():
    """Return the numbers that definitions name, by what ``tools/look.py`` calls them."""
    assigned = (node for node in NUMBERS.body if isinstance(node, ast.Assign))
    return {node.targets[0].id: node.value.value for node in assigned if isinstance(node.value, ast.Constant)}


def read_text(call):
    """Return ``(text, what stands in its places)`` of a call of ``self.env._``."""
    text, *values = call.args
    places = tuple(get_constants()[one.attr] for one in values)
    named = {one.arg: get_constants()[one.value.attr] for one in call.keywords}
    return text.value, named or places


def get_definitions_of_models():
    """Return ``[(label, text, what stands in its places), …]`` of what the server defines."""
    found = []
    for path in sorted((ADDON / "models").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and re.fullmatch(r"_get_(\w+_)?definitions", node.name):
                [told] = [one.value for one in node.body if isinstance(one, ast.Return)]
                pairs = [one.elts for one in told.values if isinstance(one, ast.Tuple)]
                found += [(read_text(label)[0], *read_text(text)) for label, text in pairs]
    return found


def get_definitions_of_page():
    """Return the same of the columns of the page Sales Forecast."""
    code = (ADDON / "static" / "src" / "forecast.js").read_text()
    columns = code.split("const COLUMNS = [")[1].split("\n];")[0]
    texts = re.findall(r'_t\(\s*"([^"]+)"\s*\)', columns)
    return [(label, text, ()) for label, text in zip(texts[::2], texts[1::2], strict=True)]


def get_translations(language):
    path = ADDON / "i18n" / f"{language}.po"
    return {one.msgid: one.msgstr for one in polib.pofile(str(path))} if path.exists() else {}


@pytest.mark.parametrize("language", GUIDES)
def test_the_guide_says_what_the_screen_says(language):
    folder, emphasis = GUIDES[language]
    text = (REPO / folder / "forecast" / "forecast.md").read_text()
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:2] == "| "
    ]
    definitions = get_definitions_of_models() + get_definitions_of_page()
    assert len(definitions) == 14 + 6 + 11
    known = get_translations(language)
    for label, definition, places in definitions:
        printed = known.get(definition, definition)
        wanted = printed % places if places else printed
        name = emphasis % known.get(label, label)
        told = [cell for first, cell in rows if first == name]
        assert any(cell.startswith(wanted) for cell in told), f"{name} is not: {wanted}"
