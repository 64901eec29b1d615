"""A year of twelve people, played in Odoo and told to the plain model of it."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from random import Random

from .year_model import LARGE, Deal, Model, make_office

FIRST = datetime(2024, 2, 1)
ZONE = timedelta(hours=8)  # Shanghai, all year
LOOKS = ((8, 30), (12, 30), (17, 30))
HOURS = ((9, 10), (14, 10))  # what people do, each between two looks
AMOUNTS = (5_000, 20_000, 60_000, 150_000, 400_000)


class Year:
    """Plays days one after the other.

    :ivar case: the test, with the playbook and its people
    :ivar messages: ``{(person, day): how many of ours}``
    """

    def __init__(self, case, seed=1, deals=400, days=366):
        self.case, self.env, self.random = case, case.env, Random(seed)
        self.wanted, self.days = deals, days
        self.office = make_office(FIRST.date())
        self.users = case.users
        self.names = {user: name for name, user in case.users.items()}
        self.model = Model(self.office, {team: f"leader{n}" for n, team in enumerate("ABC", start=1)})
        self.leads, self.customers = {}, {}
        self.messages, self.works = Counter(), Counter()
        self.last_message = self._get_last_message()

    def _get_last_message(self):
        return self.env["mail.message"].search([], order="id desc", limit=1).id or 0

    def play(self):
        for number in range(self.days):
            today = FIRST + timedelta(days=number)
            is_working = today.weekday() < 5 and today.date() not in self.office.holidays
            if number == 120:
                self._join(today.replace(hour=7))
            looks = [today.replace(hour=hour, minute=minute) for hour, minute in LOOKS]
            self.look(looks[0])
            for hours, look in zip(HOURS, looks[1:], strict=True):
                if is_working:
                    self.work(today.replace(hour=hours[0], minute=hours[1]), number)
                    self.look(look)
            if not is_working:
                self.look(looks[2])

    # what people do

    def work(self, moment, number):
        """Let a few things happen, each to a deal of its own and at a minute of its own."""
        missing = self.wanted * (number + 1) / self.days - len(self.leads)
        if number in (60, 61):
            self._import(moment, 20 if self.wanted > 100 else 3)
        for _n in range(max(round(missing), 0)):
            moment += timedelta(minutes=1)
            self._create(moment)
        if number % 30 == 10:
            self._send_mailing(moment + timedelta(minutes=1))
        moment = moment.replace(hour=moment.hour + 1, minute=0)
        living = [
            key for key, deal in self.model.deals.items() if deal.state == "open" and deal.created < moment
        ]
        for key in self.random.sample(living, min(len(living), self.random.randint(2, 9))):
            moment += timedelta(minutes=1)
            deed = self.random.choice(DEEDS)
            with self._at(moment):
                deed(self, key, self.model.deals[key], self.leads[key], moment)
            self.model.settle(self.model.deals[key], moment)

    def _at(self, moment):
        return self.case.at_moment(moment - ZONE)

    def _create(self, moment, stage="Lead", count=1):
        vals_list, deals = [], []
        for _n in range(count):
            team = self.random.choice("AABBC")
            owner = self.random.choice(self.case.members[team])
            deal = Deal(owner, team, moment, amount=self.random.choice(AMOUNTS), stage=stage, entered=moment)
            deal.phone, deal.stays, deal.followers = self.random.random() < 0.3, 1, {owner}
            deal.is_followed = team != "C" or self.case.teams["C"] in self.case.playbook.team_ids
            deals.append(deal)
            customer = self.env["res.partner"].create({"name": f"Customer {len(self.leads) + len(deals)}"})
            vals_list.append(
                {
                    "name": customer.name,
                    "type": "opportunity",
                    "partner_id": customer.id,
                    "team_id": self.case.teams[team].id,
                    "user_id": self.users[owner].id,
                    "phone": deal.phone and "1",
                    "expected_revenue": deal.amount,
                    "stage_id": self.case.by_name[stage].id,
                    "probability": 20,
                }
            )
        with self._at(moment):
            leads = self.env["crm.lead"].create(vals_list)
        for lead, deal in zip(leads, deals, strict=True):
            self.model.deals[lead.id], self.leads[lead.id] = deal, lead
            self.model.settle(deal, moment)
        return deals

    def _import(self, moment, count):
        """Many at once, into a stage whose entering is told: one message."""
        deals = self._create(moment, "Demo", count)
        for deal in deals:
            deal.followers |= {"presales"} if deal.is_followed else set()
        if told := sum(deal.is_followed for deal in deals):
            self.model.told.append((moment, "presales", "entered", told))

    def _send_mailing(self, moment):
        """To everybody: no contact, and no work."""
        with self._at(moment):
            leads = self.env["crm.lead"].browse(self.leads)
            mailing = self.env["mail.compose.message"].with_context(active_ids=leads.ids)
            mailing.create(
                {
                    "model": "crm.lead",
                    "composition_mode": "mass_mail",
                    "subject": "News",
                    "body": "<p>News</p>",
                    "res_ids": leads.ids,
                }
            )._action_send_mail()

    def _join(self, moment):
        """The third team comes under the playbook, with the deals that it has."""
        with self._at(moment):
            self.case.playbook.team_ids |= self.case.teams["C"]
        self.case.run_history_at(moment + timedelta(minutes=5) - ZONE)
        for deal in self.model.deals.values():
            if deal.team == "C":
                deal.is_followed, deal.came = True, moment

    # the jobs

    def look(self, moment):
        self.case.run_job_at(moment - ZONE)
        self.model.look(moment)
        self._compare_work(moment)
        self._compare_messages(moment)

    def _compare_work(self, moment):
        """All that was ever asked is what should have been asked."""
        asked = defaultdict(list)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT res_id, summary, user_id, playbook_due_at, playbook_closing FROM mail_activity"
            " WHERE res_model = 'crm.lead' AND playbook_kind = 'deadline'"
        )
        names = {user.id: name for name, user in self.users.items()}
        for lead_id, summary, user_id, due_at, closing in self.env.cr.fetchall():
            asked[lead_id].append((summary, names.get(user_id), due_at + ZONE, closing))
        for lead_id, deal in self.model.deals.items():
            expected = [(one.rule, one.user, one.due, one.closing) for one in deal.work]
            if sorted(asked[lead_id], key=str) != sorted(expected, key=str):
                self.case.assertEqual(
                    sorted(asked[lead_id], key=str), sorted(expected, key=str), f"{moment}: {lead_id} {deal}"
                )

    def _compare_messages(self, moment):
        """Whoever was told was to be told, in as many messages."""
        messages = self.env["mail.message"].search([("id", ">", self.last_message)])
        self.last_message = self._get_last_message()
        told = Counter()
        for message in messages:
            for partner in message.notified_partner_ids:
                person = self.names.get(partner.user_ids[:1])
                if person and (kind := self._get_kind(message)):
                    told[(person, *kind)] += 1
                    self.messages[person, moment.date()] += 1
        expected = Counter((who, kind, count) for _when, who, kind, count in self.model.told)
        self.model.told = []
        self.case.assertEqual(told, expected, moment)

    def _get_kind(self, message):
        """Return what one of our messages tells, and of how many; None of Odoo's own."""
        if message.subtype_id == self.case.stage_subtype:
            return "entered", 1
        if message.subtype_id == self.case.risk_subtype:
            return "alarm", 1
        if message.message_type != "user_notification" or message.model == "crm.lead":
            self.case.assertNotIn("assigned to you", message.subject or "")
            return None
        word, _space, rest = message.subject.partition(" ")
        if not word.isdigit():
            known = (
                "missed" if "Missed:" in rest else "entered" if rest.endswith(": Demo") else message.subject
            )
            return known, 1
        return ("missed" if "missed" in rest else "entered" if "entered" in rest else rest), int(word)

    def describe(self):
        """Return the count of messages and tasks per person and day, as a table."""
        working = sum(
            (FIRST + timedelta(days=n)).weekday() < 5
            and (FIRST + timedelta(days=n)).date() not in self.office.holidays
            for n in range(self.days)
        )
        self.works = Counter(one.user for deal in self.model.deals.values() for one in deal.work)
        lines = [f"{len(self.leads)} deals, {self.days} days, of which {working} working days"]
        lines.append(
            f"{'person':10}{'tasks':>8}{'a day':>8}{'messages':>10}{'a day':>8}{'most in a day':>15}"
        )
        for name in self.users:
            counts = [count for (who, _day), count in self.messages.items() if who == name]
            total, works = sum(counts), self.works[name]
            lines.append(
                f"{name:10}{works:8}{works / working:8.2f}{total:10}{total / working:8.2f}"
                f"{max(counts, default=0):15}"
            )
        return "\n".join(lines)


