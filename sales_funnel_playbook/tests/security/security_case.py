from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase
from .security_common import OUTSIDERS, ROLES, World, create_user


@tagged("post_install", "-at_install")
class SecurityCase(PlaybookCase):
    """One user of each role in a first company; for each of them a deal of their own, a colleague's, and
    one of another company, with a record of every model of the module that belongs to it.
    """

    owners = ROLES  # those who have a deal of their own; a class that asks about few makes no others

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.other_company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.users = {role: cls._create_user(role, cls.company) for role in ROLES}
        cls.team = cls.env["crm.team"].create(
            {"name": "Ours", "company_id": False, "user_id": cls.users["leader"].id}
        )
        cls.stages.team_ids = False
        cls.playbook.team_ids = False
        colleague = cls._create_user("all", cls.company, "colleague")
        stranger = cls._create_user("all", cls.other_company, "stranger")
        cls.published = {
            company: cls.env["crm.playbook.case"].create(
                {
                    "name": "Known to all",
                    "outcome": "won",
                    "state": "published",
                    "situation": "A fair",
                    "lesson": "Ask",
                    "company_id": company.id,
                }
            )
            for company in (cls.company, cls.other_company)
        }
        cls.other = World(cls, cls.company, colleague, cls.team, "colleague")
        theirs = cls.env["crm.team"].create({"name": "Theirs", "company_id": cls.other_company.id})
        cls.foreign = World(cls, cls.other_company, stranger, theirs, "elsewhere")
        cls.own = {
            role: cls.other if role in OUTSIDERS else World(cls, cls.company, user, cls.team, role)
            for role, user in cls.users.items()
            if role in cls.owners
        }

    @classmethod
    def _create_user(cls, role, company, login=None):
        return create_user(cls.env, role, company, login)

    def get_worlds(self, role):
        """Return the deals of a role's user (outsiders have none), of a colleague, and of another company."""
        return {"own": self.own[role], "other": self.other, "foreign": self.foreign}


class WebCase(HttpCase, SecurityCase):
    """Roles at the addresses of the server; what is refused is logged, and not shown."""

    def setUp(self):
        super().setUp()
        # as a decorator of the class it would make a function of it, which is no test
        models = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
        self.enterContext(mute_logger("odoo.http", "odoo.addons.mail.controllers.mail", *models))

    def log_in(self, role):
        """Begin the session of a role; the public has none."""
        login = self.users[role].login
        self.authenticate(*((None, None) if role == "public" else (login, login)))
