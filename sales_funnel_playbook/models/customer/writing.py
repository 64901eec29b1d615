"""Writes the rows of a sheet into their deals, each for itself: one that is refused holds no other back."""

from datetime import time
from decimal import Decimal
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...tools.cell_texts import plain
from .crm_lead import KEEPS_CUSTOMER

UPDATE = "playbook_sheet_update"  # in the context: the SheetWriter of an update, True while a file is read
CUSTOMERS = {"partner_id", "partner_name"}
CONTACT = ("last_contact_at", "last_contact_summary", "customer_feedback")
# What comes with a row besides its cells, and what of it tells whether somebody has changed it since.
FACTS = {
    "crm.lead.progress": ("progress_ids", ("summary", "feedback", "channel")),
    "crm.lead.risk": ("risk_ids", ("level", "description", "response", "state")),
}


class Outcome(NamedTuple):
    """What became of a row: its ``kind``, its deal, ``changes`` of cells (``name``, ``old``, ``new``),
    the ``facts`` that came with them (see :meth:`SheetWriter._compare_facts`), and a ``sentence``: why not.
    """

    kind: str
    lead_id: int = False
    changes: list = ()
    facts: list = ()
    sentence: str = ""


class DifferentError(UserError):
    """A row would change something else than what was shown to the person."""


