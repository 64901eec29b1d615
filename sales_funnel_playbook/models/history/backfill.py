from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ...tools.stage_backfill import (
    CANDIDATES,
    COLLECT,
    DROP,
    EVENTS,
    INSERT,
    JOIN,
    JOINING,
    LEAVE,
    SPAN,
    STAYS,
    TRACKED,
)

BATCH = 10_000
NOBODY = SQL("(SELECT 0 WHERE FALSE)")


class CrmLeadStageLog(models.Model):
    """The log follows who follows which playbook: who follows one no more leaves it; who has come under one
    joins it where they stand, and has the history that Odoo tracked. Doing it again changes nothing.
    """

    _inherit = "crm.lead.stage.log"

    @api.model
    def _backfill_playbooks(self, playbooks):
        """Bring the log of all leads up to date that follow one of ``playbooks`` since they were changed, or
        follow one no more; archived and lost ones too.
        """
        domains = self.env["crm.lead"]._get_playbook_domains()
        for model in ("crm.lead", "mail.message", "mail.tracking.value", "crm.lead.stage.log"):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT playbook_id FROM crm_lead_stage_log WHERE left_at IS NULL")
        )
        changed = set()
        for (playbook_id,) in rows:
            followers = self._get_followers(domains.get(playbook_id))
            left = SQL(LEAVE, playbook_id=playbook_id, followers=followers, now=self._get_now())
            changed.update(lead_id for (lead_id,) in self.env.execute_query(left))
        # who has left one may follow another by team or company; of the others nobody is new
        leavers = Domain("id", "in", [*changed])
        for playbook_id, domain in domains.items():
            if playbook_id in playbooks._ids or changed:
                whom = domain if playbook_id in playbooks._ids else domain & leavers
                changed.update(self._join(playbook_id, self._get_followers(whom)))
        for lead_ids in split_every(BATCH, sorted(changed)):
            self._rebuild(lead_ids)

    @api.model
    def _get_followers(self, domain):
        """Return SQL of the ids of all leads in ``domain``; None: of none."""
        if not domain:
            return NOBODY
        # sudo: the history of all leads, whoever may see them
        return self.env["crm.lead"].sudo().with_context(active_test=False)._search(domain).subselect()

    @api.model
    def _get_now(self):
        return self.env.cr.now().replace(microsecond=0)

    @api.model
    def _join(self, playbook_id, followers):
        """Let leads join a playbook where they stand, with their history if they have no log yet; return
        their ids.
        """
        stages = self._prepare_stages(playbook_id)
        values = {"stages": stages, "playbook_id": playbook_id, "now": self._get_now()}
        self.env.cr.execute(SQL(JOINING, followers=followers))
        self.env.cr.execute(SQL(CANDIDATES))
        self.env.cr.execute(SQL("ANALYZE crm_backfill_candidate"))
        self.env.cr.execute(SQL(TRACKED, **self._get_tracked_field_ids()))
        self.env.cr.execute(SQL("ANALYZE crm_backfill_tracked"))
        self.env.cr.execute(SQL(COLLECT, span=SQL(SPAN), events=SQL(EVENTS), stays=SQL(STAYS)))
        self.env.cr.execute(SQL(INSERT, **values))
        joined = self.env.execute_query(SQL(JOIN, user_id=self.env.uid, **values))
        self.env.cr.execute(SQL(DROP))
        return [lead_id for (lead_id,) in joined]

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
        named = self.env["crm.playbook"]._get_gates()[playbook_id].stages
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

    def _fill_history(self):
        """Bring the stage log of the leads up to date that have just come under these playbooks, or left
        one.
        """
        # sudo: the history of all leads, whoever may see them
        self.env["crm.lead.stage.log"].sudo()._backfill_playbooks(self)

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
