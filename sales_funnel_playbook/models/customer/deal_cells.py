"""What a cell of a sheet says, compared with what the deal has, and as the person reads it."""

from datetime import time
from decimal import Decimal

from odoo import fields
from odoo.tools import html2plaintext

from ...tools.cell_texts import fold, plain

NAMED = ("team_id", "user_id", "product_line_id", "industry_id", "partner_id")


def is_same(lead, name, value):
    """Tell whether a deal has the value that a cell says, as far as a sheet shows it."""
    known, kind = lead[name], lead._fields[name].type
    if kind == "datetime" and value and known:
        if value.replace(second=0, microsecond=0) == known.replace(second=0, microsecond=0):
            return True
        local, there = (fields.Datetime.context_timestamp(lead, moment) for moment in (value, known))
        return local.date() == there.date() and local.time() == time()
    if kind in ("char", "text", "html"):
        return tidy(kind, value) == tidy(kind, known)
    if kind in ("float", "monetary"):
        return round(value, 6) == round(known, 6)
    return value == known


def tidy(kind, text):
    text = html2plaintext(text) if kind == "html" and text else text or ""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def keep(lead, name):
    """Return a value of a deal as JSON keeps it, and ``write`` takes it."""
    field, value = lead._fields[name], lead[name]
    if field.type in ("float", "monetary"):
        return round(value, 6)
    if field.type in ("date", "datetime"):
        return field.to_string(value) if value else False
    return value.id if field.type == "many2one" else value


def show(lead, name):
    """Return a value of a deal as the person reads it in a sheet, empty where there is none."""
    field, value = lead._fields[name], lead[name]
    if field.type == "boolean":
        return lead.env._("Yes") if value else lead.env._("No")
    if field.type in ("float", "monetary"):
        return plain(Decimal(str(round(value, 6))))
    if not value:
        return "0" if field.type == "integer" else ""
    return {
        "many2one": lambda: value.display_name,
        "selection": lambda: dict(field._description_selection(lead.env)).get(value, value),
        "datetime": lambda: f"{fields.Datetime.context_timestamp(lead, value):%Y-%m-%d %H:%M}",
        "html": lambda: html2plaintext(value),
    }.get(field.type, lambda: str(value))()


def find_own(deal, record):
    """Return ``{field: record}`` of what a deal has already, where a row calls it by its name: it is no
    other, whoever bears that name too, and stays where it is not in use any more.

    :param record: a row, as Odoo's import reads it
    """
    found = {}
    deal = deal.sudo()  # sudo: what it is called stands on the deal
    for field_name in NAMED if deal else ():
        name, own = (record.get(field_name) or [{}])[0].get(None), deal[field_name]
        known = {fold(text) for text in (own.name, own.display_name) if text} if own else ()
        if isinstance(name, str) and fold(name) in known:
            found[field_name] = own
    return found
