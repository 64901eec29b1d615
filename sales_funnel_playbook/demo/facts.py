"""What happens to deals of the demo besides their way through the stages: a function for each ``what`` of
``facts.csv``. Each takes the :class:`~.deal.Deal`, the lead as whoever does it has it, and the line's
``subject`` and ``text``.
"""

from odoo import Command


def person(deal, lead, subject, text):
    """Somebody of the customer's side is known: role, attitude and function."""
    role, attitude, function = text.split("/")
    partner = deal.demo.env["res.partner"].create({"name": subject, "function": function})
    lead.env["crm.lead.stakeholder"].create(
        {
            "lead_id": lead.id,
            "partner_id": partner.id,
            "role": role,
            "attitude": attitude,
            "date_from": deal.demo.today,
        }
    )


def leaves(deal, lead, subject, _text):
    """Somebody leaves the customer, or the role; the one who is not there yet comes first."""
    people = lead.stakeholder_ids.filtered(lambda one: one.partner_id.name == subject)
    if not people:
        person(deal, lead, subject, f"decision_maker/for/{deal.row['function']}")
        people = lead.stakeholder_ids.filtered(lambda one: one.partner_id.name == subject)
    people.date_to = deal.demo.today


def competitor(deal, lead, subject, text):
    lead.env["crm.lead.competitor"].create(
        {"lead_id": lead.id, "competitor_id": deal.demo.ref(subject).id, "our_advantage": text}
    )


def budget(_deal, lead, subject, _text):
    lead.budget_status = subject


def probability(_deal, lead, subject, _text):
    lead.probability = float(subject)


def risk(_deal, lead, subject, text):
    """A person notes a risk: what it is, and what is done about it."""
    description, response = text.split("|")
    lead.env["crm.lead.risk"].create(
        {"lead_id": lead.id, "level": subject, "description": description, "response": response}
    )


def response(_deal, lead, _subject, text):
    """What is done about the open risks is agreed."""
    lead.risk_ids.filtered(lambda one: one.state == "open").response = text


def close(_deal, lead, _subject, text):
    """The open risks are over."""
    risks = lead.risk_ids.filtered(lambda one: one.state == "open")
    risks.write({"closing_note": text, "state": "closed"})


def note(deal, lead, subject, text):
    """A progress note: channel and milestone, summary and feedback."""
    channel, milestone = subject.split("/")
    summary, feedback = text.split("|")
    lead.env["crm.lead.progress"].create(
        {
            "lead_id": lead.id,
            "communicated_at": deal.demo.now,
            "channel": channel,
            "summary": summary,
            "feedback": feedback,
            "milestone_ids": [Command.set(deal.demo.ref(milestone).ids if milestone else [])],
        }
    )


def mail(deal, _lead, _subject, text):
    """The customer writes: subject and text."""
    title, body = text.split("|")
    sender = deal.lead.email_from
    deal.lead.message_post(subject=title, body=body, message_type="email", author_id=False, email_from=sender)
    _capture(deal)


def wrote(deal, lead, _subject, text):
    """A colleague writes to the customer: subject and text."""
    title, body = text.split("|")
    deal.lead.message_post(
        subject=title,
        body=body,
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        author_id=lead.env.user.partner_id.id,
        outgoing_email_to=deal.lead.email_from,
    )
    _capture(deal)


def call(deal, lead, _subject, text):
    """A colleague has called the customer, and says in a line what for."""
    lead.activity_schedule(
        "mail.mail_activity_data_call", deal.demo.today, user_id=lead.env.uid
    ).action_feedback(text)
    _capture(deal)


def _capture(deal):
    """What was said is contact from now on, and not only from the end of the demo's transaction on."""
    deal.demo.env["crm.lead.contact"]._capture_queued()


def use(deal, lead, subject, _text):
    """A case was used in the deal."""
    lead.mark_case_used(deal.demo.ref(subject).id)


def reject(deal, _lead, _subject, text):
    """The leader rejects what awaits approval, which is handed in first where it is not."""
    deal.hand_in(deal.position, count=1)
    waiting = deal.lead.output_ids.filtered("awaits_approval")
    waiting.with_user(deal.lead.team_id.user_id).reject(text)
    waiting.reviewed_at = deal.demo.now
