"""Words of a text for searching, also where a language writes no spaces.

Chinese and Japanese characters stand for themselves: a search is mostly for two of them, and PostgreSQL's
trigrams need three. So each run of them is written as its overlapping pairs, one word each, with the last
character alone. A pair is a word of its own for the trigram index as for the index of words.
"""

import re
import unicodedata

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff"
RUNS = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
# A word shorter than this has no trigram of its own: it is looked for at the beginning of words.
MIN_PART = 3


def _get_runs(text):
    """Return the words of a text, without capitals and accents, runs of Chinese characters as one."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return RUNS.findall("".join(c for c in plain if not unicodedata.combining(c)))


def _is_cjk(run):
    return re.match(f"[{CJK}]", run) is not None


def _pair(run):
    return [run[i : i + 2] for i in range(len(run))]


def expand(text):
    """Return a text as words between spaces, as it is stored for searching.

    >>> expand("Won over the CTO — Überzeugt!")
    ' won over the cto uberzeugt '
    >>> expand("打破僵局 2024")
    ' 打破 破僵 僵局 局 2024 '
    >>> expand("…")
    ''
    """
    words = [word for run in _get_runs(text) for word in (_pair(run) if _is_cjk(run) else [run])]
    return f" {' '.join(words)} " if words else ""


def get_patterns(text):
    """Return what each word of a search has to be LIKE in an expanded text, without the outer ``%``.

    >>> get_patterns("CTO 僵局")
    ['cto', ' 僵局 ']
    >>> get_patterns("打破僵局")
    [' 打破 破僵 僵局 ']
    >>> get_patterns("局 AI")
    [' 局', ' ai']
    >>> get_patterns("100%_")
    ['100']
    """
    patterns = []
    for run in _get_runs(text):
        if _is_cjk(run) and len(run) > 1:
            patterns.append(f" {' '.join(_pair(run)[:-1])} ")
        elif _is_cjk(run) or len(run) < MIN_PART:
            patterns.append(f" {run}")
        else:
            patterns.append(run)
    return patterns
