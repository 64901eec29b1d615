import json
import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

_logger = logging.getLogger(__name__)

KEPT_DAYS = 730
MAX_ROWS = 200  # of one request, and of one person within an hour
QUEUE = "crm.lead.refusal"
# Waits for nobody: a deal that somebody deletes at this moment is passed over.
WRITE = """
    INSERT INTO crm_lead_refusal (lead_id, playbook_id, stage_id, previous_stage_id, team_id, user_id,
        refused_by_id, date, hour, unmet)
    SELECT lead.id, refused.playbook_id, refused.stage_id, refused.previous_stage_id, lead.team_id,
        lead.user_id, %(user_id)s, %(now)s, DATE_TRUNC('hour', %(now)s::timestamp), refused.unmet
    FROM jsonb_to_recordset(%(rows)s) AS refused(lead_id int, playbook_id int, stage_id int,
        previous_stage_id int, unmet jsonb)
    JOIN LATERAL (
        SELECT id, team_id, user_id FROM crm_lead WHERE id = refused.lead_id FOR KEY SHARE SKIP LOCKED
    ) lead ON TRUE
    WHERE (SELECT COUNT(*) FROM crm_lead_refusal WHERE refused_by_id = %(user_id)s
        AND hour = DATE_TRUNC('hour', %(now)s::timestamp)) < %(most)s
    ON CONFLICT DO NOTHING
"""


class CrmLeadRefusal(models.Model):
    """Somebody tried to move a deal, and its playbook held it back: what a rule costs. One for each deal,
    stage and person in an hour.
    """

    _name = "crm.lead.refusal"
    _description = "Refused Move"
    _inherit = ["crm.lead.fact"]
    _order = "date desc, id desc"
    _rec_name = "stage_id"
    _log_access = False

    playbook_id = fields.Many2one("crm.playbook", index=True, required=True, ondelete="cascade")
    stage_id = fields.Many2one(
        "crm.stage", required=True, ondelete="cascade", help="It could not be entered."
    )
    previous_stage_id = fields.Many2one("crm.stage", string="Left Stage", ondelete="set null")
    team_id = fields.Many2one("crm.team", string="Sales Team", ondelete="set null")
    user_id = fields.Many2one("res.users", string="Salesperson", ondelete="set null")
    refused_by_id = fields.Many2one("res.users", string="Tried By", ondelete="cascade")
    date = fields.Datetime(required=True)
    hour = fields.Datetime(required=True)
    is_filled_in = fields.Boolean(help="What was missing was filled in in the window of the refusal.")
    unmet = fields.Json(help="The unmet items, as the refusal named them.")

    _once_an_hour_uniq = models.UniqueIndex("(refused_by_id, hour, lead_id, stage_id)")

    @api.autovacuum
    def _gc_refusals(self):
        oldest = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("date", "<", oldest)], limit=GC_UNLINK_LIMIT)
        old.unlink()
        return len(old), int(len(old) == GC_UNLINK_LIMIT)

    @api.model
    def _note_filled(self, lead, stage_id):
        """Note that what a deal was refused for was filled in where it was refused."""
        # sudo: nobody writes refusals
        refused = self.sudo().search([("lead_id", "=", lead.id), ("stage_id", "=", stage_id)])
        came = lead.sudo().stage_log_ids.filtered(lambda log: log.stage_id.id == stage_id).sorted("id")
        since = came[-2:-1].entered_at  # it may have been there before
        refused.filtered(lambda one: not since or one.date >= since).is_filled_in = True

    @api.model
    def _write_rows(self, rows):
        """Write what was refused, in a transaction of its own.

        :param list rows: of :meth:`crm.lead._prepare_refusal_row`
        """
        self.env.cr.execute(
            SQL(
                WRITE,
                user_id=self.env.uid,
                now=self.env.cr.now().replace(microsecond=0),
                rows=json.dumps(rows),
                most=MAX_ROWS,
            )
        )


def write_queue(registry, uid, rows):
    """Write the refusals of a transaction that was rolled back; that they are counted disturbs nobody."""
    try:
        with registry.cursor() as cr:
            api.Environment(cr, uid, {})["crm.lead.refusal"]._write_rows(rows)
    except Exception:
        _logger.warning("%s refused moves could not be counted.", len(rows), exc_info=True)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _count_refusals(self, moves, verdicts):
        """Have these refused moves counted once this transaction is rolled back: what is only tried, and
        whose refusal somebody has dealt with, is none. Deals that are created are not there to be counted.
        """
        moves = [move for move in moves if move.from_status is not None]
        if not moves or not self.env.user._is_internal() or self.env.user._is_superuser():
            return
        hooks = self.env.cr.postrollback
        if QUEUE not in hooks.data:
            hooks.data[QUEUE] = []
            hooks.add(partial(write_queue, self.env.registry, self.env.uid, hooks.data[QUEUE]))
        room = MAX_ROWS - len(hooks.data[QUEUE])
        hooks.data[QUEUE] += [
            {
                "lead_id": move.lead_id,
                "playbook_id": move.playbook_id,
                "stage_id": move.to_stage_id,
                "previous_stage_id": move.from_stage_id or None,
                "unmet": [item for item in verdicts[move.lead_id].unmet if item["blocking"]],
            }
            for move in moves[:room]
        ]
