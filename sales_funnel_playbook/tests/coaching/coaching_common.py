from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import new_test_user

from ..common import PlaybookCase

NOW = datetime(2024, 3, 15, 12)
OWN, ALL, MANAGER = (
    f"sales_team.group_sale_{name}" for name in ("salesman", "salesman_all_leads", "manager")
)


class CoachingCase(PlaybookCase):
    """Five people of one team in a playbook that observes, with deals of three weeks ago; their leader is no
    sales manager.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.playbook.mode = "observe"
        cls.chief = new_test_user(cls.env, "coaching_chief", groups=ALL)
        cls.boss = new_test_user(cls.env, "coaching_boss", groups=MANAGER)
        names = ("ann", "bob", "cho", "dan", "eve")
        cls.people = cls.env["res.users"].union(
            *(new_test_user(cls.env, f"coaching_{name}", name=name.title(), groups=OWN) for name in names)
        )
        cls.ann, cls.bob, cls.cho, cls.dan, cls.eve = cls.people
        cls.env["crm.team.member"].search([("crm_team_id", "=", cls.team.id)]).unlink()
        cls.team.write({"user_id": cls.chief.id, "member_ids": [Command.set(cls.people.ids)]})

    def make_deals(self, user, count, moved=0, now=NOW):
        """Return deals of three weeks ago, of which some moved on ten days later."""
        with self.mock_datetime_and_now(now - timedelta(days=21)):
            leads = self.env["crm.lead"].create(
                [
                    {
                        "name": f"{user.name} {number}",
                        "type": "opportunity",
                        "team_id": self.team.id,
                        "user_id": user.id,
                        "phone": "+1 202 555 0122",
                    }
                    for number in range(count)
                ]
            )
            self.env.flush_all()
        with self.mock_datetime_and_now(now - timedelta(days=11)):
            leads[:moved].write({"stage_id": self.stage_demo.id})
            self.env.flush_all()
        return leads

    def get_page(self, reader, person=None, **filters):
        its = {"user_id": person.id, **filters} if person else filters
        with self.mock_datetime_and_now(NOW):
            return self.env["crm.coaching"].with_user(reader).get_coaching(its)

    def get_row(self, page, name, part=""):
        [row] = [row for row in page["rows"] if (row["name"], row["part"]) == (name, str(part))]
        return row
