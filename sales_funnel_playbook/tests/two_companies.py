"""Two companies that have one playbook in common, and people who work there over the web client."""

from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import HttpCase, new_test_user

from .common import PlaybookCase

MONDAY = datetime(2024, 3, 4, 1)  # nine o'clock in Shanghai, Sunday afternoon in Los Angeles
OWN, ALL, MANAGER = (
    f"sales_team.group_sale_{name}" for name in ("salesman", "salesman_all_leads", "manager")
)


class TwoCompaniesCase(HttpCase, PlaybookCase):
    """In the east Li has own deals and Wang, the team's leader, sees all; in the west Ann has her own; the
    boss manages both. Each has an own language, currency and time zone.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        yuan, dollar = cls.env.ref("base.CNY"), cls.env.ref("base.USD")
        (yuan | dollar).active = True
        cls.east, cls.west = cls.env["res.company"].create(
            [{"name": "East", "currency_id": yuan.id}, {"name": "West", "currency_id": dollar.id}]
        )
        cls.env["res.currency.rate"].search([("currency_id", "in", (yuan | dollar).ids)]).unlink()
        cls.stages.team_ids = False
        for company, tz in ((cls.east, "Asia/Shanghai"), (cls.west, "America/Los_Angeles")):
            company.resource_calendar_id = cls._create_nine_to_five()
            company.resource_calendar_id.tz = tz
        cls._create_people()
        cls.line = cls.env["crm.product.line"].create({"name": "Silk", "company_id": False})
        cls.playbook.product_line_ids = cls.line

    @classmethod
    def _create_people(cls):
        east = {"lang": "zh_CN", "tz": "Asia/Shanghai", "company_id": cls.east.id, "password": "story-pass"}
        west = {"lang": "en_US", "tz": "America/Los_Angeles", "company_id": cls.west.id}
        west["password"] = "story-pass"
        both = {"company_ids": [Command.set((cls.east | cls.west).ids)]}
        cls.li = new_test_user(cls.env, "story_li", groups=OWN, **east)
        cls.wang = new_test_user(cls.env, "story_wang", groups=ALL, **east)
        cls.ann = new_test_user(cls.env, "story_ann", groups=OWN, **west)
        cls.boss = new_test_user(cls.env, "story_boss", groups=MANAGER, **{**east, **both})
        ours = {"user_id": cls.wang.id, "member_ids": [Command.link(cls.li.id)]}
        cls.east_team, cls.west_team = cls.env["crm.team"].create(
            [
                {**ours, "name": "Ours", "company_id": cls.east.id},
                {"name": "Theirs", "company_id": cls.west.id, "user_id": cls.boss.id},
            ]
        )

    def setUp(self):
        super().setUp()
        self.now = MONDAY
        self.lead = self.env["crm.lead"]

    def call(self, user, method, *args, hours=1, model="crm.lead", **kwargs):
        """Call a method from the web client of ``user``, some hours later."""
        self.now += timedelta(hours=hours)
        self.env.flush_all()
        with self.mock_datetime_and_now(self.now):
            self.authenticate(user.login, "story-pass")
            context = {"lang": user.lang, "tz": user.tz, "allowed_company_ids": user.company_ids.ids}
            kwargs = {**kwargs, "context": context}
            params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
            body = {"jsonrpc": "2.0", "id": 0, "method": "call", "params": params}
            answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", json=body).json()
            self.env.invalidate_all()
        return answer["error"]["data"] if "error" in answer else answer.get("result")

    def assertRefusal(self, answer, name):
        self.assertIsInstance(answer, dict, f"not refused: {answer}")
        self.assertTrue(answer["name"].endswith(name), answer.get("message"))
