from collections import defaultdict

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from ...tools.stage_backfill import (
    CANDIDATES,
    COLLECT,
    DIFFERING,
    DRAFT,
    DROP,
    EVENTS,
    INSERT,
    IS_MISSING,
    JOIN,
    JOINING,
    KEEP,
    LEAVE,
    LEAVING,
    SPAN,
    STAYS,
    TRACKED,
)
from ..core.memory import forget, remembered

NOBODY = SQL("(SELECT 0 WHERE FALSE)")


class CrmLeadStageLog(models.Model):
    """The log follows who follows which playbook, when playbooks change: who follows one no more leaves it;
    who has come under one joins it where they stand, and has the history that Odoo tracked. Doing it again
    changes nothing.
    """

    _inherit = "crm.lead.stage.log"

    @api.model
    def _get_behind(self, playbook_id, which, size):
        """Return the ids of leads that follow a playbook and are in no segment of it, or the other way round,
        in their order.

        :param which: a function that returns SQL of which leads are asked for, given SQL of a lead's id
        :param int size: how many at most
        """
        domain = self.env["crm.lead"]._get_playbook_domains().get(playbook_id)
        # sudo: the history of all leads, whoever may see them
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        followers, joining = NOBODY, []
        if domain:
            followers = leads._search(domain).subselect()
            query = leads._search(domain & Domain("stage_id", "!=", False), order="id", limit=size)
            lead_id = SQL.identifier(query.table, "id")
            query.add_where(SQL("%s AND %s", which(lead_id), SQL(IS_MISSING, lead_id, playbook_id)))
            joining = self.env.execute_query(query.select())
        leaving = SQL(
            LEAVING,
            playbook_id=playbook_id,
            which=which(SQL.identifier("log", "lead_id")),
            followers=followers,
            size=size,
        )
        ids = {lead_id for (lead_id,) in (*joining, *self.env.execute_query(leaving))}
        return sorted(ids)[:size]

    @api.model
    def _get_differing(self, playbook_id, position, size):
        """Return the ids of leads beyond ``position`` of which their segment of a playbook says something
        else, in their order, ``size`` at most.
        """
        query = SQL(DIFFERING, playbook_id=playbook_id, position=position, size=size)
        return [lead_id for (lead_id,) in self.env.execute_query(query)]

    @api.model
    def _catch_up(self, lead_ids, moment):
        """Let these leads be in the log under the playbook that they follow, since ``moment`` (naive UTC), or
        since that playbook's own request; who has no log yet gets the history that Odoo tracked.
        """
        moment = moment.replace(microsecond=0)
        # whoever moves one of them at the same time, moves it before or after this, and not beside it
        self.env.cr.execute(
            SQL("SELECT FROM crm_lead WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", lead_ids)
        )
        # sudo: the history of all leads, whoever may see them
        followed = self.env["crm.lead"].sudo().browse(lead_ids).exists()._get_playbook_ids()
        pending, filled = self.env["crm.playbook"]._get_pending_histories(), set()
        self._leave(lead_ids, followed, pending, moment)
        for playbook_id in sorted({*followed.values()}):
            joining = [id_ for id_, its in followed.items() if its == playbook_id]
            filled.update(self._join(playbook_id, joining, pending.get(playbook_id, moment)))
        self._rebuild([lead_id for lead_id in lead_ids if lead_id not in filled])
        self._change_version()
        self._forget_log(lead_ids)

    @api.model
    def _leave(self, lead_ids, followed, pending, moment):
        """Let leads leave the playbooks that they follow no more: those out of use when they went, those in
        use when another one took the lead.
        """
        present = SQL(
            "SELECT lead_id, playbook_id FROM crm_lead_stage_log WHERE left_at IS NULL AND lead_id = ANY(%s)",
            lead_ids,
        )
        gates, leaving = self.env["crm.playbook"]._get_gates(), defaultdict(list)
        for lead_id, old_id in self.env.execute_query(present):
            new_id = followed.get(lead_id)
            if new_id != old_id:
                is_taken = new_id and old_id in gates
                leaving[pending.get(new_id if is_taken else old_id, moment)].append(lead_id)
        for at, ids in leaving.items():
            self.env.cr.execute(SQL(LEAVE, ids=ids, now=at))

    @api.model
    def _join(self, playbook_id, lead_ids, moment):
        """Let leads join a playbook where they stand, with their history if they have no log yet; return the
        ids of those that have it now.
        """
        values = {"stages": self._prepare_stages(playbook_id), "playbook_id": playbook_id, "now": moment}
        values["user_id"] = self.env.uid
        self.env.cr.execute(SQL(JOINING, ids=lead_ids))
        self.env.cr.execute(SQL(CANDIDATES))
        self.env.cr.execute(SQL("ANALYZE crm_backfill_candidate"))
        self.env.cr.execute(SQL(TRACKED, **self._get_tracked_field_ids()))
        self.env.cr.execute(SQL("ANALYZE crm_backfill_tracked"))
        self.env.cr.execute(SQL(COLLECT, span=SQL(SPAN), events=SQL(EVENTS), stays=SQL(STAYS)))
        self.env.cr.execute(SQL(DRAFT))
        self.env.cr.execute(SQL(INSERT, **values))
        draft = "crm_backfill_log"
        for table, is_filled in ((draft, True), (self._table, False)):
            self.env.cr.execute(SQL(JOIN, log=SQL.identifier(table), is_filled=is_filled, **values))
        self.env.cr.execute(SQL("CREATE INDEX ON crm_backfill_log (lead_id)"))
        self.env.cr.execute(SQL("ANALYZE crm_backfill_log"))
        self._derive(SQL("TRUE"), draft)
        columns = SQL(", ").join(SQL.identifier(name) for name in self._get_stored_names())
        self.env.cr.execute(SQL(KEEP, columns=columns))
        filled = self.env.execute_query(SQL("SELECT DISTINCT lead_id FROM crm_backfill_log"))
        self.env.cr.execute(SQL(DROP))
        return [lead_id for (lead_id,) in filled]

    @api.model
    def _get_stored_names(self):
        return [name for name, field in self._fields.items() if field.column_type and field.store]

    @api.model
    def _get_tracked_field_ids(self):
        """Return the ids of the tracked lead fields that tell of stages, winning and losing."""
        fields = self.env["ir.model.fields"]
        names = {"stage": "stage_id", "active": "active", "won_status": "won_status"}
        names["lost_reason"] = "lost_reason_id"
        return {key: fields._get("crm.lead", name).id for key, name in names.items()}

    @api.model
    def _prepare_stages(self, playbook_id):
        """Return SQL of all stages: their rank, whether the playbook names them, and how many that it names
        come before them (``named_before``), themselves included (``named_until``).
        """
        ranks = self.env["crm.stage"]._get_ranks()
        named = self.env["crm.playbook"]._get_gates()[playbook_id].path
        # sudo: the stages' order is the same for everybody
        stages = self.env["crm.stage"].sudo().browse(ranks)
        rows, count = [], 0
        for stage in stages:
            is_named = stage.id in named
            rows.append((stage.id, ranks[stage.id], stage.is_won, is_named, count, count + is_named))
            count += is_named
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::bool[], %s::bool[], %s::int[], %s::int[])"
            " AS known(id, rank, is_won, is_named, named_before, named_until)",
            *(list(column) for column in zip(*rows, strict=True)),
        )


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    history_progress = fields.Integer(
        string="Stage Log Looked Through (%)",
        compute="_compute_history_progress",
        help="How far the job is that brings the stage log of this playbook's deals up to date.",
    )
    is_history_pending = fields.Boolean(compute="_compute_history_progress")

    def _compute_history_progress(self):
        # sudo: the job's queue belongs to the module
        pending = self.env["crm.playbook.refresh"].sudo()
        pending = pending.search([("kind", "=", "history"), ("playbook_id", "in", self.ids)])
        positions = {one.playbook_id.id: one.position for one in pending}
        last = 0
        if positions:
            ((last,),) = self.env.execute_query(SQL("SELECT MAX(id) FROM crm_lead"))
        for playbook in self:
            position = positions.get(playbook.id)
            playbook.is_history_pending = position is not None
            playbook.history_progress = position and last and min(100 * position // last, 99)

    def _request_history(self):
        """Have the stage log follow who follows these playbooks from now on: of few deals at once, of many by
        a job.
        """
        # sudo: the job's queue belongs to the module, and so does the log
        requests, log = self.env["crm.playbook.refresh"].sudo(), self.env["crm.lead.stage.log"].sudo()
        self.env.flush_all()
        known = log._read_group([("playbook_id", "in", self.ids), ("left_at", "=", False)], ["playbook_id"])
        # sudo: also playbooks of companies that the user does not see
        concerned = self.sudo().filtered(lambda one: not one.is_template)
        concerned |= self.browse(one.id for (one,) in known)
        mine = [("playbook_id", "in", concerned.ids)]
        requests.search([*mine, ("kind", "=", "recheck")]).unlink()
        requests._request(concerned, "history")
        forget(self.env)
        for request in requests.search([*mine, ("kind", "=", "history")]):
            request._run_batch()

    @api.model
    @remembered()
    def _get_pending_histories(self):
        """Return ``{playbook id: since when}`` of the playbooks that deals have come under or left, and of
        some of them the log does not say so yet; kept in memory.
        """
        # sudo: the job's queue belongs to the module
        pending = self.env["crm.playbook.refresh"].sudo().search([("kind", "=", "history")])
        now = self.env.cr.now()
        moments = {one.playbook_id.id: one.requested_at or now for one in pending}
        return frozendict({id_: moment.replace(microsecond=0) for id_, moment in moments.items()})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        # sudo: whoever's deals they are
        log = self.env["crm.lead.stage.log"].sudo()
        if found := log.search([("playbook_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "“%s” has a history of deals and cannot be deleted: archive it instead.",
                    found.playbook_id.name,
                )
            )


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _catch_up_pending(self):
        """Let the log tell of these leads what they are before something becomes of them: a job that is still
        to tell it could not any more.

        :raise ConcurrencyError: when the job has just told it
        """
        if not self:
            return
        log = self.env["crm.lead.stage.log"].sudo()  # sudo: the log is the module's
        for playbook_id, since in self.env["crm.playbook"]._get_pending_histories().items():
            self.env.flush_all()
            if behind := self._get_behind(playbook_id):
                try:
                    log._catch_up(sorted(behind), since)
                except UniqueViolation as error:
                    raise ConcurrencyError(str(error)) from error

    def _is_compared_without_playbook(self):
        """What has left its playbook while the log does not say so yet moves as what it is now."""
        pending = self.env["crm.playbook"]._get_pending_histories()
        return super()._is_compared_without_playbook() or bool(pending)

    def _get_behind(self, playbook_id):
        """Return the set of the ids of those of these leads that follow a playbook, or have left it, while
        the log does not say so.
        """
        log, ids = self.env["crm.lead.stage.log"], self.ids
        return {*log._get_behind(playbook_id, lambda id_: SQL("%s = ANY(%s)", id_, ids), len(ids))}

    @api.model
    def _get_presumed_stages(self, playbook_ids, passed=None):
        """Running deals are taken as they are, also those of which the log does not tell yet."""
        passed, pending = super()._get_presumed_stages(playbook_ids, passed), None
        for lead_id, playbook_id in playbook_ids.items():
            if lead_id not in passed:
                pending = self.env["crm.playbook"]._get_pending_histories() if pending is None else pending
                stage_id = playbook_id in pending and self.browse(lead_id).stage_id.id
                gate = self.env["crm.playbook"]._get_gates().get(playbook_id)
                passed[lead_id] = stage_id if gate and stage_id in gate.stages else None
        return passed
