import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .crm_lead import KEEPS_CUSTOMER
from .deal_cells import keep, show
from .writing import CONTACT, FACTS

RISK = ("risk_level", "risk_description", "risk_response")
# What people record on a deal: one that has some of it is somebody's by now.
WORK = (
    *("crm.lead.progress", "crm.lead.output", "crm.lead.confirmation", "crm.lead.score.answer"),
    *("crm.lead.stakeholder", "crm.lead.competitor"),
)
KINDS = [
    ("refused", "Refused"),
    ("missing", "Not Found"),
    ("changed", "Changed"),
    ("new", "New Deal"),
    ("same", "The Same"),
]


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

    def _note_outcome(self, outcome, text):
        """Keep what was written, or why nothing was.

        :param outcome: a :class:`.writing.Outcome`
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
                    "done": {"changes": changes, "facts": [*outcome.facts]},
                }
            )
        else:
            row.write({"outcome": "held", "text": text or self.env._("It is so already.")})

    def _undo(self):
        """Set back what this row changed, and note what stays, and why."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                stays = self._set_back()
        except UserError as error:
            stays = [str(error)]
        except psycopg2.IntegrityError as error:
            stays = [self.lead_id._sql_error_to_message(error)]
        texts = [self.text, *(self.env._("Stays: %s", sentence) for sentence in stays)]
        # sudo: what became of a row the module alone says
        self.sudo().write({"outcome": "partly" if stays else "undone", "text": "\n".join(texts)})

    def _set_back(self):
        """Set the deal back, as the person may, and return the sentences about what stays."""
        is_quiet = {KEEPS_CUSTOMER: True, "mail_auto_subscribe_no_notify": True}  # as what is taken back
        leads = self.env["crm.lead"].with_context(active_test=False, **is_quiet)
        lead = leads.search([("id", "=", self.lead_id.id)])
        if not lead:
            return [self.env._("You do not see the deal any more.")]
        lead.check_access("write")
        changes = self.done["changes"]
        values, stays = self._compare(lead, changes)
        if self.kind == "new":
            if not stays and self._is_worked_on(lead):
                stays = [self.env._("Somebody has worked on the deal since")]
            if not stays:
                lead.action_archive()
            return stays
        if "stage_id" in values and lead.won_status == "lost" and "active" not in values:
            del values["stage_id"]
            stays.append(self.env._("The deal was lost since, in the stage “%s”", lead.stage_id.name))
        if values:
            lead.write(values)
        return stays + self._withdraw_facts()

    def _is_worked_on(self, lead):
        """Tell whether somebody has written to the deal, or recorded anything on it, since it was made; a
        note that came with the row is imported.
        """
        made_at, recorded = lead.create_date, Domain("lead_id", "=", lead.id)
        if lead.write_date > made_at and lead.write_uid.id != SUPERUSER_ID:
            return True
        by_hand = {"crm.lead.progress": Domain("is_imported", "=", False)}
        said = Domain("model", "=", lead._name) & Domain("res_id", "=", lead.id)
        said &= Domain("create_date", ">", made_at)
        # Odoo writes down as the superuser what comes in by mail, and what itself does
        said &= Domain("create_uid", "!=", SUPERUSER_ID) | Domain("message_type", "=", "email")
        planned = Domain("res_model", "=", lead._name) & Domain("res_id", "=", lead.id)
        planned &= Domain("playbook_kind", "=", False) & Domain("create_uid", "!=", SUPERUSER_ID)
        # sudo: that somebody works on it, whoever that is
        found = {"mail.message": said, "mail.activity": planned}
        return any(self.env[model].sudo().search_count(its, limit=1) for model, its in found.items()) or any(
            self.env[model].sudo().search_count(recorded & by_hand.get(model, Domain.TRUE), limit=1)
            for model in WORK
        )

    def _compare(self, lead, changes):
        """Return the values to write back, and sentences about the cells that somebody has changed since.
        What notes and risks tell follows from these.
        """
        values, stays = {}, []
        is_new = self.kind == "new"
        for change in changes:
            name = change["name"]
            if name in (*CONTACT, *RISK) and not is_new:
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

    def _withdraw_facts(self):
        """Delete the notes and risks that came with this row, and set back those that it changed, unless
        somebody has changed them since.
        """
        stays = []
        for model, id_, before, after in self.done["facts"]:
            names = FACTS[model][1]
            # sudo: they came with this update; who undoes it takes them back
            fact = self.env[model].sudo().browse(id_).exists()
            if [fact[name] for name in names] != after:
                what = fact.display_name or self.env[model]._description
                stays.append(self.env._("“%s” was changed since", what))
            elif before:
                fact.sudo(False).write(dict(zip(names, before, strict=True)))
            else:
                fact.unlink()
        return stays
