from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .coaching_common import CoachingCase


@tagged("post_install", "-at_install")
class TestCoachingTours(HttpCase, CoachingCase):
    """The page as a leader uses it, and where a company shows none."""

    def test_page(self):
        now = Datetime.now()
        for person, count, moved in (
            (self.ann, 6, 2),
            (self.bob, 5, 5),
            (self.cho, 5, 4),
            (self.dan, 5, 3),
            (self.eve, 5, 3),
        ):
            self.make_deals(person, count, moved, now=now - timedelta(hours=1))
        self.env.cr.flush()
        self.start_tour("/odoo/coaching", "coaching_page", login=self.chief.login)
        [session] = self.env["crm.coaching.session"].search([])
        self.assertEqual((session.user_id, session.leader_id), (self.ann, self.chief))

    def test_switched_off(self):
        self.env.company.has_people_figures = False
        self.env.cr.flush()
        with mute_logger("odoo.http"):  # it logs the refusal
            self.start_tour("/odoo/coaching", "coaching_refused", login=self.chief.login)
