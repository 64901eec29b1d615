from xmlrpc.client import Fault

from odoo import api
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .ways import NO_JUMP, NOT_YOU, OVERRIDDEN, TO_DEMO, TO_FAR, WON, Moved, Refused, Way, WaysCase, to_demo

ERRORS = {
    "odoo.exceptions.AccessError": AccessError,
    "odoo.addons.sales_funnel_playbook.exceptions.PlaybookGateError": UserError,
}


def drag(case, lead):
    """What the kanban sends when a card is dropped in another column."""
    case.call_kw(lead, "web_save", {"stage_id": case.stage_demo.id}, specification={"stage_id": {}})


def drag_several(case, lead):
    """With a deal that is ready: it does not go alone."""
    ready = case._start("Lead", True)
    try:
        case.call_kw(lead | ready, "web_save", {"stage_id": case.stage_demo.id}, specification={})
    except UserError:
        case.env.invalidate_all()
        case.assertEqual((ready.stage_id, len(ready.stage_log_ids)), (case.stage_lead, 1))
        raise
    case.assertEqual(ready.stage_id, case.stage_demo)


def create_in_column(case, lead):
    vals = {"name": "New", "type": "opportunity", "team_id": case.team.id, "stage_id": case.stage_demo.id}
    case.call_kw(lead.browse(), "web_save", vals, specification={})


def press_won(case, lead):
    case.call_kw(lead, "action_set_won_rainbowman")


def json2_write(case, lead):
    case.json2(lead, "write", vals={"stage_id": case.stage_demo.id})


def json2_won(case, lead):
    case.json2(lead, "action_set_won")


def json2_create(case, lead):
    vals = {"name": "New", "type": "opportunity", "team_id": case.team.id, "stage_id": case.stage_demo.id}
    case.json2(lead.browse(), "create", vals_list=[vals])


def json2_override(case, lead):
    case.json2(
        lead,
        "override_gate",
        stage_id=case.stage_demo.id,
        reason_id=case.reason.id,
        note="They buy every year",
    )


def json2_jump(case, lead):
    case.json2(lead, "write", vals={"stage_id": case.stage_signed.id})


def json2_context(case, lead):
    """No key of the context is a way around."""
    context = dict.fromkeys(("tracking_disable", "install_mode", "su", "playbook_override"), True)
    case.json2(lead, "write", vals={"stage_id": case.stage_demo.id}, context=context)


def json2_back(case, lead):
    case.json2(lead, "write", vals={"stage_id": case.stage_lead.id})


def json2_advance(case, lead):
    for held_back in case.json2(lead, "advance_stage")["held_back"]:
        raise UserError("\n".join(f"• {item['name']}" for item in held_back["unmet"]))


def xmlrpc_write(case, lead):
    case.xmlrpc(lead, "write", {"stage_id": case.stage_demo.id})


def xmlrpc_create(case, lead):
    vals = {"name": "New", "type": "opportunity", "team_id": case.team.id, "stage_id": case.stage_demo.id}
    case.xmlrpc(lead, "create", vals, ids=())


def xmlrpc_load(case, lead):
    rows = [[str(lead.id), str(case.stage_demo.id)]]
    result = case.xmlrpc(lead, "load", rows, ids=([".id", "stage_id/.id"],))
    if not result["ids"]:
        raise UserError(result["messages"][0]["message"])


def jsonrpc_write(case, lead):
    """The old JSON-RPC of programs, by password or key."""
    who = [case.env.cr.dbname, lead.env.uid, case.keys[lead.env.uid]]
    arguments = [*who, "crm.lead", "write", [lead.ids, {"stage_id": case.stage_demo.id}]]
    case.jsonrpc("/jsonrpc", service="object", method="execute_kw", args=arguments)


def run_scheduled_action(case, lead):
    """As the scheduler calls it: in a transaction of its own, as the user of the action."""
    cron = case.env["ir.cron"].create(
        {
            "name": "Promote",
            "model_id": case.env.ref("crm.model_crm_lead").id,
            "state": "code",
            "code": f"model.browse({lead.id}).write({{'stage_id': {case.stage_demo.id}}})",
            "user_id": lead.env.uid,
        }
    )
    case.env.flush_all()
    with case.registry.cursor() as cr:
        env = api.Environment(cr, cron.user_id.id, {})
        job = env["ir.cron"].browse(cron.id)
        job._callback(cron.name, cron.ir_actions_server_id.id)


