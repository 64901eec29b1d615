"""Plays fourteen weeks of two teams, day by day, so that what there is at the end came about as it does in
real life. Only the clock of the database cursor is set: the transaction's "now", by which the module and Odoo
date what happens. What they date by the clock on the wall is put right where it is written.
"""

from contextlib import contextmanager
from datetime import timedelta
from itertools import zip_longest

from passlib.hash import pbkdf2_sha512

from odoo.tools import SQL

from . import ending, facts, intake
from .deal import get_deals
from .office import TOLD_FROM, Office
from .stories import WEEKS, Calendar, pick, read

SETTLING_DAYS = (2, 5)  # Tuesday and Friday: keeping the deadlines each day would take minutes
ENFORCED_FROM = 8  # weeks before this one: until then what was missing was noted, and no move was refused
SALESPEOPLE = {
    "rep": "user_demo_rep",
    "account": "user_demo_account_manager",
    "chen": "user_demo_chen",
    "tom": "user_demo_tom",
    "wang": "user_demo_wang",
    "lin": "user_demo_lin",
    "anna": "user_demo_anna",
}
# Whose team, product line and playbook: those of the others are without an ending.
PLACES = {
    "chen": "_mid_market",
    "tom": "_mid_market",
    "wang": "_china",
    "lin": "_china",
    "anna": "_europe",
}
REVIEWED_ABROAD = 3  # weeks before this one: since then the other companies make reviews
TOLD_OF = ("crm.lead", "crm.funnel.review", "crm.playbook.case", "calendar.event")
DATE_CONDITIONS = "UPDATE crm_playbook_condition SET create_date = %(since)s WHERE id = ANY(%(ids)s)"
HASH = pbkdf2_sha512.using(rounds=1)
QUIET = {
    "tracking_disable": True,
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notify_force_send": False,
    "no_mail_to_attendees": True,
    "lang": "en_US",
}


