import pytz

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, frozendict

from ..core.crm_playbook_failure import KEPT
from ..core.days import ANY_COMPANY
from ..core.memory import remembered
from .depending import TRIGGER_FIELDS

# Deals with something to do that a playbook has given them, whatever became of them since.
BUSY = """
    SELECT DISTINCT res_id FROM mail_activity WHERE active AND playbook_id = %s AND playbook_kind IS NOT NULL
        AND res_model = 'crm.lead' AND res_id > %s ORDER BY res_id LIMIT %s
"""
HAS_WORK = """
    SELECT id FROM crm_playbook playbook WHERE EXISTS (
        SELECT FROM mail_activity WHERE active AND playbook_id = playbook.id AND playbook_kind IS NOT NULL)
"""
# Deals on which something is to be told, or has been missed since the last look; whose work somebody has who
# has left; and those that could not be written last time.
DUE = """
    SELECT DISTINCT lead_id FROM (
        SELECT res_id AS lead_id FROM mail_activity WHERE active IS TRUE AND playbook_id = %(playbook)s
            AND playbook_escalate_at <= %(now)s AND playbook_escalated_at IS NULL AND res_model = 'crm.lead'
        UNION ALL
        SELECT res_id FROM mail_activity WHERE playbook_id = %(playbook)s AND res_model = 'crm.lead'
            AND playbook_due_at >= %(since)s AND playbook_due_at < %(now)s
            AND COALESCE(playbook_done_at > playbook_due_at, TRUE) AND playbook_escalation_of_id IS NULL
        UNION ALL
        SELECT work.res_id FROM mail_activity work
            JOIN res_users holder ON holder.id = work.user_id AND NOT holder.active
            WHERE work.active AND work.playbook_id = %(playbook)s AND work.playbook_kind IS NOT NULL
                AND work.res_model = 'crm.lead'
        UNION ALL
        SELECT res_id FROM crm_playbook_failure
            WHERE res_model = 'crm.lead' AND last_at >= %(failed_since)s AND res_id = ANY(%(followed)s)
    ) due WHERE lead_id > %(position)s AND (%(among)s::int[] IS NULL OR lead_id = ANY(%(among)s))
    ORDER BY lead_id LIMIT %(size)s
"""


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    @remembered()
    def _get_distant_duties(self):
        """Return ``{playbook id: keys of the duties that may begin or end without a save of their deal}``,
        kept in memory: what looks at other records, at the time of day, or is another module's.
        """
        found = {
            playbook_id: frozenset(duty.key for duty in duties.duties if self._is_distant(duty))
            for playbook_id, duties in self._get_duties().items()
        }
        return frozendict({playbook_id: keys for playbook_id, keys in found.items() if keys})

    @api.model
    def _is_distant(self, duty):
        """Tell whether ``duty`` may begin or end without a save of its deal, and not at midnight."""
        texts = {duty.domain, duty.satisfied_domain, duty.document_domain} - {"", "[]"}
        return duty.trigger not in TRIGGER_FIELDS or not all(map(self._is_near, texts))

    @api.model
    def _is_near(self, text):
        """Tell whether what a domain looks at is the deal itself, its facts, or what tells of its changes."""
        rules, leads, lists = self.env["crm.playbook.rule"], self.env["crm.lead"], self._get_telling_lists()
        return all(
            one.field_expr in lists or rules._get_condition_span(one, leads)
            for one in rules._parse_domain(text).iter_conditions()
        )

    @api.model
    def _get_telling_lists(self):
        """Return the names of the deal's lists whose records, besides its facts, have its deadlines looked at
        when they are saved; extended by modules that queue them.
        """
        return set()

    def _has_new_day(self, since):
        """Tell whether a day has begun since then (naive UTC), for whoever works on this playbook's deals or
        where these are: what comes up again and again does so when its day begins.
        """
        # sudo: in which zones people work is no secret to a job
        users = self.env["res.users"].sudo()
        zones = {user._get_playbook_zone() for user in [users, *users.search([("share", "=", False)])]}
        # sudo: as above
        companies = [None, *self.env["res.company"].sudo().search(ANY_COMPANY)]
        zones |= {self._get_zone(company) for company in companies}
        moments = [pytz.utc.localize(moment) for moment in (since, self.env.cr.now())]
        return any(len({moment.astimezone(zone).date() for moment in moments}) > 1 for zone in zones)


