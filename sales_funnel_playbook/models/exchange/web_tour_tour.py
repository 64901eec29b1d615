from odoo import api, models

FIRST_DEAL = "sales_funnel_first_deal"


class WebTour(models.Model):
    _inherit = "web_tour.tour"

    @api.model
    def get_current_tour(self):
        """The tour on the first deal waits until the user's team follows a playbook, and keeps none of the
        others waiting.
        """
        current = super().get_current_tour()
        if not current or current["name"] != FIRST_DEAL or self._has_own_playbook():
            return current or False
        user = self.env.user
        others = [
            ("custom", "=", False),
            ("user_consumed_ids", "not in", user.id),
            ("name", "!=", FIRST_DEAL),
        ]
        following = self.search(others, limit=1)
        return following._get_tour_json() if following else False

    @api.model
    def _has_own_playbook(self):
        playbooks = self.env["crm.playbook"]
        if not playbooks.has_access("read"):
            return False
        return bool(
            playbooks.search([("is_template", "=", False), ("stage_ids", "!=", False)])._filter_mine()
        )