class SheetWriter:
    """The rows of a sheet on their way into the deals.

    :param sheet: an :class:`UpdateSheet`
    :param is_check: nothing is written: only whether Odoo can read the cells is found out
    :param is_rehearsal: everything will be taken back
    :param shown: ``{index of a row: (kind, texts of its changes)}``, what the person has seen of it
    """

    def __init__(self, sheet, is_check=False, is_rehearsal=False, shown=None):
        self.sheet, self.is_check, self.is_rehearsal = sheet, is_check, is_rehearsal
        self.shown = shown or {}
        self.tell = lambda _count: None  # is called with how many rows are through
        self.is_begun, self.error = False, None  # what ends it all, such as somebody who was quicker
        self.outcomes = {}
        self.indexes = []  # of the rows that are given to Odoo's load
        self.names = [name for name in sheet.names if name not in (*CUSTOMERS, ".id", "stage_entered_at")]
        self.names = [name for name in self.names if "/" not in name]
        if "stage_id" in self.names and "probability" not in self.names:
            self.names.append("probability")  # it may follow from the stage

    def save(self, leads, data_list):
        """Write the rows that Odoo has read, and return their deals.

        :param leads: an empty recordset
        :param data_list: what ``_load_records`` is given
        """
        self.is_begun = True
        if self.is_check:
            return leads.browse([one["values"]["id"] for one in data_list if one["values"].get("id")])
        rows = [self._prepare_row(leads, data) for data in data_list]
        deals = leads.browse(lead_id for _index, lead_id, _values, _data in rows if lead_id)
        its = {lead.id: lead for lead in deals}
        wanted = [
            self._get_wanted(its[lead_id], values, index) if lead_id else None
            for index, lead_id, values, _data in rows
        ]
        for count, ((index, lead_id, _values, data), want) in enumerate(zip(rows, wanted, strict=True)):
            self.outcomes[index] = self._save_row(leads.browse(lead_id or ()), want, data, index)
            self.tell(count + 1)
        found = [one.lead_id for one in self.outcomes.values() if one.lead_id]
        return leads.browse(found)

    def _prepare_row(self, leads, data):
        """Return the index of a row, the id of its deal, and what it says of it: a cell that is empty says
        nothing, and no row who the customer is.
        """
        index, values = self.indexes[data["info"]["record"]], data["values"]
        row = self.sheet.rows[index]
        empty = {
            name.split("/")[0] for name, cell in zip(self.sheet.names, row, strict=True) if cell in ("", None)
        }
        said = {
            name: self._read_value(leads, name, value)
            for name, value in values.items()
            if name not in empty and name not in CUSTOMERS and name in leads._fields and name != "id"
        }
        return index, values.get("id"), said, data

    def _read_value(self, leads, name, value):
        """Return a value as records have it."""
        field = leads._fields[name]
        return field.convert_to_record(field.convert_to_cache(value, leads), leads)

    def _get_wanted(self, lead, values, index):
        """Return ``(values that differ, sentence why the row cannot be)``."""
        since = values.pop("stage_entered_at", None)
        wanted = {
            name: lead._fields[name].convert_to_write(value, lead)
            for name, value in values.items()
            if not is_same(lead, name, value)
        }
        if not is_same(lead, "stage_entered_at", since) and since:
            today = fields.Date.context_today(lead)
            if "stage_id" not in wanted or fields.Datetime.context_timestamp(lead, since).date() != today:
                return {}, self._word_entry(lead, "stage_id" in wanted)
        at = values.get("last_contact_at")
        if at and lead.last_contact_at and at < lead.last_contact_at and "last_contact_at" in wanted:
            wanted = {name: value for name, value in wanted.items() if name not in CONTACT}
        return wanted, ""

    def _word_entry(self, lead, is_moving):
        given = {"since": show(lead, "stage_entered_at"), "today": fields.Date.context_today(lead)}
        if is_moving:
            sentence = lead.env._(
                "The move into another stage is noted today. Write %(today)s, or empty the cell.", **given
            )
        else:
            sentence = lead.env._(
                "The deal is in its stage since %(since)s, as the stage log says. Write that, or empty the"
                " cell.",
                **given,
            )
        return self.sheet.word("stage_entered_at", sentence)

    def _save_row(self, lead, wanted, data, index):
        """Write one row, or nothing of it; return its :class:`Outcome`."""
        values, sentence = wanted or ({}, "")
        if sentence:
            return Outcome("refused", lead.id, sentence=sentence)
        if lead and not values:
            return Outcome("same", lead.id)
        try:
            with lead.env.cr.savepoint():
                outcome = self._update(lead, values) if lead else self._create(lead, data)
                if index in self.shown and self.shown[index] != (outcome.kind, self.word(lead, outcome)):
                    raise DifferentError(
                        lead.env._("What this row changes is not what was shown. Show it once more.")
                    )
            return outcome
        except UserError as error:
            return Outcome("refused", lead.id, sentence=str(error))
        except psycopg2.IntegrityError as error:
            return Outcome("refused", lead.id, sentence=lead._sql_error_to_message(error))
        except Exception as error:
            self.error = error
            raise

    def _update(self, lead, values):
        before, facts = self._get_cells(lead), self._get_facts(lead)
        lead.with_context(**{KEEPS_CUSTOMER: True}).write(values)
        lead.env.flush_all()
        after = self._get_cells(lead)
        changes = [
            {"name": name, "old": before[name], "new": after[name]}
            for name in self.names
            if before[name] != after[name]
        ]
        noted = self._compare_facts(lead, facts)
        return Outcome("changed" if changes or noted else "same", lead.id, changes, noted)

    def _create(self, leads, data):
        lead = leads._load_records([data])
        lead.env.flush_all()
        after = self._get_cells(lead)
        changes = [{"name": name, "old": False, "new": after[name]} for name in self.names if after[name][0]]
        return Outcome("new", lead.id, changes)

    def _get_cells(self, lead):
        """Return ``{name: [value that JSON keeps, text as the person reads it]}``."""
        return {name: [keep(lead, name), show(lead, name)] for name in self.names}

    def _get_facts(self, lead):
        """Return ``{model: {id: values}}`` of the notes and risks of a deal."""
        # sudo: which of them come with this row is the module's to know
        lead = lead.sudo()
        lead.invalidate_recordset([field for field, _names in FACTS.values()])
        return {
            model: {fact.id: [fact[name] for name in names] for fact in lead[field]}
            for model, (field, names) in FACTS.items()
        }

    def _compare_facts(self, lead, before):
        """Return ``[[model, id, values before, values]]`` of the notes and risks that are new or other."""
        return [
            [model, id_, before[model].get(id_), values]
            for model, facts in self._get_facts(lead).items()
            for id_, values in facts.items()
            if before[model].get(id_) != values
        ]

    def word(self, leads, outcome):
        """Return what a row changes, a line for each cell: the heading, old and new."""
        lines = []
        for change in outcome.changes:
            label = self.sheet.headings.get(change["name"])
            label = label or leads._fields[change["name"]]._description_string(leads.env)
            old, new = (one[1] if one else "" for one in (change["old"], change["new"]))
            lines.append(
                f"{label}: {new}" if outcome.kind == "new" else f"{label}: {old or '–'} → {new or '–'}"
            )
        return "\n".join(lines)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _load_records(self, data_list, update=False):
        writer = self._get_sheet_writer()
        if writer and writer.error:  # Odoo tries again, row by row
            raise writer.error
        is_sheet = writer and not writer.is_begun
        return writer.save(self, data_list) if is_sheet else super()._load_records(data_list, update)

    @api.model
    def _get_sheet_writer(self):
        """Return what writes the sheet that is under way; what a client puts into a context is none."""
        writer = self.env.context.get(UPDATE)
        return writer if isinstance(writer, SheetWriter) else None

    def _notify_thread(self, message, *args, **kwargs):
        """Nobody hears of what is taken back."""
        writer = self._get_sheet_writer()
        return [] if writer and writer.is_rehearsal else super()._notify_thread(message, *args, **kwargs)


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
