from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...arguments import check_argument, is_id


class CrmCoaching(models.AbstractModel):
    """Whose figures somebody may read: their own, those of the people of the teams that they lead, as a
    sales manager everybody's; of companies that show figures of people.
    """

    _name = "crm.coaching"
    _description = "Coaching"

    @api.model
    def _get_companies(self):
        """Return the companies of the user that show figures of people."""
        silent = self.env["res.company"]._get_silent_ids()
        return self.env.companies.filtered(lambda company: company.id not in silent)

    @api.model
    def _get_people(self):
        """Return the salespeople whose figures the user may read, by name."""
        sellers = self.env.ref("sales_team.group_sale_salesman")
        users = self.env["res.users"]
        own = self.env.user if sellers in self.env.user.all_group_ids else users
        # sudo: who is in a team that one leads, also where one is no member of it
        people = users.sudo().search(
            [
                ("all_group_ids", "in", sellers.ids),
                ("share", "=", False),
                ("company_ids", "in", self._get_companies().ids),
            ],
            order="name, id",
        )
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            people &= self._get_led_teams().member_ids | own
        return people.sudo(False)

    @api.model
    def _get_led_teams(self):
        """Return the teams that the user leads."""
        # sudo: as above
        teams = self.env["crm.team"].sudo()
        return teams.search([("user_id", "=", self.env.uid), *self._get_company_domain()])

    @api.model
    def _get_company_domain(self):
        return [("company_id", "in", [*self._get_companies().ids, False])]

    @api.model
    def _get_person(self, user_id):
        """Return the salesperson whose figures are asked for, the user if nobody is named.

        :raise AccessError: when the user may not read them
        :raise UserError: where all companies of the user keep figures of people from everybody
        """
        check_argument(self.env, "user_id", user_id, is_id(user_id) or user_id is False)
        people = self._get_people()
        if not self._get_companies():
            raise UserError(self.env.companies._get_silence())
        person = self.env["res.users"].browse(user_id) if user_id else (self.env.user & people or people[:1])
        if person not in people or not person:
            raise AccessError(
                self.env._(
                    "Figures of a salesperson are for themselves, the leader of their team, and sales"
                    " managers."
                )
            )
        return person

    @api.model
    def _get_team(self, person):
        """Return the team with whose median a person is compared: of those that they are in, one that the
        user leads, else the first.
        """
        # sudo: as above
        teams = self.env["crm.team"].sudo()
        teams = teams.search([("member_ids", "in", person.ids), *self._get_company_domain()], order="id")
        return (teams.filtered(lambda team: team.user_id == self.env.user) or teams)[:1]
