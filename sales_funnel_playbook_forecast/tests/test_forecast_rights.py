from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase
from odoo.addons.sales_funnel_playbook.tests.security.security_common import (
    OUTSIDERS,
    ROLES,
    create_user,
)

DAY = "2024-01-01"
OPERATIONS = {"c": "create", "r": "read", "u": "write", "d": "unlink"}
# Who may c(reate), r(ead), u(pdate) and d(elete) what is their own, their team's, a colleague's of it, their
# company's, and another company's; nobody else may anything.
OWN, HEAD, ALL = "r/r/-/-/-", "r/r/r/-/-", "r/r/r/r/-"
SAID = {"own": OWN, "head": HEAD, "all": ALL, "leader": ALL, "manager": ALL, "admin": ALL}
AIMED = SAID | dict.fromkeys(("manager", "admin"), "crud/crud/crud/crud/-")


@tagged("post_install", "-at_install")
class TestForecastRights(PlaybookCase):
    """Salespeople see their own figures and the team's, no colleague's; leaders those of their people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.users = {role: create_user(cls.env, role, cls.company) for role in ROLES}
        cls.users["head"] = create_user(cls.env, "own", cls.company, "head")
        cls.colleague = create_user(cls.env, "own", cls.company, "colleague")
        cls.team = cls.env["crm.team"].create(
            {"name": "Ours", "company_id": False, "user_id": cls.users["head"].id}
        )

    def get_owners(self, user):
        """Return whose the figures are, in the order of the tables."""
        ours = {"company_id": self.company.id, "team_id": self.team.id}
        return (
            {**ours, "user_id": user.id, "level": "person"},
            {**ours, "level": "team"},
            {**ours, "user_id": self.colleague.id, "level": "person"},
            {"company_id": self.company.id, "level": "company"},
            {"company_id": self.elsewhere.id, "level": "company"},
        )

    def get_rights(self, user, records):
        """Return what a user may do with each of some records, as the tables say it."""
        found = (record.with_user(user) for record in records)
        letters = (
            "".join(letter for letter, name in OPERATIONS.items() if one.has_access(name)) for one in found
        )
        return "/".join(its or "-" for its in letters)

    def assertRights(self, expected, make):
        """Assert who may do what with the records that ``make(user)`` returns."""
        for role, user in self.users.items():
            with self.subTest(role=role), self.env.cr.savepoint() as savepoint:
                if role not in OUTSIDERS:
                    self.team.member_ids |= user
                self.team.member_ids |= self.colleague
                records = make(user)
                rights = expected.get(role, "/".join("-" for _one in records))
                self.assertEqual(self.get_rights(user, records), rights)
                if rights.startswith("-"):
                    with self.assertRaises(AccessError):
                        self.env[records[0]._name].with_user(user).search([])
                savepoint.rollback()

    def test_what_was_said_and_kept(self):
        for model in ("crm.forecast.figure", "crm.forecast.week"):
            when = {"date": DAY, "date_from": DAY, "period": "month"}
            self.assertRights(
                SAID,
                lambda user, name=model, when=when: [
                    self.env[name].create({**when, **owner}) for owner in self.get_owners(user)
                ],
            )

    def test_targets(self):
        def make(user):
            owners = (
                {name: owner[name] for name in owner if name != "level"} for owner in self.get_owners(user)
            )
            vals = {"period": "month", "date_from": DAY, "amount": 10}
            return [self.env["crm.sales.target"].create({**vals, **owner}) for owner in owners]

        self.assertRights(AIMED, make)

    def test_what_belongs_to_a_playbook(self):
        playbooks = self.playbook | self.playbook.copy({"company_id": self.elsewhere.id})
        self.playbook.company_id = self.company
        sales = dict.fromkeys(("own", "head", "all", "leader", "manager", "admin"), "r/-")
        rates = {"stage_id": self.stage_lead.id}
        for model, vals, rights in (
            ("crm.forecast.rate", rates, sales),
            (
                "crm.playbook.commit",
                {"name": "Evidence"},
                sales | dict.fromkeys(("manager", "admin"), "crud/-"),
            ),
        ):
            self.env[model].search([("playbook_id", "in", playbooks.ids)]).unlink()
            self.assertRights(
                rights,
                lambda _user, name=model, vals=vals: [
                    self.env[name].create({"playbook_id": one.id, **vals}) for one in playbooks
                ],
            )

    def test_each_model_of_the_addon_is_asked(self):
        """One that is added is missing here."""
        ours = {
            name
            for name, model in self.registry.items()
            if model._original_module == "sales_funnel_playbook_forecast"
            and model._auto
            and not model._abstract
        }
        asked = {"crm.forecast.figure", "crm.forecast.week", "crm.sales.target", "crm.forecast.rate"}
        self.assertEqual(ours, asked | {"crm.playbook.commit", "crm.sales.target.fill"})
