from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tests.properties import SETTINGS, given, settings, st

from .forecast_common import DAY, MONDAY, NEXT, NOON, WEEK, ForecastCase

AMOUNTS = [0, 100, 1000.37, 2500.5]
DATES = [False, date(2024, 1, 20), date(2024, 2, 10)]
RATES = {False: {"USD": Decimal(1), "CNY": 1 / Decimal(7)}, True: {"USD": Decimal(1), "CNY": 1 / Decimal(8)}}
EVENTS = ("raise", "date", "hand", "win", "lose", "archive", "open", "create", "delete")
STORY = st.lists(
    st.tuples(
        st.sampled_from(("before", "between", "after")),
        st.sampled_from(EVENTS),
        st.integers(0, 4),
        st.integers(0, 5),
    ),
    min_size=6,
    max_size=18,
)


class Deal:
    """What a plain model knows of a deal."""

    def __init__(self, lead, worth, day, user, currency):
        self.lead, self.worth, self.day, self.user, self.currency = lead, worth, day, user, currency
        self.state = "open"
        self.ending = None  # (outcome, worth, day, user) of its last end from being open, since it was open

    def get_state(self):
        return {"worth": self.worth, "day": self.day, "user": self.user, "is_open": self.state == "open"}


def to_cents(deal, state, is_end, scope):
    """Return what a deal adds to a pipeline in this state: dollars and deals."""
    user, is_january = scope
    is_out = is_january and (not state["day"] or state["day"].month != 1)
    if not state["is_open"] or is_out or user not in (False, state["user"]):
        return Decimal(0), 0
    amount = Decimal(str(state["worth"])) * RATES[is_end][deal.currency]
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP), 1


