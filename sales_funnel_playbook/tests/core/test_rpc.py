from xmlrpc.client import Fault

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestRpc(HttpCase, PlaybookCase):
    """Programs meet the same gate, and are told why in a form they can read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._create_lead(name="Acme")
        cls.key = cls.env["res.users.apikeys"].with_user(cls.rep).sudo()._generate("rpc", "Test", None)

    def _json2(self, method, **arguments):
        return self.url_open(
            f"/json/2/crm.lead/{method}",
            json={"ids": self.lead.ids, **arguments},
            headers={"Authorization": f"bearer {self.key}"},
        )

    def _xmlrpc(self, method, *arguments):
        return self.xmlrpc_object.execute_kw(
            self.env.cr.dbname, self.rep.id, self.key, "crm.lead", method, [self.lead.ids, *arguments]
        )

    @mute_logger("odoo.http")
    def test_json2(self):
        response = self._json2("write", vals={"stage_id": self.stage_demo.id})
        self.assertEqual(response.status_code, 422)
        [refusal] = response.json()["context"]["refused"]
        self.assertEqual((refusal["lead_id"], refusal["stage"]), (self.lead.id, "Demo"))
        self.assertEqual([item["name"] for item in refusal["unmet"]], ["Amount known", "Needs confirmed"])

        verdict = self._json2("check_gate", stage_id=self.stage_demo.id).json()[str(self.lead.id)]
        self.assertFalse(verdict["allowed"])
        self.assertEqual(verdict["unmet"], refusal["unmet"])

        confirmed = self._json2("confirm_condition", condition_id=self.needs_confirmed.id)
        self.assertEqual(confirmed.status_code, 200)
        moved = self._json2("write", vals={"expected_revenue": 5, "stage_id": self.stage_demo.id})
        self.assertEqual(moved.status_code, 200)
        self.lead.invalidate_recordset()
        self.assertEqual(self.lead.stage_id, self.stage_demo)
        self.assertEqual(self.lead.stage_log_ids[0].moved_by_id, self.rep)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.xmlrpc")  # which is deprecated, and used
    def test_xmlrpc(self):
        with self.assertRaises(Fault) as caught:
            self._xmlrpc("write", {"stage_id": self.stage_demo.id})
        self.assertIn("How to meet: Needs confirmed.", caught.exception.faultString)
        self.assertEqual(caught.exception.faultCode, 2, "a message for the user, not a crash")
        verdict = self._xmlrpc("check_gate", self.stage_demo.id)[str(self.lead.id)]
        self.assertFalse(verdict["allowed"])

    @mute_logger("odoo.http")
    def test_a_context_over_rpc_is_no_way_around(self):
        context = {"active_test": False, "tracking_disable": True, "install_mode": True, "su": True}
        response = self._json2("write", vals={"stage_id": self.stage_demo.id}, context=context)
        self.assertEqual(response.status_code, 422)

    @mute_logger("odoo.http")
    def test_private_methods_stay_private(self):
        for method in ("_settle_stages", "_pass_gate", "_record"):
            self.assertGreaterEqual(self._json2(method).status_code, 400)
