from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .case_common import CaseCase


@tagged("post_install", "-at_install")
class TestCaseTours(HttpCase, CaseCase):
    """Closing a deal leaves a case; working on one shows those that matter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.stages.team_ids = False  # the kanban of all deals shows the stages of all teams
        cls.deadline = cls._create_deadline("Write the case", "won", case_mode="required")
        cls.lost_deadline = cls._create_deadline("Write the case", "lost", case_mode="optional")
        cls.lead = cls._create_lead(
            "Acme",
            partner_name="Acme Ltd",
            use_case="Press bearings",
            product_line_id=cls.line.id,
            stage_id=cls.stage_talks.id,
        )
        cls.env.flush_all()

    def _start(self, tour, with_lead=True):
        action = self.env.ref("crm.crm_lead_opportunities")
        url = f"/odoo/action-{action.id}/{self.lead.id}" if with_lead else f"/odoo/action-{action.id}"
        with mute_logger("odoo.http"):  # it logs the refusals that the tours are about
            self.start_tour(url, tour, login=self.rep.login)
        return self.lead.case_ids

    def test_closed_in_the_kanban(self):
        case = self._start("playbook_case_kanban", with_lead=False)
        self.assertEqual((case.outcome, case.state, case.user_id), ("won", "in_review", self.rep))
        self.assertIn("Ask for the date first", case.lesson)
        self.assertEqual(case.reviewer_id, self.manager)

    def test_closed_in_the_form(self):
        case = self._start("playbook_case_form")
        self.assertEqual((case.outcome, case.state), ("won", "in_review"))
        self.assertFalse(self.lead._get_case_requests())

    def test_won_by_the_button(self):
        self.deadline.case_mode = "optional"
        self.assertFalse(self._start("playbook_case_buttons"))
        self.assertFalse(self.lead._get_case_requests(), "declined")

    def test_lost_by_the_dialog(self):
        case = self._start("playbook_case_lost")
        self.assertEqual((case.outcome, case.name), ("lost", "They could not wait"))
        self.assertEqual(case.lost_reason_id, self.lost_reason)

    def test_what_is_missing_stands_on_the_page(self):
        case = self._create_case("Won in a week", state="draft", lesson=False, user_id=self.rep.id)
        with mute_logger("odoo.http"):  # it logs the refusal that the tour is about
            self.start_tour(f"/odoo/cases/{case.id}", "playbook_case_without_lesson", login=self.rep.login)
        self.assertIn("Ask for the date first", case.lesson)

    def test_reuse(self):
        self._set_competitors(self.lead, self.globex)
        self._create_case("Only the same stage", stage_id=self.stage_talks.id)
        best = self._create_case(
            "Beat Globex",
            stage_id=self.stage_talks.id,
            competitor_ids=self.globex.ids,
            lesson="Bring the numbers.",
        )
        self._create_case("打动技术总监，打破僵局", industry_id=self.industry.id)
        self._start("playbook_case_reuse")
        self.assertEqual(best.use_ids.lead_id, self.lead)
        self.assertEqual(best.helpful_user_ids, self.rep)
