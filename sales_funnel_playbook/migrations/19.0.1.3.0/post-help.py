"""Stages, key actions and deadlines of the shipped templates to which nobody has given help get what is
shipped now: its texts and its mails, each where there is none. Translations are loaded after this.
"""

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tools import file_open

TEMPLATES = ("saas", "standard", "equipment")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for template in TEMPLATES:
        path = f"sales_funnel_playbook/data/crm_playbook_template_{template}_help.xml"
        with file_open(path, "rb") as file:
            for shipped in etree.parse(file).iter("record"):
                give_help(env, shipped)


def give_help(env, shipped):
    """Give a stage or deadline the help that its ``shipped`` record has."""
    rule = find(env, shipped.get("id"))
    if not rule:
        return
    text, mails = (shipped.find(f"field[@name='help_{name}']") for name in ("text", "template_ids"))
    if not rule.help_text:
        rule.help_text = text.text
    if mails is not None and not rule.help_template_ids:
        mail = find(env, mails.get("eval").split("'")[1])
        rule.help_template_ids = [Command.link(mail.id)] if mail else []


def find(env, name):
    return env.ref(f"sales_funnel_playbook.{name}", raise_if_not_found=False)
