from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..role.role_common import RoleCase

MARKETING = "sales_funnel_playbook.group_funnel_marketing"


class IntakeCase(RoleCase):
    """Mia and Max of marketing have no right on Sales; the playbook asks to complete leads in one day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mia, cls.max = (
            cls._create_colleague(name, groups=f"{MARKETING},base.group_allow_export")
            for name in ("Mia", "Max")
        )
        cls.complete = cls._create_deadline(
            "Complete the lead",
            trigger="lead_created",
            responsible="capturer",
            satisfied_domain="[('has_channel', '=', True), ('contact_name', '!=', False)]",
        )
        cls.source = cls.env["utm.source"].create({"name": "Hall 7"})
        cls.leads = cls.env["crm.lead"].with_user(cls.mia)

    def capture(self, **vals):
        """Return a lead that Mia captures, with her rights."""
        return self.leads.create({"name": "Acme", "team_id": self.team.id, "type": "opportunity", **vals})

    def refuse(self, func, *args, **kwargs):
        with mute_logger("odoo.models"), self.assertRaises(AccessError), self.env.cr.savepoint():
            func(*args, **kwargs)
        self.env.invalidate_all()
