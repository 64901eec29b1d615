import base64
import binascii
from collections import defaultdict
from datetime import timedelta
from time import monotonic

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...wording import label_text
from ..core.rehearsal import rehearse
from .cells import SHEET, SheetReading
from .update_deals import RowDeals
from .worked_on import find_recorded, get_entered
from .writing import UPDATE, Outcome, SheetWriter

UNDO_HOURS = 24
MANY = 50  # rows from which on the screen is told how far it is
SECONDS = 1  # between two such messages
PROGRESS = "sales_funnel_playbook/sheet_update"
WRITTEN = ("changed", "new")  # the kinds of rows that can be chosen


class CrmSheetUpdate(models.TransientModel):
    """A sheet that brings deals up to date: what it would change is shown before anything is written, what
    was chosen is written in one transaction, and can be undone for a day.
    """

    _name = "crm.sheet.update"
    _description = "Update from a Sheet"
    _inherit = ["crm.playbook.kept.mixin"]
    _order = "id desc"
    _rec_name = "filename"
    _transient_max_hours = UNDO_HOURS + 1
    _transient_max_count = 0

    file = fields.Binary(required=True, attachment=False, help="A spreadsheet (XLSX, XLS, ODS) or CSV file.")
    filename = fields.Char()
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(
        [("draft", "Draft"), ("shown", "Shown"), ("applied", "Applied"), ("undone", "Undone")],
        required=True,
        default="draft",
        readonly=True,
    )
    applied_at = fields.Datetime(string="Applied On", readonly=True)
    notes = fields.Text(readonly=True, help="What of the file is left out.")
    row_ids = fields.One2many("crm.sheet.update.row", "update_id", string="Rows")
    summary = fields.Char(compute="_compute_summary")
    can_undo = fields.Boolean(compute="_compute_can_undo")
    has_new = fields.Boolean(compute="_compute_summary", help="Whether rows are new deals.")

    @api.depends("row_ids.kind", "row_ids.outcome")
    @api.depends_context("lang")
    def _compute_summary(self):
        rows = self.row_ids
        counts = defaultdict(int)
        for update, kind, outcome, count in rows._read_group(
            [("update_id", "in", self.ids)], ["update_id", "kind", "outcome"], ["__count"]
        ):
            counts[update, outcome or kind] += count
        labels = [
            one for name in ("outcome", "kind") for one in rows._fields[name]._description_selection(self.env)
        ]
        for update in self:
            said = (
                label_text(self.env, label, counts[update, key])
                for key, label in labels
                if counts[update, key]
            )
            update.summary = " · ".join(said)
            update.has_new = bool(counts[update, "new"])

    @api.depends("state", "applied_at")
    def _compute_can_undo(self):
        since = fields.Datetime.now() - timedelta(hours=UNDO_HOURS)
        for update in self:
            update.can_undo = update.state == "applied" and update.applied_at > since

    def write(self, vals):
        """What is shown and applied is of one file."""
        if "file" in vals and not self.env.su and any(update.state != "draft" for update in self):
            raise UserError(self.env._("Another file is another update."))
        return super().write(vals)

    def action_show(self):
        """Read the file, and show what each of its rows would change. Nothing is written to any deal.

        :raise UserError: when the file cannot be read
        """
        self._begin("draft", "shown")
        sheet = self._read_sheet()
        found = RowDeals(self.env["crm.lead"], sheet).find()
        refused = self._find_refused(sheet, found)
        with rehearse(self.env):
            outcomes, texts = self._write_sheet(sheet, found, refused, is_rehearsal=True)
        # sudo: what a row changes the module alone says
        update = self.sudo()
        update.row_ids.unlink()
        update.row_ids.create(
            [
                self._prepare_row(sheet, index, found[index][0], outcomes[index], texts[index])
                for index in range(len(sheet.rows))
            ]
        )
        update.write({"state": "shown", "notes": "\n".join(sheet.notes), "company_id": self.env.company.id})
        return True

    def action_choose(self):
        """Choose the rows that are new deals too."""
        self._begin("shown")
        self.row_ids.filtered(lambda row: row.kind == "new").is_chosen = True
        return True

    def action_apply(self):
        """Write the chosen rows, all in one transaction. What would be something else by now than what was
        shown is held back, as is what the playbook or a right refuses.

        :raise UserError: when no row is chosen
        """
        self._begin("shown")
        rows = self.row_ids.filtered(lambda row: row.is_chosen and row.kind in WRITTEN)
        if not rows:
            raise UserError(self.env._("Choose the rows to apply."))
        sheet = self.with_company(self.company_id)._read_sheet()
        by_number = {number: index for index, number in enumerate(sheet.numbers)}
        chosen = {by_number[row.number]: row for row in rows}
        deals = RowDeals(self.with_company(self.company_id).env["crm.lead"], sheet).find()
        shown = {index: (row.kind, row.text) for index, row in chosen.items()}
        found = [deals[index] if index in chosen else (None, "left", "") for index in range(len(sheet.rows))]
        outcomes, texts = self.with_company(self.company_id)._write_sheet(
            sheet, found, self._find_refused(sheet, found), shown=shown
        )
        new = [outcomes[index].lead_id for index in chosen if outcomes[index].kind == "new"]
        made = get_entered(self.env["crm.lead"].browse(new))
        for index, row in chosen.items():
            row._note_outcome(outcomes[index], texts[index], made.get(outcomes[index].lead_id, {}))
        # sudo: what was applied when the module alone says
        self.sudo().write({"state": "applied", "applied_at": fields.Datetime.now()})
        return True

    def action_undo(self):
        """Set back, within a day, what was applied: the cells that are still as the update left them, its
        notes and risks. What was changed since stays, and is named.

        :raise UserError: when the day is over
        """
        self._begin("applied")
        if not self.can_undo:
            raise UserError(self.env._("The update can be undone for a day, which is over."))
        # in the company in which it was applied, wherever the person works now
        rows = self.with_company(self.company_id).row_ids.filtered(lambda row: row.outcome == "applied")
        recorded = find_recorded(rows.filtered(lambda row: row.kind == "new").lead_id)
        for row in rows:
            row._undo(recorded)
        # sudo: that it was undone the module alone says
        self.sudo().state = "undone"
        return True

    def action_open_recent(self):
        """Open the list of the updates that can still be undone."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "sales_funnel_playbook.crm_sheet_update_action_recent"
        )

    def _begin(self, *states):
        """See to it that an update is as it has to be, and that nobody does the same at once."""
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update()
        if self.state not in states:
            raise UserError(self.env._("This update is at another step by now: reload the page."))

    def _read_sheet(self):
        """Return the :class:`UpdateSheet` of the file."""
        try:
            content = base64.b64decode(self.with_context(bin_size=False).file)
        except binascii.Error as error:  # from a program: the client encodes all files
            raise UserError(self.env._("The upload is incomplete. Select the file again.")) from error
        importer = self.env["base_import.import"].create(
            {"res_model": "crm.lead", "file": content, "file_name": self.filename or ""}
        )
        return importer._read_update()

    def _find_refused(self, sheet, found):
        """Return ``{index: Outcome}`` of the rows that go no further: their deal is not known, or a cell
        cannot be read.
        """
        refused = {
            index: Outcome(kind, sentence=sentence)
            for index, (_lead, kind, sentence) in enumerate(found)
            if kind
        }
        for index, sentences in sheet.faults.items():
            if index not in refused:
                text = "\n".join(map(str, sentences))
                refused[index] = Outcome(
                    "refused", (found[index][0] or self.env["crm.lead"]).id, sentence=text
                )
        return refused

    def _write_sheet(self, sheet, found, refused, **options):
        """Write the rows that are not refused, and return ``({index: Outcome}, {index: text})``.

        :param options: of the :class:`SheetWriter`
        """
        with rehearse(self.env):
            failed = self._load(SheetWriter(sheet, is_check=True), found, refused)
        for index, sentences in failed.items():
            refused[index] = Outcome("refused", found[index][0].id, sentence="\n".join(sentences))
        writer = SheetWriter(sheet, **options)
        if failed := self._load(writer, found, refused):
            raise UserError("\n".join(next(iter(failed.values()))))
        outcomes = {**writer.outcomes, **refused}
        leads = self.env["crm.lead"]
        texts = {index: one.sentence or writer.word(leads, one) for index, one in outcomes.items()}
        return outcomes, texts

    def _load(self, writer, found, refused):
        """Give rows to Odoo's import, and return ``{index: sentences}`` of those that it cannot read."""
        sheet = writer.sheet
        writer.indexes = [index for index in range(len(sheet.rows)) if index not in refused]
        if not writer.indexes:
            return {}
        names = [name for name in sheet.names if name != ".id"]
        columns = [sheet.names.index(name) for name in names]
        data = [
            [str(found[index][0].id or ""), *(sheet.rows[index][column] for column in columns)]
            for index in writer.indexes
        ]
        if len(data) >= MANY and not writer.is_check:
            writer.tell = self._get_teller(len(data))
        leads = self.env["crm.lead"].with_context(
            **{UPDATE: writer, SHEET: SheetReading(sheet.headings, True)},
            import_file=True,
            name_create_enabled_fields=sheet.created,
        )
        if writer.is_rehearsal or writer.is_check:
            leads = leads.with_context(tracking_disable=True)
        failed = defaultdict(list)
        messages = leads.load([".id", *names], data)["messages"]
        if writer.error:
            raise writer.error
        for message in messages:
            if message["type"] != "error":
                continue
            if "record" not in message or message["record"] is False:
                raise UserError(message["message"])
            sentence = sheet.word(leads.env, message.get("field", ""), message["message"])
            failed[writer.indexes[message["record"]]].append(sentence)
        return failed

    def _get_teller(self, total):
        """Return what tells the person's screen how many of the rows are through, every second."""
        told_at = monotonic()

        def tell(count):
            nonlocal told_at
            if monotonic() - told_at < SECONDS:
                return
            told_at = monotonic()
            # with a cursor of its own: of what is not committed nobody hears
            with self.env.registry.cursor() as cr:
                self.env.user.with_env(self.env(cr=cr))._bus_send(
                    PROGRESS, {"id": self.id, "done": count, "total": total}
                )

        return tell

    def _prepare_row(self, sheet, index, lead, outcome, text):
        """Return the values of what is shown of a row."""
        customer = sheet.get_cells("partner_name")[index] if "partner_name" in sheet.names else ""
        return {
            "update_id": self.id,
            "number": sheet.numbers[index],
            "customer": customer or lead.customer_label,
            "lead_id": lead.id,
            "kind": outcome.kind,
            "is_chosen": outcome.kind == "changed",
            "text": text,
        }
