"""Bring the words of shipped records up to date where nobody has changed them."""

from pathlib import Path

from odoo.addons.sales_funnel_playbook.shipped import update_shipped_texts


def migrate(cr, version):
    """Run before the module's tables and data are brought up to date."""
    update_shipped_texts(cr, Path(__file__).with_name("old_texts.csv"))
