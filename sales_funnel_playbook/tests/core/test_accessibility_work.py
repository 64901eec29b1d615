import base64

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..axe import AxeCase, Page
from ..intake.intake_common import IntakeCase

SHEET = "Customer Name,Win Probability (%)\r\nAcme,70\r\n"


class WorkCase(AxeCase, IntakeCase):
    """A deal of Rita's, whose playbook enforces."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.rep.name = "Rita"
        cls.team.name = "Fair Team"
        cls.playbook.mode = "enforce"
        cls.lead = cls._create_lead(name="Acme", partner_name="Acme")

    def open_dialog(self, model, user, **vals):
        """Return the page of a dialog that was filled in so far."""
        dialog = self.env[model].with_user(user).create(vals)
        self.env.flush_all()
        return Page(f"/odoo/{model}/{dialog.id}", (".o_content",))

    def check_filling_in(self):
        """Fields, a confirmation, files, notes, links and the score sheet."""
        for evidence in ("file", "note", "link", "score_sheet"):
            self._create_output(self.stage_lead, f"A {evidence}", evidence=evidence, guidance="As agreed")
        action = self.env.ref("crm.crm_lead_opportunities")
        clicks = ("a.nav-link[name=playbook]", ".o_playbook_open_fill_in", ".o_playbook_vouch")
        page = Page(f"/odoo/action-{action.id}/{self.lead.id}", (".o_playbook_gate_dialog",), clicks)
        with mute_logger("odoo.http"):
            self.assertAccessible(self.rep.login, page)


@tagged("post_install", "-at_install")
class TestAccessibilityOfWork(WorkCase):
    """The dialogs and pages of daily work: filling in, advancing, updating, handing over."""

    def test_filling_in(self):
        self.check_filling_in()

    def test_advancing_and_updating_from_a_sheet(self):
        ready = self._create_lead("Ready", expected_revenue=5)
        ready.confirm_condition(self.needs_confirmed.id)
        advance = self.open_dialog("crm.lead.advance", self.rep, lead_ids=(ready | self.lead).ids)
        update = self.env["crm.sheet.update"].with_user(self.rep)
        update = update.create({"file": base64.b64encode(SHEET.encode()), "filename": "sheet.csv"})
        update.action_show()
        self.env.flush_all()
        page = Page(f"/odoo/crm.sheet.update/{update.id}", (".o_content",))
        self.assertAccessible(self.rep.login, advance, page)

    def test_marketing_hands_over(self):
        lead = self.capture(partner_name="Acme")
        give = self.open_dialog("crm.lead.give", self.mia, lead_ids=lead.ids, user_id=self.rep.id)
        form = Page(f"/odoo/intake/{lead.id}", (".o_form_sheet",))
        intake = Page("/odoo/intake", (".o_data_row",))
        self.assertAccessible(self.mia.login, intake, form, give)
        lead.hand_over(self.rep.id, "They want three presses")
        back = self.open_dialog("crm.lead.send.back", self.rep, lead_ids=lead.ids, reason="no_need")
        action = self.env.ref("crm.crm_lead_opportunities")
        alert = Page(f"/odoo/action-{action.id}/{lead.id}", (".o_playbook_hand_over",))
        self.assertAccessible(self.rep.login, alert, back)

    def test_waiting_times(self):
        self.needs_confirmed.role_id = self.finance
        self.choose(self.lead, self.finance, self._create_colleague("Cora"))
        self.env.flush_all()
        action = self.env.ref("sales_funnel_playbook.crm_funnel_wait_report_action")
        self.assertAccessible("admin", Page(f"/odoo/action-{action.id}", (".o_pivot",)))

    def test_who_contributes_by_a_role(self):
        """Their day, their deal, the playbook and what they suggest, without a right on Sales."""
        self.needs_confirmed.role_id = self.finance
        cora = self._create_colleague("Cora", groups="sales_funnel_playbook.group_funnel_contributor")
        self.choose(self.lead, self.finance, cora)
        self._create_output(self.stage_lead, "Invoice", evidence="note", role_id=self.finance.id)
        self.env.flush_all()
        form = self.env.ref("sales_funnel_playbook.crm_lead_action_contributor")
        self.assertAccessible(
            cora.login,
            Page("/odoo/my-day", (".o_data_row",)),
            Page(f"/odoo/action-{form.id}/{self.lead.id}", (".o_form_sheet",)),
        )

    def test_approvals_and_overrides(self):
        deck = self._create_output(self.stage_lead, "Deck", evidence="note", approval="team_leader")
        self.lead.with_user(self.rep).submit_output(deck.id, note="They need three presses in spring")
        self.env.flush_all()
        action = self.env.ref("crm.crm_lead_opportunities")
        clicks = ("a.nav-link[name=playbook]", ".o_playbook_ask_override")
        asking = Page(f"/odoo/action-{action.id}/{self.lead.id}", (".o_playbook_next",), clicks)
        self.assertAccessible(self.rep.login, asking)
        approvals = self.env.ref("sales_funnel_playbook.crm_lead_output_action")
        coaching = Page("/odoo/coaching", (".o_coaching",))
        page = Page(f"/odoo/action-{approvals.id}", (".o_data_row",))
        self.assertAccessible(self.leader.login, page, coaching)


@tagged("post_install", "-at_install")
class TestFillingInOnAPhone(WorkCase):
    """The window that fills the screen of a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_filling_in(self):
        self.check_filling_in()
