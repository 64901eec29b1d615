"""Writes rows of a sheet many at once, and finds the one that cannot be where they are refused together."""

from collections import defaultdict

import psycopg2

from odoo.exceptions import UserError
from odoo.tools import split_every

from ...exceptions import PlaybookGateError
from ..core.save import MOVING
from .crm_lead import KEEPS_CUSTOMER

SIZE = 200  # so many rows are written at once
# What belongs to a move, and is the same for many deals.
MOVE = {*MOVING, "automated_probability", "date_closed", "lost_reason_id"}


class RowBatches:
    """Rows on their way into the deals. A batch has a savepoint; where it fails, nothing of it is written,
    and it goes on in parts: what came before the row that is refused, that row, and what comes after it.

    :param writer: the :class:`SheetWriter`, which tells what became of a row
    :param leads: an empty recordset
    """

    def __init__(self, writer, leads):
        self.writer, self.leads, self.env = writer, leads, leads.env
        # what is being done: the row that is written, or that deals are moved together
        self.at, self.is_moving = None, False

    def save(self, rows):
        """Write these rows, and give their outcomes to the writer."""
        through = len(self.writer.outcomes)
        parts = [list(part) for part in split_every(SIZE, rows)][::-1]
        while parts:
            parts += self._save_part(parts.pop())[::-1]
            self.writer.tell(max(through, len(self.writer.outcomes)))

    def _save_part(self, rows):
        """Write these rows, or nothing of them; return the parts in which they are to be tried again."""
        self.at, self.is_moving = None, False
        try:
            with self.env.cr.savepoint():
                outcomes = self._write(rows)
        except (UserError, psycopg2.IntegrityError) as error:
            return self._settle_failed(rows, error)
        except Exception as error:
            self.writer.error = error
            raise
        self.writer.outcomes.update(outcomes)
        return []

    def _settle_failed(self, rows, error):
        """Note the rows of which it is known that they are refused; return the parts of the others."""
        refused = {}
        if len(rows) == 1:
            refused = {rows[0].lead.id: self._word(error)}
        elif self.is_moving and isinstance(error, PlaybookGateError):
            refused = {one["lead_id"]: self._word_gate(one) for one in error.context["refused"]}
        for row in rows:
            if row.lead.id in refused:
                self.writer.refuse(row, refused[row.lead.id])
        others = [row for row in rows if row.lead.id not in refused]
        if len(others) < len(rows):
            return [others] if others else []
        place = rows.index(self.at) if self.at else 0
        if not self.at or isinstance(error, psycopg2.IntegrityError):  # it may be that of an earlier row
            middle = len(rows) // 2
            return [rows[:middle], rows[middle:]]
        return [part for part in (rows[:place], [self.at], rows[place + 1 :]) if part]

    def _word(self, error):
        if isinstance(error, psycopg2.IntegrityError):
            return self.leads._sql_error_to_message(error)
        return str(error)

    def _word_gate(self, refused):
        """Return what the gate says of one of the deals that it holds back."""
        return self.leads._prepare_gate_message([refused], 1)

    def _write(self, rows):
        """Write these rows and return ``{index: Outcome}``."""
        updated = [row for row in rows if row.lead]
        created = [row for row in rows if not row.lead]
        writer, leads = self.writer, self.leads.browse(row.lead.id for row in updated)
        writer.forget_facts(leads)
        before = [writer.get_all(lead) for lead in leads]
        self._update(updated)
        new = self.leads._load_records([row.data for row in created]) if created else self.leads
        self.env.flush_all()
        writer.forget_facts(leads | new)
        outcomes = {
            row.index: writer.prepare_updated(lead, its)
            for row, lead, its in zip(updated, leads, before, strict=True)
        }
        outcomes |= {row.index: writer.prepare_created(lead) for row, lead in zip(created, new, strict=True)}
        for self.at in rows if writer.shown else ():
            writer.check_shown(self.leads, self.at.index, outcomes[self.at.index])
        return outcomes

    def _update(self, rows):
        """Write the values that differ; moves into one stage together, once the facts are there."""
        moves = defaultdict(list)
        access_keys = self.leads._get_access_keys()
        won_ids = self.env["crm.stage"]._get_won_ids()
        leads = self.leads.browse(row.lead.id for row in rows).with_context(**{KEEPS_CUSTOMER: True})
        with leads._inversing_together() as together:
            for self.at, lead, later in zip(rows, leads, together, strict=True):
                values, move = self.at.values, {}
                if self._can_move_later(lead, values, access_keys, won_ids):
                    move = {name: value for name, value in values.items() if name in MOVE}
                    values = {name: value for name, value in values.items() if name not in MOVE}
                    moves[tuple(move.items())].append(lead.id)
                if values:  # what moves with its facts does so once the gate has seen them
                    (later if MOVE.isdisjoint(values) else lead).write(values)
            self.at = None  # what is noted together is no row's
        self.is_moving = True
        for move, lead_ids in moves.items():
            leads.browse(lead_ids).write(dict(move))
        self.is_moving = False

    def _can_move_later(self, lead, values, access_keys, won_ids):
        """Tell whether a row's move can be made after its facts are written: not where these decide who may
        write the deal, or the deal is won with them.
        """
        return (
            not MOVE.isdisjoint(values)
            and access_keys.isdisjoint(values)
            and won_ids.isdisjoint((values.get("stage_id"), lead.stage_id.id))
        )
