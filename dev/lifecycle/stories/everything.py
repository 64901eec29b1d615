# Run in Odoo's shell after plain_sales.py, with the module: every kind of rule and of fact, made as users
# make them. In the module's present version and in the one of versions/19.0.1.0.0.tar.xz.
# ruff: noqa: F821
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError

milestone = env["crm.progress.milestone"].create({"name": "Trial agreed"})
now = datetime.now().replace(microsecond=0)
rep, leader = (env["res.users"].search([("login", "=", login)]) for login in ("rep", "leader"))
team = env["crm.team"].search([("name", "=", "Presses")])
line = env["crm.product.line"].create({"name": "Presses"})
wizard = env["crm.playbook.use.template"].create(
    {
        "template_id": env.ref("sales_funnel_playbook.crm_playbook_template_saas").id,
        "team_ids": [Command.set(team.ids)],
        "product_line_ids": [Command.set(line.ids)],
    }
)
playbook = env["crm.playbook"].browse(wizard.action_apply()["res_id"])
playbook.responsible_user_id = leader
playbook.deadline_ids.write({"effective_from": now - timedelta(days=60)})
playbook.stage_ids.output_ids.write({"effective_from": now - timedelta(days=60)})
for old in env["crm.lead"].search([("team_id", "=", team.id)]):
    old.write({"product_line_id": line.id})
env["crm.playbook.check"].create(
    {"name": "Without a phone", "message": "Nobody can call.", "domain": "[('phone', '=', False)]"}
)
env["crm.playbook.override.reason"].create({"name": "Old customer"})
asked = env["crm.playbook.condition"].create(
    {
        "playbook_stage_id": playbook.stage_ids[1].id,
        "name": "Timing asked",
        "kind": "confirmation",
        "severity": "advisory",
    }
)
first, second, third = playbook.stage_ids[:3]
first.notify_user_ids = leader
env.cr.commit()

# deals: facts on the way through the gate
customer = env["res.partner"].search([("name", "=", "Acme Ltd")])
Lead = env["crm.lead"].with_user(rep)
deal, lost, won, overridden, renamed = deals = Lead.create(
    [
        {
            "name": f"New {number}",
            "type": "opportunity",
            "team_id": team.id,
            "user_id": rep.id,
            "product_line_id": line.id,
            "partner_id": customer.id,
            "stage_id": first.stage_id.id,
            "expected_revenue": 500000,
            "probability": 90,
            "captured_at": now - timedelta(days=20),
            "date_deadline": now + timedelta(days=30),
            "industry_id": env["res.partner.industry"].search([], limit=1).id,
            "company_size": "201-500",
            "use_case": "Bearings",
            "pain_points": "Each tenth one cracks",
            "budget_min": 1,
            "budget_max": 2,
            "budget_status": "requested",
        }
        for number in range(5)
    ]
)
customer.company_size = "201-500"
env.cr.commit()
playbook.mode = "enforce"
choice = playbook.criterion_ids.filtered(lambda one: one.kind == "choice")
for criterion in choice[1:]:
    deal.answer_criterion(criterion.id, criterion.option_ids[-1].id)
deal.ask_later(choice[0].id, "criterion", now.date() + timedelta(days=3))
deal.ask_later(asked.id, "condition", now.date() + timedelta(days=3))
for output in first.output_ids - first.output_ids.filtered(lambda one: one.evidence == "score_sheet"):
    deal.submit_output(output.id, note="They told us why each tenth bearing cracks")
deal.stage_id = second.stage_id
env.cr.commit()
files = env["ir.attachment"].with_user(rep)
for output in second.output_ids:
    upload = files.create({"name": "report.txt", "raw": b"Each tenth one cracks"})
    deal.submit_output(output.id, attachment_ids=upload.ids)
for condition in third.condition_ids:
    upload = files.create({"name": "minutes.txt", "raw": b"They agreed"})
    deal.confirm_condition(condition.id, note="They agreed in the meeting", attachment_ids=upload.ids)
