from odoo import Command
from odoo.addons.mail.tests.common import mail_new_test_user

from ..deadline.deadline_common import DeadlineCase


class RoleCase(DeadlineCase):
    """A deal of a team in which Fay has finance by default and, in all teams, Dan has delivery."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ref = cls.env.ref
        cls.finance, cls.delivery, cls.presales = (
            ref(f"sales_funnel_playbook.crm_playbook_role_{name}")
            for name in ("finance", "delivery", "presales")
        )
        cls.fay, cls.fred, cls.dan = (cls._create_colleague(name) for name in ("Fay", "Fred", "Dan"))
        cls.other_team = cls.env["crm.team"].create({"name": "Spare Parts", "company_id": False})
        cls.finance.person_ids = [
            Command.create({"user_id": cls.fay.id, "team_id": cls.team.id}),
            Command.create({"user_id": cls.fred.id, "team_id": cls.other_team.id}),
        ]
        cls.delivery.person_ids = [Command.create({"user_id": cls.dan.id})]

    @classmethod
    def _create_colleague(cls, name, groups="sales_team.group_sale_salesman_all_leads", **vals):
        return mail_new_test_user(cls.env, f"role_{name.lower()}", groups=groups, name=name, tz="UTC", **vals)

    def get_people(self, lead, role, with_former=False):
        """Return who has, or also who had, a role on a deal, by name, in order."""
        domain = [("lead_id", "=", lead.id), ("role_id", "=", role.id)]
        members = self.env["crm.lead.member"].search(
            domain if with_former else [*domain, ("left_at", "=", False)]
        )
        return [f"{one.user_id.name}{' (left)' if one.left_at else ''}" for one in members.sorted("id")]

    def choose(self, lead, role, user, by=None):
        """Choose who has a role on a deal, as people do on its form."""
        lead.with_user(by or self.rep).member_ids = [Command.create({"role_id": role.id, "user_id": user.id})]
        return lead.member_ids.filtered(lambda one: (one.role_id, one.user_id) == (role, user))
