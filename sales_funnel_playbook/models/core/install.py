from odoo import models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, table_columns

from ...columns import is_being_installed, make_room

# What follows from the module's own rules and facts, of which there are none when it is installed.
NOTHING_YET = (
    *("score", "is_scored", "tier", "check_ids", "risk_level", "risk_description", "risk_response"),
    *("last_contact_at", "last_contact_summary", "last_contact_channel", "customer_feedback"),
    *("industry_id", "company_size"),
)
# The columns that are not empty where nothing is known, as ``{name: (type, value)}``; a default that is there
# when a column is added costs no writing of rows.
ZEROS = {"score": ("numeric", "0"), "is_scored": ("bool", "FALSE")}
# Customers have an industry in plain Odoo; their size is new. Leads may have one from another module.
INDUSTRY = """
    UPDATE crm_lead lead SET industry_id = customer.industry_id
    FROM res_partner partner JOIN res_partner customer ON customer.id = partner.commercial_partner_id
    WHERE partner.id = lead.partner_id AND lead.industry_id IS NULL AND customer.industry_id IS NOT NULL
"""


class CrmLead(models.Model):
    """Installing on many leads: adding the columns before Odoo does keeps it from computing them for one lead
    after the other. Columns that are there already keep what they hold.
    """

    _inherit = "crm.lead"

    def _auto_init(self):
        if is_being_installed(self.env):
            make_room(self)
            self._add_empty_columns()
            self.env.cr.execute(SQL(INDUSTRY))
        self._add_captured_at()
        return super()._auto_init()

    def _add_empty_columns(self):
        columns = table_columns(self.env.cr, "crm_lead")
        for name in ZEROS.keys() - columns.keys():
            kind, value = map(SQL, ZEROS[name])
            column = SQL.identifier(name)
            self.env.cr.execute(SQL("ALTER TABLE crm_lead ADD COLUMN %s %s DEFAULT %s", column, kind, value))
            self.env.cr.execute(SQL("ALTER TABLE crm_lead ALTER COLUMN %s DROP DEFAULT", column))
        columns = table_columns(self.env.cr, "crm_lead")
        for name in NOTHING_YET:
            self._fields[name].update_db(self, columns)

    def _add_captured_at(self):
        """Open leads that are there were captured when they were created: one statement, however many. Those
        that are closed have nothing more to be in time for, and there may be a million of them.
        """
        if not column_exists(self.env.cr, "crm_lead", "captured_at"):
            create_column(self.env.cr, "crm_lead", "captured_at", "timestamp")
            self.env.cr.execute(
                SQL("UPDATE crm_lead SET captured_at = create_date WHERE won_status = 'pending'")
            )
