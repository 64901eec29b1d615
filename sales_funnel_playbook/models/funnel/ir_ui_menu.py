from lxml import html

from odoo import api, models

MANAGER = "sales_team.group_sale_manager"
# what only those need who lead a team, and what only those need who approve
LEADERS = (
    *("crm_funnel_review_menu", "crm_playbook_deadline_report_menu"),
    *("crm_playbook_gate_report_menu", "crm_playbook_gate_report_wins_menu", "crm_report_team_more_menu"),
)
APPROVERS = ("crm_lead_output_menu",)
# what a salesperson opens now and then: on the page “Lists and Analyses”, not in the menu
NOW_AND_THEN = (
    *("crm_intake_menu", "crm_renewals_due_menu", "crm_lead_progress_menu", "crm_playbook_suggestion_menu"),
    *("crm_coaching_menu", "crm_coaching_session_menu"),
)
GROUPS = (
    "crm_sales_deals_menu",
    "crm_sales_knowledge_menu",
    "crm_report_funnel_menu",
    "crm_report_customers_menu",
    "crm_report_team_menu",
    "crm_report_outlook_menu",
)


class IrUiMenu(models.Model):
    """The module's menus, by what somebody does: who leads nobody is not shown what is for leaders, and finds
    what is not for each day on a page. It hides menus and gives or takes no right.
    """

    _inherit = "ir.ui.menu"

    @api.model
    def _load_menus_blacklist(self):
        hidden = [*super()._load_menus_blacklist(), *self._get_menus(self._get_hidden_names()).ids]
        if self.env.context.get("playbook_every_list"):
            return hidden
        hidden += self._get_menus(self._get_names_on_the_page()).ids
        return [*hidden, *self._get_empty_headings(hidden).ids]

    @api.model
    def _get_empty_headings(self, hidden):
        """Return the headings below which nothing is left once the menus of these ids are hidden."""
        shown = {*self._visible_menu_ids()} - {*hidden}
        headings = self._get_menus(GROUPS)
        # sudo: which entries a heading has decides, whoever may read them
        return headings.filtered(lambda heading: not shown & {*heading.sudo().child_id.ids})

    @api.model
    def _get_hidden_names(self):
        """Return the names of the module's menus that the current user has no use for."""
        user = self.env.user
        if self._leads_somebody():
            return ()
        return LEADERS if self._has_role_or_is_named(user) else (*LEADERS, *APPROVERS)

    @api.model
    def _get_names_on_the_page(self):
        """Return the names, with those of their addons, of the menus that the current user finds on the page
        “Lists and Analyses” alone. To be extended.
        """
        return () if self._leads_somebody() else NOW_AND_THEN

    @api.model
    def _leads_somebody(self):
        """Tell whether the current user is a sales manager or leads a team, of any company."""
        user = self.env.user
        # sudo: whether somebody leads a team of another company decides as well
        teams = self.env["crm.team"].sudo()
        return user.has_group(MANAGER) or bool(teams.search_count([("user_id", "=", user.id)], limit=1))

    @api.model
    def _has_role_or_is_named(self, user):
        """Tell whether rules may ask ``user`` to approve: by name, or as who has a role by default."""
        people = self.env["crm.playbook.role"]._get_default_people().values()
        if any(user.id in ids for ids in people):
            return True
        # sudo: who approves does not depend on who sees the rule
        named = [("approval", "=", "user"), ("approval_user_id", "=", user.id)]
        return bool(self.env["crm.playbook.output"].sudo().search_count(named, limit=1))

    @api.model
    def _get_menus(self, names):
        """Return the menus of these names, without those that somebody has deleted; a name has its addon, if
        it is another than this.
        """
        names = [name if "." in name else f"sales_funnel_playbook.{name}" for name in names]
        found = [self.env.ref(name, raise_if_not_found=False) for name in names]
        return self.browse(menu.id for menu in found if menu)

    @api.model
    @api.readonly
    def get_analyses(self):
        """Return the lists and analyses of the sales funnel that the current user may open, by heading.

        :return: ``[{"id", "name", "menus": [{"id", "name", "action": id, "text": str}]}]``; the text is the
            second paragraph of what the action says where there is nothing yet
        """
        hidden = self.with_context(playbook_every_list=True)._load_menus_blacklist()
        visible = self._visible_menu_ids(debug=True) - {*hidden}
        headings = self._get_menus(GROUPS).filtered(lambda menu: menu._is_within(visible))
        # sudo: who may see a menu may read what it opens
        menus = self.sudo().search([("id", "child_of", headings.ids), ("id", "in", [*visible])])
        menus = menus.sorted(lambda menu: menu.parent_path.count("/"))
        return [
            {
                "id": heading.id,
                "name": heading.name,
                "menus": [menu._describe_analysis() for menu in menus if menu._is_analysis_of(heading)],
            }
            for heading in headings
        ]

    def _is_within(self, visible):
        """Tell whether this menu and all above it are among these ids."""
        return {int(number) for number in self.parent_path.split("/") if number} <= visible

    def _is_analysis_of(self, heading):
        return bool(self.action and self.action.help) and self.parent_path.startswith(heading.parent_path)

    def _describe_analysis(self):
        paragraphs = html.fromstring(f"<div>{self.action.help or ''}</div>").xpath(".//p")
        text = paragraphs[1].text_content() if len(paragraphs) > 1 else ""
        return {
            "id": self.id,
            "name": self.name,
            "action": self.action.id,
            "text": " ".join(text.split()),
        }


class CrmTeam(models.Model):
    """Which menus somebody sees is kept in memory, and depends on whether they lead a team."""

    _inherit = "crm.team"

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if {"user_id", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result
