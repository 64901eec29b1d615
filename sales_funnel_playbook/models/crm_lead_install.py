from odoo import models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_columns

# What follows from the module's own rules and facts, of which there are none when it is installed.
NOTHING_YET = (
    *("score", "is_scored", "tier", "check_ids", "risk_level", "risk_description", "risk_response"),
    *("last_contact_at", "last_contact_summary", "customer_feedback", "industry_id", "company_size"),
)
# The columns that are not empty where nothing is known; a default that is there when a column is added costs
# no writing of rows.
ZEROS = """
    ALTER TABLE crm_lead ADD COLUMN score numeric DEFAULT 0, ADD COLUMN is_scored bool DEFAULT FALSE;
    ALTER TABLE crm_lead ALTER COLUMN score DROP DEFAULT, ALTER COLUMN is_scored DROP DEFAULT;
"""
# Customers have an industry in plain Odoo; their size is new.
INDUSTRY = """
    UPDATE crm_lead lead SET industry_id = customer.industry_id
    FROM res_partner partner JOIN res_partner customer ON customer.id = partner.commercial_partner_id
    WHERE partner.id = lead.partner_id AND customer.industry_id IS NOT NULL
"""


class CrmLead(models.Model):
    """Installing on many leads: adding the columns before Odoo does keeps it from computing them for one lead
    after the other.
    """

    _inherit = "crm.lead"

    def _auto_init(self):
        is_new = not column_exists(self.env.cr, "crm_lead", "is_scored")
        if is_new:
            self.env.cr.execute(SQL(ZEROS))
            columns = table_columns(self.env.cr, "crm_lead")
            for name in NOTHING_YET:
                self._fields[name].update_db(self, columns)
            self.env.cr.execute(SQL(INDUSTRY))
        return super()._auto_init()
