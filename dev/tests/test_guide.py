"""What the guide's pages set apart as a label is on a screen: of the module, of Odoo, or of the demo."""

import re
from xml.etree import ElementTree

import polib
import pytest
from test_readme import ADDONS, LABELS, READMES, REPO, get_demo_names, get_labels

# What a page quotes that is no text of the module: lines of a log, examples that a user writes.
QUOTED = {
    "en": {
        "Or",
        "bottleneck",
        "collides with an existing file",
        "failed to send",
        "maximum number of tries reached",
        "No space left on device",
        "Similar",
        "⚙",
    },
    "zh_CN": {
        "x_budget",
        "与现有文件冲突",
        "我们对这个客户说过什么？",
        "三周后再联系我",
        "已知预算",
        "竞争对手相同 · 阶段相同",
        "线索评分达到 6 分",
        "完成数/应完成数",
        "Sales Funnel: …",
    },
}
ODOO = ("base", "base_import", "crm", "mail", "sales_team", "web", "base_setup")
ODOO += (
    "account",
    "event",
    "event_crm",
    "privacy_lookup",
    "project",
    "sale",
    "utm",
    "website",
    "website_crm",
)  # of the addons beside the module
FOLDERS = {"en": REPO / "docs", "zh_CN": REPO / "docs" / "zh_CN"}


def read_labels(language):
    """Return ``{label: page}`` of the guide in a language."""
    folder = FOLDERS[language]
    pages = [*folder.glob("guide-*.md"), *(folder / "guide").rglob("*.md")]
    return {
        " ".join(label.split()): page.name
        for page in pages
        for found in re.findall(LABELS[language], re.sub(r"\]\([^)]*\)|[\[\]`]", "", page.read_text()))
        for label in found.split(" → ")
    }


def strip_ending(label):
    return re.sub(r"[“‘]?[%…s:：.,”’ ]*$", "", label)


@pytest.mark.parametrize("language", FOLDERS)
def test_labels_are_on_screen(language):
    known = {
        strip_ending(text)
        for text in {*get_labels(language, ODOO), "Sales Funnel Playbook", *get_demo_names()}
    }
    labels = read_labels(language)
    assert len(labels) > 100
    unknown = {label: page for label, page in labels.items() if strip_ending(label) not in known}
    assert {label: page for label, page in unknown.items() if label not in QUOTED[language]} == {}


def get_hidden_reports():
    """Return what "Reporting" shows in the developer mode only: "Lists and Analyses" leads there."""
    files = [path for addon in ADDONS for path in (addon / "views").rglob("*.xml")]
    nodes = [node for path in files for node in ElementTree.parse(path).iter("menuitem")]
    menus = {node.get("id"): node for node in nodes}

    def get_way(node):
        parent = menus.get(node.get("parent", "").rpartition(".")[2])
        return [node, *(get_way(parent) if parent is not None else ())]

    ways = {node.get("name"): get_way(node) for node in nodes}
    return {
        name
        for name, way in ways.items()
        if way[-1].get("parent") == "crm.crm_menu_report"
        and any("base.group_no_one" in (one.get("groups") or "") for one in way)
    }


def translate(texts, language):
    files = [addon / "i18n" / f"{language}.po" for addon in ADDONS]
    found = {entry.msgid: entry.msgstr for path in files if path.exists() for entry in polib.pofile(path)}
    return {found[text] for text in texts}


@pytest.mark.parametrize(("language", "reporting"), [("en", "Reporting"), ("zh_CN", "报表")])
def test_ways_to_reports_are_those_of_the_menu(language, reporting):
    hidden = get_hidden_reports()
    assert {"Waiting Times", "Win Rate by Rule"} <= hidden
    names = hidden if language == "en" else translate(hidden, language)
    folder = FOLDERS[language]
    pages = [*folder.glob("guide-*.md"), *(folder / "guide").rglob("*.md"), REPO / READMES[language]]
    pages += [REPO / "dev" / "demo.txt", *(addon / "README.md" for addon in ADDONS)]
    texts = {page: re.sub(r"[*“”\[\]]", "", " ".join(page.read_text().split())) for page in pages}
    wrong = re.compile(rf"{reporting} → (?:{'|'.join(map(re.escape, sorted(names)))})|报告 →")
    assert {page.name: found for page, text in texts.items() if (found := wrong.findall(text))} == {}
