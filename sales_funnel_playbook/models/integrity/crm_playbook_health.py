from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.tools import format_datetime

MODULE = "sales_funnel_playbook"
TOO_LONG = timedelta(days=1)  # so long something may be wrong before anybody is asked
HISTORY = ("history", "recheck")


class CrmPlaybookHealth(models.TransientModel):
    """What the module's jobs do and cannot do, on one page for administrators, and for monitoring.

    Each finding is a dict: ``key`` (the same as long as it is the same), ``kind`` (a key of
    :data:`crm_playbook_health_line.KINDS`), ``is_wrong`` (else it is only under way), ``text`` (what it is,
    and how to mend it), ``res_model`` and ``res_id`` of what it is about, ``since`` (UTC, False where nobody
    knows), and ``error``, the kind of error.
    """

    _name = "crm.playbook.health"
    _description = "Health"

    looked_at = fields.Datetime(readonly=True)
    job_ids = fields.One2many("crm.playbook.health.job", "health_id", readonly=True)
    finding_ids = fields.One2many("crm.playbook.health.finding", "health_id", readonly=True)
    is_well = fields.Boolean(string="Well", compute="_compute_is_well")

    @api.depends("looked_at")
    def _compute_display_name(self):
        for health in self:
            health.display_name = self.env._("Health")

    @api.depends("finding_ids.is_wrong")
    def _compute_is_well(self):
        for health in self:
            health.is_well = not any(health.finding_ids.mapped("is_wrong"))

    def action_look(self):
        """Look at jobs, rules and reviews now, and show what there is.

        :raise AccessError: for who does not administer the database
        """
        self._check_administrator()
        health = self.create(
            {
                "looked_at": self.env.cr.now(),
                "job_ids": self._prepare_lines(
                    "job", [{**job, "name": job["label"]} for job in self._get_jobs()]
                ),
                "finding_ids": self._prepare_lines("finding", self._find()),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": health.display_name,
            "res_model": self._name,
            "res_id": health.id,
            "view_mode": "form",
            "target": "current",
        }

    @api.model
    def _prepare_lines(self, name, rows):
        """Return the commands that make a line of each row, of what lines have."""
        known = self.env[f"crm.playbook.health.{name}"]._fields.keys() - {"id"}
        return [Command.create({key: row[key] for key in row.keys() & known}) for row in rows]

    @api.model
    @api.readonly
    def get_health(self):
        """Return the same for a monitoring program, without any text that may name a customer or a colleague.

        :return: ``{"state": "well" or "unwell", "looked_at", "version", "jobs": [{"job", "is_active",
            "last_run", "next_run", "seconds", "minutes_late", "failures"}, …], "findings": [{"kind",
            "is_wrong", "since", "model", "id", "error"}, …]}``; times are UTC, what is not known is false
        :raise AccessError: for who does not administer the database
        """
        self._check_administrator()
        findings = self._find()
        names = ("kind", "is_wrong", "since", "model", "id", "error")
        # sudo: which version it is, whoever may see the list of modules
        module = self.env["ir.module.module"].sudo().search([("name", "=", MODULE)])
        return self._to_plain(
            {
                "state": "unwell" if any(one["is_wrong"] for one in findings) else "well",
                "looked_at": self.env.cr.now(),
                "version": module.latest_version,
                "jobs": [
                    {n: job[n] for n in job.keys() - {"id", "name", "label"}} for job in self._get_jobs()
                ],
                "findings": [
                    {"id": one["res_id"], "model": one["res_model"], **{n: one[n] for n in names if n in one}}
                    for one in findings
                ],
            }
        )

    @api.model
    def _to_plain(self, value):
        """Return ``value`` with times as texts: what JSON and XML-RPC can carry."""
        if isinstance(value, dict):
            return {name: self._to_plain(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._to_plain(one) for one in value]
        return fields.Datetime.to_string(value) if isinstance(value, datetime) else value

    @api.model
    def _check_administrator(self):
        if not self.env.is_system():
            raise AccessError(
                self.env._(
                    "Only administrators of the database see its health, as it is about all companies."
                )
            )

    @api.model
    def _find(self):
        """Return the findings of the whole database, what has been wrong for longest first."""
        # sudo: jobs, rules and reviews are of all companies
        whole = self.sudo().with_context(active_test=True, allowed_company_ids=self._get_companies().ids)
        findings = [{"error": False, "since": False, **one} for one in whole._find_everything()]
        now = self.env.cr.now()
        return sorted(findings, key=lambda one: (not one["is_wrong"], one["since"] or now, one["key"]))

    @api.model
    def _get_companies(self):
        # sudo: all companies, whichever the user works in
        return self.env["res.company"].sudo().search([("active", "=", True)])

    @api.model
    def _find_everything(self):
        """Return the findings in any order; to be extended."""
        return [
            *self._find_job_findings(),
            *self._find_failures(),
            *self._find_broken_rules(),
            *self._find_failed_reviews(),
            *self._find_waiting(),
        ]

    @api.model
    def _find_failures(self):
        """Return what jobs have noted that they cannot do."""
        return [
            {
                "key": f"failure:{one.id}",
                "kind": "failure",
                "is_wrong": True,
                "text": self.env._(
                    "%(what)s (%(model)s %(id)s) was left out: %(reason)s",
                    what=one._get_name(),
                    model=self.env["ir.model"]._get(one.res_model).name or one.res_model,
                    id=one.res_id or "–",
                    reason=one.reason,
                ),
                "res_model": one.res_model,
                "res_id": one.res_id,
                "since": one.since,
                "error": one.error,
            }
            for one in self.env["crm.playbook.failure"]._find_current()
        ]

    @api.model
    def _find_broken_rules(self):
        """Return the rules in use that cannot be followed."""
        return [
            {
                "key": f"rule:{rule._name},{rule.id}",
                "kind": "rule",
                "is_wrong": True,
                "text": self.env._(
                    "“%(rule)s” cannot be followed: %(reason)s Correct it, or archive it.",
                    rule=rule.name,
                    reason=reason,
                ),
                "res_model": rule._name,
                "res_id": rule.id,
            }
            for rule, reason in self._get_broken_rules()
        ]

    @api.model
    def _get_broken_rules(self):
        """Return ``[(rule, why it cannot be followed), …]``, of playbooks in use."""
        rule = self.pool["crm.playbook.rule"]
        models_ = [name for name, cls in self.pool.items() if issubclass(cls, rule) and not cls._abstract]
        in_use = Domain("playbook_id.active", "=", True) & Domain("playbook_id.is_template", "=", False)
        found = []
        for name in models_:
            of_playbook = "playbook_id" in self.env[name]._fields
            is_alone = Domain("playbook_id", "=", False) if of_playbook else Domain.TRUE
            rules = self.env[name].search(is_alone | in_use if of_playbook else is_alone)
            has_error = "error" in rules._fields
            reasons = [(one, one.broken_reason or (has_error and one.error)) for one in rules]
            found += [(one, reason) for one, reason in reasons if reason]
        return found

    @api.model
    def _find_failed_reviews(self):
        """Return the reviews that could not be made."""
        return [
            {
                "key": f"review:{one.playbook_id.id},{one.team_id.id},{one.company_id.id},{one.date_from}",
                "kind": "review",
                "is_wrong": True,
                "text": self.env._(
                    "The review “%(review)s” could not be made: %(reason)s",
                    review=one.display_name,
                    reason=one.failure,
                ),
                "res_model": one._name,
                "res_id": one.id,
            }
            for one in self.env["crm.funnel.review"].search([("state", "=", "failed")])
        ]

    @api.model
    def _find_waiting(self):
        """Return what jobs have been asked for and have not ended; after a day that is wrong."""
        kinds = dict(self.env["crm.playbook.refresh"]._fields["kind"]._description_selection(self.env))
        old = self.env.cr.now() - TOO_LONG
        return [
            {
                "key": f"waiting:{one.playbook_id.id},{one.kind}",
                "kind": "history" if one.kind in HISTORY else "job",
                "is_wrong": bool(one.requested_at and one.requested_at < old),
                "text": self.env._(
                    "“%(playbook)s” – %(what)s: its deals are being looked at, asked for on %(since)s.",
                    playbook=one.playbook_id.name,
                    what=kinds[one.kind],
                    since=format_datetime(self.env, one.requested_at),
                ),
                "res_model": "crm.playbook",
                "res_id": one.playbook_id.id,
                "since": one.requested_at,
            }
            for one in self.env["crm.playbook.refresh"].search([])
        ]