# what happens to a deal, in Odoo and in the model


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
        deal.state = "lost"
        lead.action_set_lost()


def write_note(year, _key, deal, lead, moment):
    deal.notes.append(moment)
    year.env["crm.lead.progress"].with_user(year.users[deal.owner]).create(
        {"lead_id": lead.id, "summary": "Spoke with them about three presses"}
    )


def receive_mail(_year, _key, deal, lead, moment):
    deal.contacts.append((moment, True))
    lead.message_post(body="We take it", message_type="email", author_id=lead.partner_id.id)


def send_mail(year, _key, deal, lead, moment):
    deal.contacts.append((moment, False))
    lead.with_user(year.users[deal.owner]).message_post(
        body="Our offer",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=lead.partner_id.ids,
    )


def call(year, _key, deal, lead, moment):
    deal.contacts.append((moment, True))
    owner = year.users[deal.owner]
    lead = lead.with_user(owner)
    lead.activity_schedule("mail.mail_activity_data_call", user_id=owner.id).action_feedback()


def do_something(year, _key, deal, lead, moment):
    """Something of one's own, on the list and done."""
    deal.calls.append(moment)
    owner = year.users[deal.owner]
    lead.with_user(owner).activity_schedule(summary="Mine", user_id=owner.id).action_feedback()


def answer_program(_year, _key, _deal, lead, _moment):
    """An out-of-office answer, and what colleagues say to each other: nothing follows."""
    lead.message_post(body="I am away", message_type="email", author_id=lead.partner_id.id, is_automatic=True)
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
    deal.owner = year.random.choice(year.case.members[deal.team])
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
