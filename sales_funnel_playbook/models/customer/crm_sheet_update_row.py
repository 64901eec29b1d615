from typing import NamedTuple

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_lead import KEEPS_CUSTOMER
from .deal_cells import keep, show
from .worked_on import get_entered
from .writing import CONTACT, FACTS, RISK

KINDS = [
    ("refused", "Refused"),
    ("missing", "Not Found"),
    ("changed", "Changed"),
    ("new", "New Deal"),
    ("same", "The Same"),
]


class Fact(NamedTuple):
    """A note or risk of a row: what it was ``before``, and whether it is as the row left it."""

    record: object
    before: list
    is_kept: bool


class CrmSheetUpdateRow(models.TransientModel):
    """A row of a sheet: the deal that it is, what it changes, and what became of that."""

    _name = "crm.sheet.update.row"
    _description = "Row of an Update"
    _inherit = ["crm.playbook.kept.mixin"]
    _order = "update_id, rank, number"
    _rec_name = "customer"
    _transient_max_hours = 25  # as the update
    _transient_max_count = 0

    update_id = fields.Many2one(
        "crm.sheet.update", required=True, index=True, ondelete="cascade", readonly=True
    )
    number = fields.Integer(string="Row", readonly=True, aggregator=None, help="Its number in the file.")
    customer = fields.Char(readonly=True)
    lead_id = fields.Many2one("crm.lead", string="Deal", index=True, ondelete="set null", readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True, string="What It Is")
    rank = fields.Integer(compute="_compute_rank", store=True, help="What asks for attention is first.")
    is_chosen = fields.Boolean(string="Apply")
    text = fields.Text(string="What Changes", readonly=True)
    outcome = fields.Selection(
        [
            ("applied", "Applied"),
            ("held", "Not Applied"),
            ("undone", "Undone"),
            ("partly", "Undone in Part"),
        ],
        readonly=True,
    )
    done = fields.Json(readonly=True, help="What was changed, so that it can be undone.")

    @api.depends("kind")
    def _compute_rank(self):
        ranks = {kind: rank for rank, (kind, _label) in enumerate(KINDS)}
        for row in self:
            row.rank = ranks.get(row.kind, 0)

    def action_open_lead(self):
        """Open the deal of this row."""
        self.ensure_one()
        return self.lead_id.get_formview_action()

    def _note_outcome(self, outcome, text, made):
        """Keep what was written, or why nothing was.

        :param outcome: a :class:`.writing.Outcome`
        :param made: all that people can enter on a new deal, as it is there
        """
        # sudo: what became of a row the module alone says
        row = self.sudo()
        if outcome.kind in ("changed", "new"):
            changes = [
                {**change, "old": change["old"] and change["old"][0], "new": change["new"][0]}
                for change in outcome.changes
            ]
            row.write(
                {
                    "outcome": "applied",
                    "lead_id": outcome.lead_id,
                    "done": {"changes": changes, "facts": [*outcome.facts], "made": made},
                }
            )
        else:
            row.write({"outcome": "held", "text": text or self.env._("It is so already.")})

    def _undo(self, recorded):
        """Set back what this row changed, and note what stays, and why.

        :param recorded: the deals on which somebody has recorded something since they were made
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                stays = self._set_back(recorded)
        except UserError as error:
            stays = [str(error)]
        except psycopg2.IntegrityError as error:
            stays = [self.lead_id._sql_error_to_message(error)]
        texts = [self.text, *(self.env._("Stays: %s", sentence) for sentence in stays)]
        # sudo: what became of a row the module alone says
        self.sudo().write({"outcome": "partly" if stays else "undone", "text": "\n".join(texts)})

    def _set_back(self, recorded):
        """Set the deal back, as the person may, and return the sentences about what stays."""
        is_quiet = {KEEPS_CUSTOMER: True, "mail_auto_subscribe_no_notify": True}  # as what is taken back
        leads = self.env["crm.lead"].with_context(active_test=False, **is_quiet)
        lead = leads.search([("id", "=", self.lead_id.id)])
        if not lead:
            return [self.env._("You do not see the deal any more.")]
        lead.check_access("write")
        if self.kind == "new":
            stays = self._find_changed(lead)
            if not stays and lead in recorded:
                stays = [self.env._("Somebody has worked on the deal since")]
            if not stays:
                lead.action_archive()
            return stays
        values, stays = self._compare(lead, self.done["changes"])
        if "stage_id" in values and lead.won_status == "lost" and "active" not in values:
            del values["stage_id"]
            stays.append(self.env._("The deal was lost since, in the stage “%s”", lead.stage_id.name))
        if values:
            lead.write(values)
        return stays + self._withdraw_facts()

    def _find_changed(self, lead):
        """Return sentences about what of a new deal is not as it was made, of the sheet or not: whoever has
        written to it last, or a job, tells nothing of what was written before.
        """
        made, [now] = self.done.get("made", {}), get_entered(lead).values()
        changed = [lead._fields[name] for name in now if made.get(name, now[name]) != now[name]]
        labels = [field._description_string(self.env) for field in changed]
        stays = [self.env._("“%s” was changed since", label) for label in labels]
        return stays + [self._word_fact(fact) for fact in self._get_facts() if not fact.is_kept]

    def _compare(self, lead, changes):
        """Return the values to write back, and sentences about the cells that somebody has changed since.
        What notes and risks tell follows from these.
        """
        values, stays = {}, []
        for change in changes:
            name = change["name"]
            if name in (*CONTACT, *RISK):
                continue
            if keep(lead, name) == change["new"]:
                values[name] = change["old"]
            else:
                stays.append(self._word_change(lead._fields[name], show(lead, name)))
        return values, stays

    def _word_change(self, field, text):
        label = field._description_string(self.env)
        return self.env._(
            "“%(field)s” was changed since, to “%(value)s”", field=label, value=text or self.env._("empty")
        )

    def _get_facts(self):
        """Return what became of the notes and risks that came with this row."""
        facts = []
        for model, id_, before, after in self.done["facts"]:
            # sudo: they came with this update; who undoes it takes them back
            record = self.env[model].sudo().browse(id_).exists()
            facts.append(Fact(record, before, [record[name] for name in FACTS[model][1]] == after))
        return facts

    def _word_fact(self, fact):
        what = fact.record.display_name or self.env[fact.record._name]._description
        return self.env._("“%s” was changed since", what)

    def _withdraw_facts(self):
        """Delete the notes and risks that came with this row, and set back those that it changed, unless
        somebody has changed them since.
        """
        stays = []
        for fact in self._get_facts():
            if not fact.is_kept:
                stays.append(self._word_fact(fact))
            elif fact.before:
                names = FACTS[fact.record._name][1]
                fact.record.sudo(False).write(dict(zip(names, fact.before, strict=True)))
            else:
                fact.record.unlink()
        return stays
