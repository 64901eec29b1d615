import re
from datetime import datetime, timedelta
from itertools import pairwise

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_funnel_playbook.demo.stories import Calendar, read_deals

from .demo_common import MODULE, NOW, DemoCase

CHINESE = re.compile("[\u3400-\u9fff]")
WEEKS = 14
# What nobody can have done yet; what is planned may lie ahead.
PAST = {
    "crm.lead": ["create_date", "captured_at", "date_closed", "date_last_stage_update", "last_contact_at"],
    "crm.lead.stage.log": ["entered_at", "left_at"],
    "crm.lead.output": ["submitted_at", "reviewed_at"],
    "crm.lead.confirmation": ["date"],
    "crm.lead.progress": ["communicated_at", "create_date"],
    "crm.lead.risk": ["raised_at", "closed_at"],
    "crm.playbook.case": ["published_at"],
    "crm.funnel.review": ["made_at"],
    "mail.activity": ["playbook_started_at", "playbook_done_at"],
}
# Pages and what they must not be without.
PAGES = {
    "crm.lead.stage.log": ["passed", "observed", "overridden", "none"],
    "crm.lead.output": ["submitted", "approved", "rejected"],
    "crm.playbook.case": ["draft", "in_review", "published", "retired"],
    "crm.playbook.deadline.report": ["open", "overdue", "on_time", "late", "missed"],
    "crm.funnel.review.decision": ["open", "done", "overdue"],
}


