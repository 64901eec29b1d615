from io import BytesIO

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestFirstSteps(PlaybookCase):
    def _get(self, playbook=None):
        self.env.invalidate_all()  # the next call of the page
        page = self.env["crm.playbook"].with_user(self.leader).get_first_steps(playbook and playbook.id)
        return page, {step["key"]: step for step in page["steps"]}

    def test_without_a_playbook_only_the_first_step_is_open(self):
        self.env["crm.playbook"].search([("is_template", "=", False)]).active = False
        page, steps = self._get()
        self.assertFalse(page["playbook"])
        self.assertEqual((page["done"], len(steps)), (0, 6))
        self.assertIn("Enterprise SaaS", [template["name"] for template in page["templates"]])
        self.assertFalse(any(step["buttons"] or step["can_tick"] for step in page["steps"]))

    def test_a_new_playbook_begins_with_nothing_of_the_others(self):
        page = self.env["crm.playbook"].with_user(self.leader).get_first_steps(is_new=True)
        self.assertFalse(page["playbook"] or page["done"])
        texts = " ".join(step["text"] for step in page["steps"])
        self.assertNotIn(self.team.name, texts)
        self.assertIn(self.playbook.id, [one["id"] for one in page["playbooks"]])

    def test_records_show_what_is_done(self):
        """Nobody ticks what can be seen: the playbook, who follows it, its deals, and its first moves."""
        team = self.env["crm.team"].create({"name": "New", "company_id": False})
        playbook = self.env["crm.playbook"].create(
            {"name": "New", "stage_ids": [Command.create({"stage_id": stage.id}) for stage in self.stages]}
        )
        playbook.is_default = False
        self.assertDone(playbook, ["template"])
        playbook.team_ids = team
        self.assertDone(playbook, ["template", "followers"])
        lead = self._create_lead(team_id=team.id, user_id=False)
        self.assertDone(playbook, ["template", "followers", "deals"])
        lead.stage_id = self.stage_demo
        self.assertDone(playbook, ["template", "followers", "deals", "observe"])
        self.assertEqual(playbook.first_steps_summary, "4 / 6")
        steps = self._get(playbook)[1]
        self.assertEqual([key for key, step in steps.items() if step["can_tick"]], ["thresholds", "people"])

    def assertDone(self, playbook, keys):
        page, steps = self._get(playbook)
        self.assertEqual([key for key, step in steps.items() if step["is_done"]], keys)
        self.assertEqual(page["done"], len(keys))

    def test_the_rest_is_ticked_and_may_be_taken_back(self):
        playbook = self.playbook.with_user(self.leader)
        playbook.tick_first_step("thresholds", True)
        playbook.tick_first_step("people", True)
        self.assertTrue(self._get(playbook)[1]["thresholds"]["is_done"])
        playbook.tick_first_step("thresholds", False)
        self.assertFalse(self._get(playbook)[1]["thresholds"]["is_done"])
        self.assertTrue(self._get(playbook)[1]["people"]["is_done"])
        with self.assertRaises(UserError):
            playbook.tick_first_step("observe", True)

    def test_every_button_leads_somewhere(self):
        page, _steps = self._get(self.playbook)
        self.assertEqual(page["playbook"]["id"], self.playbook.id)
        names = [button["name"] for step in page["steps"] for button in step["buttons"]]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreater(len(names), 5)
        for name in names:
            action = self.playbook.with_user(self.leader).action_first_step(name)
            self.assertIn(action["type"], ("ir.actions.act_window", "ir.actions.client"), name)

    def test_people_for_the_roles_of_which_something_is_asked(self):
        """The step names the roles that nobody has, and leads to these alone; later it is silent."""
        finance = self.env["crm.playbook.role"].create({"name": "Finance desk"})
        self.assertNotIn("roles", self._get_button_names("people"))
        self.playbook.stage_ids[1].notify_role_ids = finance
        step = self._get(self.playbook)[1]["people"]
        self.assertIn(
            "Nobody has these roles yet: Finance desk. Until somebody does, the sales", step["text"]
        )
        action = self.playbook.with_user(self.leader).action_first_step("roles")
        self.assertEqual(self.env["crm.playbook.role"].search(action["domain"]), finance)
        finance.person_ids = [Command.create({"user_id": self.rep.id})]
        self.assertNotIn("Nobody", self._get(self.playbook)[1]["people"]["text"])
        self.assertIn("roles", self._get_button_names("people"))

    def test_who_is_alone_invites_first_and_opens_the_team(self):
        """Whoever begins has nobody to add to the team yet; the only team opens at once."""
        admin = self.env.ref("base.user_admin")
        playbook = self.playbook.with_user(admin)
        team = self.playbook.team_ids = self.env["crm.team"].create({"name": "Alone", "company_id": False})
        team.member_ids = admin
        text, buttons = playbook._describe_step_people()[1:]
        self.assertEqual([name for name, _label in buttons][:2], ["users", "teams"])
        self.assertIn("with a right under “Sales”", text)
        action = playbook.action_first_step("teams")
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.team", team.id))
        team.member_ids |= self.rep
        self.assertEqual(
            [name for name, _label in playbook._describe_step_people()[2]][:2], ["teams", "users"]
        )
        self.playbook.team_ids |= self.team
        self.assertIn("domain", playbook.action_first_step("teams"))

    def test_what_observing_found_and_what_enforcing_means(self):
        self.playbook.mode = "observe"
        text = self._get(self.playbook)[1]["observe"]["text"]
        self.assertIn("refuses nothing until you enforce it. Moves so far: ", text)
        self.playbook.mode = "enforce"
        self.assertIn("is required now", self._get(self.playbook)[1]["observe"]["text"])

    def _get_button_names(self, key):
        return [button["name"] for button in self._get(self.playbook)[1][key]["buttons"]]

    def test_stages_left_over_from_before_are_named(self):
        """Odoo's own stages stand beside those of the playbook, until somebody takes them away."""
        self.env["crm.stage"].search([("id", "not in", self.stages.ids)]).team_ids = self.team.copy()
        self.assertNotIn("stages", self._get_button_names("followers"))
        left = self.env["crm.stage"].create({"name": "Proposition of old", "sequence": 3})
        step = self._get(self.playbook)[1]["followers"]
        self.assertIn("does not name: Proposition of old", step["text"])
        action = self.playbook.with_user(self.leader).action_first_step("stages")
        self.assertEqual(self.env["crm.stage"].search(action["domain"]), left)

    def test_a_first_deal_follows_the_playbook(self):
        action = self.playbook.with_user(self.leader).action_first_step("first_deal")
        lead = Form(self.env["crm.lead"].with_user(self.leader).with_context(**action["context"]))
        lead.name = "The first"
        self.assertEqual(lead.save().playbook_id, self.playbook)
        self.assertIn("deals", self._get_button_names("deals"))

    def test_installing_leads_there(self):
        """Odoo opens what is to be configured after installing from the Apps screen."""
        self.env.ref("sales_funnel_playbook.crm_first_steps_todo").state = "open"
        action = self.env["ir.module.module"].next()
        self.assertEqual(action["type"], "ir.actions.server")
        server = self.env["ir.actions.server"].browse(action["id"])
        opened = server.with_user(self.leader).run()
        page = self.env.ref("sales_funnel_playbook.crm_first_steps_action")
        self.assertEqual(opened["url"], f"/odoo/{page.path}")
        # the page before was loaded without the module's scripts: it does not know this one
        self.assertEqual((opened["type"], opened["target"]), ("ir.actions.act_url", "self"))
        outsider = self.env["res.users"].create(
            {"name": "Outsider", "login": "outsider", "group_ids": self.env.ref("base.group_system").ids}
        )
        self.assertEqual(server.with_user(outsider).run()["url"], "/odoo", "no error for who may not")

    def test_an_archived_playbook_shows_its_own_page(self):
        self.playbook.active = False
        self.assertEqual(self._get(self.playbook)[0]["playbook"]["id"], self.playbook.id)

    def test_not_for_salespeople(self):
        with self.assertRaises(AccessError):
            self.env["crm.playbook"].with_user(self.rep).get_first_steps()
        with self.assertRaises(AccessError):
            self.playbook.with_user(self.rep).tick_first_step("people", True)
        with self.assertRaises(AccessError):
            self.playbook.with_user(self.rep).action_first_step("teams")


