from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase
from ..keyboard import KeyboardCase


class FillInTourCase(HttpCase, PlaybookCase):
    """A deal that lacks an amount, a confirmation and what was to be submitted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.stages.team_ids = False  # the kanban of all deals shows the stages of all teams
        cls.lead = cls._create_lead(name="Acme")
        cls.action = cls.env.ref("crm.crm_lead_opportunities")

    def walk(self, tour, path=""):
        self.env.flush_all()
        with mute_logger("odoo.http"):  # it logs the refusal that the tour is about
            self.start_tour(f"/odoo/action-{self.action.id}{path}", tour, login=self.rep.login)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestFillInTours(FillInTourCase):
    """What is missing is filled in where the move was refused, by mouse."""

    def test_escape_puts_the_card_back(self):
        self.walk("playbook_escape")
        self.assertEqual((self.lead.stage_id, self.lead.expected_revenue), (self.stage_lead, 0))

    def test_answers_out_of_order(self):
        other = self._create_lead(name="Brown", priority="0")
        self.lead.priority = "2"  # the first of the two
        other.confirm_condition(self.needs_confirmed.id)
        self.walk("playbook_answers_out_of_order")


@tagged("post_install", "-at_install")
class TestFillInByKeyboard(KeyboardCase, FillInTourCase):
    """The same with the browser's own keys, and no mouse."""

    def test_a_deal_is_moved_by_keyboard_alone(self):
        minutes = self._create_output(self.stage_lead, "Minutes", evidence="note")
        self.walk("playbook_move_by_keyboard", f"/{self.lead.id}")
        self.assertEqual((self.lead.stage_id, self.lead.expected_revenue), (self.stage_demo, 7000))
        self.assertEqual(self.lead.output_ids.output_id, minutes)
        self.assertEqual(self.lead.confirmation_ids.user_id, self.rep)


@tagged("post_install", "-at_install")
class TestFillInOnAPhone(FillInTourCase):
    """The same on a phone, where a photo is taken as a file."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_photo_is_a_file(self):
        deck = self._create_output(self.stage_lead, "Deck")
        self.walk("playbook_fill_in_on_a_phone")
        self.assertEqual((self.lead.stage_id, self.lead.expected_revenue), (self.stage_demo, 7000))
        self.assertEqual(self.lead.output_ids.output_id, deck)
        self.assertEqual(self.lead.output_ids.attachment_ids.mimetype, "image/jpeg")
