import logging
from collections import Counter
from datetime import timedelta

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain

from ...exceptions import CONCURRENCY_ERRORS
from .first_steps import JUDGED

_logger = logging.getLogger(__name__)

OBSERVED_FOR = timedelta(days=7)
TOLD = "told"  # in the steps that are ticked: so it is said once of each playbook
LISTED = 3  # rules that were lacking most often
SIMULATE = "sales_funnel_playbook.crm_playbook_action_simulate"


class CrmPlaybook(models.Model):
    """A week after somebody has set up a playbook, they hear once what it would have held back so far."""

    _inherit = "crm.playbook"

    @api.model
    def _cron_tell_observed(self):
        """Tell everybody whose playbooks have observed for a week, in one message each."""
        people = self._get_observed_by_person()
        self.env["ir.cron"]._commit_progress(remaining=len(people))
        for user, playbooks in people.items():
            playbooks._tell_observed_safely(user)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _get_observed_by_person(self):
        """Return ``{user: playbooks}``: those that have judged moves for a week, of which nobody was told."""
        since = self.env.cr.now() - OBSERVED_FOR
        domain = Domain("is_template", "=", False) & Domain("mode", "=", "observe")
        found = self.search(domain & Domain("create_date", "<=", since))
        moved = Domain("playbook_id", "in", found.ids) & Domain("gate", "in", JUDGED)
        judged = dict(self.env["crm.lead.stage.log"]._read_group(moved, ["playbook_id"], ["__count"]))
        due = found.filtered(lambda one: judged.get(one) and TOLD not in one._get_ticked_steps())
        return due.grouped(lambda playbook: playbook._get_founder())

    def _get_founder(self):
        """Return who has set this playbook up, or whom it names as responsible where they are gone."""
        for user in (self.create_uid, self.responsible_user_id):
            if user.active and self.with_user(user).has_access("write"):
                return user
        return self.env["res.users"]

    def _tell_observed_safely(self, user):
        """Tell ``user`` of these playbooks, once, whatever comes of it."""
        for playbook in self:
            playbook.ticked_steps = [*playbook._get_ticked_steps(), TOLD]
        try:
            with self.env.cr.savepoint():
                if user:
                    self.with_context(lang=user.lang or "en_US")._tell_observed(user)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.exception("User %s could not be told what playbooks have observed.", user.id)

    def _tell_observed(self, user):
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=self.env._("What your playbook would have held back"),
            body=Markup().join(playbook._describe_observed() for playbook in self),
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _describe_observed(self):
        """Return a paragraph: how many moves would have been held back, for what, and where to look on."""
        domain = Domain("playbook_id", "=", self.id) & Domain("gate", "=", "observed")
        items = [
            item
            for log in self.env["crm.lead.stage.log"].search_fetch(domain, ["unmet"])
            for item in log.unmet or []
        ]
        counts = Counter((item["kind"], item["rule_id"]) for item in items)
        names = self.env["crm.lead.stage.log"]._get_rule_names(items)
        text = self.env._(
            "“%(playbook)s” has observed for a week: %(moves)s moves, %(held_back)s of which it would have"
            " held back.",
            playbook=self.name,
            moves=self._count_judged(),
            held_back=self._count_judged(["observed"]),
        )
        lines = [
            Markup("<li>%s (%s)</li>") % (names[key], count)
            for key, count in counts.most_common()
            if key in names
        ][:LISTED]
        missing = Markup("<p>%s</p><ul>%s</ul>") % (self.env._("Most often missing:"), Markup().join(lines))
        address = f"{self.get_base_url()}/odoo/crm.playbook/{self.id}"
        return (
            Markup("<p>%s</p>") % text
            + (missing if lines else Markup())
            + Markup('<p><a href="%s/action-%s" class="btn btn-primary">%s</a> ')
            % (address, SIMULATE, self.env._("Simulate"))
            + Markup('<a href="%s">%s</a></p>') % (address, self.env._("Open the Playbook"))
        )