deal.stage_id = third.stage_id
env.cr.commit()
overridden.with_user(leader).override_gate(
    stage_id=third.stage_id.id,
    reason_id=env["crm.playbook.override.reason"].search([], limit=1).id,
    note="They buy every year",
)
env.cr.commit()
decider = env["res.partner"].create({"name": "Dora Decider"})
rival = env["crm.competitor"].create({"name": "Globex", "partner_id": customer.id, "strengths": "Cheap"})
deal.stakeholder_ids = [
    Command.create({"partner_id": decider.id, "role": "decision_maker", "attitude": "for"})
]
deal.competitor_ids = [Command.create({"competitor_id": rival.id, "our_advantage": "Service nearby"})]
deal.stakeholder_ids.date_to = now.date()
call = deal.activity_schedule("mail.mail_activity_data_call", summary="Call", user_id=rep.id)
call.action_feedback("They want a trial")
deal.progress_ids = [
    Command.create(
        {
            "summary": "They want a trial in spring",
            "feedback": "Too dear",
            "milestone_ids": [Command.link(milestone.id)],
            "activity_id": call.id,
            "message_id": deal.message_ids[0].id,
        }
    )
]
after = deal.progress_ids[0].communicated_at + timedelta(seconds=2)
deal.message_post(
    body="Ten of them", subject="Our order", message_type="email", author_id=decider.id, date=after
)
if "crm.lead.member" in env:  # earlier versions have none
    finance = env["crm.playbook.role"].create(
        {"name": "Quality", "person_ids": [Command.create({"user_id": leader.id, "team_id": team.id})]}
    )
    deal.member_ids = [Command.create({"role_id": finance.id, "user_id": leader.id})]
    asked.role_id = finance
if "crm.lead.hand.over" in env:
    env["crm.lead.hand.over"].create(
        {
            "lead_id": deal.id,
            "handed_by_id": leader.id,
            "user_id": deal.user_id.id or leader.id,
            "handed_at": deal.create_date,
            "state": "accepted",
        }
    )
if "crm.coaching.session" in env:
    session = env["crm.coaching.session"].create({"user_id": rep.id, "leader_id": leader.id})
    session.decision_ids = [Command.create({"name": "Call the five", "user_id": rep.id})]
strike = env["crm.risk.type"].create({"name": "Strike"})
deal.risk_ids = [Command.create({"type_id": strike.id, "level": "high", "response": "Wait"})]
deal.message_post(body="A word <b>to all</b>", message_type="comment")
env.cr.commit()
check = deal.check_ids[:1]
deal.explain_check(check.id, "The customer has no telephone at all")
lost.action_set_lost(lost_reason_id=env["crm.lost.reason"].search([], limit=1).id)
playbook.mode = "observe"
won.action_set_won()
playbook.mode = "enforce"
env.cr.commit()

# cases, a session, reviews, and what the jobs do
case, other = env["crm.playbook.case"].with_user(leader).create([{"lead_id": one.id} for one in (lost, won)])
(case | other).write(
    {"lesson": "Ask who decides.", "situation": "A foundry wanted presses.", "hide_customer": False}
)
(case | other).action_submit()
(case | other).action_publish()
case.action_revise()
case.message_post(body="A word on the case", message_type="comment")
case.with_user(rep).action_toggle_helpful()
deal.mark_case_used(case.id)
session = env["crm.playbook.case.session"].with_user(leader).create({"start": now + timedelta(days=7)})
event = env["calendar.event"].browse(session.action_schedule()["res_id"])
event.case_line_ids[:1].minutes = "<p>Tried in two deals</p>"
env.cr.commit()
env["crm.funnel.review"]._cron_make()
week = now.date() - timedelta(days=now.weekday() + 7)
renamed.captured_at = now - timedelta(days=now.weekday() + 5)  # in that week
env.flush_all()
review = env["crm.funnel.review"]._make(
    playbook, "week", (week, week + timedelta(days=6)), team.id, team.company_id.id
)
review.decision_ids = [
    Command.create({"name": "Train the team", "user_id": rep.id, "date_deadline": now.date()})
]
review._tell_made()
if "crm.funnel.snapshot" in env:  # earlier versions have none
    env["crm.funnel.snapshot"]._take(env.company, week + timedelta(days=7))
