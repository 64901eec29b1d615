from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh

from .waiting_common import NOTE, WaitingCase


@tagged("post_install", "-at_install")
class TestWaitingCards(WaitingCase):
    """Cards and checklist name a deal's people and whom it waits for, in a query that they have anyway."""

    def test_cards_and_checklist_say_it(self):
        lead = self.create_lead_at(18)
        waits = [{"role": "Finance", "since": "2024-03-18 09:00:00"}]
        self.assertEqual(lead.with_user(self.rep).playbook_card["waits"], waits)
        self.assertEqual(lead.with_user(self.rep).get_playbook_panel()["waits"], waits)

    def test_cards_name_people_before_the_log_tells_of_the_deal(self):
        self.playbook.active = False
        lead = self._create_lead()
        with patch.object(crm_playbook_refresh, "BATCH", 1):
            self.playbook.active = True
        self.assertFalse(lead.stage_log_ids, "others came first")
        self.choose(lead, self.finance, self.fay)
        self.assertEqual(self.get_named(lead), ["Fay"])

    def test_cards_name_people_in_the_order_in_which_they_came(self):
        lead = self.create_lead_at(18)
        lead.member_ids.unlink()
        first, _second = (self.choose(lead, self.finance, user) for user in (self.fred, self.fay))
        self.choose(lead, self.delivery, self.dan)
        self.env.cr.execute("UPDATE crm_lead_member SET write_date = write_date WHERE id = %s", first.ids)
        self.assertEqual(self.get_named(lead), ["Fred", "Fay", "Dan"])

    def test_a_page_of_cards_costs_no_query_more_with_roles(self):
        """What a salesperson's kanban reads, where people have roles and deals wait for them."""
        offer = self.create_output(approval="team_leader")
        leads = self.env["crm.lead"].concat(*(self._create_lead() for _number in range(5)))
        with self.at(19):
            leads[0].submit_output(offer.id, note=NOTE)
        kanban = self.env.ref("crm.crm_case_kanban_view_leads").id
        spec = {name: {} for name in leads.get_view(kanban, "kanban")["models"]["crm.lead"]}
        with_roles = self.get_page(leads, spec)
        cards = [card["playbook_card"] for card in with_roles[1]]
        self.assertTrue(all(card["members"] and card["waits"] for card in cards))
        self.needs_confirmed.role_id, offer.approval = False, "none"
        without = self.get_page(leads, spec)
        self.assertFalse(any("waits" in card["playbook_card"] for card in without[1]))
        self.assertEqual(with_roles[0], without[0])

    def test_the_checklist_reads_people_in_one_query(self):
        """Who has the roles comes with whoever else the checklist names; for whom it waits is one more."""
        self.create_output(role_id=self.delivery.id)
        lead = self.create_lead_at(18).with_user(self.rep)
        with_roles, panel = self.get_panel(lead)
        self.assertEqual(panel["next_stages"][0]["conditions"][-1]["people"], ["Fay"])
        self.assertEqual(panel["stage"]["outputs"][0]["people"], ["Dan"])
        self.needs_confirmed.role_id = self.playbook.stage_ids.output_ids.role_id = False
        without, _panel = self.get_panel(lead)
        self.assertLessEqual(with_roles, without + 1)

    def get_panel(self, lead):
        """Return how many queries the checklist of ``lead`` costs, and what it shows."""
        for _time in range(2):  # rules and names are in memory the second time
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            panel = lead.get_playbook_panel()
        return self.env.cr.sql_log_count - before, panel

    def get_page(self, leads, spec):
        """Return how many queries a page of ``leads`` costs their salesperson, and what it shows."""
        mine = self.env["crm.lead"].with_user(self.rep)
        for _time in range(2):  # rules and names are in memory the second time
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page = mine.web_search_read([("id", "in", leads.ids)], spec)["records"]
        return self.env.cr.sql_log_count - before, page