class Demo(Office):
    """The demo while it is made: who and what it is about, and the moment it has reached."""

    def __init__(self, env, now):
        self.env = env(su=True, context=QUIET)
        self.end = now.replace(microsecond=0)
        self.users = {key: self.ref(name) for key, name in SALESPEOPLE.items()}
        self.users["admin"] = self.env.ref("base.user_admin")
        self.teams = {key: self.ref(self._get_name(key, "team_demo")) for key in self.users}
        self.lines = {key: self.ref(self._get_name(key, "product_line_demo")) for key in self.users}
        self.main_playbooks = self.lines["rep"].playbook_id | self.lines["chen"].playbook_id
        self.playbooks = self.main_playbooks.union(*(line.playbook_id for line in self.lines.values()))
        self.captured = self.env["crm.lead"]
        self.worked = {}
        self.stages = {key: self.lines[key].playbook_id.stage_ids.sorted("sequence") for key in self.users}
        self.calendar = Calendar(self.end, self.playbooks[0]._get_tz())
        self.notes = read("notes")
        self.deals = get_deals(self)
        self.checks = self.env["crm.playbook.check"].search([])
        known = self.env["crm.funnel.snapshot.day"].search([]).company_id
        self.companies = self.playbooks.company_id - known

    def _get_name(self, key, name):
        return f"{name}{PLACES.get(key, '')}"

    def ref(self, name):
        return self.env.ref(f"sales_funnel_playbook.{name}").with_env(self.env)

    def date_rules(self):
        """What people with roles confirm has been asked of them since before the first deal."""
        conditions = self.playbooks.stage_ids.condition_ids.filtered("role_id")
        since = self.calendar.at(WEEKS + 1, 1, 8)
        statement = SQL(DATE_CONDITIONS, since=since, ids=conditions.ids)
        self.env.flush_all()
        self.env.cr.execute(statement)
        conditions.invalidate_recordset(["create_date"])

    @property
    def now(self):
        return self.env.cr.now()

    @property
    def today(self):
        return self.calendar.to_date(self.now)

    @property
    def leads(self):
        leads = self.env["crm.lead"].browse(deal.lead.id for deal in self.deals.values() if deal.lead)
        return leads | leads.renewal_ids | self.captured

    @contextmanager
    def _clock(self):
        """Return a context in which :meth:`set_clock` may be called; afterwards it is now again."""
        before = self.env.cr.now()
        try:
            yield
        finally:
            self.env.flush_all()
            self.env.cr._now = before

    def set_clock(self, moment):
        self.env.flush_all()  # what is written belongs to the moment before
        self.env.cr._now = moment

    def play(self):
        """Play all days until now."""
        last_mail = (
            self.env["mail.mail"].search([("create_date", "<", self.now)], order="id desc", limit=1).id or 0
        )
        with self._clock():
            self.date_rules()
            self.checks.active = False  # testing them at each step takes as long as all the rest
            happenings = self.get_happenings()
            for week, day in self.calendar.get_days():
                if day == 1:
                    self.begin_week(week)
                evening = min(self.calendar.at(week, day, 18), self.end)
                while happenings and happenings[0][0] < evening:
                    moment, _number, act, *args = happenings.pop(0)
                    self.set_clock(moment)
                    act(*args)
                    self.env["crm.playbook.notice"]._tell_queued()
                if day in SETTLING_DAYS or week == 0:
                    self.settle(evening)
            self.set_clock(self.end)
            ending.finish(self)
            self.settle(self.end)
        self.leads._track_discard()  # what changed since the first week is no news of today
        self.date_messages()
        mails = self.env["mail.mail"].search([("id", ">", last_mail), ("model", "in", TOLD_OF)])
        mails.unlink()  # nobody gets mail of a demo
        self.env["crm.playbook.notice"].search([]).unlink()

    def get_happenings(self):
        """Return ``[(moment, number, function, *arguments), …]`` of all there is to play, in order."""
        happenings = intake.get_steps(self)
        for deal in self.deals.values():
            happenings += self._get_steps(deal)
        for line in read("facts"):
            moment = self.calendar.parse(line["when"], line["deal"])
            happenings.append((moment + timedelta(hours=1), self._do_fact, line))
        happenings = [one for one in happenings if one[0] < self.end]
        return sorted((one[0], number, *one[1:]) for number, one in enumerate(happenings))

    def _get_steps(self, deal):
        """Return the happenings of a deal's way; what a stage asks for is done on the way to the next."""
        steps = self.calendar.get_steps(deal.key, deal.row["steps"])
        for step, following in zip_longest(steps, steps[1:]):
            yield step.moment, deal.step, step.target, step.mark
            until = following.moment if following else self.end
            done = following and not following.mark and following.target.isdigit()
            share = 0.25 if pick(f"{deal.key}{step.target}", 2) else 0.7
            if step.target.isdigit() and (done or step.target != "3") and not deal.is_old:
                moment = self.calendar.between(step.moment, until, share, deal.key + step.target)
                yield moment, deal.hand_in, step.target, None if done else 1

    def _do_fact(self, line):
        """Let something happen to a deal that is there by then."""
        deal = self.deals[line["deal"]]
        if deal.lead:
            user = self.users[line["who"]]
            lead = deal.lead.with_user(user).with_context(lang=user.lang)
            getattr(facts, line["what"])(deal, lead, line["subject"], line["text"])

    # weeks in the office

    def begin_week(self, week):
        self.set_clock(self.calendar.at(week, 1, 8))
        self.put_off_settling()
        self.take_snapshots()
        if week == ENFORCED_FROM:
            self.playbooks.mode = "enforce"
        if week == TOLD_FROM:
            self.checks.active = True
        if week < ENFORCED_FROM:
            self.review(week)

    def take_snapshots(self):
        """Keep the open deals, as the job does; of companies that had none before only this demo's."""
        snapshots = self.env["crm.funnel.snapshot"]
        for company, day in snapshots._get_due():
            if company in self.companies:
                snapshots._take(company, day)

    def review(self, week):
        """Make the reviews that are due, as the job does; the teams decide something, or have done so."""
        self.env.cr.flush()  # as at the end of a transaction: what was said is contact
        reviews = self.env["crm.funnel.review"]
        playbooks = self.playbooks if week < REVIEWED_ABROAD else self.main_playbooks
        due = [one for playbook in playbooks for one in reviews._get_due_of(playbook)]
        for one in sorted(due, key=lambda one: (one[2][0], one[3], one[4])):
            reviews._make(*one)._tell_made()
        ending.decide(self, week)

    def date_messages(self):
        """What Odoo dates by the wall clock happened when it was written."""
        self.env.flush_all()
        for statement in (
            "UPDATE mail_message SET date = create_date WHERE model = 'crm.lead' AND res_id = ANY(%s)",
            "UPDATE mail_activity SET date_done = playbook_done_at::date"
            " WHERE res_model = 'crm.lead' AND res_id = ANY(%s) AND NOT active",
        ):
            self.env.cr.execute(SQL(statement, self.leads.ids))
        self.env.invalidate_all()


def let_in(env):
    """Have the people of the demo log in with their login as password. What everybody may know needs no hash
    that takes a second for each of them; Odoo makes a better one when they log in.
    """
    known = env["ir.model.data"].search([("model", "=", "res.users"), ("name", "=like", "user\\_demo\\_%")])
    known = known.filtered(lambda one: one.module == "sales_funnel_playbook")
    for user in env["res.users"].browse(known.mapped("res_id")):
        user._set_encrypted_password(user.id, HASH.hash(user.login))


def load(env, now=None):
    """Make the demo's deals and all that happened to them, once.

    :param now: naive UTC, the moment at which the fourteen weeks end; now unless a test says otherwise
    """
    if env.ref("sales_funnel_playbook.lead_demo_a", raise_if_not_found=False):
        return
    let_in(env)
    Demo(env, now or env.cr.now()).play()
