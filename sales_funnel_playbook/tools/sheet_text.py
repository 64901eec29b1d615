"""Reads sheets that are text: in which encoding, and with which separator, is told from their headings."""

import codecs
import csv
import io
import re

from .sheet_rows import count_headings, find_headings

SEPARATORS = (",", ";", "\t", "|", "，")
# How what an import calls an encoding is read: what is called GB2312 mostly has more characters than that.
ALIASES = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "euc-cn", "hz-gb-2312", "cp936"), ("gb18030",)),
    **dict.fromkeys(("big5", "cp950", "big5-hkscs", "big5hkscs"), ("cp950", "big5hkscs")),
    **dict.fromkeys(("utf-8", "utf-8-sig", "ascii"), ("utf-8-sig",)),
    **dict.fromkeys(("latin1", "iso-8859-1", "windows-1252"), ("cp1252", "latin1")),
}
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
# What is tried where nobody has chosen: how it is called, and how it is read.
CANDIDATES = (("gb18030", "gb18030"), ("big5", "cp950"), ("big5", "big5hkscs"))
HIGH = re.compile(rb"[\x80-\xff]+")
PAIRS = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
# Where the common characters and marks of each encoding are.
GB_COMMON = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
GB_HIGHER = re.compile(rb"[\xc9-\xd7][\xa1-\xfe]")
BIG5_COMMON = re.compile(rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]")
LEVEL = 0.8  # share of common characters from which on a text is in that encoding


class UnreadableError(ValueError):
    """The bytes are no text in any encoding that can be told. ``line`` is the first that cannot be read,
    0 where that cannot be said; ``encoding`` is the chosen or likely one.
    """

    def __init__(self, encoding="", line=0):
        super().__init__(encoding, line)
        self.encoding, self.line = encoding, line


def read_text(content, chosen, separator, quote, known):
    """Return ``(rows, encoding, separator)`` of a text file with headings that are ``known``; none where
    there are none. What is UTF-8 is UTF-8, whatever somebody has chosen.

    :param str chosen: the encoding that is asked for, empty where it is to be found
    :param known: as for :func:`.sheet_rows.count_headings`
    :raise UnreadableError: when there are headings, but not everything can be read

    >>> known = {"客户名称": True, "行业": True}
    >>> read_text("客户名称,行业\\n镕公司,金融".encode("gbk"), "", "", '"', known)
    ([['客户名称', '行业'], ['镕公司', '金融']], 'gb18030', ',')
    >>> read_text("客户名称;行业".encode("utf-8-sig"), "gb18030", ",", '"', known)
    ([['客户名称', '行业']], 'utf-8', ';')
    """
    found = find_encoding(content, chosen, known)
    if not found:
        return None
    name, codec = found
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableError(name, content[: error.start].count(b"\n") + 1) from error
    separator = find_separator(text, separator, quote, known)
    return split(text, separator, quote), name, separator


def find_encoding(content, chosen, known):
    """Return ``(name, codec)`` of what a file with headings is encoded in, none where it has no headings."""
    for bom, codec, name in BOMS:
        if content.startswith(bom):
            return (name, codec) if has_headings(content, codec, known) else None
    if name_codec := find_unmarked(content):
        return name_codec if has_headings(content, name_codec[1], known) else None
    if chosen:
        codecs_of = ALIASES.get(chosen.lower().replace("_", "-"), (chosen,))
        read = next((codec for codec in codecs_of if is_readable(content, codec)), codecs_of[0])
        name = "gb18030" if read == "gb18030" else chosen
        if is_codec(read) and has_headings(content, read, known):
            return name, read
    likely = [(name, codec) for name, codec in CANDIDATES if has_headings(content, codec, known)]
    telling = [one for one in likely if count(content, one[1], known) > count(content, "ascii", known)]
    if telling:  # headings with characters of their own tell the encoding
        best = max(count(content, codec, known) for _name, codec in telling)
        telling = [one for one in telling if count(content, one[1], known) == best]
        return next((one for one in telling if is_readable(content, one[1])), telling[0])
    return guess(content) if likely else None


def find_unmarked(content):
    """Return ``(name, codec)`` of Unicode that does not say that it is.

    >>> find_unmarked("客户".encode()), find_unmarked("a;b".encode("utf-16-le"))
    (('utf-8', 'utf-8'), ('utf-16', 'utf-16-le'))
    """
    if b"\0" in content[:2000]:
        even, odd = content[:2000:2].count(0), content[1:2000:2].count(0)
        codec = "utf-16-le" if odd > even else "utf-16-be"
        return ("utf-16", codec) if is_readable(content, codec) else None
    return ("utf-8", "utf-8") if is_readable(content, "utf-8") else None


def guess(content):
    """Return ``(name, codec)`` of a text whose headings are plain Latin letters, told from the others.

    :raise UnreadableError: when they may be anything

    >>> guess("Müller & Söhne, 5 €".encode("cp1252")), guess("数据安全方案，需试用".encode("gbk"))
    (('windows-1252', 'cp1252'), ('gb18030', 'gb18030'))
    >>> guess("需要增加三個功能模組，預算內部審核".encode("big5"))
    ('big5', 'cp950')
    """
    runs = HIGH.findall(content)
    if sum(len(run) == 1 for run in runs) > 0.8 * len(runs) and is_readable(content, "cp1252"):
        return "windows-1252", "cp1252"
    pairs = PAIRS.findall(content)
    shares = {
        "gb18030": get_share(pairs, GB_COMMON) if is_readable(content, "gb18030") else 0,
        "big5": get_share(pairs, BIG5_COMMON) if is_readable(content, "cp950") else 0,
    }
    name = max(shares, key=shares.get)
    if shares[name] < LEVEL or abs(shares["gb18030"] - shares["big5"]) < 0.05:
        raise UnreadableError
    if name == "gb18030" and get_share(pairs, GB_HIGHER) < 0.1:  # Korean has the lower half of these alone
        raise UnreadableError
    return name, {"gb18030": "gb18030", "big5": "cp950"}[name]


def get_share(pairs, common):
    """Return which share of characters of two bytes are common ones."""
    return sum(bool(common.fullmatch(pair)) for pair in pairs) / len(pairs) if pairs else 0.0


def is_codec(codec):
    try:
        codecs.lookup(codec)
    except LookupError:
        return False
    return True


def is_readable(content, codec):
    try:
        content.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def get_top(content, codec):
    """Return how the first lines of a file read."""
    return content[:20_000].decode(codec, errors="replace")


def has_headings(content, codec, known):
    return count(content, codec, known) > (0, 0)


def count(content, codec, known):
    """Return how many headings a file has in an encoding, with the separator that gives most."""
    text = get_top(content, codec)
    return max(count_best(split(text, separator, '"'), known) for separator in SEPARATORS)


def count_best(rows, known):
    top = find_headings(rows, known)
    return (0, 0) if top is None else count_headings(rows[top], known)


def find_separator(text, chosen, quote, known):
    """Return which separator makes most headings; the chosen one where that makes as many."""
    best = {one: count_best(split(text[:20_000], one, quote), known) for one in (chosen, *SEPARATORS) if one}
    return max(best, key=best.get)


def split(text, separator, quote):
    """Return the rows of cells of a text, blank ones too."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return list(csv.reader(lines, delimiter=separator, quotechar=quote))
