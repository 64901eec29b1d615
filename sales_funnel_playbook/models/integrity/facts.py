from odoo import api, models
from odoo.tools import SQL

# Odoo's foreign keys do not reach what an activity is on.
LOST_ACTIVITIES = """
    SELECT 'mail_activity ' || activity.id FROM mail_activity activity
    LEFT JOIN crm_lead lead ON lead.id = activity.res_id
    WHERE activity.playbook_kind IS NOT NULL AND activity.res_model = 'crm.lead' AND lead.id IS NULL
"""
# Of a fact whose lead is gone nothing but the fact itself can be looked at.
ORPHANS = """
    SELECT lead.id, CASE WHEN lead.id IS NULL THEN %(name)s || ' ' || fact.id END
    FROM %(fact)s fact
    LEFT JOIN %(target)s target ON target.id = fact.%(column)s
    LEFT JOIN crm_lead lead ON lead.id = fact.lead_id
    WHERE fact.%(column)s IS NOT NULL AND target.id IS NULL
"""
# What a lead says of its risks is what its gravest open one says.
RISKS = """
    SELECT lead.id FROM crm_lead lead
    LEFT JOIN (
        SELECT lead_id, MAX(ARRAY_POSITION(%(levels)s, level::text)) AS rank
        FROM crm_lead_risk WHERE state = 'open' GROUP BY lead_id
    ) risk ON risk.lead_id = lead.id
    WHERE COALESCE(risk.rank, 0) <> COALESCE(ARRAY_POSITION(%(levels)s, lead.risk_level::text), 0)
"""
# A deal's last contact is that of its latest note or captured contact.
LAST_CONTACTS = """
    SELECT lead.id FROM crm_lead lead
    LEFT JOIN (
        SELECT lead_id, MAX(at) AS at FROM (
            SELECT lead_id, communicated_at AS at FROM crm_lead_progress
            UNION ALL SELECT lead_id, contacted_at FROM crm_lead_contact
        ) talk GROUP BY lead_id
    ) latest ON latest.lead_id = lead.id
    WHERE DATE_TRUNC('second', lead.last_contact_at) IS DISTINCT FROM DATE_TRUNC('second', latest.at)
"""


class CrmPlaybookIntegrity(models.AbstractModel):
    """Every fact belongs to a lead and to a rule that are there, and leads say what their facts say."""

    _inherit = "crm.playbook.integrity"

    @api.model
    def _get_messages(self):
        return {
            **super()._get_messages(),
            "orphan_facts": self.env._(
                "A record about a deal refers to a deal or a rule that is not there: restore the database"
                " from a backup that is whole."
            ),
            "orphan_activities": self.env._(
                "An activity of a playbook is on a deal that is not there: in developer mode choose “Become"
                " Superuser”, and delete it in Settings → Technical → Activities."
            ),
            "last_contact": self.env._(
                "The last contact of a deal is not that of its latest note or captured contact: write a note"
                " on it, or change the date of one."
            ),
            "risk_level": self.env._(
                "The risk level of a deal is not that of its gravest open risk: close or reopen a risk of it."
            ),
        }

    @api.model
    def _examine(self):
        levels = [level for level, _label in self.env["crm.lead.risk"]._fields["level"].selection]
        return {
            **super()._examine(),
            "orphan_facts": self._find_orphans(),
            "orphan_activities": self._fetch_column(SQL(LOST_ACTIVITIES)),
            "last_contact": self._fetch_column(SQL(LAST_CONTACTS)),
            "risk_level": self._fetch_column(SQL(RISKS, levels=levels)),
        }

    @api.model
    def _find_orphans(self):
        """Return the ids of the leads of facts that refer to something that is not there, as a restore
        without foreign keys may leave them; where the lead is gone, the fact's table and id.
        """
        fact = self.pool["crm.lead.fact"]
        queries = [
            SQL(
                ORPHANS,
                name=self.env[name]._table,
                fact=SQL.identifier(self.env[name]._table),
                target=SQL.identifier(self.env[field.comodel_name]._table),
                column=SQL.identifier(field.name),
            )
            for name, cls in self.pool.items()
            if issubclass(cls, fact) and cls._auto and not cls._abstract
            for field in cls._fields.values()
            if field.type == "many2one" and field.store and self._is_of_module(field.comodel_name)
        ]
        return [lead_id or fact for lead_id, fact in self.env.execute_query(SQL(" UNION ").join(queries))]

    @api.model
    def _is_of_module(self, model):
        """Tell whether facts about ``model`` go with it: leads, and the rules of playbooks."""
        return model == "crm.lead" or model.startswith(("crm.playbook", "crm.risk", "crm.competitor"))

    @api.model
    def _fetch_column(self, query):
        """Return the first column of ``query``, as a list."""
        return [row[0] for row in self.env.execute_query(query)]
