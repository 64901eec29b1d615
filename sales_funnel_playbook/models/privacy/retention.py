from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ...exceptions import CONCURRENCY_ERRORS

BATCH = 500
# When what is kept of a person was written or said: each fact has its own time.
MOMENTS = {
    "crm.lead.stakeholder": "create_date",
    "crm.lead.progress": "communicated_at",
    "crm.lead.contact": "contacted_at",
}
# Deals closed so long ago, and with no contract since, of which people, notes or what was captured is known
# that is as old.
DUE = """
    SELECT lead.id FROM crm_lead lead
    WHERE lead.won_status IN ('won', 'lost') AND lead.date_closed < %(before)s
        AND (lead.won_status = 'lost' OR lead.contract_end IS NULL OR lead.contract_end < %(before)s)
        AND lead.id > %(position)s AND (EXISTS (SELECT FROM crm_lead_stakeholder fact
            WHERE fact.lead_id = lead.id AND fact.create_date < %(before)s AND fact.partner_id IS NOT NULL)
        OR EXISTS (SELECT FROM crm_lead_progress fact
            WHERE fact.lead_id = lead.id AND fact.communicated_at < %(before)s AND fact.anonymised_at IS NULL)
        OR EXISTS (SELECT FROM crm_lead_contact fact
            WHERE fact.lead_id = lead.id AND fact.contacted_at < %(before)s
                AND (fact.partner_id IS NOT NULL OR fact.summary IS NOT NULL))
        OR EXISTS (SELECT FROM crm_lead_risk fact
            WHERE fact.lead_id = lead.id AND fact.create_date < %(before)s AND fact.description <> %(gone)s
                AND (fact.cause LIKE 'decision_maker:%%' OR fact.cause LIKE 'champion:%%')))
    ORDER BY lead.id LIMIT %(limit)s
"""


class CrmLead(models.Model):
    """People and notes of deals that were closed long ago are anonymised, where the settings say so."""

    _inherit = "crm.lead"

    @api.model
    def _cron_anonymise(self):
        """Every night: anonymise what the settings keep no longer, in batches that are committed. A deal that
        cannot be written keeps no other from it, and is tried again the next night.
        """
        before = self._get_personal_limit()
        if before:
            self.env["crm.funnel.review"]._forget_workbooks(before)
        position, last = 0, not before
        while not last:
            leads = self.browse(self._get_ids_to_anonymise(position, before))
            last = len(leads) < BATCH
            if leads:
                position = leads.ids[-1]
                leads._anonymise_safely(before)
                if not self.env["ir.cron"]._commit_progress(len(leads), remaining=0 if last else 1):
                    return

    @api.model
    def _get_personal_limit(self):
        """Return before when what is kept of people is kept no longer; False where it is for ever."""
        months = self.env["crm.playbook"]._get_setting("personal_months")
        return bool(months) and self.env.cr.now() - relativedelta(months=months)

    @api.model
    def _get_ids_to_anonymise(self, position, before):
        """Return the ids of the next deals behind ``position`` of which something is to be forgotten that is
        older than the moment ``before``.
        """
        self.env.flush_all()
        gone = self.env._("Anonymised")
        query = SQL(DUE, before=before, position=position, gone=gone, limit=BATCH)
        return [id_ for (id_,) in self.env.execute_query(query)]

    def _anonymise_safely(self, before):
        """Anonymise these deals' facts together; where that fails, one by one, and note who is left.

        :raise: where somebody else was quicker; the next run goes on
        """
        try:
            with self.env.cr.savepoint():
                self._anonymise_facts(before)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            self.env.transaction.clear()
            if len(self) == 1:
                self.env["crm.playbook.failure"]._note(self, error)
            for lead in self if len(self) > 1 else ():
                lead._anonymise_safely(before)

    def _anonymise_facts(self, before):
        """Forget the people of these deals and what was said with them before a moment; all that is counted
        stays, and so does what is younger.
        """
        deals = [("lead_id", "in", self.ids)]
        for model, moment in MOMENTS.items():
            self.env[model].search([*deals, (moment, "<", before)])._anonymise()
        left = ("decision_maker:%", "champion:%")  # of whom the risk says the name
        for cause in left:
            old = [*deals, ("create_date", "<", before), ("cause", "=like", cause)]
            self.env["crm.lead.risk"].search(old)._anonymise()
