"""Writes the rows of a sheet into their deals, many at once: one that is refused holds no other back."""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...wording import label_text
from .deal_cells import is_same, keep, show
from .row_batches import RowBatches

UPDATE = "playbook_sheet_update"  # in the context: the SheetWriter of an update, True while a file is read
CUSTOMERS = {"partner_id", "partner_name"}
CONTACT = ("last_contact_at", "last_contact_summary", "customer_feedback")
RISK = ("risk_level", "risk_description", "risk_response")
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


class Row(NamedTuple):
    """A row on its way: its place in the sheet, its deal (none where it is a new one), the values that
    differ, and what Odoo's import has read.
    """

    index: int
    lead: object
    values: dict
    data: dict


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
        self.lead_ids = {}  # of the deals that these are, by their place among them
        self.names = [name for name in sheet.names if name not in (*CUSTOMERS, ".id", "stage_entered_at")]
        self.names = [name for name in self.names if "/" not in name]
        if "stage_id" in self.names and "probability" not in self.names:
            self.names.append("probability")  # it may follow from the stage

    def take_ids(self, rows):
        """Yield what Odoo reads of each row, without the ID of its deal, which is kept here."""
        for number, (record, extras) in enumerate(rows):
            self.lead_ids[number] = int(record.pop(".id", None) or 0)
            yield record, extras

    def save(self, leads, data_list):
        """Write the rows that Odoo has read, and return their deals.

        :param leads: an empty recordset
        :param data_list: what ``_load_records`` is given
        """
        self.is_begun = True
        if self.is_check:
            return leads.browse(filter(None, map(self._get_lead_id, data_list)))
        rows = [self._prepare_row(leads, data) for data in data_list]
        deals = leads.browse(lead_id for _index, lead_id, _values, _data in rows if lead_id)
        its = {lead.id: lead for lead in deals}
        wanted = [
            self._get_wanted(its[lead_id], values, index) if lead_id else None
            for index, lead_id, values, _data in rows
        ]
        to_write = []
        for (index, lead_id, _values, data), want in zip(rows, wanted, strict=True):
            values, sentence = want or ({}, "")
            if sentence:
                self.outcomes[index] = Outcome("refused", lead_id, sentence=sentence)
            elif lead_id and not values:
                self.outcomes[index] = Outcome("same", lead_id)
            else:
                to_write.append(Row(index, its[lead_id] if lead_id else leads, values, data))
        RowBatches(self, leads).save(to_write)
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
        return index, self._get_lead_id(data), said, data

    def _get_lead_id(self, data):
        """Return the id of the deal that a row is, as Odoo has read it, 0 where it is a new one."""
        return self.lead_ids.get(data["info"]["record"], 0)

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
        return self.sheet.word(lead.env, "stage_entered_at", sentence)

    def prepare_updated(self, lead, before):
        """Return the :class:`Outcome` of a deal that was written.

        :param before: what :meth:`get_all` told of it
        """
        cells, facts = before
        after = self._get_cells(lead)
        changes = [
            {"name": name, "old": cells[name], "new": after[name]}
            for name in self.names
            if cells[name] != after[name]
        ]
        noted = self._compare_facts(lead, facts)
        return Outcome("changed" if changes or noted else "same", lead.id, changes, noted)

    def prepare_created(self, lead):
        """Return the :class:`Outcome` of a deal that was created."""
        after = self._get_cells(lead)
        changes = [{"name": name, "old": False, "new": after[name]} for name in self.names if after[name][0]]
        return Outcome("new", lead.id, changes, self._compare_facts(lead, {model: {} for model in FACTS}))

    def refuse(self, row, sentence):
        """Note that a row was refused, and why."""
        self.outcomes[row.index] = Outcome("refused", row.lead.id, sentence=sentence)

    def check_shown(self, lead, index, outcome):
        """Raise unless a row changes what was shown of it.

        :raise DifferentError: when it was shown, and changes something else by now
        """
        if index in self.shown and self.shown[index] != (outcome.kind, self.word(lead, outcome)):
            raise DifferentError(
                lead.env._("What this row changes is not what was shown. Show it once more.")
            )

    def get_all(self, lead):
        """Return the cells and the facts of a deal."""
        return self._get_cells(lead), self._get_facts(lead)

    def forget_facts(self, leads):
        """Have the notes and risks of these deals read again."""
        # sudo: as they are read
        leads.sudo().invalidate_recordset([field for field, _names in FACTS.values()])

    def _get_cells(self, lead):
        """Return ``{name: [value that JSON keeps, text as the person reads it]}``."""
        return {name: [keep(lead, name), show(lead, name)] for name in self.names}

    def _get_facts(self, lead):
        """Return ``{model: {id: values}}`` of the notes and risks of a deal."""
        # sudo: which of them come with this row is the module's to know
        lead = lead.sudo()
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
            text = new if outcome.kind == "new" else f"{old or '–'} → {new or '–'}"
            lines.append(label_text(leads.env, label, text))
        return "\n".join(lines)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _extract_records(self, *args, **kwargs):
        """Which deal a row is was found before: Odoo need not look for each once more."""
        rows, writer = super()._extract_records(*args, **kwargs), self._get_sheet_writer()
        return writer.take_ids(rows) if writer and not writer.is_begun else rows

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

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Whom a sheet gives many deals hears of all of them in one message."""
        writer = self._get_sheet_writer()
        is_quiet = self.env.context.get("mail_auto_subscribe_no_notify")
        if not writer or is_quiet or len(writer.indexes) < 2:
            return super()._message_auto_subscribe_notify(partner_ids, template)
        people = self.env["res.partner"].browse(partner_ids)
        told = [(one, self.with_context(lang=one.lang).env._("Given to you")) for one in people]
        return self.env["crm.playbook.notice"]._note(
            "given", [(one, lead, text) for lead in self for one, text in told]
        )

    def _notify_thread(self, message, *args, **kwargs):
        """Nobody hears of what is taken back."""
        writer = self._get_sheet_writer()
        return [] if writer and writer.is_rehearsal else super()._notify_thread(message, *args, **kwargs)
