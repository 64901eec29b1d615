from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL, split_every

from ..history.rebuild import COLUMNS

# Each segment beside the next one of its deal, and beside what follows from the log's facts. Where a team, a
# person, a line or a stage was deleted, nothing is left of what made two neighbours differ.
STORY = """
    WITH story AS (
        SELECT log.*, LEAD(id) OVER story AS next_id, LEAD(entered_at) OVER story AS next_at,
            LEAD(previous_stage_id) OVER story AS next_previous_id, LEAD(kind) OVER story AS next_kind,
            ROW(playbook_id, stage_id, company_id, team_id, user_id, product_line_id, state)
                IS NOT DISTINCT FROM LEAD(ROW(playbook_id, stage_id, company_id, team_id, user_id,
                    product_line_id, state)) OVER story
                AND LEAD(kind) OVER story NOT IN ('joined', 'accepted') AND stage_id IS NOT NULL
                AND NOT (LEAD(kind) OVER story = 'handed_over' AND (company_id IS NULL OR team_id IS NULL
                    OR user_id IS NULL OR product_line_id IS NULL))
                AND left_at IS NOT DISTINCT FROM LEAD(entered_at) OVER story AS is_alike
        FROM crm_lead_stage_log log WINDOW story AS (PARTITION BY lead_id ORDER BY sequence)
    ), told AS (
        SELECT story.lead_id,
            COALESCE(BOOL_OR(next_id IS NOT NULL AND (left_at IS NULL OR left_at > next_at
                OR left_at < next_at AND story.ended_as NOT IN ('left', 'merged')
                OR left_at = next_at AND next_kind <> 'joined' AND next_previous_id <> story.stage_id)),
                FALSE) AS log_contiguous,
            COUNT(*) FILTER (WHERE left_at IS NULL) > 1 OR COALESCE(BOOL_OR(is_alike), FALSE) AS
            log_open_stay, BOOL_OR(%(differs)s) AS log_derived,
            COALESCE(BOOL_OR(story.closes_stay <> (story.duration_days IS NOT NULL) OR working_hours < 0
                OR working_hours > story.duration_days * 24 + 0.01), FALSE) AS log_duration,
            COALESCE(BOOL_OR((gate = 'overridden')
                <> (override_reason_id IS NOT NULL AND override_note IS NOT NULL)
                OR (gate IN ('observed', 'overridden')) <> (unmet IS NOT NULL)), FALSE) AS log_gate
        FROM story JOIN (%(derived)s) derived ON derived.id = story.id GROUP BY story.lead_id
    )
    SELECT lead_id, log_contiguous, log_open_stay, log_derived, log_duration, log_gate FROM told
    WHERE log_contiguous OR log_open_stay OR log_derived OR log_duration OR log_gate
"""
BATCH = 5000
TOLD = ("log_contiguous", "log_open_stay", "log_derived", "log_duration", "log_gate")
PRESENT = """
    SELECT lead.id FROM crm_lead lead
    LEFT JOIN crm_lead_stage_log log ON log.lead_id = lead.id AND log.left_at IS NULL
    LEFT JOIN (%(followed)s) followed ON followed.lead_id = lead.id
    WHERE log.id IS NULL AND followed.lead_id IS NOT NULL AND lead.stage_id IS NOT NULL
        OR log.id IS NOT NULL AND followed.lead_id IS NULL
        OR log.id IS NOT NULL AND (log.playbook_id <> followed.playbook_id
        OR ROW(log.stage_id, log.company_id, log.team_id, log.user_id, log.product_line_id, log.state)
        IS DISTINCT FROM ROW(lead.stage_id, lead.company_id, lead.team_id, lead.user_id, lead.product_line_id,
            CASE WHEN lead.won_status IN ('won', 'lost') THEN lead.won_status WHEN lead.active THEN 'open'
                ELSE 'archived' END))
"""


