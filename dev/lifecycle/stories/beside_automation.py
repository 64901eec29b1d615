# Run in Odoo's shell: automation rules and webhooks that hear of stages and facts, and that move deals.
# ruff: noqa: F821
import json
import os
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests

from odoo import Command
from odoo.exceptions import UserError
from odoo.tools import mute_logger

os.environ["NO_PROXY"] = "127.0.0.1"
requests.post = partial(lambda post, url, **kwargs: post(url, **kwargs | {"timeout": 60}), requests.post)
sent = []


class Hearer(BaseHTTPRequestHandler):
    def do_POST(self):
        sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Hearer)
threading.Thread(target=server.serve_forever, daemon=True).start()


def automate(name, model, trigger, action, **vals):
    model = env["ir.model"]._get(model)
    rule = env["base.automation"].create({"name": name, "model_id": model.id, "trigger": trigger, **vals})
    action = {"name": name, "model_id": model.id, "usage": "base_automation", **action}
    env["ir.actions.server"].create({**action, "base_automation_id": rule.id})
    return rule


def refused(action):
    """Return what a refusal says; nothing of the attempt stays."""
    try:
        with mute_logger(
            "odoo.addons.base.models.ir_actions", "odoo.addons.base_automation.models.base_automation"
        ):
            action()
            env.flush_all()
    except UserError as error:
        env.cr.rollback()
        return str(error)
    raise AssertionError("it was not refused")


def find(xmlid):
    return env.ref(xmlid).id


rep = env["res.users"].search([("login", "=", "rep")])
team = env["crm.team"].create({"name": "Automated", "member_ids": [Command.set(rep.ids)]})
talk, offer, won = env["crm.stage"].create(
    [
        {"name": name, "sequence": number, "is_won": name == "Won", "team_ids": [Command.set(team.ids)]}
        for number, name in enumerate(("Talk", "Offer", "Won"))
    ]
)
playbook = env["crm.playbook"].create(
    {
        "name": "Automated",
        "team_ids": [Command.set(team.ids)],
        "mode": "enforce",
        "stage_ids": [Command.create({"stage_id": stage.id}) for stage in (talk, offer, won)],
    }
)
for stage, name, domain in (
    (1, "Priced", "[('expected_revenue', '>', 0)]"),
    (2, "Dated", "[('date_deadline', '!=', False)]"),
):
    env["crm.playbook.condition"].create(
        {"name": name, "playbook_stage_id": playbook.stage_ids[stage].id, "domain": domain}
    )
code = {"state": "code"}
automate(
    *("Flag", "crm.lead", "on_stage_set", code | {"code": "record.write({'priority': '2'})"}),
    trg_field_ref=offer.id,
)
fields = [Command.set([find("crm.field_crm_lead__stage_id"), find("crm.field_crm_lead__name")])]
url = f"http://127.0.0.1:{server.server_port}/hook"
automate(
    *(
        "Tell",
        "crm.lead",
        "on_stage_set",
        {"state": "webhook", "webhook_url": url, "webhook_field_ids": fields},
    ),
    trg_field_ref=offer.id,
)
automate(
    *("Note", "crm.lead.progress", "on_create"),
    code | {"code": "record.lead_id.write({'referred': record.summary[:5]})"},
)
automate(
    *("Advance", "crm.lead", "on_create_or_write"),
    code | {"code": f"record.write({{'stage_id': {won.id}}})"},
    trigger_field_ids=[Command.set([find("crm.field_crm_lead__referred")])],
    filter_domain="[('referred', '=', 'Agree')]",
)
hook = automate(
    *("Order", "crm.lead", "on_webhook", code | {"code": f"record.write({{'stage_id': {won.id}}})"}),
    record_getter="model.browse(payload['deal'])",
)
lead = env["crm.lead"].with_user(rep).create({"name": "Deal", "type": "opportunity", "team_id": team.id})
assert lead.stage_id == talk
env.cr.commit()

# a move that is refused sets no rule off, and tells nobody
told = refused(lambda: lead.write({"stage_id": offer.id}))
assert "Priced" in told, told
assert lead.priority == "0"
assert not sent
lead.write({"expected_revenue": 1000, "stage_id": offer.id})
env.cr.commit()
assert lead.priority == "2"
assert [(one["_id"], one["name"], one["stage_id"]) for one in sent] == [(lead.id, "Deal", offer.id)], sent
log = env["crm.lead.stage.log"].search([("lead_id", "=", lead.id)], order="sequence")
assert log.mapped("stage_id") == talk | offer
assert len(log) == 2

# a rule that moves deals meets the gate as everybody does; whoever set it off reads why
progress = env["crm.lead.progress"].with_user(rep)
note = {"lead_id": lead.id, "summary": "Agree on everything but the day, until Monday"}
told = refused(lambda: progress.create(note))
assert "Dated" in told, told
assert not lead.progress_ids
with mute_logger("odoo.addons.base_automation.models.base_automation"):
    told = refused(lambda: hook._execute_webhook({"deal": lead.id}))
assert "Dated" in told, told
assert lead.stage_id == offer
lead.date_deadline = "2030-01-01"
progress.create(note)
env.cr.commit()
assert lead.won_status == "won"
assert lead.referred == "Agree"

# and a webhook moves a deal that may
other = lead.copy({"name": "Other", "date_deadline": "2030-01-01"})
hook._execute_webhook({"deal": other.id})
env.cr.commit()
assert other.won_status == "won"
assert not env["crm.playbook.integrity"]._find_faults()
server.shutdown()