@tagged("post_install", "-at_install")
class TestChangeProperties(ForecastCase):
    """Whatever happens, the parts are those of a plain model, which changes one thing of one deal after the
    other, and they add up.
    """

    def play(self, story):
        """Let a story happen; return the deals as the plain model knows them."""
        self.deals = []
        for number in range(4):
            self.bring(NOON - 5 * DAY, number, number)
        moments = {"before": NOON - 3 * DAY, "between": NOON + 2 * DAY, "after": NOON + WEEK + DAY}
        before, between, after = ([one[1:] for one in story if one[0] == when] for when in moments)
        self.happen(moments["before"], before)
        self.take(NOON)
        kept = {deal: deal.get_state() for deal in self.deals}
        for deal in self.deals:
            deal.ending = None
        self.happen(moments["between"], between)
        self.take(NOON + WEEK)
        ends = {deal: (deal.get_state(), deal.state, deal.ending) for deal in self.deals}
        # what is deleted takes its log along
        self.happen(moments["after"], [one for one in after if one[0] != "delete"])
        return kept, ends

    def happen(self, moment, events):
        for number, (event, which, value) in enumerate(events):
            now = moment + number * DAY / 100
            if event == "create":
                self.bring(now, which, value)
            elif which < len(self.deals) and self.deals[which].state != "gone":
                with self.at(now):
                    getattr(self, f"do_{event}")(self.deals[which], value, now.date())

    def bring(self, moment, which, value):
        worth, day = AMOUNTS[value % len(AMOUNTS)], DATES[value % len(DATES)]
        is_abroad, user = which == 3, (self.rep, self.leader)[value % 2]
        vals = {"company_id": self.abroad.id} if is_abroad else {}
        lead = self.create_leads_at(
            moment, 1, expected_revenue=worth, date_deadline=day, user_id=user.id, **vals
        )
        self.deals.append(Deal(lead, worth, day, user, "CNY" if is_abroad else "USD"))

    def do_raise(self, deal, value, _today):
        deal.worth = deal.lead.expected_revenue = AMOUNTS[value % len(AMOUNTS)]

    def do_date(self, deal, value, _today):
        deal.day = deal.lead.date_deadline = DATES[value % len(DATES)]

    def do_hand(self, deal, value, _today):
        deal.user = deal.lead.user_id = (self.rep, self.leader)[value % 2]

    def do_win(self, deal, _value, today):
        if deal.state == "open":
            deal.lead.stage_id = self.stage_signed
            deal.state, deal.ending = "won", ("won", deal.worth, today, deal.user, True)

    def do_lose(self, deal, _value, today):
        if deal.state in ("open", "archived"):
            deal.lead.action_set_lost()
            deal.ending = ("lost", deal.worth, today, deal.user, deal.state == "open")
            deal.state = "lost"

    def do_archive(self, deal, _value, _today):
        if deal.state == "open":
            deal.lead.action_archive()
            deal.state = "archived"

    def do_open(self, deal, _value, _today):
        if deal.state == "won":
            deal.lead.stage_id = self.stage_lead
        elif deal.state in ("lost", "archived"):
            deal.lead.action_unarchive()
        deal.state, deal.ending = "open", None

    def do_delete(self, deal, _value, _today):
        deal.lead.unlink()
        deal.state, deal.ending = "gone", None

    def get_expected(self, kept, ends, scope):
        """Return the parts by the plain model: one thing of one deal changes after the other."""
        parts = {}

        def note(name, deal, old, new):
            amounts = [to_cents(deal, *state, scope) for state in (old, new)]
            amount, count = (after - before for before, after in zip(*amounts, strict=True))
            if amount or count:
                before = parts.get(name, (Decimal(0), 0))
                parts[name] = (before[0] + amount, before[1] + count)

        nothing = {"is_open": False, "day": False}
        for deal, (end, state, ending) in ends.items():
            was = kept.get(deal, nothing)
            outcome, last = self.get_outcome(was, end, state, ending)
            if was["is_open"]:
                note("opening", deal, (nothing, False), (was, False))
                note("rates", deal, (was, False), (was, True))
                is_in = scope[0] in (False, last["user"])
                now = {**was, "worth": (last if is_in else was)["worth"]}
                name = "raised" if last["worth"] > was["worth"] else "lowered"
                note(name, deal, (was, True), (now, True))
                moved = {**now, "day": last["day"]}
                is_january = last["day"] and last["day"].month == 1
                note("pulled_in" if is_january else "pushed_out", deal, (now, True), (moved, True))
                name = "handed_in" if scope[0] == last["user"] else "handed_out"
                note(name, deal, (moved, True), (last, True))
            elif last["is_open"]:
                note("brought_back" if deal in kept else "new", deal, (nothing, True), (last, True))
            if outcome != "open":
                note(outcome, deal, (last, True), (nothing, True))
            else:
                note("closing", deal, (nothing, True), (last, True))
        return {name: (float(amount), count) for name, (amount, count) in parts.items()}

    def get_outcome(self, was, end, state, ending):
        """Return what has become of a deal, and how it was when that came."""
        if state == "open":
            return "open", end
        if ending and (was["is_open"] or ending[4]):
            outcome, worth, day, user, _was_open = ending
            day = was["day"] if outcome == "lost" and was["is_open"] else day
            return outcome, {"is_open": True, "worth": worth, "day": day, "user": user}
        return "left", was

    @settings(SETTINGS, max_examples=12)
    @given(STORY)
    def check(self, story):
        savepoint = self.env.cr.savepoint()
        try:
            kept, ends = self.play(story)
            for user in (self.env["res.users"], self.rep, self.leader):
                for closing in (False, "month"):
                    found = self.get_parts(user_id=user.id, closing=closing)
                    expected = self.get_expected(kept, ends, (user or False, bool(closing)))
                    self.assertEqual(found, expected, story)
                    self.check_sum(found)
        finally:
            savepoint.rollback()
            savepoint.close()
            self.env.invalidate_all()

    def check_sum(self, parts):
        for number in (0, 1):
            of = {name: numbers[number] for name, numbers in parts.items()}
            closing = of.pop("closing", 0)
            self.assertAlmostEqual(sum(of.values()), closing, 2)

    def test_random_stories(self):
        self.assertEqual((MONDAY + WEEK), NEXT)
        self.check()
