from odoo import fields, models
from odoo.tools import SQL

STATES = [("agreed", "Agreed"), ("older", "Agreed to an Older Version"), ("none", "Not Agreed")]
# Who works by a playbook: the members and leaders of its teams; of all teams of its company, where a product
# line brings deals to it or it is the default one; and who has a role there by default that its rules name.
READERS = """
    WITH scope AS (
        SELECT playbook.id AS playbook_id, team.id AS team_id, team.user_id
        FROM crm_playbook playbook JOIN crm_team team ON team.active AND (
            EXISTS (SELECT FROM crm_playbook_crm_team_rel named
                WHERE named.crm_playbook_id = playbook.id AND named.crm_team_id = team.id)
            OR (playbook.is_default OR EXISTS (
                SELECT FROM crm_product_line line WHERE line.active AND line.playbook_id = playbook.id))
            AND COALESCE(team.company_id = playbook.company_id, TRUE))
        WHERE playbook.active AND NOT COALESCE(playbook.is_template, FALSE)
    ), reader AS (
        SELECT scope.playbook_id, member.user_id FROM scope
        JOIN crm_team_member member ON member.crm_team_id = scope.team_id AND member.active
        UNION SELECT playbook_id, user_id FROM scope WHERE user_id IS NOT NULL
        UNION SELECT scope.playbook_id, person.user_id FROM scope
        JOIN UNNEST(%(playbooks)s::int[], %(roles)s::int[]) asked(playbook_id, role_id) USING (playbook_id)
        JOIN crm_playbook_role_person person ON person.role_id = asked.role_id
            AND COALESCE(person.team_id = scope.team_id, TRUE)
    )
    SELECT ROW_NUMBER() OVER (ORDER BY reader.playbook_id, reader.user_id) AS id, reader.playbook_id,
        reader.user_id, playbook.company_id, playbook.version, latest.version AS agreed_version,
        latest.agreed_at, CASE WHEN latest.version IS NULL THEN 'none'
            WHEN latest.version < playbook.version THEN 'older' ELSE 'agreed' END AS state
    FROM reader JOIN crm_playbook playbook ON playbook.id = reader.playbook_id
    JOIN res_users person ON person.id = reader.user_id AND person.active AND NOT person.share
    LEFT JOIN LATERAL (
        SELECT agreement.version, agreement.agreed_at FROM crm_playbook_agreement agreement
        WHERE agreement.playbook_id = reader.playbook_id AND agreement.user_id = reader.user_id
        ORDER BY agreement.version DESC LIMIT 1
    ) latest ON TRUE
"""


class CrmPlaybookReader(models.Model):
    """Who works by a playbook, and which version of it they have agreed to: a person and playbook a row."""

    _name = "crm.playbook.reader"
    _description = "Playbook Readers"
    _auto = False
    _order = "playbook_id, state desc, user_id"
    _rec_name = "user_id"
    _depends = {
        "crm.playbook": ["active", "is_template", "is_default", "team_ids", "company_id", "version"],
        "crm.playbook.agreement": ["playbook_id", "user_id", "version", "agreed_at"],
        "crm.playbook.role.person": ["role_id", "team_id", "user_id"],
        "crm.product.line": ["playbook_id", "active"],
        "crm.team": ["active", "company_id", "user_id"],
        "crm.team.member": ["crm_team_id", "user_id", "active"],
        "res.users": ["active", "share"],
    }

    playbook_id = fields.Many2one("crm.playbook", readonly=True)
    user_id = fields.Many2one("res.users", string="Who", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    version = fields.Integer(string="Present Version", readonly=True, aggregator=None)
    agreed_version = fields.Integer(readonly=True, aggregator=None)
    agreed_at = fields.Datetime(string="Agreed On", readonly=True)
    state = fields.Selection(STATES, readonly=True)

    @property
    def _table_query(self):
        asked = {
            (playbook_id, role_id)
            for playbook_id, roles in self.env["crm.playbook"]._get_asked_roles().items()
            for role_id in set().union(*roles.values())
        }
        playbooks, roles = zip(*sorted(asked), strict=True) if asked else ((), ())
        return SQL(READERS, playbooks=[*playbooks], roles=[*roles])
