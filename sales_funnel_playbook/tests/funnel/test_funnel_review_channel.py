import io
from datetime import timedelta

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .funnel_common import monday
from .review_common import ReviewCase

TOTALS = (
    *("begun_count", "won_count", "lost_count", "open_count", "cohort_count", "reached_count"),
    *("cohort_won_count", "cohort_lost_count", "cohort_open_count"),
)
COUNTS = ("captured_count", "asked_count", "complete_count", "contacted_count", "further_count")


@tagged("post_install", "-at_install")
class TestFunnelReviewChannel(ReviewCase):
    """A review keeps all deals together, and what each channel brought, as it keeps the stages: two deals
    from the fair (one won, one lost), one from the web, one that says nothing, in the first week; and one
    from the fair of another company.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        self, env = cls("setUpClass"), cls.env
        env["res.lang"]._activate_lang("zh_CN")
        cls.fair, cls.web = env["utm.source"].create([{"name": "Fair"}, {"name": "Web"}])
        cls.autumn = env["utm.campaign"].create({"title": "Autumn"})
        cls.autumn.with_context(lang="zh_CN").title = "秋季"
        cls.team.company_id = False
        cls.abroad = env["res.company"].create({"name": "Abroad"})
        cls.abroad.resource_calendar_id.tz = "UTC"
        cls.ten = monday(1) + timedelta(hours=10)
        cls._create_deadline("Complete it", trigger="lead_created", count=1, unit="hours")
        own = {"company_id": env.company.id}
        cls.deals = self.create_leads_at(cls.ten, 2, source_id=cls.fair.id, campaign_id=cls.autumn.id, **own)
        cls.deals += self.create_leads_at(cls.ten, 1, source_id=cls.web.id, **own)
        cls.deals += self.create_leads_at(cls.ten, 1, **own)
        cls.foreign = self.create_leads_at(
            cls.ten, 1, source_id=cls.fair.id, company_id=cls.abroad.id, user_id=False
        )
        self.write_note(cls.deals[0], hours=4)
        self.move_at(cls.ten + timedelta(days=1), cls.deals[:2], cls.stage_talks)
        self.move_at(cls.ten + timedelta(days=2), cls.deals[0], cls.stage_signed)
        self.lose_at(cls.ten + timedelta(days=2), cls.deals[1])
        self.make_reviews(monday(2) + timedelta(days=1))
        cls.review = self.find_review(env.company)

    def write_note(self, lead, hours):
        with self.at(self.ten + timedelta(hours=hours)):
            vals = {"lead_id": lead.id, "communicated_at": self.env.cr.now(), "summary": "They want a demo"}
            self.env["crm.lead.progress"].create(vals)

    def find_review(self, company):
        its = [("company_id", "=", company.id), ("team_id", "=", self.team.id), ("period", "=", "week")]
        return self.Review.search([*its, ("date_from", "=", monday(1).date())])

    def get_total(self, review):
        return review.line_ids.filtered("is_total")

    def tell(self, review, kind="source", names=COUNTS[:1]):
        """Return ``{channel: its numbers}``."""
        its = review.channel_ids.filtered(lambda channel: channel.kind == kind)
        return {channel.name: tuple(channel[name] for name in names) for channel in its}

    def open_deals(self, line, name, user=None):
        line = line.with_user(user or self.env.user).with_context(funnel_number=name)
        action = line.action_open_deals()
        leads = self.env["crm.lead"].with_user(user or self.env.user).with_context(**action["context"])
        return leads.search(action["domain"])

    def test_counted_by_hand(self):
        self.assertEqual(
            {name: self.get_total(self.review)[name] for name in TOTALS},
            {
                **{"begun_count": 4, "won_count": 1, "lost_count": 1, "open_count": 2},
                **{"cohort_count": 4, "reached_count": 1},
                **{"cohort_won_count": 1, "cohort_lost_count": 1, "cohort_open_count": 2},
            },
        )
        names = ("captured_count", "contacted_count", "contact_hours", "further_count", "won_count")
        names += ("won_amount", "won_rate", "lost_count")
        self.assertEqual(
            self.tell(self.review, names=names),
            {
                "Fair": (2, 1, 4, 2, 1, 1000, 50, 1),
                "Web": (1, 0, False, 0, 0, 0, 0, 0),
                False: (1, 0, False, 0, 0, 0, 0, 0),
            },
        )
        self.assertEqual(self.tell(self.review, "campaign"), {"Autumn": (2,), False: (2,)})
        self.assertEqual(self.tell(self.review, "medium"), {False: (4,)})
        self.assertEqual(self.tell(self.find_review(self.abroad)), {"Fair": (1,)})

    def test_as_page_and_analysis(self):
        days = {"date_from": "2024-01-01", "date_to": "2024-01-07"}
        page = self.Report.get_funnel({**self.review._get_scope(), **days})
        total = self.get_total(self.review)
        for name in (*TOTALS, "reached_rate", "open_amount", "weighted_amount"):
            self.assertAlmostEqual(total[name], page["totals"][name], 1, name)
        names = [
            *COUNTS,
            "won_count",
            "complete_rate",
            "contact_hours",
            "further_rate",
            "won_rate",
            "won_amount",
        ]
        for kind in ("source", "medium", "campaign"):
            rows = self.env["crm.funnel.intake.report"].formatted_read_group(
                [
                    *(("playbook_id", "=", self.playbook.id), ("company_id", "=", self.env.company.id)),
                    *(("day", ">=", "2024-01-01"), ("day", "<=", "2024-01-07")),
                ],
                [f"{kind}_id"],
                [f"{name}:{'avg' if name[-4:] in ('rate', 'ours') else 'sum'}" for name in names],
            )
            for row in rows:
                name = row[f"{kind}_id"] and row[f"{kind}_id"][1]
                [channel] = self.review.channel_ids.filtered(
                    lambda one, kind=kind, name=name: one.kind == kind and one.name == name
                )
                for key, value in row.items():
                    if ":" in key:
                        self.assertAlmostEqual(channel[key.split(":")[0]] or 0, value or 0, 1, (name, key))
            self.assertEqual(
                len(rows), len(self.review.channel_ids.filtered(lambda one, k=kind: one.kind == k))
            )

    def test_every_number_opens_what_it_counted_whatever_comes_after(self):
        lines = [*self.review.channel_ids, self.get_total(self.review)]
        counts = {line: COUNTS if line._name.endswith("channel") else TOTALS for line in lines}
        before = {(line, name): self.open_deals(line, name) for line in lines for name in counts[line]}
        for (line, name), leads in before.items():
            self.assertEqual(len(leads), line[name], (line.display_name, name))
        numbers = {line: line.read()[0] for line in lines}
        self.move_at(monday(3), self.deals[2:], self.stage_signed)
        self.deals.write({"source_id": self.web.id, "campaign_id": False, "expected_revenue": 7})
        self.fair.name = "Exhibition"
        self.autumn.title = "Winter"
        self.env.invalidate_all()
        for (line, name), leads in before.items():
            self.assertEqual(self.open_deals(line, name), leads, (line.display_name, name))
        self.assertEqual({line: line.read()[0] for line in lines}, numbers)

    def test_in_the_words_of_each_reader(self):
        review = self.review.with_context(lang="zh_CN")
        self.assertEqual(self.get_total(review).name, "所有商机")
        self.assertIn("秋季", self.tell(review, "campaign"))
        unnamed = self.review.channel_ids.filtered(lambda one: not one.name)[:1]
        self.assertEqual(unnamed.display_name, "Not stated")
        self.assertNotEqual(unnamed.with_context(lang="zh_CN").display_name, "Not stated")

    def test_in_mail_paper_and_workbook(self):
        mail = self.env["mail.mail"].search(
            [("res_id", "=", self.review.id), ("model", "=", self.review._name)]
        )
        report = self.env["ir.actions.report"]._render_qweb_html(
            "sales_funnel_playbook.report_funnel_review", self.review.ids
        )
        for text in (mail[:1].body_html, report[0].decode()):
            for word in ("All Deals", "Intake by channel", "Fair", "Not stated", "Autumn"):
                self.assertIn(word.lower(), text.lower())
            self.assertNotIn("Marketing Medium", text, "no deal names one")
        book = openpyxl.load_workbook(io.BytesIO(self.review._get_workbook().raw))
        rows = [[cell.value for cell in row[:3]] for row in book["Intake by Channel"].iter_rows(max_row=4)]
        self.assertEqual(rows[0], ["Channel Type", "Intake Channel", "Captured"])
        self.assertEqual(rows[1:], [["Source", "Fair", 2], ["Source", "Not stated", 1], ["Source", "Web", 1]])
        [total] = [row for row in book["Funnel"].iter_rows(values_only=True) if row[0] == "All Deals"]
        self.assertEqual(total[:4], ("All Deals", 4, None, None), "what is of a stage only is left empty")

    def test_nobody_writes_them(self):
        admin = self.env.ref("base.user_admin")
        admin.group_ids += self.env.ref("sales_team.group_sale_manager")
        for user in (self.rep, self.leader, admin):
            for line in (self.review.channel_ids[:1], self.get_total(self.review)):
                line = line.with_user(user)
                for deed in (
                    lambda line=line: line.write({"won_count": 9}),
                    lambda line=line: line.unlink(),
                    lambda line=line: line.create({"review_id": self.review.id, "name": "x"}),
                ):
                    with self.assertRaises(AccessError):
                        deed()
        for name in ("channel_ids", "line_ids"):
            values = {name: [(1, self.review[name][0].id, {"won_count": 9})]}
            with self.assertRaises(UserError):
                self.review.with_user(self.leader).write(values)

    def test_readers_are_those_of_the_review(self):
        stranger = new_test_user(
            self.env,
            "channel_stranger",
            groups="sales_team.group_sale_manager",
            company_id=self.abroad.id,
            company_ids=[(6, 0, self.abroad.ids)],
        )
        channels = self.env["crm.funnel.review.channel"]
        for user, company in ((stranger, self.abroad), (self.leader, self.env.company)):
            context = {"allowed_company_ids": user.company_ids.ids}
            found = (
                channels.with_user(user)
                .with_context(**context)
                .search([("review_id.team_id", "=", self.team.id)])
            )
            self.assertEqual(found.review_id.company_id, company, user.login)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.open_deals(self.review.channel_ids[:1], "captured_count", self.rep)
        self.assertFalse(channels.with_user(self.rep).search([]))
