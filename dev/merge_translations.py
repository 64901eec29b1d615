"""Brings the translations named on the command line up to date with the template: usage TEMPLATE PO…

What is translated stays, what is gone goes, what is new is left to translate and counted; a translation that
is not there yet is begun.
"""

import sys
from pathlib import Path

import polib


def merge(template, path):
    """Rewrites the translation at ``path``; returns the number of entries left to translate."""
    translation = polib.pofile(path, wrapwidth=78) if Path(path).is_file() else begin(template, path)
    translation.merge(template)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.save(path)
    return len(translation.untranslated_entries())


def begin(template, path):
    """Returns a translation without an entry, for the language that its file is named after."""
    translation = polib.POFile(wrapwidth=78)
    translation.metadata = {**template.metadata, "Language": Path(path).stem}
    return translation


if __name__ == "__main__":
    template_path, *paths = sys.argv[1:]
    for po_path in paths:
        print(po_path, "–", merge(polib.pofile(template_path), po_path), "to translate")
