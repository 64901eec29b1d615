"""Bring the words of shipped records up to date where nobody has changed them."""

import csv
from pathlib import Path

from odoo.addons.sales_funnel_playbook.shipped import update_shipped

LANGUAGES = ("en_US", "zh_CN", "zh_TW")
# What earlier versions have shipped and what is shipped now, written by dev/old_texts.py.
OLD_TEXTS = Path(__file__).with_name("old_texts.csv")


def migrate(cr, version):
    """Run before the module's tables and data are brought up to date."""
    with OLD_TEXTS.open(encoding="utf-8", newline="") as file:
        update_shipped(cr, map(_prepare_change, csv.DictReader(file)))


def _prepare_change(row):
    old = {language: row[language] for language in LANGUAGES}
    return row["name"], row["table"], {row["column"]: old}, {row["column"]: row["now"]}
