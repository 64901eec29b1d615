from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools.misc import clean_context

from ...arguments import check_argument
from ...exceptions import CONCURRENCY_ERRORS

BATCH = 50
# What a renewal deal takes over; with a customer, what that one says is not copied.
TAKEN = (
    *("team_id", "company_id", "product_line_id", "partner_id", "industry_id", "company_size", "use_case"),
    *("lang_id", "recurring_plan"),
)
TAKEN_OF_NOBODY = ("partner_name", "contact_name", "function", "email_from", "phone", "country_id", "city")
AMOUNTS = ("expected_revenue", "recurring_revenue")
PERSON = ("partner_id", "role", "attitude", "date_from")
COMPETITOR = ("competitor_id", "strengths", "weaknesses", "our_advantage")


class CrmLead(models.Model):
    """How renewal deals are made: by hand, or by the job."""

    _inherit = "crm.lead"

    def make_renewal(self, renewal_kind="renewal"):
        """Make a renewal deal, or one for an upsell, of each of these won deals.

        :param str renewal_kind: ``renewal`` or ``upsell``
        :return: the ids of the deals; where a renewal is open or won already, of that one
        :raise UserError: when a deal is not won, or its playbook has no renewal stage
        """
        kinds = dict(self._fields["renewal_kind"].selection)
        is_usable = isinstance(renewal_kind, str) and renewal_kind in kinds
        check_argument(self.env, "renewal_kind", renewal_kind, is_usable)
        self = self.browse(dict.fromkeys(self.ids))
        self.check_access("write")
        for lead in self.filtered(lambda one: not one.can_renew):
            raise UserError(
                self.env._(
                    "“%s” cannot be renewed: it is not won, or its playbook has no renewal stage.", lead.name
                )
            )
        self.lock_for_update(allow_referencing=True)
        present = self._get_open_renewals() if renewal_kind == "renewal" else {}
        missing = self.filtered(lambda lead: lead not in present)
        made = dict(zip(missing, missing._make_renewals(renewal_kind), strict=True))
        return [(present.get(lead) or made[lead]).id for lead in self]

    def action_make_renewal(self):
        """Make the renewal deal of this won deal, and open it."""
        return self._open_made("renewal")

    def action_make_upsell(self):
        """Make a deal for an upsell to this won deal, and open it."""
        return self._open_made("upsell")

    def _open_made(self, kind):
        self.ensure_one()
        return self.browse(self.make_renewal(kind)).get_formview_action()

    def _get_open_renewals(self):
        """Return ``{won deal: its renewal deal that is open, or won}``: a contract is renewed once."""
        domain = [("renewal_of_id", "in", self.ids), ("renewal_kind", "=", "renewal")]
        # sudo: there is one, whoever may see it
        found = self.sudo().search([*domain, ("won_status", "!=", "lost")], order="id desc")
        return {lead.renewal_of_id.sudo(False): lead.sudo(False) for lead in found}

    def _make_renewals(self, kind):
        """Return a new deal that follows each of these, in their order."""
        gates = self.env["crm.playbook"]._get_gates()
        # sudo: who may write the won deal may have it renewed, whoever works on it
        leads = self.sudo().with_env(self.env(su=True, context=clean_context(self.env.context)))
        vals_list = [
            lead._prepare_renewal_vals(kind, gates[lead.playbook_id.id].renewal_stage_id) for lead in leads
        ]
        made = leads.browse().create(vals_list)
        if kind == "renewal":
            self._note_renewal()
        return made.sudo(False)

    def _prepare_renewal_vals(self, kind, stage_id):
        """Return the values of a deal that follows this one."""
        is_renewal = kind == "renewal"
        names = TAKEN if self.partner_id else TAKEN + TAKEN_OF_NOBODY
        return {
            **self._convert_to_write({name: self[name] for name in names}),
            "name": self._get_renewal_name(kind),
            "type": "opportunity",
            "stage_id": stage_id,
            "user_id": self._get_renewer().id,
            "tag_ids": [Command.set(self.tag_ids.ids)],
            **{name: self[name] if is_renewal else 0 for name in AMOUNTS},
            "date_deadline": is_renewal and self.contract_end,
            **(self._get_next_contract() if is_renewal else {}),
            "renewal_of_id": self.id,
            "renewal_kind": kind,
            "renewal_base": self.worth if is_renewal else 0,
            "stakeholder_ids": [
                Command.create(one._convert_to_write({name: one[name] for name in PERSON}))
                for one in self.stakeholder_ids
                if not one.date_to and one.partner_id
            ],
            "competitor_ids": [
                Command.create(one._convert_to_write({name: one[name] for name in COMPETITOR}))
                for one in self.competitor_ids
            ],
        }

    def _get_renewal_name(self, kind):
        """Return what a deal that follows this one is called, in the language of its salesperson."""
        env = self.with_context(lang=self._get_renewer().lang or self.env.lang).env
        # of a chain the first deal's name stays: "Presses – renewal – renewal" tells nobody more
        name = (self | self._get_chain_before())[-1].name
        if kind == "upsell":
            return env._("%s – upsell", name)
        return env._("%(deal)s – renewal %(year)s", deal=name, year=self._get_renewal_year())

    def _get_renewal_year(self):
        """Return the year in which the next contract begins, as far as that is known."""
        start = self._get_next_contract()["contract_start"]
        return (start or self._get_today()).year

    def _get_renewer(self):
        """Return who works on the deal that follows this one, or nobody."""
        return self._get_renewers().get(self, self.env["res.users"])

    def _get_renewers(self):
        """Return ``{deal: who works on the deal that follows}``: its salesperson, or the team's leader once
        that has left, for another company or another job too; without those for which nobody is there.
        """
        leads, renewers = self.sudo(), {}  # sudo: who may open deals, whoever asks
        for path in ("user_id", "team_id.user_id"):
            left = leads - leads.browse(lead.id for lead in renewers)
            for user, its in left.grouped(lambda lead, path=path: lead.mapped(path)).items():
                if user:
                    renewers |= dict.fromkeys(user._filter_openable(its), user)
        return renewers

    def _get_next_contract(self):
        """Return the dates of the contract that follows this one's: as long, and with the same notice."""
        start, end = self.contract_start, self.contract_end
        following = end and end + timedelta(days=1)
        length = start and following and relativedelta(following, start)
        return {
            "contract_start": following,
            "contract_end": length and following + length - timedelta(days=1),
            "notice_count": self.notice_count,
            "notice_unit": self.notice_unit,
        }

    @api.model
    def _cron_renew(self):
        """Propose or make the renewal deals that are due, as each playbook says."""
        for playbook in self.env["crm.playbook"]._get_renewing():
            last_id = 0
            while leads := self._find_due_renewals(playbook, last_id):
                last_id = leads[-1].id
                leads._renew(playbook)
                if not self.env["ir.cron"]._commit_progress(len(leads)):
                    return

    @api.model
    def _find_due_renewals(self, playbook, last_id):
        due = playbook._get_renewal_due_domain() & Domain("renewal_noted_at", "=", False)
        due &= Domain("id", ">", last_id)
        return self.with_context(active_test=False).search(due, order="id", limit=BATCH)

    def _renew(self, playbook):
        """Propose or make the renewal of these due deals; one that cannot be made holds up no other."""
        if playbook.renewal_making == "propose":
            self._propose_renewals()
            return
        for lead in self:
            try:
                with self.env.cr.savepoint():
                    lead._make_renewals("renewal")
            except CONCURRENCY_ERRORS:
                raise
            except Exception as error:
                self.env.transaction.clear()
                playbook._report_stuck(lead, error)

    def _propose_renewals(self):
        """Tell the salespeople that the renewal of their deals is due, each in one message."""
        told, renewers = [], self._get_renewers()
        for lead, user in renewers.items():
            text = self.with_context(lang=user.lang).env._("Its renewal is due: make the renewal deal.")
            told += [(partner, lead, text) for partner in user.partner_id]
        self.env["crm.playbook.notice"]._note("asked", told)
        self.filtered(lambda lead: lead in renewers)._note_renewal()  # the others, once somebody has them
