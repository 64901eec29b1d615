from odoo import Command
from odoo.tests import HttpCase, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestPanelTours(HttpCase, PlaybookCase):
    """The checklist on a deal's form, as somebody works with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme")

    def start_on_lead(self, tour):
        action = self.env.ref("crm.crm_lead_opportunities")
        self.start_tour(f"/odoo/action-{action.id}/{self.lead.id}", tour, login=self.rep.login)

    def test_a_slow_network_loses_nothing_and_does_nothing_twice(self):
        self.start_on_lead("playbook_slow_network")
        self.assertEqual(self.lead.confirmation_ids.mapped("note"), ["By phone on Monday"])
        self.assertEqual(self.lead.expected_revenue, 777)

    def test_what_is_to_be_done_stands_in_one_box(self):
        self._create_output(self.stage_lead, "Deck", evidence="note", is_required=False)
        self._create_output(self.stage_lead, "Score sheet", evidence="score_sheet")
        self.playbook.criterion_ids = [
            Command.create(
                {
                    "name": "Fit",
                    "kind": "choice",
                    "option_ids": [
                        Command.create({"name": name, "points": points})
                        for name, points in (("Poor fit", 0), ("Full", 10))
                    ],
                }
            )
        ]
        self.start_on_lead("playbook_one_box")
