from datetime import timedelta

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_funnel_playbook.tools.funnel import get_period

from ..axe import AxeCase, Page
from ..case.case_common import CaseCase
from ..funnel.review_common import ReviewCase


@tagged("post_install", "-at_install")
class TestAccessibility(AxeCase, ReviewCase, CaseCase):
    """The module's own parts of its pages, with something of everything in them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader.group_ids = [Command.link(cls.env.ref("sales_team.group_sale_manager").id)]
        cls.rules[cls.stage_lead].objective = "Find out who they are"
        cls.playbook.criterion_ids = [
            Command.create({"name": "Budget", "points": 5, "domain": "[('budget_max', '>', 0)]"}),
            Command.create(
                {
                    "name": "Fit",
                    "kind": "choice",
                    "option_ids": [
                        Command.create({"name": "Poor fit", "points": 0}),
                        Command.create({"name": "Full", "points": 5}),
                    ],
                }
            ),
        ]
        cls.lead = cls._create_lead(
            "Acme", product_line_id=cls.line.id, expected_revenue=5, captured_at=Datetime.now()
        )

    def create_outputs(self):
        for name, evidence in (("Deck", "note"), ("Contract", "file"), ("Trial", "link")):
            output = self._create_output(
                self.stage_lead, name, evidence=evidence, approval="team_leader", guidance="As agreed"
            )
            if evidence == "note":
                self.lead.with_user(self.rep).submit_output(output.id, note="Three presses in May, they said")
        self.lead.confirm_condition(self.needs_confirmed.id)

    def create_case(self):
        return self._create_case(
            "Beat Globex",
            product_line_id=self.line.id,
            stage_id=self.stage_lead.id,
            competitor_ids=self.globex.ids,
            approach="<p>A visit.</p>",
        )

    def make_review(self):
        self.rules[self.stage_lead].write({"conversion_alert_rate": 60, "conversion_alert_weeks": 1})
        ten = Datetime.to_datetime(get_period(Datetime.now().date(), "week")[0] - timedelta(weeks=1))
        ten += timedelta(hours=10)
        self.move_at(ten + timedelta(days=1), self.create_leads_at(ten, 5)[:2], self.stage_demo)
        self.make_reviews(ten + timedelta(days=7))
        review = self.Review.search([("playbook_id", "=", self.playbook.id), ("team_id", "=", self.team.id)])
        review = review.sorted("date_from")[-1]
        review.decision_ids = [Command.create({"name": "Call the buyer", "user_id": self.leader.id})]
        return review

    def get_lead_page(self, parts, clicks):
        action = self.env.ref("crm.crm_lead_opportunities")
        return Page(f"/odoo/action-{action.id}/{self.lead.id}", parts, clicks)

    def get_checklist(self):
        self.create_outputs()
        parts = (".o_playbook_panel", ".o_playbook_score", ".o_playbook_cases", ".o_playbook_timeline")
        clicks = ("a.nav-link[name=playbook]", *(f"{part} > button" for part in parts[1:]))
        return self.get_lead_page(parts, clicks)

    def test_of_a_representative(self):
        """The checklist, "My Day", and the library of cases."""
        self.create_case()
        checklist = self.get_checklist()
        self._create_deadline("Complete it", "lead_created", satisfied_domain="[('phone', '!=', False)]")
        self._create_lead("Globex", captured_at=Datetime.now() - timedelta(days=10))
        self.env.cr.flush()
        rows = ".o_kanban_record" if self.touch_enabled else ".o_data_row"
        pages = (Page("/odoo/my-day", (rows,)), Page("/odoo/cases", (".o_kanban_record",)))
        self.assertAccessible(self.rep.login, checklist, *pages)

    def test_of_a_leader(self):
        """The checklist, the funnel, a review, a case, a playbook, and the way to the first one."""
        form, review, case = (".o_form_sheet",), self.make_review(), self.create_case()
        checklist = self.get_checklist()
        self._create_deadline("Write the case", "won", case_mode="required")
        action = self.env.ref("sales_funnel_playbook.crm_playbook_action")
        self.assertAccessible(
            self.leader.login,
            checklist,
            Page(
                f"/odoo/funnel?playbook_id={self.playbook.id}&period=last_week",
                (
                    *(".o_funnel_filters", ".o_funnel_tiles", ".o_funnel_picture", ".o_funnel_stages"),
                    *(".o_funnel_chart", ".o_funnel_definitions"),
                ),
            ),
            Page(f"/odoo/funnel-reviews/{review.id}", form),
            Page(f"/odoo/cases/{case.id}", form),
            Page(f"/odoo/action-{action.id}/{self.playbook.id}", form),
            Page("/odoo/sales-funnel-first-steps", (".o_first_step",)),
        )

    def test_refusal(self):
        self.playbook.mode = "enforce"
        self._create_output(self.stage_lead, "Deck", guidance="As agreed")
        clicks = (f".o_arrow_button[data-value='{self.stage_demo.id}']",)
        if self.touch_enabled:
            clicks = (".o_statusbar_status .dropdown-toggle", ".dropdown-item:not(.active)")
        with mute_logger("odoo.http"):  # it logs the refusal
            self.assertAccessible(self.leader.login, self.get_lead_page((".o_playbook_gate_dialog",), clicks))

    def test_before_the_first_step(self):
        """Where the templates are offered."""
        self.env["crm.playbook"].search([("is_template", "=", False)]).active = False
        page = Page("/odoo/sales-funnel-first-steps", (".o_first_steps_page",))
        self.assertAccessible(self.leader.login, page)

    def test_settings(self):
        action = self.env.ref("crm.crm_config_settings_action")
        parts = (".o_settings_container:has(#sales_funnel_setting)",)
        self.assertAccessible("admin", Page(f"/odoo/action-{action.id}", parts))


@tagged("post_install", "-at_install")
class TestAccessibilityOnAPhone(TestAccessibility):
    """The same as on a phone."""

    browser_size = "390x844"
    touch_enabled = True
    allow_inherited_tests_method = True
