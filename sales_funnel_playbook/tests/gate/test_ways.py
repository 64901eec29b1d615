from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .ways import (
    ELSEWHERE,
    NO_JUMP,
    NOT_YOU,
    OVERRIDDEN,
    TO_DEMO,
    TO_FAR,
    TO_TALKS,
    WON,
    Moved,
    Refused,
    Way,
    WaysCase,
    free,
    to_demo,
)


def write_to(stage):
    return lambda case, lead: lead.write({"stage_id": getattr(case, f"stage_{stage}").id})


def call(method):
    return lambda case, lead: getattr(lead, method)()


def assign(case, lead):
    lead.stage_id = case.stage_demo


def save_form_view(case, lead):
    with Form(lead) as form:
        form.stage_id = case.stage_demo


def save_form(case, lead):
    lead.web_save({"stage_id": case.stage_demo.id}, {"stage_id": {}})


def edit_list(case, lead):
    """With a deal that is ready: it does not go alone."""
    ready = case._start("Lead", True)
    try:
        (lead | ready.with_env(lead.env)).web_save({"stage_id": case.stage_demo.id}, {})
    except UserError:
        case.assertEqual((ready.stage_id, len(ready.stage_log_ids)), (case.stage_lead, 1))
        raise
    case.assertEqual(ready.stage_id, case.stage_demo)


def write_through_customer(case, lead):
    customer = case.env["res.partner"].create({"name": "Acme"})
    lead.sudo().partner_id = customer
    change = Command.update(lead.id, {"stage_id": case.stage_demo.id})
    customer.with_env(lead.sudo().env).write({"opportunity_ids": [change]})


def load(case, lead):
    result = lead.load([".id", "stage_id/.id"], [[str(lead.id), str(case.stage_demo.id)]])
    if not result["ids"]:
        raise UserError(result["messages"][0]["message"])


def import_sheet(case, lead):
    """The sheet brings the amount, which counts; the rest is missing."""
    sheet = f"id,stage,amount\n{lead.id},Demo,7\n".encode()
    wizard = lead.env["base_import.import"].create(
        {"res_model": "crm.lead", "file": sheet, "file_name": "deals.csv", "file_type": "text/csv"}
    )
    options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8"}
    fields = [".id", "stage_id", "expected_revenue"]
    result = wizard.execute_import(fields, ["id", "stage", "amount"], options)
    if result["messages"]:
        raise UserError(result["messages"][0]["message"])


def _run_server_action(case, lead, **vals):
    action = case.env["ir.actions.server"].create(
        {"name": "Promote", "model_id": case.env.ref("crm.model_crm_lead").id, **vals}
    )
    action.with_user(lead.env.user).sudo().with_context(active_model="crm.lead", active_ids=lead.ids).run()


def run_code(case, lead):
    _run_server_action(case, lead, state="code", code=f"records.write({{'stage_id': {case.stage_demo.id}}})")


def run_object_write(case, lead):
    _run_server_action(
        case,
        lead,
        state="object_write",
        update_path="stage_id",
        resource_ref=f"crm.stage,{case.stage_demo.id}",
    )


def advance(case, lead):
    result = lead.advance_stage()
    for held_back in result["held_back"]:
        raise UserError("\n".join(f"• {item['name']}" for item in held_back["unmet"]))


def advance_dialog(case, lead):
    dialog = lead.env["crm.lead.advance"].create({"lead_ids": lead.ids})
    reasons = dialog.line_ids.reason
    dialog.action_advance()
    if reasons:
        raise UserError("\n".join(f"• {reason}" for reason in reasons.split("\n")))


def override(case, lead):
    lead.override_gate(case.stage_demo.id, case.reason.id, "They buy every year")


def lose_and_move(case, lead):
    lead.write({"active": False, "probability": 0, "stage_id": case.stage_demo.id})


def convert(case, lead):
    lead.sudo().type = "lead"
    lead.write({"type": "opportunity", "stage_id": case.stage_demo.id})


def create(case, lead):
    vals = {"name": "New", "type": "opportunity", "team_id": case.team.id, "stage_id": case.stage_demo.id}
    return lead.create({**vals, "expected_revenue": lead.expected_revenue, "user_id": lead.env.uid})


def create_quickly(case, lead):
    defaults = {"default_stage_id": case.stage_demo.id, "default_team_id": case.team.id}
    lead.with_context(**defaults, default_type="opportunity").name_create("New")


def create_from_email(case, lead):
    vals = {"team_id": case.team.id, "type": "opportunity", "stage_id": case.stage_demo.id}
    lead.message_new({"subject": "New", "from": "someone@example.com", "body": ""}, vals)


def copy(case, lead):
    return lead.copy({"stage_id": case.stage_demo.id})


