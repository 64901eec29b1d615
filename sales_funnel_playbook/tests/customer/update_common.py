import base64
from datetime import datetime

from odoo.tests import new_test_user

from .import_common import ImportCase

KEPT = (
    *(
        "name",
        "partner_id",
        "partner_name",
        "industry_id",
        "contact_name",
        "stage_id",
        "probability",
        "active",
    ),
    *("last_contact_at", "last_contact_summary", "expected_revenue", "risk_level", "risk_description"),
    *("user_id", "product_line_id", "phone", "email_from"),
)


class SheetUpdateCase(ImportCase):
    """A salesperson with own deals only updates them from a sheet, in English."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.seller = new_test_user(
            cls.env, "update_seller", groups="sales_team.group_sale_salesman", tz="UTC", lang="en_US"
        )
        cls.team.member_ids |= cls.seller
        cls.deal, cls.other = cls._create_own("ACME"), cls._create_own("Borealis")

    @classmethod
    def _create_own(cls, customer, **vals):
        vals = {"stage_id": cls.stage_demo.id, "expected_revenue": 500_000, "probability": 50, **vals}
        return cls._create_lead(
            **{"name": customer, "partner_name": customer, "user_id": cls.seller.id, **vals}
        )

    def _get_env(self, user=None, **context):
        user = user or self.seller
        return self.env(user=user, su=False, context={"lang": "en_US", "tz": "UTC", **context})

    def _show(self, headings, *rows, user=None, content=None, **context):
        """Upload a sheet, and return the update that shows what it changes."""
        content = content or self._sheet(*rows, headers=headings)
        update = self._get_env(user, **context)["crm.sheet.update"].create(
            {"file": base64.b64encode(content), "filename": "sheet.csv"}
        )
        update.action_show()
        return update

    def _apply(self, headings, *rows, **options):
        update = self._show(headings, *rows, **options)
        update.action_choose()
        update.action_apply()
        return update

    def _get_kinds(self, update):
        return {row.number: row.kind for row in update.row_ids}

    def _get_texts(self, update):
        return {row.number: row.text for row in update.row_ids}

    def _get_all(self, leads):
        """Return all that a sheet may change of some deals, and the facts and messages on them."""
        leads.invalidate_recordset()
        facts = [
            (lead.progress_ids.ids, lead.risk_ids.ids, lead.stage_log_ids.ids, lead.message_ids.ids)
            for lead in leads
        ]
        return leads.read([*KEPT, "write_date"]), facts

    def _at(self, *moment):
        return datetime(*moment)
