from datetime import datetime

from odoo import api, models
from odoo.tools import SQL

from ...tools.stage_backfill import CANDIDATES, COLLECT, END_OPEN, EVENTS, INSERT, SPAN, STAYS, TRACKED


class CrmLeadStageLog(models.Model):
    """Filling the log of leads that come under a playbook, from the changes that Odoo tracked. A lead
    whose log reaches its present stage is left alone, so that doing it again changes nothing.
    """

    _inherit = "crm.lead.stage.log"

    @api.model
    def _backfill_playbooks(self, playbooks):
        """Fill the log of all leads that follow one of ``playbooks``, archived and lost ones too."""
        domains = self.env["crm.lead"]._get_playbook_domains()
        # sudo: the history of all leads, whoever may see them
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        for playbook_id in playbooks.ids:
            if playbook_id in domains:
                followers = leads._search(domains[playbook_id])
                who = SQL(
                    "SELECT id AS lead_id, stage_id, won_status FROM crm_lead WHERE id IN %s",
                    followers.subselect(),
                )
                self._backfill(playbook_id, who)

    @api.model
    def _backfill_leads(self, states):
        """Fill the log of leads that come under a playbook one by one, up to the stage they are in.

        :param dict states: ``{lead id: LeadState}`` with the playbook they follow now
        """
        for playbook_id in {state.playbook_id for state in states.values()}:
            its = {lead_id: state for lead_id, state in states.items() if state.playbook_id == playbook_id}
            who = SQL(
                "SELECT * FROM unnest(%s::int[], %s::int[], %s::text[])"
                " AS joined(lead_id, stage_id, won_status)",
                [*its],
                [state.stage_id or None for state in its.values()],
                [state.won_status for state in its.values()],
            )
            self._backfill(playbook_id, who)

    @api.model
    def _backfill(self, playbook_id, who):
        """Fill the log of the leads in ``who``, with a few statements for each working calendar.

        :param who: SQL of the columns ``lead_id``, ``stage_id`` and ``won_status``
        """
        for model in ("crm.lead", "mail.message", "mail.tracking.value", "res.company"):
            self.env[model].flush_model()
        gate = self.env["crm.playbook"]._get_gates()[playbook_id]
        candidates = SQL(
            CANDIDATES, calendar_id=gate.calendar_id or None, company_id=self.env.company.id, who=who
        )
        spans = SQL("SELECT calendar_id, MIN(begun_at) FROM (%s) found GROUP BY calendar_id", candidates)
        for calendar_id, since in self.env.execute_query(spans):
            self._backfill_calendar(playbook_id, candidates, calendar_id, since)
        self.invalidate_model(flush=False)
        self.env["crm.lead"].invalidate_model(["stage_log_ids", "stage_entered_at"], flush=False)

    @api.model
    def _backfill_calendar(self, playbook_id, candidates, calendar_id, since):
        """Fill the log of those candidates whose working time counts by one calendar."""
        found = "SELECT * FROM (%s) found WHERE calendar_id IS NOT DISTINCT FROM %s"
        steps = {
            "crm_backfill_candidate": SQL(found, candidates, calendar_id),
            "crm_backfill_tracked": SQL(TRACKED, **self._get_tracked_field_ids()),
        }
        for table, query in steps.items():
            name = SQL.identifier(table)
            self.env.cr.execute(SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", name, query))
            self.env.cr.execute(SQL("ANALYZE %s", name))
        working = self._prepare_working_seconds(calendar_id, since)
        stages = self._prepare_stages(playbook_id)
        for statement in (
            SQL(COLLECT, span=SQL(SPAN), events=SQL(EVENTS), stays=SQL(STAYS), **working),
            SQL(END_OPEN),
            SQL("WITH stage AS (%s) %s", stages, SQL(INSERT, playbook_id=playbook_id)),
            SQL("DROP TABLE crm_backfill_candidate, crm_backfill_tracked, crm_backfill_stay"),
        ):
            self.env.cr.execute(statement)

    @api.model
    def _get_tracked_field_ids(self):
        """Return the ids of the tracked lead fields that tell of stages, winning and losing."""
        fields = self.env["ir.model.fields"]
        names = {"stage": "stage_id", "active": "active", "won_status": "won_status"}
        names["lost_reason"] = "lost_reason_id"
        return {key: fields._get("crm.lead", name).id for key, name in names.items()}

    @api.model
    def _prepare_stages(self, playbook_id):
        """Return SQL of all stages: their rank, and how many stages that the playbook names come
        before them (``named_before``), themselves included (``named_until``).
        """
        ranks = self.env["crm.stage"]._get_ranks()
        named = self.env["crm.playbook"]._get_gates()[playbook_id].stages
        # sudo: the stages' order is the same for everybody
        stages = self.env["crm.stage"].sudo().browse(ranks)
        rows, count = [], 0
        for stage in stages:
            rows.append((stage.id, ranks[stage.id], stage.is_won, count, count + (stage.id in named)))
            count += stage.id in named
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::bool[], %s::int[], %s::int[])"
            " AS known(id, rank, is_won, named_before, named_until)",
            *(list(column) for column in zip(*rows, strict=True)),
        )

    @api.model
    def _prepare_working_seconds(self, calendar_id, since):
        """Return SQL of the working seconds passed since ``since``, when a stay begins and ends."""
        columns = {"begun": SQL("stay.at"), "ended": SQL("stay.left_at")}
        if not calendar_id:
            return dict.fromkeys(columns, SQL("NULL::float"))
        # sudo: working time counts by it, whoever may see it
        calendar = self.env["resource.calendar"].sudo().browse(calendar_id)
        working = calendar._get_working_time(since, self.env.cr.now())
        epoch = datetime(1970, 1, 1)
        starts, stops, seconds = working.columns(lambda moment: (moment - epoch).total_seconds())
        return {
            name: SQL(
                "(SELECT CASE WHEN %(moment)s IS NULL THEN NULL WHEN passed = 0 THEN 0"
                " ELSE (%(seconds)s::float[])[passed] - GREATEST((%(stops)s::float[])[passed]"
                " - EXTRACT(EPOCH FROM %(moment)s)::float, 0) END"
                " FROM width_bucket(EXTRACT(EPOCH FROM %(moment)s)::float, %(starts)s::float[]) AS passed)",
                moment=column,
                starts=starts,
                stops=stops,
                seconds=seconds,
            )
            for name, column in columns.items()
        }


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    def _fill_history(self):
        """Fill the stage log of the leads that have just come under these playbooks."""
        # sudo: the history of all leads, whoever may see them
        self.env["crm.lead.stage.log"].sudo()._backfill_playbooks(self)