def merge_to_team(case, lead):
    tail = case._create_lead(name="Tail", type="lead")
    (lead | tail.with_env(lead.env)).merge_opportunity(team_id=case.other_team.id)


def merge(case, lead):
    ahead = case._start("Demo", True)
    merged = (lead | ahead.with_env(lead.env)).merge_opportunity()
    case.assertEqual(merged, ahead)
    return merged


def change_team(case, lead):
    lead.team_id = case.other_team


def lose(case, lead):
    lead.action_set_lost(lost_reason_id=case.env.ref("crm.lost_reason_1").id)


def restore(case, lead):
    lose(case, lead)
    lead.action_restore()


def visit_siding(case, lead):
    lead.stage_id = case.env["crm.stage"].create({"name": "Siding", "sequence": 2})


UNSAID = Moved("lost", "Demo", "observed", ("Lost without a reason",))
NEW = Refused(TO_DEMO[1:])

WAYS = [
    # asked as everybody is
    to_demo("write", "rep", write_to("demo")),
    to_demo("write", "leader", write_to("demo")),
    to_demo("write", "manager", write_to("demo")),
    to_demo("write", "system", write_to("demo")),
    to_demo("assignment", "rep", assign),
    to_demo("form", "rep", save_form),
    to_demo("form view with its onchanges", "rep", save_form_view),
    to_demo("form view with its onchanges", "manager", save_form_view),
    to_demo("list edit of several", "rep", edit_list),
    to_demo("list edit of several", "manager", edit_list),
    to_demo("deals of a customer", "manager", write_through_customer),
    to_demo("load", "rep", load),
    Way("import", "rep", import_sheet, Refused(TO_DEMO[1:]), Moved("forward", "Demo")),
    to_demo("server action: code", "rep", run_code),
    to_demo("server action: code", "manager", run_code),
    to_demo("server action: update a record", "rep", run_object_write),
    to_demo("advance", "rep", advance),
    to_demo("advance", "manager", advance),
    to_demo("dialog to advance", "rep", advance_dialog),
    to_demo("conversion of a lead", "rep", convert),
    Way("lost and moved at once", "system", lose_and_move, Refused(TO_DEMO), UNSAID),
    Way("Won button", "rep", call("action_set_won"), *WON, start="Talks"),
    Way("Won button", "manager", call("action_set_won"), *WON, start="Talks"),
    Way("Won button with its rainbow", "rep", call("action_set_won_rainbowman"), *WON, start="Talks"),
    Way("Won button from afar", "rep", call("action_set_won"), TO_FAR, Refused(NO_JUMP)),
    Way("jump", "system", write_to("signed"), TO_FAR, Refused(NO_JUMP)),
    Way("skip", "rep", write_to("talks"), Refused(TO_TALKS), Moved("skip", "Talks")),
    Way(
        "merge that gives a team's stage",
        "manager",
        merge_to_team,
        Moved("joined", "Theirs", "observed", ELSEWHERE),
        Moved("joined", "Theirs", "passed"),
    ),
    # a manager's decision
    Way("override", "rep", override, NOT_YOU, NOT_YOU),
    Way("override", "leader", override, OVERRIDDEN, Moved("forward", "Demo")),
    Way("override", "manager", override, OVERRIDDEN, Moved("forward", "Demo")),
    # a new deal has handed in nothing and nobody has confirmed anything, whatever it is made from
    Way("create", "rep", create, Refused(TO_DEMO), NEW),
    Way("create", "manager", create, Refused(TO_DEMO), NEW),
    Way("quick create in a column", "rep", create_quickly, Refused(TO_DEMO), Refused(TO_DEMO)),
    Way("e-mail", "system", create_from_email, Refused(TO_DEMO), Refused(TO_DEMO)),
    Way("duplicate", "rep", copy, Refused(TO_DEMO), NEW),
    # free, and logged
    free("backward", write_to("lead"), "backward", "Lead"),
    free("lost with a reason", lose, "lost", "Demo"),
    free("restored", restore, "restored", "Demo"),
    Way(
        "another team",
        "rep",
        change_team,
        Moved("joined", "Theirs", "observed", ELSEWHERE),
        Moved("joined", "Theirs", "passed"),
    ),
    free("a stage that the playbook does not name", visit_siding, "forward", "Siding"),
    Way("merge", "system", merge, Moved("forward", "Demo"), Moved("forward", "Demo")),
    Way("lost without a reason", "rep", call("action_set_lost"), UNSAID, UNSAID, start="Demo"),
]


@tagged("post_install", "-at_install")
class TestWays(WaysCase):
    """Every way to change a stage, inside the server: what is refused, what is logged."""

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_ways(self):
        self._run_ways(WAYS)