@tagged("post_install", "-at_install")
class TestDemo(DemoCase):
    """What the demo has on each page, for whom, and since when."""

    def test_what_was_there_is_left_alone(self):
        self.assertEqual(self.own.deadline_ids.effective_from, NOW)
        self.assertEqual(self.own.mode, "observe")
        self.assertFalse(self.env["crm.funnel.review"].search([("playbook_id", "=", self.own.id)]))

    def test_the_deals(self):
        self.assertEqual(len(self.leads), 60)
        self.assertEqual(self.lines.mapped("name"), ["Enterprise SaaS", "Standard Product"])
        self.assertEqual(set(self.leads.mapped("won_status")), {"won", "lost", "pending"})
        self.assertEqual(set(self.leads.mapped("tier")), {"A", "B", "C"})
        self.assertEqual(self.leads.playbook_stage_id.playbook_id, self.playbooks)
        for playbook in self.playbooks:
            missing = playbook.stage_ids - (self.leads | self.leads.renewal_ids).playbook_stage_id
            self.assertFalse(missing.mapped("name"), "deals in every stage")
        kinds = set(self.leads.stage_log_ids.mapped("kind"))
        self.assertEqual(kinds, {"created", "forward", "backward", "skip", "won", "lost", "restored"})
        self.assertEqual(set(self.leads.risk_ids.mapped("level")), {"low", "medium", "high"})
        self.assertEqual(set(self.leads.risk_ids.mapped("state")), {"open", "closed"})
        lost = self.leads.filtered(lambda lead: lead.won_status == "lost")
        self.assertTrue(all(lost.mapped("lost_reason_id")))

    def test_fourteen_weeks(self):
        weeks = {(NOW - stay.entered_at).days // 7 for stay in self.leads.stage_log_ids}
        self.assertEqual(weeks, set(range(WEEKS)))
        for stay in self.leads.stage_log_ids.filtered(lambda stay: stay.lead_id != self.keys["c"]):
            self.assertLess(stay.entered_at.weekday(), 5, stay.lead_id.name)

    def test_the_log_tells_one_story(self):
        for lead in self.leads:
            log = lead.stage_log_ids.sorted("sequence")
            self.assertFalse(log[-1].left_at)
            self.assertEqual(log[-1].stage_id, lead.stage_id)
            self.assertEqual(log[-1].state == "lost", lead.won_status == "lost")
            self.assertEqual(log[0].entered_at, lead.create_date.replace(microsecond=0))
            for stay, following in pairwise(log):
                self.assertEqual(stay.left_at, following.entered_at)
                self.assertEqual(following.previous_stage_id, stay.stage_id)
                lasted = stay.left_at - stay.stay_began_at
                if stay.closes_stay:
                    self.assertLessEqual(stay.duration_days, lasted / timedelta(days=1) + 0.0001)
                    self.assertTrue(0 <= stay.working_hours <= lasted / timedelta(hours=1))
            for stay in log:
                self.assertEqual(bool(stay.unmet), stay.gate in ("observed", "overridden"))
                is_overridden = stay.gate == "overridden"
                self.assertEqual(bool(stay.override_reason_id and stay.override_note), is_overridden)

    def test_nothing_has_happened_in_the_future(self):
        for model, names in PAST.items():
            records = self.env[model].with_context(active_test=False)
            for name in names:
                last = records.search([(name, "!=", False)], order=f"{name} desc", limit=1)
                self.assertTrue(last, f"{model}.{name}")
                self.assertLessEqual(last[name], NOW, f"{model}.{name}")
        messages = self.env["mail.message"].search(
            [("model", "=", "crm.lead"), ("res_id", "in", self.leads.ids)]
        )
        self.assertLess(min(messages.mapped("date")), NOW - timedelta(weeks=10))
        self.assertLessEqual(max(messages.mapped("date")), NOW)

    def test_everybody_logs_in_with_their_login(self):
        people = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "res.users"), ("name", "=like", "user_demo_%")]
        )
        people = self.env["res.users"].browse(people.mapped("res_id"))
        self.assertEqual(len(people), 11)
        for user in people:
            credential = {"type": "password", "login": user.login, "password": user.login}
            known = user.with_user(user)._check_credentials(credential, {"interactive": False})
            self.assertEqual(known["uid"], user.id)

    def test_nobody_gets_mail(self):
        self.assertFalse(self.env["mail.mail"].search([("create_date", ">=", NOW - timedelta(weeks=15))]))

    def test_every_page_has_something(self):
        for model, states in PAGES.items():
            field = "gate" if model == "crm.lead.stage.log" else "state"
            records = self.env[model].search([])
            found = set(records.mapped(field))
            self.assertEqual(set(states) - found, set(), model)
        for model in ("crm.playbook.gate.report", "crm.lead.risk.report", "crm.funnel.report"):
            self.assertTrue(self.env[model].search([], limit=1), model)
        self.assertTrue(self.leads.output_ids.filtered("awaits_approval"))
        self.assertTrue(self.leads.output_ids.filtered("is_late"))
        self.assertTrue(self.leads.progress_ids.filtered("is_late").milestone_ids)
        self.assertTrue(self.leads.question_ids)
        self.assertTrue(self.leads.check_ids)
        self.assertTrue(self.leads.explanation_ids)
        self.assertTrue(self.leads.filtered("is_waiting"))
        self.assertTrue(self.env["crm.playbook.case"].search([]).filtered("used_win_rate"))
        sessions = self.env["crm.playbook.case.session.line"].search([])
        self.assertLess(min(sessions.mapped("held_at")), NOW)
        self.assertGreater(max(sessions.mapped("held_at")), NOW)

    def test_each_writes_and_reads_their_own_language(self):
        chinese = self.env.ref(f"{MODULE}.user_demo_rep") | self.env.ref(
            f"{MODULE}.user_demo_account_manager"
        )
        self.assertEqual(set(chinese.mapped("lang")), {"zh_CN"})
        notes = self.leads.progress_ids
        self.assertTrue(notes.user_id - chinese)
        for note in notes:
            for text in (note.feedback or "", note.summary.replace(note.lead_id.contact_name or "-", "")):
                if text:
                    self.assertEqual(bool(CHINESE.search(text)), note.user_id in chinese, text)
        work = self.env["mail.activity"].search(
            [("res_id", "in", self.leads.ids), ("playbook_kind", "!=", False)]
        )
        self.assertTrue(work.user_id & chinese)
        for one in work:
            self.assertEqual(bool(CHINESE.search(one.summary)), one.user_id in chinese, one.summary)
        self.assertEqual(self.lines.with_context(lang="zh_CN").mapped("name"), ["企业级 SaaS", "标准产品"])

    def test_three_languages_and_currencies(self):
        currencies = {
            (lead.company_currency.name, lead.user_id.lang) for lead in self.abroad | self.keys["a"]
        }
        self.assertEqual(currencies, {("USD", "zh_CN"), ("CNY", "zh_CN"), ("CNY", "zh_TW"), ("EUR", "en_US")})
        self.assertEqual(len(self.abroad.company_id), 2)
        taiwanese = self.abroad.filtered(lambda lead: lead.user_id.lang == "zh_TW")
        work = self.env["mail.activity"].search([("user_id", "=", taiwanese.user_id.id)])
        self.assertTrue(taiwanese.progress_ids and work)
        self.assertTrue(all(CHINESE.search(one.summary) for one in work))
        self.assertEqual(set(self.abroad.mapped("won_status")), {"won", "lost", "pending"})
        self.assertEqual(self.abroad.playbook_id.company_id, self.abroad.company_id)

    def test_five_quarters_were_closed(self):
        self.assertEqual(set(self.old.mapped("won_status")), {"won", "lost"})
        quarters = {(lead.date_closed.year, (lead.date_closed.month - 1) // 3) for lead in self.old}
        self.assertGreaterEqual(len(quarters), 4)
        self.assertLess(min(self.old.mapped("date_closed")), NOW - timedelta(days=365))
        self.assertFalse(self.old.filtered("is_renewal_due"))
        renewed = self._ref("lead_demo_h05").renewal_ids
        self.assertEqual((renewed.won_status, renewed.renewal_kind), ("won", "renewal"))

    def test_each_monday_was_kept(self):
        own = [("company_id", "in", self.playbooks.company_id.ids)]
        days = self.env["crm.funnel.snapshot.day"].search(own)
        self.assertEqual(len(days), WEEKS + 1, "today is a Monday, too")
        self.assertTrue(all(day.weekday() == 0 for day in days.mapped("date")))
        rows = self.env["crm.funnel.snapshot"].search([("company_id", "in", self.abroad.company_id.ids)])
        self.assertEqual(set(rows.currency_id.mapped("name")), {"CNY", "EUR"})

    def test_people_with_roles(self):
        paul, fiona, mia = (self._ref(f"user_demo_{name}") for name in ("presales", "finance", "marketing"))
        decks = self.leads.output_ids.filtered(lambda one: one.user_id == paul)
        self.assertTrue(decks)
        self.assertTrue(self.leads.confirmation_ids.filtered(lambda one: one.user_id == fiona))
        asked = {role_id for waits in self.leads._get_waits().values() for role_id, _since in waits}
        roles = self.env["crm.playbook.role"].browse(asked).mapped("name")
        self.assertLessEqual({"Team Leader", "Finance", "Pre-sales"}, set(roles))
        waits = self.env["crm.funnel.wait.report"]
        waits = waits._read_group([("lead_id", "in", self.leads.ids)], ["role_id"], ["days:avg"])
        days = {role.name: number for role, number in waits}
        self.assertTrue(all(days[name] > 0.5 for name in ("Pre-sales", "Finance", "Team Leader")), days)
        for user in (paul, fiona):
            self.assertTrue(self.env["crm.my.day"].with_user(user).search_count([]), user.name)
        captured = self.env["crm.lead"].with_user(mia).search([("intake_user_id", "=", mia.id)])
        states = captured.mapped("hand_over_state")
        self.assertEqual(sorted(filter(None, states)), ["accepted", "returned", "waiting"])
        self.assertEqual(len(captured), 5)

    def test_the_status_bar_agrees_with_the_log(self):
        """Odoo's time in stage is that since which the deal is in it by our log."""
        for lead in self.leads | self.abroad:
            current = lead.stage_log_ids.sorted("sequence")[-1]
            if current.state == "open" and current.kind in ("created", "forward"):
                its = [one for one in lead.stage_log_ids if one.stage_id == lead.stage_id]
                if len(its) == 1:
                    since = (NOW - lead.stage_entered_at).total_seconds()
                    durations = {int(stage_id): time for stage_id, time in lead.duration_tracking.items()}
                    self.assertAlmostEqual(durations[lead.stage_id.id], since, delta=2)

    def test_everybody_has_a_day(self):
        today = NOW.date()
        for login in ("admin", "rep", "account", "chen", "tom"):
            user = self.env["res.users"].search([("login", "=", login)])
            work = self.env["crm.playbook.deadline.report"].with_user(user)
            due = work.search_count(
                [
                    ("user_id", "=", user.id),
                    ("state", "in", ["open", "overdue"]),
                    ("date_deadline", "<=", today),
                ]
            )
            self.assertTrue(1 <= due <= 40, f"{login}: {due}")

    def test_nothing_is_due_since_months(self):
        work = self.env["mail.activity"].search([("playbook_kind", "!=", False)])
        old = work.filtered(lambda one: one.date_deadline < NOW.date() - timedelta(days=30))
        own = old.filtered(
            lambda one: self.env["crm.lead"].browse(one.res_id) in self.leads.renewal_ids | self.leads
        )
        self.assertFalse(own.mapped("summary"))

    def test_the_bottleneck(self):
        review = self.env["crm.funnel.review"].search(
            [("team_id", "=", self._ref("team_demo").id), ("period", "=", "week")], limit=1
        )
        self.assertEqual(review.date_to, NOW.date() - timedelta(days=1))
        line = review.bottleneck_line_ids.filtered("has_flow_alert")
        self.assertEqual(line.name, "Solution demo")
        self.assertEqual(len(line.explanation["rates"]), 2)
        self.assertLess(max(line.explanation["rates"]), 30)
        self.assertTrue(line.explanation["rules"])
        alerts = self.env["crm.funnel.review.line"].search([("activity_id.active", "=", True)])
        self.assertIn("Solution demo", alerts.mapped("name"))

    def test_the_reviews(self):
        reviews = self.env["crm.funnel.review"].search([("playbook_id", "in", self.playbooks.ids)])
        self.assertEqual(reviews.team_id, self._ref("team_demo") | self._ref("team_demo_mid_market"))
        self.assertEqual(set(reviews.mapped("period")), {"week", "month"})
        self.assertEqual(set(reviews.mapped("state")), {"open", "done"})

    def test_the_probabilities(self):
        rows = self.env["crm.lead.calibration.summary"].search([("playbook_id", "in", self.playbooks.ids)])
        self.assertLessEqual({"fits", "too_high"}, {row.verdict for row in rows})
        tom = rows.filtered(lambda row: row.user_id.login == "tom")
        self.assertGreater(tom.stated, tom.observed + 40)

    def test_what_to_try(self):
        """What ``dev/demo.txt`` promises of the handbook's customers."""
        gate = self.keys["b"].check_gate(self.playbooks[:1].stage_ids.stage_id[3].id)
        self.assertFalse(gate[str(self.keys["b"].id)]["allowed"])
        self.assertEqual(self.keys["b"].risk_level, "high")
        self.assertEqual(self.keys["c"].user_id.login, "admin")
        late = self.env["crm.playbook.deadline.report"].search(
            [("lead_id", "=", self.keys["c"].id), ("state", "=", "overdue")]
        )
        self.assertIn("Complete the lead", late.mapped("summary"))
        self.assertEqual(self.keys["d"].won_status, "pending")

    def test_a_renewal_is_worked_on_and_another_is_due(self):
        won, renewal = self.keys["s03"], self._ref("lead_demo_s03_renewal")
        self.assertEqual((renewal.renewal_of_id, won.won_status, renewal.won_status), (won, "won", "pending"))
        self.assertTrue(renewal.playbook_stage_id.is_renewal)
        due = [self.keys[key].is_renewal_due for key in ("s03", "s13", "s15")]
        self.assertEqual(due, [False, True, False])

    def test_again(self):
        """Loading it again changes nothing."""
        self.env["crm.playbook"]._load_demo_deals()
        leads = self.env["crm.lead"].with_context(active_test=False)
        self.assertEqual(leads.search_count([("product_line_id", "in", self.lines.ids)]), 86)


@tagged("post_install", "-at_install")
class TestDemoCalendar(BaseCase):
    """On whatever day the demo is made: its stories are over by then, and in office hours."""

    def test_any_day(self):
        for number in range(0, 24 * 8, 7):
            now = datetime(2026, 12, 27) + timedelta(hours=number)
            calendar = Calendar(now, "Asia/Shanghai")
            week, day = calendar.get_days()[-1]
            self.assertLess(calendar.at(week, day, 8), now + timedelta(seconds=1))
            for row in read_deals():
                steps = calendar.get_steps(row["key"], row["steps"])
                moments = [step.moment for step in steps]
                self.assertEqual(moments, sorted(set(moments)))
                self.assertTrue(all(moment < now and moment.weekday() < 5 for moment in moments))
