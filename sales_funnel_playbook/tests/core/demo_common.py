from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.modules import Manifest
from odoo.tests import TransactionCase
from odoo.tools import convert_file

from odoo.addons.sales_funnel_playbook.demo.stories import read_deals

MODULE = "sales_funnel_playbook"
NOW = datetime(2029, 1, 1, 9, 30)  # a Monday, and the first of January
ABROAD = ("wang", "lin", "anna")


class DemoCase(TransactionCase):
    """The demo data, loaded into this transaction as Odoo loads it: what a test database does without, and
    what leaves nothing behind.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.env.cr._now = NOW
        cls.own = cls._create_own_playbook()
        for code in ("zh_CN", "zh_TW"):
            cls.env["res.lang"]._activate_lang(code)
        for name in Manifest.for_addon(MODULE)["demo"]:
            convert_file(cls.env(su=True), MODULE, name, {}, mode="init", noupdate=True)
        cls.keys = {row["key"]: cls.env.ref(f"{MODULE}.lead_demo_{row['key']}") for row in read_deals()}
        owners = {row["key"]: row["owner"] for row in read_deals()}
        cls.old, cls.abroad, cls.leads = (
            cls.env["crm.lead"].concat(*(cls.keys[key] for key in cls.keys if is_of(key)))
            for is_of in (
                lambda key: key.startswith("h"),
                lambda key: owners[key] in ABROAD,
                lambda key: not key.startswith("h") and owners[key] not in ABROAD,
            )
        )
        cls.lines = cls.leads.product_line_id
        cls.playbooks = cls.lines.playbook_id

    @classmethod
    def _create_own_playbook(cls):
        """Return what a company may have already that loads the demo data later, with a deal in its log."""
        team = cls.env["crm.team"].create({"name": "Own", "company_id": False})
        stage = cls.env["crm.stage"].create({"name": "Own", "team_ids": [Command.set(team.ids)]})
        playbook = cls.env["crm.playbook"].create(
            {
                "name": "Own",
                "company_id": False,
                "team_ids": [Command.set(team.ids)],
                "stage_ids": [Command.create({"stage_id": stage.id})],
                "deadline_ids": [
                    Command.create({"name": "Own", "trigger": "lead_created", "delay_count": 1})
                ],
            }
        )
        own = {"name": "Own", "type": "opportunity", "team_id": team.id, "stage_id": stage.id}
        cls.env["crm.lead"].create({**own, "stage_entered_at": NOW - timedelta(weeks=10)})
        return playbook

    def _ref(self, name):
        return self.env.ref(f"{MODULE}.{name}")