class CrmPlaybookRefresh(models.Model):
    """Every hour those deals are looked at on which time alone has brought something about; all of them once
    a day, when it begins: what people do begins and ends their work as they save it.
    """

    _inherit = "crm.playbook.refresh"

    @api.model
    def _cron_start_deadlines(self):
        """Every hour: what has become due since, and whose it is by now. What is still under way goes on."""
        self._start_safely(lambda: self._get_playbooks_to_keep().filtered(self._is_day_new), "deadlines")
        self._start_safely(self._get_playbooks_to_keep, "deadlines", "due")

    @api.model
    def _get_playbooks_to_keep(self):
        """Return the playbooks with deadlines or open work that no job is looking at."""
        under_way = self.search([("kind", "=", "deadlines")]).playbook_id
        playbooks = self.env["crm.playbook"].browse(self.env["crm.playbook"]._get_duties()).exists()
        self.env["mail.activity"].flush_model()
        return (
            playbooks | playbooks.browse(id_ for (id_,) in self.env.execute_query(SQL(HAS_WORK)))
        ) - under_way

    @api.model
    def _is_day_new(self, playbook):
        """Tell whether all deals of ``playbook`` are to be looked at: nobody has done so today, or no rule
        has their saves looked at.
        """
        last = self._get_last_look(playbook).all_looked_at
        is_kept = playbook.id in self.env["crm.playbook"]._get_duties()
        return not last or not is_kept or playbook._has_new_day(last)

    @api.model
    def _get_last_look(self, playbook):
        return self.env["crm.playbook.look"].search([("playbook_id", "=", playbook.id)], limit=1)

    def _get_next_ids(self, size):
        """Return the ids of the next deals to look at, in order, so many at most. Those with work left are
        found apart from the others: together, PostgreSQL would read all activities for each batch.
        """
        if self.kind != "deadlines":
            return super()._get_next_ids(size)
        if self.scope == "due" and not self._get_distant_keys():
            return self._get_due_ids(size)
        ids = super()._get_next_ids(size)
        self.env["mail.activity"].flush_model()
        query = SQL(BUSY, self.playbook_id.id, self.position, size)
        return sorted({*ids, *(id_ for (id_,) in self.env.execute_query(query))})[:size]

    def _count_remaining(self):
        is_short = self.kind == "deadlines" and self.scope == "due" and not self._get_distant_keys()
        return 1 if is_short else super()._count_remaining()

    def _get_distant_keys(self):
        """Return the keys of the duties of which all deals are asked every hour: the distant ones, and those
        that could not be followed last time.
        """
        failing = self.env["crm.playbook.deadline"], self.env["crm.playbook.output"]
        failed = [rule for rules in failing for rule in rules.search(self._get_failing_domain())]
        keys = {f"{rule._name.rpartition('.')[2]}:{rule.id}" for rule in failed}
        return keys.union(self.env["crm.playbook"]._get_distant_duties().get(self.playbook_id.id, ()))

    def _get_failing_domain(self):
        return Domain("playbook_id", "=", self.playbook_id.id) & Domain("error", "!=", False)

    def _get_due_ids(self, size=None, among=None):
        """Return the ids of the next deals, or of those ``among`` these ids, on which time alone has brought
        something about.
        """
        now, since = self.env.cr.now(), self._get_last_look(self.playbook_id).looked_at
        self.env.flush_all()
        failed_since = now - KEPT
        failed = self.env["crm.playbook.failure"].search(
            [("res_model", "=", "crm.lead"), ("last_at", ">=", failed_since)]
        )
        followed = self._get_leads().search(
            [("id", "in", failed.mapped("res_id")), ("playbook_id", "=", self.playbook_id.id)]
        )
        query = SQL(
            DUE,
            playbook=self.playbook_id.id,
            now=now,
            since=since or now,
            failed_since=failed_since,
            followed=followed.ids,
            position=self.position,
            among=among,
            size=size,
        )
        return [lead_id for (lead_id,) in self.env.execute_query(query)]

    def _look_at(self, leads):
        if self.kind != "deadlines":
            return super()._look_at(leads)
        leads = leads.exists().with_context(active_test=True)
        keys = self._get_distant_keys() if self.scope == "due" else ()
        due = leads.browse(self._get_due_ids(among=leads.ids)) if keys else leads
        due._keep_deadlines()
        if others := leads - due:
            others._settle_deadlines(is_job=True, keys=keys)
        return None

    def _end(self):
        if self.kind == "deadlines":
            self._note_look()
        return super()._end()

    def _note_look(self):
        """Note that this look has ended, and what it was at."""
        playbook, looked_at = self.playbook_id, self.requested_at
        whole = looked_at if self.scope == "all" else self._get_last_look(playbook).all_looked_at
        self.env["crm.playbook.look"]._note(playbook, looked_at, whole)


class CrmTeam(models.Model):
    """Another leader does what the leader does, on all deals of the team."""

    _inherit = "crm.team"

    def write(self, vals):
        led_anew = self.filtered(lambda team: "user_id" in vals and team.user_id.id != vals["user_id"])
        result = super().write(vals)
        if led_anew:
            led_anew._get_kept_playbooks()._request_settling()
        return result

    def _get_kept_playbooks(self):
        """Return the playbooks with deadlines that deals of these teams follow."""
        # sudo: all deals of the teams, whoever leads them
        leads, playbooks = self.env["crm.lead"].sudo(), self.env["crm.playbook"]
        theirs = Domain("team_id", "in", self.ids) & Domain("won_status", "=", "pending")
        domains = leads._get_playbook_domains() if playbooks._get_duties() else {}
        kept = [
            id_
            for id_, domain in domains.items()
            if id_ in playbooks._get_duties() and leads.search_count(theirs & domain, limit=1)
        ]
        return playbooks.browse(kept)
