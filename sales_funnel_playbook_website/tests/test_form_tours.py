from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase


@tagged("post_install", "-at_install")
class TestFormTours(HttpCase, PlaybookCase):
    def test_a_form_is_made_and_filled_in(self):
        """By a designer without a right on Sales, and by somebody whom nobody knows."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        website = self.env["website"].get_current_website()
        website.crm_default_team_id = self.team
        groups = "base.group_user,website.group_website_designer"
        new_test_user(self.env, "designer", groups=groups, password="designer")
        self.start_tour(
            website.get_client_action_url("/contactus"), "playbook_form_design", login="designer", timeout=120
        )
        self.start_tour("/contactus", "playbook_form_visitor")
        lead = self.env["crm.lead"].search([("name", "=", "Three presses")])
        self.assertEqual((lead.product_line_id, lead.playbook_id), (line, self.playbook))
        self.assertEqual((lead.use_case, lead.company_size, lead.budget_max), ("Car doors", "51-200", 5000))
        self.assertEqual((lead.partner_name, lead.stage_id), ("ACME", self.stage_lead))
