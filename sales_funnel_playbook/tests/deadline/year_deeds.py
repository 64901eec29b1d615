"""What happens to a deal in the year of a company, in Odoo and in the plain model of it."""

from email.message import EmailMessage

from .year_model import AMOUNTS, LARGE

PROGRAMS = (("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes"), ("Precedence", "auto_reply"))


def fill_in(_year, _key, deal, lead, _moment):
    deal.phone = True
    lead.phone = "1"


def change_amount(year, _key, deal, lead, moment):
    amount = year.random.choice(AMOUNTS)
    if amount >= LARGE > deal.amount:
        deal.late.setdefault("Look at it", moment)
        deal.late["Follow up"] = moment
    elif amount < LARGE:
        deal.late.pop("Follow up", None)
    deal.amount = lead.expected_revenue = amount


def move(year, key, deal, lead, moment):
    target = {"Lead": "Demo", "Demo": year.random.choice(("Talks", "Talks", "Lead")), "Talks": "Signed"}[
        deal.stage
    ]
    if target == "Demo":
        deal.stays += 1
        if deal.is_followed:
            deal.followers.add("presales")
            year.model.told.append((moment, "presales", "entered", 1))
    deal.stage, deal.entered = target, moment
    deal.moves.append(moment)
    if target == "Signed":
        deal.state, deal.won_at = "won", moment
    lead.stage_id = year.case.by_name[target]


def lose(year, _key, deal, lead, moment):
    if year.random.random() < 0.3:
        deal.state, deal.lost_at = "lost", moment
        lead.action_set_lost()


def write_note(year, _key, deal, lead, moment):
    name, user = year.choose_actor(deal)
    deal.notes.append((moment, name))
    year.env["crm.lead.progress"].with_user(user).create(
        {"lead_id": lead.id, "summary": "Spoke with them about three presses"}
    )


def receive_mail(_year, _key, deal, lead, moment):
    deal.contacts.append((moment, None, True))
    lead.message_post(body="We take it", message_type="email", author_id=lead.partner_id.id)


def send_mail(year, _key, deal, lead, moment):
    name, user = year.choose_actor(deal)
    deal.contacts.append((moment, name, False))
    lead.with_user(user).message_post(
        body="Our offer",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=lead.partner_id.ids,
    )


def call(year, _key, deal, lead, moment):
    name, user = year.choose_actor(deal)
    deal.contacts.append((moment, name, True))
    lead = lead.with_user(user)
    lead.activity_schedule("mail.mail_activity_data_call", user_id=user.id).action_feedback()


def do_something(year, _key, deal, lead, moment):
    """Something of one's own, on the list and done."""
    name, user = year.choose_actor(deal)
    deal.calls.append((moment, name))
    lead.with_user(user).activity_schedule(summary="Mine", user_id=user.id).action_feedback()


def answer_program(year, _key, _deal, lead, moment):
    """An out-of-office answer, as it comes in, and what colleagues say to each other: nothing follows."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"customer{lead.id}@theirs.example", "sales@ours.example"
    mail["Message-ID"] = f"<{lead.id}.{moment:%m%d%H%M}@theirs.example>"
    mail["Subject"] = "Away until Monday"
    header, value = year.random.choice(PROGRAMS)
    mail[header] = value
    mail.set_content("I am away.")
    year.env["mail.thread"].message_process("crm.lead", mail.as_bytes(), thread_id=lead.id)
    lead.message_post(body="Who goes there?", message_type="comment")


def raise_risk(year, _key, deal, lead, moment):
    if deal.risks:
        if not deal.risks[0][1]:
            deal.risks[0][1] = True
            lead.risk_response = "A director visits"
        return
    deal.risks.append([moment, False])
    year.model.told += [(moment, who, "alarm", 1) for who in deal.followers | {year.model.get_leader(deal)}]
    lead.risk_level = "high"


def hand_over(year, _key, deal, lead, _moment):
    deal.owner = year._choose_owner(deal.team)
    deal.followers.add(deal.owner)
    lead.user_id = year.users[deal.owner]


def finish_survey(year, _key, deal, lead, moment):
    """What is open of what no rule can see is marked as done."""
    for one in deal.work:
        if one.rule == "Survey" and not one.closing:
            one.closing, one.ended = "by_hand", moment
            activity = lead.activity_ids.filtered(lambda work: work.summary == "Survey")
            activity.with_user(year.users[one.user]).action_feedback()


DEEDS = (
    *(fill_in, fill_in, change_amount, move, move, move, lose, write_note, write_note, write_note),
    *(receive_mail, receive_mail, send_mail, send_mail, call, do_something, answer_program, raise_risk),
    *(hand_over, finish_survey, finish_survey),
)
