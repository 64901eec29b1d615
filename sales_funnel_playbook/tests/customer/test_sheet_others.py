import base64
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, Command
from odoo.tests import new_test_user, tagged

from .sheet_files import XLSX
from .update_common import SheetUpdateCase

LATER = timedelta(minutes=5)


class SheetOthersCase(SheetUpdateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_manager.group_ids |= cls.env.ref("base.group_allow_export")

    def _return(self, user=None, lang="en_US", tz="UTC", **context):
        """Take the Funnel Sheet out and in again, as an update and as an import: nothing changes."""
        self.env.cr.precommit.run()  # what was tracked until now is told
        leads = self._get_env(user, lang=lang, tz=tz, **context)["crm.lead"]
        file = leads.get_funnel_sheet([], ["expected_revenue", "product_line_id"])
        content, deals = base64.b64decode(file["content"]), self.deal | self.other
        update = self._show(None, content=content, user=user, lang=lang, tz=tz, **context)
        self.assertEqual({*self._get_kinds(update).values()}, {"same"}, self._get_texts(update))
        self.assertEqual(update.row_ids.lead_id, deals)
        before = self._get_all(deals)
        self._import(content, "sheet.xlsx", XLSX, lang=lang, tz=tz)
        self.assertEqual(self.messages, [])
        kept = [{**row, "write_date": None} for row in before[0]], before[1]
        rows, facts = self._get_all(deals)
        self.assertEqual(([{**row, "write_date": None} for row in rows], facts), kept)


@tagged("post_install", "-at_install")
class TestSheetOthersNames(SheetOthersCase):
    """What a deal has already is called by its name in the sheet, and stays."""

    def test_in_traditional_chinese(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.deal.write({"risk_level": "medium", "risk_description": "慢"})
        self.deal.write(
            {"last_contact_at": datetime(2024, 3, 20, 8, 5, 1), "last_contact_summary": "他們\n來了"}
        )
        self._return(lang="zh_TW", tz="Asia/Taipei")

    def test_what_is_not_in_use_any_more(self):
        """A leaver's deals, an industry and a product line that were archived."""
        industry = self.env["res.partner.industry"].create({"name": "Steel（华东）"})
        line = self.env["crm.product.line"].create({"name": "Cloud\u3000（SaaS）"})
        self.deal.write({"industry_id": industry.id, "product_line_id": line.id, "user_id": self.user_rep.id})
        self.env.flush_all()
        for one in (industry, line, self.user_rep):
            one.active = False
        self._return(user=self.user_manager)
        self.assertFalse(self.env["res.partner.industry"].search([("name", "like", "Steel")]), "none is made")

    def test_namesakes(self):
        vals = {"name": "Wang Wei", "group_ids": self.user_rep.group_ids.ids}
        people = self.env["res.users"].create([{**vals, "login": login} for login in "ab"])
        self.team.member_ids |= people
        two = self.env["res.partner.industry"].create([{"name": "Steel"}, {"name": "Steel"}])
        for deal, person, industry in zip(self.deal | self.other, people, two, strict=True):
            deal.write({"user_id": person.id, "industry_id": industry.id})
        self._return(user=self.user_manager)
        update = self._show(["Customer Name", "Owner"], ["Cygnus", "Wang Wei"], user=self.user_manager)
        self.assertIn("Write the login of the one: a, b.", self._get_texts(update)[2], "of a new deal")

    def test_deals_of_another_company(self):
        """Each row is of its deal's company, whichever one works in; without that company it is refused."""
        west = self.env["res.company"].create({"name": "West"})
        people = self.user_rep | self.env.user
        people.company_ids |= west
        team = self.env["crm.team"].create({"name": "Western", "company_id": west.id})
        stages = [{"name": "Pilot", "team_ids": [Command.set(one.ids)]} for one in (self.team, team)]
        own, theirs = self.env["crm.stage"].create(stages)
        deal = self._create_own(
            "Deneb", company_id=west.id, team_id=team.id, user_id=self.user_rep.id, stage_id=False
        )
        sheet = self._sheet(
            [deal.id, "Deneb", "Pilot", "50.5万"], headers=["ID", "客户名称", "当前阶段", "预计成交金额(元)"]
        )
        context = {"allowed_company_ids": self.env.company.ids}
        self.env = self.env(user=self.user_rep, su=False, context=context)
        self._import(sheet)
        self.assertIn(f"“{deal.id}”", self.messages[0]["message"])
        self.assertNotEqual(deal.stage_id, theirs)
        self.env = self.env(context={"allowed_company_ids": [self.env.company.id, west.id]})
        self._import(sheet)
        self.assertEqual((self.messages, deal.stage_id, deal.expected_revenue), ([], theirs, 505_000))
        self.assertNotEqual(deal.stage_id, own)


@tagged("post_install", "-at_install")
class TestSheetOthersSince(SheetOthersCase):
    """What others did between an update and its undoing stays, and is named."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.mode = "observe"

    def _undo_later(self, update, *deeds):
        """Have others do something with the deals of each row, and undo the update."""
        with self.mock_datetime_and_now(datetime.now() + LATER):
            for row, deed in zip(update.row_ids.sorted("number"), deeds, strict=True):
                deed(row.lead_id.with_user(self.user_manager).with_context(tracking_disable=True))
            self.env.flush_all()
            update.action_undo()
        return self._get_texts(update)

    def test_a_new_deal_that_somebody_has_written_to(self):
        """Also what the sheet has no column for: moved on, won, another amount, a word in the chatter."""
        names = ["Cygnus", "Draco", "Eridanus", "Fornax", "Hydra", "Indus", "Gemini"]
        update = self._apply(["Customer Name", "Contact Person"], *([name, "Ms W"] for name in names))
        texts = self._undo_later(
            update,
            lambda lead: lead.action_set_won(),
            lambda lead: lead.write({"stage_id": self.stage_talks.id}),
            lambda lead: lead.write({"expected_revenue": 7}),
            lambda lead: lead.message_post(body="They will call.", message_type="comment"),
            lambda lead: lead.with_user(SUPERUSER_ID).message_post(body="We take it.", message_type="email"),
            lambda lead: lead.activity_schedule("mail.mail_activity_data_call", user_id=self.user_rep.id),
            lambda lead: None,
        )
        leads = update.row_ids.sorted("number").lead_id
        self.assertEqual(leads.mapped("active"), [True] * 6 + [False])
        self.assertEqual(leads[0].won_status, "won")
        for number in range(5, 8):
            self.assertIn("Stays: Somebody has worked on the deal since", texts[number])
        for number, label in ((2, "Stage"), (3, "Stage"), (4, "Expected Revenue")):
            self.assertIn(f"Stays: “{label}” was changed since", texts[number])

    def test_a_deal_that_was_lost_is_not_moved(self):
        headings = ["Customer Name", "Current Stage", "Expected Amount (10,000)"]
        update = self._apply(headings, ["ACME", "商务谈判", "70"])
        texts = self._undo_later(update, lambda lead: lead.action_set_lost())
        self.assertEqual((self.deal.won_status, self.deal.stage_id), ("lost", self.stage_talks))
        self.assertEqual(self.deal.expected_revenue, 500_000)
        self.assertIn(f"Stays: The deal was lost since, in the stage “{self.stage_talks.name}”", texts[2])

    def test_a_deal_that_was_merged_is_named(self):
        update = self._apply(["Customer Name", "Win Probability (%)"], ["ACME", "70"], ["Borealis", "80"])
        (self.deal | self.other).merge_opportunity(auto_unlink=True)
        update.invalidate_recordset()
        update.action_undo()
        told = {row.customer: row.outcome for row in update.row_ids}
        gone = ({"ACME", "Borealis"} - {(self.deal | self.other).exists().partner_name}).pop()
        self.assertEqual(len(told), 2)
        self.assertEqual(told[gone], "partly")
        text = update.row_ids.filtered(lambda row: row.customer == gone).text
        self.assertIn("You do not see the deal any more", text)

    def test_whom_a_sheet_gives_many_deals_hears_of_them_once(self):
        taker = new_test_user(self.env, "taker", groups="sales_team.group_sale_salesman", name="Taker")
        self.team.member_ids |= taker
        notices = self.env["crm.playbook.notice"]
        notices.search([]).unlink()
        headings, last = ["Customer Name", "Owner"], self._get_last()
        rows = [["ACME", "Taker"], ["Borealis", "Taker"], ["Cygnus", "Taker"]]
        update = self._show(headings, *rows, user=self.user_manager)
        self.assertFalse(notices.search([]), "nobody hears of what is only shown")
        update.action_choose()
        update.action_apply()
        self.assertEqual(self._get_told(taker, last), self.env["mail.message"])
        notices.search([])._send()
        [message] = self._get_told(taker, last)
        self.assertEqual(message.subject, "3 deals are yours now")
        for name in ("ACME", "Borealis", "Cygnus"):
            self.assertIn(name, message.body)
        last = message.id
        self._apply(headings, ["Eridanus", "Taker"], ["Fornax", ""], user=self.user_manager)
        notices.search([])._send()
        [message] = self._get_told(taker, last)
        self.assertIn("Given to you", message.subject, "one of several rows")
        update = self._apply(headings, ["Indus", "Taker"], ["Hydra", "Taker"], user=self.user_manager)
        update.action_undo()
        notices.search([])._send()
        self.assertEqual(self._get_told(taker, message.id), self.env["mail.message"], "taken back meanwhile")
        self._apply(headings, ["Draco", "Taker"], user=self.user_manager)
        self.assertIn("Draco", (self._get_told(taker, last) - message).subject, "of one, as Odoo tells it")

    def _get_last(self):
        return self.env["mail.message"].search([], order="id desc", limit=1).id

    def _get_told(self, user, last):
        told = [("id", ">", last), ("notified_partner_ids", "in", user.partner_id.ids)]
        return self.env["mail.message"].search(told)
