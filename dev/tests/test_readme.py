"""What the READMEs and CONTRIBUTING.md say is so, in three languages: commands, links, labels and counts."""

import ast
import csv
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import polib
import pytest
from PIL import Image

import check_links

REPO = Path(__file__).parents[2]
MODULE = REPO / "sales_funnel_playbook"
ADDONS = [path.parent for path in sorted(REPO.glob(f"{MODULE.name}*/__manifest__.py"))]
MANIFEST = ast.literal_eval((MODULE / "__manifest__.py").read_text())
READMES = {"en": "README.md", "zh_CN": "README.zh-CN.md", "zh_TW": "README.zh-TW.md"}
TEXTS = {language: (REPO / name).read_text() for language, name in READMES.items()}
CONTRIBUTING = (REPO / "CONTRIBUTING.md").read_text()
COMPOSE = (REPO / "compose.yaml").read_text()
USAGE = (REPO / "dev" / "env").read_text().split("TEXT")[1]
LANGUAGES = list(READMES)

MAX_WORDS = 700
MAX_CHARACTERS = 1600  # of Chinese, where a word in another script counts as one
BULLETS = 5  # of a role
MAX_FILM = 1_500_000  # bytes

CHINESE = r"[\u3400-\u9fff]"
CODE = re.compile(r"^```\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
LABELS = {"en": r"(?<!\*)\*([^*]+)\*(?!\*)", "zh_CN": "“([^”]+)”", "zh_TW": "「([^」]+)」"}
IN_ENGLISH = {1: "one", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 10: "ten", 60: "sixty"}
IN_CHINESE = {1: "一", 3: "三", 4: "四", 5: "五", 6: "六", 7: "七", 10: "十", 60: "六十"}


def get_words(text):
    """Return the words of a page, those of code and of pictures included, the targets of links not."""
    shown = re.sub(r"\]\([^)]*\)", " ", text)
    return [word for word in re.sub(f"({CHINESE})", r" \1 ", shown).split() if re.search(r"\w", word)]


def get_code(text):
    return [block or inline for block, inline in CODE.findall(text)]


def get_skeleton(text):
    """Return the headings' levels, the lists' lines and the blocks of code of a page, in order."""
    found = re.findall(r"^(#+|-|\d\.) |^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [mark or block for mark, block in found]


def get_neutral_links(text):
    """Count the targets of a page's links, without their language and without those to its siblings."""
    links = [re.sub(r"zh_(CN|TW)/|^#.*", "", link) for link in find_links(text)]
    return Counter(link for link in links if not link.startswith("README"))


def find_links(text):
    return re.findall(r"\]\(([^)]+)\)", text)


def count_records(model, field, value):
    """Return how many records of the shipped data have a value, or refer to a record, in a field."""
    count = 0
    for name in MANIFEST["data"]:
        if name.endswith(".xml"):
            path = f".//record[@model='{model}']/field[@name='{field}']"
            fields = ElementTree.parse(MODULE / name).iterfind(path)
            count += sum(value in (node.get("ref"), node.get("eval")) for node in fields)
    return count


def count_stages(template):
    return count_records("crm.playbook.stage", "playbook_id", f"crm_playbook_template_{template}")


def count_deals():
    with (MODULE / "demo" / "deals.csv").open() as file:
        return len(list(csv.DictReader(file)))


def read_records(name, model):
    """Return ``[{field: text or reference}, …]`` of the records of a model in a data file."""
    records = ElementTree.parse(MODULE / "data" / name).iterfind(f".//record[@model='{model}']")
    return [{node.get("name"): node.text or node.get("ref") for node in record} for record in records]


def get_points():
    """Return how many points the first template's score sheet makes."""
    name, highest = "crm_playbook_template_saas_rating.xml", Counter()
    for option in read_records(name, "crm.playbook.criterion.option"):
        highest[option["criterion_id"]] = max(highest[option["criterion_id"]], int(option.get("points", 0)))
    lines = read_records(name, "crm.playbook.criterion")
    return sum(int(line["points"]) for line in lines if "points" in line) + highest.total()


def get_intake_days():
    """Return within how many working days a captured lead is to be complete."""
    deadlines = read_records("crm_playbook_template_saas_deadlines.xml", "crm.playbook.deadline")
    (intake,) = (deadline for deadline in deadlines if deadline["trigger"] == "lead_created")
    assert intake["delay_unit"] == "working_days"
    return int(intake["delay_count"])


CLAIMS = [  # what is counted, and how each page says it
    (count_records("crm.playbook", "is_template", "True"), "{} templates", "{}个模板", "{}個範本"),
    (count_stages("saas"), "Enterprise SaaS* ({} stages)", "SaaS”（{}个阶段）", "SaaS」（{}個階段）"),
    (count_stages("standard"), "Standard product* ({})", "标准产品”（{}个）", "標準產品」（{}個）"),
    (count_stages("equipment"), "equipment* ({})", "长周期设备”（{}个）", "長週期設備」（{}個）"),
    (len(list((MODULE / "i18n").glob("*.po"))) + 1, "{} languages", "{}种语言", "{}種語言"),
    (count_deals(), "{} deals", "{}个商机", "{}個商機"),
    (get_points(), "its {} points", "的{}分逐项", "的{}分逐項"),
    (get_intake_days(), "within {} working day", "{}个工作日内", "{}個工作天內"),
]


@pytest.mark.parametrize("count, patterns", [(count, patterns) for count, *patterns in CLAIMS])
def test_counts(count, patterns):
    for language, pattern in zip(LANGUAGES, patterns, strict=True):
        claim = pattern.format((IN_ENGLISH if language == "en" else IN_CHINESE).get(count, count))
        assert claim in TEXTS[language]


def test_length():
    counts = {language: len(get_words(text)) for language, text in TEXTS.items()}
    assert counts["en"] <= MAX_WORDS
    assert max(counts["zh_CN"], counts["zh_TW"]) <= MAX_CHARACTERS


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_three_say_the_same(language):
    assert get_skeleton(TEXTS[language]) == get_skeleton(TEXTS["en"])
    assert get_neutral_links(TEXTS[language]) == get_neutral_links(TEXTS["en"])


def test_each_role_has_five_bullets():
    roles = re.split("^### ", TEXTS["en"], flags=re.MULTILINE)[1:]
    assert len(roles) == 5 and {role.count("\n- ") for role in roles} == {BULLETS}


@pytest.mark.parametrize("text", [*TEXTS.values(), CONTRIBUTING], ids=[*LANGUAGES, "contributing"])
def test_commands_are_there(text):
    code = "\n".join(get_code(text))
    targets = re.findall(r"^([a-z0-9-]+):", (REPO / "Makefile").read_text(), re.MULTILINE)
    wanted = re.findall(r"\bmake ([a-z0-9 -]+)", code)
    assert wanted and {word for words in wanted for word in words.split()} <= set(targets)
    commands = re.findall(r"^  ([a-z0-9-]+)", USAGE, re.MULTILINE)
    assert set(re.findall(r"dev/env (\w+)", code)) <= {"help", *commands}
    pictures = "\n".join(path.read_text() for path in (REPO / "dev" / "screenshots").glob("*s.mjs"))
    for name in re.findall(r'make screenshots ARGS="([^"]+)"', code):
        assert f'name: "{name}"' in pictures


def test_what_contributing_names_is_there():
    code = get_code(CONTRIBUTING)
    for name in (name for name in code if re.fullmatch(r"[\w.-]+(/[\w.-]+)+", name)):
        assert (REPO / name).exists() or (MODULE / name).exists(), name
    variables = [name for name in code if re.fullmatch("[A-Z_]{4,}", name)]
    assert "ODOO_HOME" in variables and all(name in USAGE for name in variables if name != "ARGS")


@pytest.mark.parametrize("name", [*READMES.values(), "CONTRIBUTING.md"])
def test_links_lead_somewhere(name):
    path = REPO / name
    links = check_links.find_links(path)
    assert [(link, problem) for link in links if (problem := check_links.get_problem(path, link))] == []
    assert not [link for link in links if "://" in link], "nothing is fetched from elsewhere"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_chinese_pages_lead_to_chinese_ones(language):
    for link in find_links(TEXTS[language]):
        twin = REPO / "docs" / "zh_CN" / link.partition("#")[0].removeprefix("docs/")
        assert not (link.startswith("docs/") and twin.is_file()), f"{link} is there in Chinese"


@pytest.mark.parametrize("language, folder", [("en", ""), ("zh_CN", "zh_CN/"), ("zh_TW", "zh_TW/")])
def test_the_refusal_moves(language, folder):
    name = f"docs/images/{folder}refusal-animated.png"
    assert f"]({name})" in TEXTS[language]
    assert (REPO / name).stat().st_size <= MAX_FILM
    with Image.open(REPO / name) as picture:
        assert picture.n_frames > 20 and picture.info["loop"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_on_screen(language):
    """What a page sets apart as a label is one: of the module, of Odoo's CRM, or of the demo."""
    known = {"Sales Funnel Playbook", *get_demo_names(), *get_labels(language)}
    shown = re.sub(r"\]\([^)]*\)|[\[\]`]", "", TEXTS[language])
    labels = [label for found in re.findall(LABELS[language], shown) for label in found.split(" → ")]
    assert len(labels) > 15 and set(labels) <= known


def get_labels(language, addons=("crm", "sales_team")):
    """Return the texts of the module, those beside it and some of Odoo's addons, in a language."""
    odoo = Path(next(iter(find_spec("odoo").submodule_search_locations)), "addons")
    labels = set()
    for addon in (*ADDONS, *(odoo / addon for addon in addons)):
        entries = polib.pofile(addon / "i18n" / f"{'zh_CN' if language == 'en' else language}.po")
        labels |= {entry.msgid if language == "en" else entry.msgstr for entry in entries}
    return labels


def get_demo_names():
    with (MODULE / "demo" / "deals.csv").open() as file:
        names = {row["customer"] for row in csv.DictReader(file)}
    path = MODULE / "demo" / "sales_funnel_demo.xml"
    teams = ElementTree.parse(path).iterfind(".//record[@model='crm.team']/field[@name='name']")
    translated = re.findall(r"'zh_\w\w', '([^']+)'", path.read_text())
    return names | {node.text for node in teams} | {*translated}


@pytest.mark.parametrize("language", LANGUAGES)
def test_badges(language):
    badges = REPO / "docs" / "images" / "badges"
    for name, value in {
        "version": MANIFEST["version"],
        "licence": MANIFEST["license"],
        "odoo": ".".join(MANIFEST["version"].split(".")[:2]),
    }.items():
        assert f">{value}" in (badges / f"{name}.svg").read_text()
        (shown,) = re.findall(rf"!\[([^\]]*)\]\(docs/images/badges/{name}\.svg\)", TEXTS[language])
        assert value in shown


def test_docker_serves_what_the_pages_say():
    assert f"- ./{MODULE.name}:/mnt/extra-addons/{MODULE.name}:ro" in COMPOSE and MODULE.is_dir()
    assert f"-i {MODULE.name} --with-demo" in COMPOSE
    assert set(re.findall(r"^      ([A-Z]+):", COMPOSE, re.MULTILINE)) == {"HOST", "USER", "PASSWORD"}
    pins = (REPO / "dev" / "lib" / "pins.sh").read_text()
    release = re.search(r"^ODOO_PACKAGE=odoo-(\d+)$", pins, re.MULTILINE)[1]
    port = re.search(r"^PORT \?= (\d+)$", (REPO / "Makefile").read_text(), re.MULTILINE)[1]
    assert f"image: odoo:{release}\n" in COMPOSE and f'"127.0.0.1:{port}:' in COMPOSE
    for text in TEXTS.values():
        assert f"`odoo:{release}`" in text and f"`http://127.0.0.1:{port}`" in text
