from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from .role_common import RoleCase

CONTRIBUTOR = "sales_funnel_playbook.group_funnel_contributor"
AMOUNTS = "sales_funnel_playbook.group_funnel_contributor_amounts"
SECRET = "Hidden deal of others"


class ContributorCase(RoleCase):
    """Cora of finance has no right on Sales, and a role on one of two deals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.needs_confirmed.role_id = cls.finance
        cls.invoice = cls._create_output(cls.stage_lead, "Invoice", evidence="file", role_id=cls.finance.id)
        cls.deck = cls._create_output(cls.stage_lead, "Deck", evidence="file")
        cls.cora = cls._create_colleague("Cora", groups=f"{CONTRIBUTOR},base.group_allow_export")
        cls.amy = cls._create_colleague("Amy", groups=AMOUNTS)
        cls.finance.person_ids = [
            Command.clear(),
            Command.create({"user_id": cls.cora.id, "team_id": cls.team.id}),
            Command.create({"user_id": cls.amy.id, "team_id": cls.team.id}),
        ]
        cls.lead = cls._create_lead(
            name="Acme", expected_revenue=1000, probability=40, partner_name="Acme Ltd"
        )
        cls.hidden = cls._create_lead(name=SECRET, team_id=cls.other_team.id, product_line_id=False)
        cls.as_cora = cls.lead.with_user(cls.cora)
        cls.leads = cls.env["crm.lead"].with_user(cls.cora)

    def upload(self, user, name="invoice.pdf"):
        return self.env["ir.attachment"].with_user(user).create({"name": name, "raw": b"%PDF"})

    def refuse(self, func, *args, **kwargs):
        with mute_logger("odoo.models"), self.assertRaises(AccessError), self.env.cr.savepoint():
            func(*args, **kwargs)
