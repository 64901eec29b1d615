import base64
import json
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener
from xmlrpc.client import Fault

from odoo import Command
from odoo.tests import HOST, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase
from ..properties import needs_odoorpc, odoorpc

REFUSED = (400, 403, 404, 422)  # what JSON-2 answers to a refusal, with its text
# What docs/extending.md says that programs may call. Each is called once as it may be, on a deal made for it.
LEAD_CALLS = {
    "check_gate": lambda test: {"stage_id": test.stage_demo.id},
    "get_playbook_panel": lambda test: {},
    "advance_stage": lambda test: {},
    "override_gate": lambda test: {
        "stage_id": test.stage_demo.id,
        "reason_id": test.reason.id,
        "note": "They buy every year, and said so",
    },
    "confirm_condition": lambda test: {"condition_id": test.needs_confirmed.id},
    "withdraw_confirmation": lambda test: {"condition_id": test.needs_confirmed.id},
    "make_renewal": lambda test: {"renewal_kind": "upsell"},
    "submit_output": lambda test: {"output_id": test.report.id, "note": "They need two presses by May"},
    "withdraw_output": lambda test: {"output_id": test.report.id},
    "answer_criterion": lambda test: {"criterion_id": test.criterion.id},
    "ask_later": lambda test: {"rule_id": test.criterion.id, "kind": "criterion", "ask_by": "2099-01-01"},
    "explain_check": lambda test: {"check_id": test.check.id, "note": "They have no telephone"},
    "hand_over": lambda test: {"user_id": test.rep.id},
    "accept_hand_over": lambda test: {},
    "send_back": lambda test: {"reason": "budget"},
    "get_similar_cases": lambda test: {"limit": 3},
    "mark_case_used": lambda test: {"case_id": test.case.id},
    "get_case_offer": lambda test: {},
    "decline_case": lambda test: {},
}
MODEL_CALLS = {
    ("crm.lead", "get_funnel_sheet"): lambda test: {"domain": [["id", "in", test.lead.ids]], "columns": []},
    ("crm.funnel.report", "get_funnel"): lambda test: {"filters": {"playbook_id": test.playbook.id}},
    ("crm.funnel.report", "get_filter_options"): lambda test: {},
    ("crm.funnel.report", "get_deals_action"): lambda test: {
        "filters": {"playbook_id": test.playbook.id},
        "stage_id": test.stage_lead.id,
        "name": "begun_count",
    },
    ("crm.playbook.health", "get_health"): lambda test: {},
}
RECORD_CALLS = {
    ("crm.lead.output", "action_approve"): lambda test: {},
    ("crm.lead.output", "reject"): lambda test: {"comment": "The numbers of May are missing"},
    ("crm.playbook", "action_agree"): lambda test: {},
    ("crm.playbook.suggestion", "decide"): lambda test: {"is_accepted": True, "answer": "From May on"},
    ("crm.sheet.update", "action_show"): lambda test: {},
    ("crm.sheet.update", "action_apply"): lambda test: {},
    ("crm.sheet.update", "action_undo"): lambda test: {},
}


class RequestOpener:
    """Opens what OdooRPC asks for, as Odoo's tests let their own clients do.

    :param HttpCase test: whose transaction the server is to use
    """

    def __init__(self, test):
        self.test = test
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor())

    def open(self, request, timeout=None):
        self.test.env.cr.flush()
        self.test.env.cr.clear()
        with self.test.allow_requests(all_requests=True):
            return self.opener.open(request, timeout=timeout)


