import re

from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestLists(TransactionCase):
    """What is in a list can be read in every language."""

    def _get_columns(self, types, condition):
        """Return ``{(view, field)}``: columns of the module's lists, and its addons', of some types."""
        ours = "sales_funnel_playbook"
        models = [one for one in self.registry.values() if one._module.startswith(ours)]
        names = {
            name
            for model in (*models, self.registry["crm.lead"])
            for name, field in model._fields.items()
            if field.type in types
        }
        views = self.env["ir.ui.view"].search([]).filtered(lambda view: view.xml_id.startswith(ours))
        columns = {
            (view.xml_id, column.get("name"))
            for view in views
            for column in etree.fromstring(view.arch).xpath(f"//list//field{condition}")
        }
        self.assertGreater(len(columns), 50)
        return {(view, name) for view, name in columns if name in names}

    def test_a_date_has_the_room_that_its_language_needs(self):
        """Odoo measures dates where no view says how wide they are: what fits English cuts Chinese."""
        self.assertFalse(self._get_columns(("date", "datetime"), "[@width][not(@widget)]"))

    def test_filters_that_are_set_narrow_each_other(self):
        """Odoo joins filters that no separator parts by "or": two that are set find more than one of them."""
        found, asked = [], 0
        for action in self.env["ir.actions.act_window"].search([("context", "like", "search_default_")]):
            names = re.findall(r"search_default_(\w+)", action.context)
            if len(names) < 2 or not action.get_external_id()[action.id].startswith("sales_funnel_playbook"):
                continue
            asked += 1
            view = self.env[action.res_model].get_view(action.search_view_id.id, "search")
            nodes = etree.fromstring(view["arch"]).iter("filter", "separator", "group")
            together = "".join(node.get("name", "") + " " if node.tag == "filter" else "|" for node in nodes)
            for part in together.split("|"):
                if len({*names} & {*part.split()}) > 1:
                    found.append((action.name, part))
        self.assertTrue(asked)
        self.assertEqual(found, [])

    def test_an_amount_of_a_million_has_room(self):
        """Odoo gives every amount the same room, which cuts a million."""
        self.assertFalse(self._get_columns(("monetary",), "[not(@width)][not(@column_invisible)]"))