@tagged("post_install", "-at_install")
class TestSettings(PlaybookCase):
    def test_playbook_of_all_other_deals(self):
        stages = [Command.create({"stage_id": stage.id}) for stage in self.stages]
        company = self.env.company
        first, second = self.env["crm.playbook"].create(
            [
                {"name": name, "company_id": company.id, "stage_ids": stages, "is_default": False}
                for name in ("First", "Second")
            ]
        )
        lead = self.env["crm.lead"].create({"name": "Other", "type": "opportunity", "team_id": False})
        for chosen in (first, second, self.env["crm.playbook"], first):
            with Form(self.env["res.config.settings"]) as form:
                form.sales_funnel_playbook_id = chosen
            form.save().execute()
            lead.invalidate_recordset()
            self.assertEqual(lead.playbook_id, chosen)
            self.assertEqual(self.env["res.config.settings"].create({}).sales_funnel_playbook_id, chosen)

    def test_numbers_hold_for_everybody(self):
        lead = self._create_lead()
        self._set(waiting_days=3, override_days=2, case_review_months=1)
        lead = lead.with_user(self.rep)
        today = self.env["crm.lead"]._fields["waiting_until"].context_today(lead)
        with self.assertRaisesRegex(ValidationError, "at most 3 days"), self.env.cr.savepoint():
            lead.waiting_until = today.fromordinal(today.toordinal() + 4)
        lead.waiting_until = today.fromordinal(today.toordinal() + 3)
        dialog = self.env["crm.lead.override"].with_user(self.leader).new({})
        self.assertEqual((dialog.date_deadline - today).days, 2)
        self.assertLess((self.env["crm.playbook.case"]._get_next_review() - today).days, 32)

    def _set(self, **numbers):
        names = {f"sales_funnel_{name}": number for name, number in numbers.items()}
        self.env["res.config.settings"].create(names).execute()

    def test_numbers_are_sensible(self):
        for numbers in ({"waiting_days": 0}, {"override_days": 366}, {"case_review_months": -1}):
            with self.assertRaisesRegex(ValidationError, "between 1 and 365"), self.env.cr.savepoint():
                self._set(**numbers)
        for odd in ("many", "0", "-5", "99999999999999999999", ""):
            self.env["ir.config_parameter"].set_param("sales_funnel_playbook.waiting_days", odd)
            self.assertEqual(self.env["crm.playbook"]._get_setting("waiting_days"), 30)
            with mute_logger("odoo.addons.base.models.res_config"):  # it tells of "many"
                self.env["res.config.settings"].create({}).execute()  # the other settings can be saved