BACK = Moved("backward", "Lead", "none")

WAYS = [
    to_demo("drag in the kanban", "rep", drag),
    to_demo("drag in the kanban", "manager", drag),
    to_demo("drag of several", "rep", drag_several),
    Way("new deal in a column", "rep", create_in_column, Refused(TO_DEMO), Refused(TO_DEMO)),
    Way("Won button", "rep", press_won, *WON, start="Talks"),
    Way("Won button", "manager", press_won, *WON, start="Talks"),
    to_demo("JSON-2", "rep", json2_write),
    to_demo("JSON-2", "manager", json2_write),
    to_demo("JSON-2 with a context", "rep", json2_context),
    to_demo("JSON-2: advance", "rep", json2_advance),
    Way("JSON-2: won", "rep", json2_won, *WON, start="Talks"),
    Way("JSON-2: create", "rep", json2_create, Refused(TO_DEMO), Refused(TO_DEMO)),
    Way("JSON-2: create", "manager", json2_create, Refused(TO_DEMO), Refused(TO_DEMO)),
    Way("JSON-2: jump", "manager", json2_jump, TO_FAR, Refused(NO_JUMP)),
    Way("JSON-2: override", "rep", json2_override, NOT_YOU, NOT_YOU),
    Way("JSON-2: override", "manager", json2_override, OVERRIDDEN, Moved("forward", "Demo")),
    Way("JSON-2: backward", "rep", json2_back, BACK, BACK, start="Demo"),
    to_demo("XML-RPC", "rep", xmlrpc_write),
    to_demo("XML-RPC", "manager", xmlrpc_write),
    to_demo("XML-RPC: load", "rep", xmlrpc_load),
    Way("XML-RPC: create", "manager", xmlrpc_create, Refused(TO_DEMO), Refused(TO_DEMO)),
    to_demo("JSON-RPC", "rep", jsonrpc_write),
    to_demo("scheduled action", "system", run_scheduled_action),
    to_demo("scheduled action", "manager", run_scheduled_action),
]


@tagged("post_install", "-at_install")
class TestWaysRpc(HttpCase, WaysCase):
    """Every way to change a stage from outside: the web client, programs, the scheduler."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        apikeys = cls.env["res.users.apikeys"]
        cls.keys = {
            user.id: apikeys.with_user(user).sudo()._generate("rpc", "Test", None)
            for user in (cls.rep, cls.leader)
        }

    @mute_logger("odoo.http", "odoo.addons.rpc.controllers.xmlrpc", "odoo.addons.rpc.controllers.jsonrpc")
    @mute_logger("odoo.addons.base.models.ir_actions", "odoo.addons.base.models.ir_cron")
    def test_ways(self):
        self._run_ways(WAYS)

    def call_kw(self, leads, method, *args, **kwargs):
        """Call a method in a session of the web client, as the user of ``leads``."""
        login = leads.env.user.login
        self.authenticate(login, login)
        params = {"model": "crm.lead", "method": method, "args": [leads.ids, *args], "kwargs": kwargs}
        return self.jsonrpc(f"/web/dataset/call_kw/crm.lead/{method}", **params)

    def jsonrpc(self, route, **params):
        response = self.url_open(route, json={"jsonrpc": "2.0", "id": 0, "method": "call", "params": params})
        if error := response.json().get("error"):
            raise ERRORS[error["data"]["name"]](error["data"]["message"])
        return response.json()["result"]

    def json2(self, lead, method, **arguments):
        """Call a method by the API key of the user of ``lead``."""
        self.authenticate(None, None)  # a key beside the session of another user is refused
        headers = {"Authorization": f"bearer {self.keys[lead.env.uid]}"}
        response = self.url_open(
            f"/json/2/crm.lead/{method}", json={"ids": lead.ids, **arguments}, headers=headers
        )
        if response.status_code != 200:
            raise ERRORS[response.json()["name"]](response.json()["message"])
        return response.json()

    def xmlrpc(self, lead, method, *arguments, ids=None):
        key = self.keys[lead.env.uid]
        arguments = [*([lead.ids] if ids is None else ids), *arguments]
        try:
            return self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, lead.env.uid, key, "crm.lead", method, arguments
            )
        except Fault as fault:
            self.assertEqual(fault.faultCode, 2, "a message for the user, not a crash")
            raise UserError(fault.faultString) from fault
