from odoo.tests import HttpCase, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestFirstDeal(HttpCase, PlaybookCase):
    """New users are shown the way of a deal as Odoo shows its own apps, once there is a playbook to show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tour = cls.env.ref("sales_funnel_playbook.tour_first_deal")
        others = cls.env["web_tour.tour"].search([("id", "!=", cls.tour.id)])
        cls.env.cr.execute(
            "DELETE FROM res_users_web_tour_tour_rel WHERE web_tour_tour_id = %s", [cls.tour.id]
        )
        others.user_consumed_ids |= cls.rep
        cls.rep.tour_enabled = True

    def _get_offered(self):
        offered = self.env["web_tour.tour"].with_user(self.rep).get_current_tour()
        return offered and offered["name"]

    def test_a_salesperson_is_led_through_their_first_deal(self):
        self._check_tour()

    def test_nothing_moves_by_itself_where_the_playbook_observes(self):
        self.playbook.mode = "observe"
        self._check_tour()

    def _check_tour(self):
        self.start_tour("/odoo", self.tour.name, login=self.rep.login)
        lead = self.env["crm.lead"].search([("name", "=", "My first deal")])
        self.assertEqual((lead.playbook_id, lead.stage_id), (self.playbook, self.stage_lead))

    def test_it_is_offered_to_who_has_a_playbook(self):
        self.assertEqual(self._get_offered(), "sales_funnel_first_deal")
        self.playbook.team_ids = False
        self.assertFalse(self._get_offered(), "there is nothing to show yet")
        following = self.env["web_tour.tour"].create({"name": "another_app"})
        self.assertEqual(self._get_offered(), following.name, "and others are not kept waiting")
        self.playbook.team_ids = self.team
        self.env["web_tour.tour"].with_user(self.rep).consume(self.tour.name)
        self.assertEqual(self._get_offered(), following.name, "once")
        self.rep.tour_enabled = False
        self.assertFalse(self._get_offered())