@tagged("post_install", "-at_install")
class TestPage(PlaybookCase):
    def test_a_row_for_each_stage(self):
        """Salespeople read it too: what a stage asks for is the same for everybody."""
        self._create_deadline(
            "Call the customer", "stage_entered", 2, playbook_stage_id=self.playbook.stage_ids[0].id
        )
        report = self.env["ir.actions.report"].with_user(self.rep)
        html = report._render_qweb_html("sales_funnel_playbook.report_playbook", self.playbook.ids)[
            0
        ].decode()
        self.assertEqual(html.count("<th "), 4)
        self.assertNotIn("<thead class=", html, "the headings are hidden cell by cell, on a phone alone")
        rows = html.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
        self.assertEqual(len(rows), len(self.stages))
        for row, stage in zip(rows, self.playbook.stage_ids, strict=True):
            self.assertIn(stage.display_name, row)
            for rule in [*stage.condition_ids, *stage.action_ids, *stage.output_ids]:
                self.assertIn(rule.name, row)
        self.assertIn("Call the customer", rows[0])

    def test_deadlines_tiers_and_score_sheet(self):
        template = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        report = self.env["ir.actions.report"].with_user(self.rep)
        html = report._render_qweb_html("sales_funnel_playbook.report_playbook", template.ids)[0].decode()
        for rule in [*template.deadline_ids, *template.criterion_ids]:
            self.assertIn(rule.name, html)
        for text in ("300,000", "≥ 60 %", "By tier", "Deal won", "A template"):
            self.assertIn(text, html)

    def test_everybody_finds_the_playbook_of_the_team(self):
        action = self.env["crm.playbook"].with_user(self.rep).action_open_my_playbooks()
        self.assertEqual(
            (action["report_type"], action["context"]["active_ids"]), ("qweb-html", self.playbook.ids)
        )
        other = self.env["crm.team"].create({"name": "Other", "company_id": False})
        other_playbook = self.env["crm.playbook"].create(
            {
                "name": "Other",
                "company_id": False,
                "team_ids": other.ids,
                "stage_ids": [Command.create({"stage_id": self.stage_demo.id})],
            }
        )
        action = self.env["crm.playbook"].with_user(self.rep).action_open_my_playbooks()
        self.assertEqual(action["context"]["active_ids"], self.playbook.ids, "not the other team's")
        self.playbook.active = False
        action = self.env["crm.playbook"].with_user(self.rep).action_open_my_playbooks()
        self.assertIn(other_playbook.id, action["context"]["active_ids"])
        self.env["crm.playbook"].search([("is_template", "=", False)]).active = False
        with self.assertRaisesRegex(UserError, "First Steps"):
            self.env["crm.playbook"].with_user(self.rep).action_open_my_playbooks()


@tagged("post_install", "-at_install")
class TestFirstStepsTour(HttpCase, PlaybookCase):
    def test_ten_minutes(self):
        """An administrator who has never seen the module has a playbook that observes, and enforces it."""
        self.env["crm.playbook"].search([("is_template", "=", False)]).active = False
        self.env["crm.team"].create({"name": "Ten Minutes", "company_id": False})
        self.start_tour("/odoo/sales-funnel-first-steps", "sales_funnel_first_steps", login="admin")
        playbook = self.env["crm.playbook"].search([("team_ids.name", "=", "Ten Minutes")])
        self.assertEqual((playbook.mode, len(playbook.stage_ids)), ("enforce", 6))
        self.assertEqual(playbook.ticked_steps, ["thresholds"])

    def test_it_is_one_page_on_paper(self):
        template = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        if report.get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        with mute_logger("odoo.addons.base.models.ir_actions_report"):  # Debian's cannot print page headers
            pdf = report._render_qweb_pdf("sales_funnel_playbook.report_playbook", template.ids)[0]
        self.assertEqual(len(PdfReader(BytesIO(pdf)).pages), 1)
        self.assertGreater(len(pdf), 20_000, "and it is not empty")
