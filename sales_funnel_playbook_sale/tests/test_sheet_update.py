from datetime import datetime, timedelta

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tests.customer.update_common import SheetUpdateCase


@tagged("post_install", "-at_install")
class TestSheetUpdate(SheetUpdateCase):
    """A new deal for which somebody has made a quotation stays when the update from a sheet is undone."""

    def test_a_quotation_is_work_on_a_new_deal(self):
        headings = ["Customer Name", "Contact Person"]
        update = self._apply(headings, ["Cygnus", "Ms W"], ["Draco", "Mr D"])
        cygnus, draco = update.row_ids.sorted("number").lead_id
        with self.mock_datetime_and_now(datetime.now() + timedelta(minutes=5)):
            customer = self.env["res.partner"].create({"name": "Cygnus"})
            quotation = {"partner_id": customer.id, "opportunity_id": cygnus.id}
            self.env["sale.order"].with_user(self.user_manager).create(quotation)
            update.action_undo()
        self.assertEqual((cygnus.active, draco.active), (True, False))
        self.assertIn("Stays: Somebody has worked on the deal since", self._get_texts(update)[2])
