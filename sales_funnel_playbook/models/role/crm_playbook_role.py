from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import frozendict

from ..core.memory import remembered


class CrmPlaybookRole(models.Model):
    """A role on deals, such as finance: rules say what is asked of it, and each deal has the people who have
    it there.
    """

    _name = "crm.playbook.role"
    _description = "Role on Deals"
    _inherit = ["crm.playbook.cache.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    person_ids = fields.One2many(
        "crm.playbook.role.person",
        "role_id",
        string="People by Default",
        help="Who gets the role on a deal when its playbook first needs it there.",
    )

    def _get_own_playbooks(self):
        """A role belongs to no playbook: who has it is on the deals."""
        return self.env["crm.playbook"]

    @api.model
    @remembered()
    def _get_default_people(self):
        """Return ``{(role id, team id or False): tuple of user ids}``; False is for teams without people of
        their own. Kept in memory.
        """
        # sudo: kept in memory for everybody
        people = self.env["crm.playbook.role.person"].sudo().search([("user_id.active", "=", True)])
        by_key = defaultdict(tuple)
        for person in people:
            by_key[person.role_id.id, person.team_id.id] += (person.user_id.id,)
        return frozendict(by_key)


class CrmPlaybookRolePerson(models.Model):
    """Who has a role on the deals of a sales team, unless somebody else is chosen on the deal."""

    _name = "crm.playbook.role.person"
    _description = "Person with a Role by Default"
    _inherit = ["crm.playbook.cache.mixin"]
    _order = "role_id, team_id, id"
    _rec_name = "user_id"

    role_id = fields.Many2one("crm.playbook.role", required=True, index=True, ondelete="cascade")
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: all teams without people of their own.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("share", "=", False)],
    )

    _person_uniq = models.UniqueIndex(
        "(role_id, user_id, COALESCE(team_id, 0))",  # PostgreSQL 13 and 14 know no NULLS NOT DISTINCT
        "This person has this role for this team already.",
    )

    @api.depends("user_id", "team_id")
    def _compute_display_name(self):
        """Somebody may have a role in several teams: the name tells for which."""
        for person in self:
            names = {"person": person.user_id.name, "team": person.team_id.name}
            person.display_name = (
                self.env._("%(person)s (%(team)s)", **names) if person.team_id else person.user_id.name
            )

    @api.constrains("user_id", "team_id")
    def _check_user(self):
        """Whoever gets a role on deals has to be able to open those of others."""
        for person in self:
            # sudo: groups and companies of a colleague
            user, company = person.user_id.sudo(), person.team_id.company_id
            if not user._can_open_others_deals() or (company and company not in user.company_ids):
                raise ValidationError(user._prepare_role_refusal(person.role_id, company))

    def _get_own_playbooks(self):
        """Who has a role by default is no rule of a playbook."""
        return self.env["crm.playbook"]
