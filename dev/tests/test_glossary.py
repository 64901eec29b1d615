"""Every text of the module, in three languages, keeps to docs/glossary.md: one word for one thing."""

import re
from pathlib import Path

import polib
import pytest

REPO = Path(__file__).parents[2]
ADDONS = [path.parent for path in sorted(REPO.glob("sales_funnel_playbook*/__manifest__.py"))]
LANGUAGES = ("zh_CN", "zh_TW")
TERMS, *NOT_USED = re.split(r"^##+ .*$", (REPO / "docs" / "glossary.md").read_text(), flags=re.M)
ENGLISH, *CHINESE = NOT_USED[1:]


def get_rows(text):
    """Yield the cells of each row of the tables in ``text``, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def get_words(cell):
    return [word for word in re.split(r"[,、] ?", cell) if word]


def read_entries(addon, language):
    """Return the entries of an addon's translation; without a language those of its template."""
    return polib.pofile(addon / "i18n" / (f"{language}.po" if language else f"{addon.name}.pot"))


def get_texts(language=None):
    """Return ``{text: translation}`` of all addons; without a language the texts themselves."""
    entries = [entry for addon in reversed(ADDONS) for entry in read_entries(addon, language)]
    return {entry.msgid: entry.msgstr or entry.msgid for entry in entries}


def find_banned(table, texts):
    """Return which of ``texts`` have a word of a table of words that are not used."""
    found = []
    for cell, exceptions, _instead in get_rows(table):
        for word in get_words(cell):
            pattern = rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
            for text in texts:
                rest = text
                for exception in get_words(exceptions):
                    rest = rest.replace(exception, "")
                if re.search(pattern, rest, re.IGNORECASE):
                    found.append((word, text))
    return found


def get_terms(number):
    """Return ``[(English, translation, whether it holds in sentences), …]`` of a language of the table."""
    return [
        (row[0].strip("*"), row[1 + number], row[0].startswith("**"))
        for row in get_rows(TERMS)
        if len(row) == 4
    ]


def find_other_words(terms, texts):
    """Return the texts whose translation has another word than the glossary."""
    wrong = []
    for english, chinese, is_in_sentences in terms:
        pattern = re.compile(rf"(?<![\w(-]){re.escape(english)}(?:s|es)?(?![\w)-])", re.IGNORECASE)
        for text, translation in texts.items():
            if text.lower() == english.lower():
                is_right = translation == chinese
            else:
                is_right = not is_in_sentences or chinese in translation or not pattern.search(text)
            if not is_right:
                wrong.append((english, chinese, text, translation))
    return wrong


def test_the_page_is_read():
    terms = get_terms(0)
    assert len(terms) > 60
    assert len({english for english, *_rest in terms}) == len(terms), "a term stands there once"
    assert {len(row) for row in get_rows(TERMS)} == {4}
    assert [len(list(get_rows(table))) > 5 for table in (ENGLISH, *CHINESE)] == [True] * 3


def test_english_texts():
    assert find_banned(ENGLISH, get_texts()) == []


@pytest.mark.parametrize("number", range(len(LANGUAGES)), ids=LANGUAGES)
def test_chinese_texts(number):
    texts = get_texts(LANGUAGES[number])
    assert find_banned(CHINESE[number], texts.values()) == []
    assert find_other_words(get_terms(number), texts) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("addon", ADDONS, ids=[addon.name for addon in ADDONS])
def test_every_text_is_translated(addon, language):
    translated = {entry.msgid for entry in read_entries(addon, language) if entry.translated()}
    assert {entry.msgid for entry in read_entries(addon, None)} - translated == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_one_translation(language):
    """Beside the names of Odoo's own models, which are as Odoo has them."""
    texts = get_texts(language)
    others = {
        (addon.name, entry.msgid, entry.msgstr)
        for addon in ADDONS
        for entry in read_entries(addon, language)
        if entry.msgstr != texts[entry.msgid]
        and not all(place.startswith("model:ir.model,") for place, _line in entry.occurrences)
    }
    assert others == set()


def test_what_is_found():
    """Each kind of slip is one."""
    assert find_banned(ENGLISH, ["Hand In", "Submit", "Handing over", "Recommend us"]) == [
        ("hand in", "Hand In")
    ]
    assert find_banned(CHINESE[1], ["當前階段", "當前的分級"]) == [("當前", "當前的分級")]
    terms = [("Key Node", "关键节点", True), ("Lost", "丢单", False)]
    texts = {"Key Node": "关键节点", "Key Nodes reached": "里程碑", "Lost": "已丢失", "Lost again": "又丢了"}
    assert [text for *_term, text, _translation in find_other_words(terms, texts)] == [
        "Key Nodes reached",
        "Lost",
    ]
