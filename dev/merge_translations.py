"""Brings the translations named on the command line up to date with the template: usage TEMPLATE PO…

What is translated stays, what is gone goes, what is new is left to translate and counted.
"""

import sys

import polib


def merge(template, path):
    """Rewrites the translation at ``path``; returns the number of entries left to translate."""
    translation = polib.pofile(path, wrapwidth=78)
    translation.merge(template)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.save(path)
    return len(translation.untranslated_entries())


if __name__ == "__main__":
    template_path, *paths = sys.argv[1:]
    for po_path in paths:
        print(po_path, "–", merge(polib.pofile(template_path), po_path), "to translate")