@tagged("post_install", "-at_install")
class TestClients(HttpCase, PlaybookCase):
    """Every documented method over each of Odoo's three protocols, with the clients that programs have, also
    OdooRPC: it succeeds, or refuses in a text that can be read. Nothing fails on the way back.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "sales_team.group_sale_manager,base.group_system,base.group_allow_export"
        cls.user = new_test_user(cls.env, "program", groups=groups)
        cls.key = cls.env["res.users.apikeys"].with_user(cls.user).sudo()._generate("rpc", "Test", None)
        cls.reason = cls.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        cls.report = cls._create_output(cls.stage_lead, "Report", evidence="note", approval="team_leader")
        cls.criterion = cls.env["crm.playbook.criterion"].create(
            {
                "name": "Fit",
                "playbook_id": cls.playbook.id,
                "kind": "choice",
                "option_ids": [Command.create({"name": points, "points": points}) for points in (0, 10)],
            }
        )
        cls.check = cls.env["crm.playbook.check"].create(
            {
                "name": "No phone",
                "message": "There is no telephone.",
                "domain": "[('phone', '=', False)]",
                "playbook_id": cls.playbook.id,
            }
        )
        cls.case = cls.env["crm.playbook.case"].create(
            {"name": "A story", "user_id": cls.user.id, "outcome": "won", "state": "published"}
            | {"lesson": "Ask early", "situation": "A fair"}
        )
        cls.lead = cls._create_lead(name="Acme", user_id=cls.user.id)
        cls.lead.with_user(cls.user).submit_output(cls.report.id, note="They need two presses by May")
        sheet = base64.b64decode(cls.env["crm.lead"].get_funnel_sheet([("id", "=", cls.lead.id)])["content"])
        cls.update = cls.env["crm.sheet.update"].with_user(cls.user)
        cls.update = cls.update.create({"file": base64.b64encode(sheet), "filename": "Sheet.xlsx"})
        suggestions = cls.env["crm.playbook.suggestion"].with_user(cls.user)
        cls.suggestion = suggestions.create({"playbook_id": cls.playbook.id, "text": "Ask for it later"})

    def setUp(self):
        super().setUp()
        records = {"crm.lead.output": self.lead.output_ids, "crm.sheet.update": self.update}
        records |= {"crm.playbook": self.playbook, "crm.playbook.suggestion": self.suggestion}
        self.calls = [
            *(("crm.lead", name, self.lead.ids, get(self)) for name, get in LEAD_CALLS.items()),
            *((model, name, None, get(self)) for (model, name), get in MODEL_CALLS.items()),
            *((model, name, records[model].ids, get(self)) for (model, name), get in RECORD_CALLS.items()),
        ]

    def _call_json2(self, model, method, ids, arguments):
        body = arguments if ids is None else {"ids": ids, **arguments}
        headers = {"Authorization": f"bearer {self.key}", "Content-Type": "application/json"}
        response = self.url_open(f"/json/2/{model}/{method}", data=json.dumps(body), headers=headers)
        if response.status_code == 200:
            return response.json(), ""
        self.assertIn(response.status_code, REFUSED, response.text)
        return None, response.json()["message"]

    def _call_jsonrpc(self, model, method, ids, arguments):
        args = [self.env.cr.dbname, self.user.id, self.key, model, method, [] if ids is None else [ids]]
        params = {"service": "object", "method": "execute_kw", "args": [*args, arguments]}
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        answer = self.url_open("/jsonrpc", json=body).json()
        if "error" not in answer:
            return answer.get("result"), ""
        data = answer["error"]["data"]
        self.assertIn("exceptions", data["name"], data["debug"])
        return None, data["message"]

    def _log_in(self):
        """Return OdooRPC's client, logged in with the key."""
        client = odoorpc.ODOO(HOST, port=self.http_port(), opener=RequestOpener(self))
        client.login(self.env.cr.dbname, self.user.login, self.key)
        return client

    def _call_odoorpc(self, model, method, ids, arguments):
        args = [] if ids is None else [ids]
        try:
            return getattr(self.client.env[model], method)(*args, **arguments), ""
        except odoorpc.error.RPCError as error:
            self.assertIn("exceptions", error.info["data"]["name"], error.info["data"]["debug"])
            return None, str(error)

    def _call_xmlrpc(self, model, method, ids, arguments):
        args = [] if ids is None else [ids]
        who = (self.env.cr.dbname, self.user.id, self.key)
        try:
            return self.xmlrpc_object.execute_kw(*who, model, method, args, arguments), ""
        except Fault as fault:
            self.assertIn(fault.faultCode, (2, 4), fault.faultString)  # a refusal, a missing right
            return None, fault.faultString

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.xmlrpc", "odoo.addons.rpc.controllers.jsonrpc")
    def test_every_documented_method(self):
        """Each protocol gives the same answers and the same refusals, in one readable text."""
        told = {}
        protocols = {"JSON-2": self._call_json2, "JSON-RPC": self._call_jsonrpc, "XML-RPC": self._call_xmlrpc}
        if odoorpc:
            self.client = self._log_in()
            protocols["OdooRPC"] = self._call_odoorpc
        for protocol, call in protocols.items():
            with self.env.cr.savepoint() as savepoint:
                for model, method, ids, arguments in self.calls:
                    with self.subTest(protocol, model=model, method=method):
                        answer, refusal = call(model, method, ids, arguments)
                        self.assertNotIn("Traceback", refusal)
                        self.assertNotIn("marshal", refusal)
                        self.assertTrue(refusal or answer is not None, "an answer is never nothing")
                        told.setdefault((model, method), []).append(bool(refusal))
                savepoint.rollback()
            self.env.invalidate_all(flush=False)
        same = {call: refusals for call, refusals in told.items() if len(set(refusals)) > 1}
        self.assertFalse(same, "what one protocol refuses, another does not")

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.xmlrpc", "odoo.addons.rpc.controllers.jsonrpc")
    def test_a_refusal_is_one_text(self):
        """The refused move says in each protocol what is missing, and how to mend it."""
        vals = {"vals": {"stage_id": self.stage_demo.id}}
        for call in (self._call_json2, self._call_jsonrpc, self._call_xmlrpc):
            with self.subTest(call.__name__):
                _answer, refusal = call("crm.lead", "write", self.lead.ids, vals)
                self.assertIn("“Acme” cannot enter the stage “Demo” yet", refusal)
                self.assertIn("How to meet: Needs confirmed.", refusal)

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.xmlrpc", "odoo.addons.rpc.controllers.jsonrpc")
    def test_what_is_not_known_is_false_over_xmlrpc(self):
        """A rate of nothing is null in JSON and false in XML, and the keys of XML are texts."""
        arguments = {"filters": {"playbook_id": self.playbook.id, "period": "last_year"}}
        [in_json, in_xml] = [
            call("crm.funnel.report", "get_funnel", None, arguments)[0]
            for call in (self._call_json2, self._call_xmlrpc)
        ]
        self.assertIsNone(in_json["stages"][0]["flow_rate"])
        self.assertIs(in_xml["stages"][0]["flow_rate"], False)
        self.assertEqual(in_json["trend"]["stages"].keys(), in_xml["trend"]["stages"].keys())

    @needs_odoorpc
    @mute_logger("odoo.addons.rpc.controllers.jsonrpc", "odoo.http")
    def test_a_script_with_odoorpc(self):
        """It reads a deal as a record, is refused, meets what is missing, and moves it."""
        client = self._log_in()
        lead = client.env["crm.lead"].browse(self.lead.id)
        self.assertEqual((lead.name, lead.stage_id.name), ("Acme", "Lead"))
        with self.assertRaisesRegex(odoorpc.error.RPCError, "cannot enter the stage “Demo” yet"):
            lead.write({"stage_id": self.stage_demo.id})
        lead.expected_revenue = 5000
        lead.confirm_condition(self.needs_confirmed.id)
        client.env["crm.lead.output"].browse(self.lead.output_ids.ids).action_approve()
        [checked] = lead.check_gate(self.stage_demo.id).values()
        self.assertTrue(checked["allowed"], checked)
        lead.write({"stage_id": self.stage_demo.id})
        self.assertEqual(self.lead.stage_id, self.stage_demo)
