"""A year of twelve people, played in Odoo and told to the plain model of it."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from random import Random

from .year_deeds import DEEDS
from .year_model import AMOUNTS, Deal, Model, make_office

FIRST = datetime(2024, 2, 1)
ZONE = timedelta(hours=8)  # Shanghai, all year
LOOKS = ((8, 30), (12, 30), (17, 30))
HOURS = ((9, 10), (14, 10))  # what people do, each between two looks


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
        self.messages = Counter()
        self.last_message = self._get_last_message()

    def _get_last_message(self):
        return self.env["mail.message"].search([], order="id desc", limit=1).id or 0

    def play(self):
        for number in range(self.days):
            today = FIRST + timedelta(days=number)
            is_working = today.weekday() < 5 and today.date() not in self.office.holidays
            if number == 120:
                self._join(today.replace(hour=7))
            if number == min(8, self.days // 2) or number == 200:
                self._leave("rep2" if number < 200 else "rep8", today.replace(hour=7, minute=30))
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
        if number in (2, 60, 61):
            self._import(moment, 20 if self.wanted > 100 else 3)
        if number == 88:  # what these ask for is missed at once, after the holidays
            self._import(moment, 400)
        for _n in range(max(round(missing), 0)):
            moment += timedelta(minutes=1)
            self._create(moment)
        if number % 30 == 10:
            self._send_mailing(moment + timedelta(minutes=1))
        moment = moment.replace(hour=moment.hour + 1, minute=0)
        self._restore(moment)
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
            owner = self._choose_owner(team)
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

    def _choose_owner(self, team):
        return self.random.choice([one for one in self.case.members[team] if one not in self.model.left])

    def choose_actor(self, deal):
        """Return who works on a deal, by name and as a user: now and then its leader does."""
        is_leader = self.random.random() < 0.3
        name = self.model.get_leader(deal) if is_leader else self.model.get_doer(deal)
        return name, self.users[name]

    def _leave(self, name, moment):
        """Somebody leaves: what they had is the leader's."""
        with self._at(moment):
            self.users[name].action_archive()
        self.model.left.add(name)
        for deal in self.model.deals.values():
            deal.followers.discard(name)
            if deal.owner == name:
                self.model.settle(deal, moment)

    def _restore(self, moment):
        """Now and then a deal that was lost on another day comes back: as an update of it, in its stage."""
        lost = [
            key
            for key, deal in self.model.deals.items()
            if deal.state == "lost" and deal.lost_at.date() < moment.date()
        ]
        for key in self.random.sample(lost, min(len(lost), 1)):
            if self.random.random() < 0.5:
                deal = self.model.deals[key]
                with self._at(moment):
                    self.leads[key].action_unarchive()
                deal.state, deal.restored = "open", moment
                deal.moves.append(moment)
                deal.late["Follow up"] = moment
                self.model.settle(deal, moment)

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
        lines = [f"{len(self.leads)} deals, {self.days} days, of which {working} working days"]
        lines.append(f"{'':10}{'tasks':>8}{'a day':>8}{'most':>6}{'messages':>10}{'a day':>8}{'most':>6}  on")
        for name in self.users:
            cells = [f"{name:10}"]
            for counts, width in ((self.model.asked, 8), (self.messages, 10)):
                days = Counter({day: count for (who, day), count in counts.items() if who == name})
                total, most = days.total(), max(days.values(), default=0)
                cells.append(f"{total:{width}}{total / working:8.2f}{most:6}")
            cells += [f"  {day:%d %b} {count}" for day, count in days.most_common(3)]
            lines.append("".join(cells))
        return "\n".join(lines)
