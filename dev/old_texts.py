"""Writes which texts of shipped records have changed since earlier versions: usage CSV COMMIT…

A database that still has one of them, in each language that it has, gets the present text (the migrations'
pre-migrate.py). Run it again when a shipped text or its translation has changed; the commits are those of
dev/lifecycle/versions/README.md, and a checkout without history cannot do it.
"""

import csv
import subprocess
import sys
from pathlib import Path

import polib

REPO = Path(__file__).parents[1]
FOLDER = "sales_funnel_playbook/i18n"
LANGUAGES = ("zh_CN", "zh_TW")
# Records that an update leaves alone; all others are shipped anew by themselves.
MODELS = ("crm.", "mail.template", "mail.message.subtype")


def get_texts(read):
    """Return ``{(record, table, column): (English, Simplified, Traditional Chinese)}`` of a version.

    :param read: a function that returns the text of a file of the translations
    """
    translations = [
        {entry.msgid: entry.msgstr for entry in polib.pofile(read(f"{name}.po"))} for name in LANGUAGES
    ]
    texts = {}
    for entry in polib.pofile(read("sales_funnel_playbook.pot")):
        for occurrence, _line in entry.occurrences:
            kind, _colon, rest = occurrence.partition(":")
            if kind == "model" and rest.startswith(MODELS):
                field, name = rest.split(":")
                model, column = field.split(",")
                key = (name.partition(".")[2], model.replace(".", "_"), column)
                texts[key] = (entry.msgid, *(known.get(entry.msgid, "") for known in translations))
    return texts


def read_commit(commit):
    def read(name):
        command = ["git", "-C", str(REPO), "show", f"{commit}:{FOLDER}/{name}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return read


def get_old_texts(commits):
    """Return the rows: what each version shipped of the records that have another text now, each once.

    :param commits: of the versions, the newest last; English that was changed before it is left out, as an
        earlier migration sees to that
    """
    now = get_texts(lambda name: (REPO / FOLDER / name).read_text(encoding="utf-8"))
    versions = [get_texts(read_commit(commit)) for commit in commits]
    newest = versions[-1]
    rows = {
        (*key, *old, now[key][0])
        for texts in versions
        for key, old in texts.items()
        if key in now and old != now[key] and key in newest and old[0] == newest[key][0]
    }
    return sorted(rows)


if __name__ == "__main__":
    target, *versions = sys.argv[1:]
    found = get_old_texts(versions)
    with open(target, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "table", "column", "en_US", *LANGUAGES, "now"])
        writer.writerows(found)
    print(target, "–", len(found), "texts")
