import base64
from datetime import timedelta

from odoo import Command
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..axe import AxeCase, Page
from ..intake.intake_common import IntakeCase
from ..renewal.renewal_common import RenewalCase

SHEET = "Customer Name,Win Probability (%)\r\nAcme,70\r\n"
LIST = "Customers of March,\nCustomer Name,Contact Person\nACME,Ms Wu\n,\nTotal,1\n"


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

    def check_handing_over(self):
        """Marketing gives a lead to sales, who send it back."""
        lead = self.capture(partner_name="Acme")
        give = self.open_dialog("crm.lead.give", self.mia, lead_ids=lead.ids, user_id=self.rep.id)
        form = Page(f"/odoo/intake/{lead.id}", (".o_form_sheet",))
        rows = ".o_kanban_record" if self.touch_enabled else ".o_data_row"
        intake = Page("/odoo/intake", (rows,))
        self.assertAccessible(self.mia.login, intake, form, give)
        lead.hand_over(self.rep.id, "They want three presses")
        back = self.open_dialog("crm.lead.send.back", self.rep, lead_ids=lead.ids, reason="no_need")
        action = self.env.ref("crm.crm_lead_opportunities")
        alert = Page(f"/odoo/action-{action.id}/{lead.id}", (".o_playbook_hand_over",))
        self.assertAccessible(self.rep.login, alert, back)


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
        self.check_handing_over()

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

    def test_agreeing_and_suggesting(self):
        """Who suggests, who decides, and who has agreed to what."""
        self.playbook.responsible_user_id = self.leader
        suggestions = self.env["crm.playbook.suggestion"].with_user(self.rep)
        vals = {"playbook_id": self.playbook.id, "condition_id": self.needs_confirmed.id, "text": "Ask less."}
        decided, new = suggestions.create([vals, vals])
        decided.with_user(self.leader).decide(True, "From Monday on.")
        self.playbook.with_user(self.rep).action_agree()
        self.env.flush_all()
        action = self.env.ref("sales_funnel_playbook.crm_playbook_suggestion_action")
        form = (".o_form_view",)
        its = [Page(f"/odoo/action-{action.id}/{one.id}", form) for one in (decided, new)]
        suggesting = Page(f"/odoo/action-{action.id}/new", form)
        listed = Page(f"/odoo/action-{action.id}", (".o_list_renderer",))
        self.assertAccessible(self.rep.login, suggesting, *its, listed)
        readers = self.env.ref("sales_funnel_playbook.crm_playbook_reader_action")
        deciding = Page(its[1].url, (".modal-content",), ("button[name=action_decide]",))
        self.assertAccessible(
            self.leader.login, deciding, Page(f"/odoo/action-{readers.id}", (".o_list_renderer",))
        )

    def test_one_to_one(self):
        sessions = self.env["crm.coaching.session"].with_user(self.leader)
        earlier, session = sessions.create(
            [
                {
                    "user_id": self.rep.id,
                    "date": date,
                    "agenda": "The three presses",
                    "minutes": "They want them",
                }
                for date in ("2024-03-04", "2024-04-08")
            ]
        )
        for one in (earlier, session):
            one.decision_ids = [Command.create({"name": "Call the buyer", "user_id": self.rep.id})]
        self.env.flush_all()
        page = Page(f"/odoo/crm.coaching.session/{session.id}", (".o_form_view",))
        self.assertAccessible(self.leader.login, page)

    def test_help_and_its_mail(self):
        mail = self.env.ref("sales_funnel_playbook.mail_template_help_thanks")
        file = self.env["ir.attachment"].create({"name": "questions.docx", "raw": b"Who decides?"})
        help_ = {
            "help_text": "Ask who decides.",
            "help_template_ids": mail.ids,
            "help_attachment_ids": file.ids,
        }
        self.rules[self.stage_lead].write(help_)
        self.env.flush_all()
        action = self.env.ref("crm.crm_lead_opportunities")
        clicks = ("a.nav-link[name=playbook]", ".o_playbook_help summary")
        url = f"/odoo/action-{action.id}/{self.lead.id}"
        unfolded = Page(url, (".o_playbook_help[open]",), clicks)
        composing = Page(url, (".modal-content",), (*clicks, ".o_playbook_help_mail"))
        self.assertAccessible(self.rep.login, unfolded)
        self.assertAccessible(self.rep.login, composing)

    def test_importing_a_sheet(self):
        action = self.env["ir.actions.client"].create(
            {"name": "Import", "tag": "import", "params": {"model": "crm.lead", "active_model": "crm.lead"}}
        )
        page = Page(f"/odoo/action-{action.id}", (".o_import_data_content",), file=("sheet.csv", LIST))
        with mute_logger("odoo.http"):  # it logs that Odoo's own upload sends more than is taken
            self.assertAccessible(self.rep.login, page)

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
class TestAccessibilityOfRenewals(AxeCase, RenewalCase):
    """Who renews, and what is due."""

    def test_renewals(self):
        soon = Datetime.now().date() + timedelta(days=20)
        due, renewed = (
            self._create_won(contract_start="2023-01-01", contract_end=soon) for _time in range(2)
        )
        self._win(self._renew(renewed, "2023-11-06 09:00:00"), "2023-12-04 09:00:00")
        self.assertTrue(due.is_renewal_due)
        self.env.flush_all()
        report, list_ = (
            self.env.ref(f"sales_funnel_playbook.{name}").id
            for name in ("crm_renewal_report_action", "crm_lead_action_renewals_due")
        )
        parts = (".alert:has(button[name=action_make_renewal])", ".o_notebook .tab-pane.active")
        form = Page(f"/odoo/crm.lead/{due.id}", parts, ("a.nav-link[name=contract]",))
        self.assertAccessible(
            self.leader.login,
            Page(f"/odoo/action-{report}", (".o_pivot",)),
            Page(f"/odoo/action-{list_}", (".o_data_row",)),
            form,
        )


@tagged("post_install", "-at_install")
class TestAccessibilityOfWorkOnAPhone(WorkCase):
    """The windows that fill the screen of a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_filling_in(self):
        self.check_filling_in()

    def test_marketing_hands_over(self):
        self.check_handing_over()