class CrmPlaybookIntegrity(models.AbstractModel):
    """The log tells one story of each lead, without a gap, up to the stage that the lead is in."""

    _inherit = "crm.playbook.integrity"

    @api.model
    def _get_messages(self):
        return {
            **super()._get_messages(),
            "log_contiguous": self.env._(
                "An entry in the stage log does not end when and where the next one begins: restore the log"
                " from a backup."
            ),
            "log_open_stay": self.env._(
                "A deal's stage log has more than one current entry, or two neighbours that say the same:"
                " restore the log from a backup."
            ),
            "log_derived": self.env._(
                "What the stage log says of a time in stage, of entering or of the gate does not follow"
                " from its entries: repair the log."
            ),
            "log_duration": self.env._(
                "A time in stage is not measured, or its working hours cannot be: repair the log."
            ),
            "log_gate": self.env._(
                "What the stage log says of a gate contradicts its unmet items or its override: restore the"
                " log from a backup."
            ),
            "log_present": self.env._(
                "The stage log does not say what the deal is now: stage, playbook, team, salesperson or"
                " state. Another program changed it past Odoo: repair the log."
            ),
        }

    @api.model
    def _examine(self):
        present = {*self._examine_present()}
        for playbook_id in self.env["crm.playbook"]._get_pending_histories() if present else ():
            present -= self.env["crm.lead"].browse(present)._get_behind(playbook_id)
        return {**super()._examine(), **self._examine_log(), "log_present": sorted(present)}

    @api.model
    def _repair_log(self):
        """Make the log agree with the deals: what a deal is now and the log does not say begins now, what was
        before is not invented; what follows from the entries is derived again.
        """
        # nobody sees the deals of all companies
        check = self.with_env(self.env(user=SUPERUSER_ID, context={"active_test": False}))
        self.env.flush_all()
        leads = self.env["crm.lead"].with_env(check.env).browse(check._examine_present())
        for ids in split_every(BATCH, leads.ids):
            leads.browse(ids)._catch_up_pending()  # who is still to be told of has a past
            leads.browse(ids)._log_as_they_are()
        for ids in split_every(BATCH, check._examine_log()["log_derived"]):
            check.env["crm.lead.stage.log"]._rebuild(ids)

    @api.model
    def _examine_log(self):
        """Return, for each name of ``TOLD``, the ids of the leads with such a fault in their log."""
        log = self.env["crm.lead.stage.log"]
        differs = SQL(" OR ").join(self._get_difference(log._fields[name]) for name in COLUMNS)
        rows = self.env.execute_query(SQL(STORY, differs=differs, derived=log._get_derived(SQL("TRUE"))))
        return {
            name: [lead_id for lead_id, *flags in rows if flags[index]] for index, name in enumerate(TOLD)
        }

    @api.model
    def _get_difference(self, field):
        """Return SQL of the condition that a derived column is not what is written."""
        name = SQL.identifier(field.name)
        if field.type == "boolean":
            return SQL("COALESCE(story.%(name)s, FALSE) <> derived.%(name)s", name=name)
        if field.type == "float":
            written, derived = (
                SQL("COALESCE(%s, -1)", SQL.identifier(table, field.name)) for table in ("story", "derived")
            )
            return SQL("ABS(%s - %s) > 0.001", written, derived)
        return SQL("story.%(name)s IS DISTINCT FROM derived.%(name)s", name=name)

    @api.model
    def _examine_present(self):
        """Return the ids of the leads of which the log does not say what they are."""
        leads = self.env["crm.lead"]
        followed = [
            SQL(
                "SELECT id AS lead_id, %s AS playbook_id FROM crm_lead WHERE id IN %s", id_, found.subselect()
            )
            for id_, domain in leads._get_playbook_domains().items()
            for found in (leads._search(domain),)
        ] or [SQL("SELECT 0 AS lead_id, 0 AS playbook_id WHERE FALSE")]
        query = SQL(PRESENT, followed=SQL(" UNION ALL ").join(followed))
        return [lead_id for (lead_id,) in self.env.execute_query(query)]
