from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

BATCH = 500
# Deals closed so long ago of which people, notes or what was captured is still known.
DUE = """
    SELECT lead.id FROM crm_lead lead
    WHERE lead.won_status IN ('won', 'lost') AND lead.date_closed < %(before)s
        AND lead.id > %(position)s AND (EXISTS (SELECT FROM crm_lead_stakeholder fact
            WHERE fact.lead_id = lead.id AND fact.partner_id IS NOT NULL)
        OR EXISTS (SELECT FROM crm_lead_progress fact
            WHERE fact.lead_id = lead.id AND fact.anonymised_at IS NULL)
        OR EXISTS (SELECT FROM crm_lead_contact fact
            WHERE fact.lead_id = lead.id AND (fact.partner_id IS NOT NULL OR fact.summary IS NOT NULL)))
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
        position, last = 0, False
        while not last:
            leads = self.browse(self._get_ids_to_anonymise(position))
            last = len(leads) < BATCH
            if leads:
                position = leads.ids[-1]
                leads._anonymise_safely()
                if not self.env["ir.cron"]._commit_progress(len(leads), remaining=0 if last else 1):
                    return

    @api.model
    def _get_ids_to_anonymise(self, position):
        """Return the ids of the next deals behind ``position`` whose time is over; none where the settings
        keep them for ever.
        """
        months = self.env["crm.playbook"]._get_setting("personal_months")
        if not months:
            return []
        self.env.flush_all()
        before = self.env.cr.now() - relativedelta(months=months)
        query = SQL(DUE, before=before, position=position, limit=BATCH)
        return [id_ for (id_,) in self.env.execute_query(query)]

    def _anonymise_safely(self):
        """Anonymise these deals' facts together; where that fails, one by one, and note who is left."""
        try:
            with self.env.cr.savepoint():
                self._anonymise_facts()
        except Exception as error:
            self.env.transaction.clear()
            if len(self) == 1:
                self.env["crm.playbook.failure"]._note(self, error)
            for lead in self if len(self) > 1 else ():
                lead._anonymise_safely()

    def _anonymise_facts(self):
        """Forget the people of these deals and what was said with them; all that is counted stays."""
        deals = [("lead_id", "in", self.ids)]
        for model in ("crm.lead.stakeholder", "crm.lead.progress", "crm.lead.contact"):
            self.env[model].search(deals)._anonymise()
        left = ("decision_maker:%", "champion:%")  # of whom the risk says the name
        for cause in left:
            self.env["crm.lead.risk"].search([*deals, ("cause", "=like", cause)])._anonymise()
