"""Check that every relative link and image in the repository's pages leads somewhere, headings included."""

import re
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote

REPO = Path(__file__).resolve().parent.parent
# Pictures in another language are made by a command: until their folder is there, the English ones stand in.
PICTURES = REPO / "docs" / "images"
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|<img\b[^>]*\bsrc=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


def get_slug(heading):
    """Return the anchor that GitHub gives a heading.

    >>> get_slug("What `unmet` means, exactly"), get_slug("常见 问题？")
    ('what-unmet-means-exactly', '常见-问题')
    """
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


@cache
def get_anchors(path):
    """Return the anchors of a page; a heading that is there twice has a number at its second place."""
    anchors = set()
    for heading in HEADING.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        slug, number = get_slug(heading), 0
        while (anchor := f"{slug}-{number}" if number else slug) in anchors:
            number += 1
        anchors.add(anchor)
    return anchors


def find_links(path):
    """Return the targets of all links and pictures of a page; what is code is none."""
    text = CODE.sub("", FENCE.sub("", path.read_text(encoding="utf-8")))
    return [match[1] or match[2] for match in LINK.finditer(text)]


def get_problem(path, link):
    """Return what is wrong with a link of a page, or None."""
    if re.match(r"(https?|mailto):", link):
        return None
    target, _hash, anchor = link.partition("#")
    place = (path.parent / unquote(target)).resolve() if target else path
    if target.startswith("/") or not place.is_relative_to(REPO):
        return "is not relative to the repository"
    translated = place.parent
    if translated.parent == PICTURES and not translated.exists():
        place = PICTURES / place.name
    if not place.exists():
        return "does not exist"
    if anchor and unquote(anchor) not in get_anchors(place):
        return "has no such heading"
    return None


def main():
    pages = [*sorted(REPO.glob("*.md")), *sorted((REPO / "docs").rglob("*.md"))]
    problems = [
        f"{page.relative_to(REPO)}: {link} {problem}"
        for page in pages
        for link in find_links(page)
        if (problem := get_problem(page, link))
    ]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