env.cr.commit()
renamed.captured_at = now - timedelta(days=30)
env["crm.playbook.refresh"]._cron_start()
env["crm.playbook.refresh"]._cron_run()
env["crm.playbook.refresh"]._cron_start_deadlines()
env["crm.playbook.refresh"]._cron_run("deadlines")
env["crm.playbook.case"]._cron_keep()
env["crm.playbook.refresh"]._cron_start()  # asked for, and not run yet
if "crm.playbook.notice" in env:  # earlier versions have none
    env["crm.playbook.notice"]._note("failed", [(rep.partner_id, playbook, "A rule cannot be followed")])
if "crm.playbook.failure" in env:  # since 19.0.1.3.0
    env["crm.playbook.failure"]._note(deal, ValueError("It cannot be written"))
    health = env["crm.playbook.health"]
    known = {"since": {}, "activity": health._ask(health._find())}
    health._write_known(known)
    env["crm.lead.progress"].search([("lead_id", "=", deal.id)], limit=1)._anonymise()
env.cr.commit()
work = env["mail.activity"].search([("playbook_deadline_id", "!=", False), ("res_model", "=", "crm.lead")])
work[0].action_feedback("Done by hand")
if len(work) > 1 and hasattr(work, "cancel_deadline"):
    work[-1].with_user(env.ref("base.user_admin")).cancel_deadline("Done on the telephone")
mine = {"model_id": "crm.lead", "user_ids": [Command.set(rep.ids)]}
env["ir.filters"].create(
    [
        {
            **mine,
            "name": "High",
            "domain": "['|', ('id', '=', uid), ('risk_level', '=', 'high')]",
            "is_default": True,
        },
        {**mine, "name": "By Tier", "context": "{'group_by': ['stage_id', 'tier']}"},
        {**mine, "name": "By Score", "sort": '["score desc", "id"]'},
        {**mine, "name": "Of Large Companies", "domain": "[('partner_id.company_size', '=', '1001+')]"},
        {"name": "Refused", "model_id": "crm.lead.stage.log", "domain": "[('gate', '=', 'observed')]"},
    ]
)
env.cr.commit()

if "crm.lead.refusal" in env:  # since 19.0.1.3.0
    refused = Lead.create({"name": "Too early", "team_id": team.id, "stage_id": first.stage_id.id})
    env.cr.commit()
    try:
        refused.stage_id = third.stage_id
    except UserError:
        env.cr.rollback()  # which counts it

if "crm.playbook.suggestion" in env:  # since 19.0.1.3.0
    files = env["ir.attachment"].create([{"name": f"{name}.docx", "raw": b"x"} for name in ("Ask", "Call")])
    mail = env["mail.template"].create(
        {"name": "Introduction", "model_id": env["ir.model"]._get_id("crm.lead"), "subject": "Us"}
    )
    action = first.action_ids[0]
    for rule, file in zip((first, action), files, strict=True):
        rule.write({"help_text": "Ask.", "help_attachment_ids": file.ids, "help_template_ids": mail.ids})
    playbook.with_user(rep).action_agree()
    suggestion = env["crm.playbook.suggestion"].with_user(rep)
    suggestion = suggestion.create({"playbook_id": playbook.id, "text": "Ask for the budget earlier."})
    decision = env["crm.playbook.suggestion.decide"].with_user(leader)
    decision.create({"suggestion_id": suggestion.id, "answer": "From May on."}).action_accept()
    env.cr.commit()
