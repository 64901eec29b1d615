from datetime import datetime, timedelta

from odoo.exceptions import UserError

from ..properties import RuleBasedStateMachine, invariant, rule, st
from .story_model import Story

START = datetime(2024, 3, 4, 9)
MAX_DEALS = 4
DEAL, STAGE, KEY = st.integers(0, MAX_DEALS - 1), st.integers(0, 4), st.integers(0, 2)


class StoryMachine(RuleBasedStateMachine):
    """People work on deals in two companies, three teams and three ways to be under a playbook; after each
    step the log says what the deals are, and the numbers count what the story tells.
    """

    case = None

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint()
        self.now, self.stories = START, []
        self.number = self.checked = 0
        for line in (0, 1):
            self.begin(stage=0, team=0, line=line)

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.case.env.invalidate_all(flush=False)
        self.case.registry.clear_cache()

    # how a step is made

    def step(self, change, *args):
        """Make a change some hours later; return whether it was made. What is refused changes nothing."""
        case = self.case
        self.now += timedelta(hours=5)
        self.number += 1
        with case.mock_datetime_and_now(self.now):
            try:
                with case.env.cr.savepoint():
                    change(*args)
                    case.env.flush_all()
                    case.env.cr.precommit.run()
            except UserError:
                case.env.invalidate_all()
                is_made = False
            else:
                is_made = True
            self.stories = [story for story in self.stories if story.lead.exists()]
            for story in self.stories:
                story.note(self.now)
        return is_made

    def get_story(self, number):
        return self.stories[number % len(self.stories)] if self.stories else None

    def change(self, number, **vals):
        if story := self.get_story(number):
            self.step(story.lead.write, vals)

    # what people do

    @rule(stage=STAGE, team=KEY, line=KEY)
    def begin(self, stage, team, line):
        if len(self.stories) >= MAX_DEALS:
            return
        case = self.case
        vals = {
            "name": f"Deal {self.number}",
            "type": "opportunity",
            "user_id": False,
            "team_id": case.teams[team].id,
            "product_line_id": case.lines[line].id,
            "stage_id": case.places[stage].id,
            "expected_revenue": 0,
        }
        made = []
        if self.step(lambda: made.append(case.env["crm.lead"].create(vals))):
            story = Story(made[0])
            self.stories.append(story)
            story.note(self.now)
            lead = story.lead
            rules = case.rules_of(lead.playbook_id)
            if rules and (place := rules.get_place(lead.stage_id.id)):
                story.enter(self.now, lead.playbook_id.id, lead.stage_id.id, place)
                story.passed[lead.playbook_id.id] = lead.stage_id.id

    @rule(deal=DEAL, stage=STAGE)
    def drag(self, deal, stage):
        story = self.get_story(deal)
        if not story:
            return
        lead, target = story.lead, self.case.places[stage]
        playbook, before = lead.playbook_id, lead.stage_id
        was_lost = lead.won_status == "lost"
        rules = self.case.rules_of(playbook)
        is_moving = before != target
        held, _asked = (
            rules.is_held_back(lead, story.passed.get(playbook.id), target.id) if rules else (False, False)
        )
        is_made = self.step(lead.write, {"stage_id": target.id})
        if is_moving:
            self.case.assertEqual(is_made, not held, f"{before.name} → {target.name}")
        if is_made and is_moving and rules and (place := rules.get_place(target.id)) and not was_lost:
            story.enter(self.now, playbook.id, target.id, place)
            story.passed[playbook.id] = target.id

    @rule(deal=DEAL)
    def lose(self, deal):
        if story := self.get_story(deal):
            self.step(story.lead.action_set_lost)

    @rule(deal=DEAL)
    def restore(self, deal):
        story = self.get_story(deal)
        if not story or story.lead.won_status != "lost":
            return
        lead, playbook = story.lead, story.lead.playbook_id
        rules = self.case.rules_of(playbook)
        stage = lead.stage_id.id
        held, asked = (
            rules.is_held_back(lead, story.passed.get(playbook.id), stage) if rules else (False, False)
        )
        is_made = self.step(lead.action_restore)
        self.case.assertEqual(is_made, not held, "restored")
        if is_made and asked:
            story.passed[playbook.id] = stage

    @rule(deal=DEAL)
    def archive(self, deal):
        story = self.get_story(deal)
        if story and story.lead.active:
            self.step(story.lead.action_archive)

    @rule(deal=DEAL)
    def unarchive(self, deal):
        story = self.get_story(deal)
        if story and not story.lead.active and story.lead.won_status != "lost":
            self.step(story.lead.action_unarchive)

    @rule(deal=DEAL, line=KEY)
    def choose_line(self, deal, line):
        self.change(deal, product_line_id=self.case.lines[line].id)

    @rule(deal=DEAL, team=KEY)
    def give_to_team(self, deal, team):
        self.change(deal, team_id=self.case.teams[team].id)

    @rule(deal=DEAL, user=KEY)
    def give_to(self, deal, user):
        self.change(deal, user_id=self.case.people[user].id)

    @rule(deal=DEAL, company=st.integers(0, 1))
    def change_company(self, deal, company):
        self.change(deal, company_id=self.case.companies[company].id)

    @rule(deal=DEAL, amount=st.integers(0, 1))
    def fill_in(self, deal, amount):
        self.change(deal, expected_revenue=amount)

    @rule(deal=DEAL)
    def confirm(self, deal):
        if story := self.get_story(deal):
            self.step(story.lead.confirm_condition, self.case.review_passed.id)

    @rule(deal=DEAL)
    def withdraw(self, deal):
        if story := self.get_story(deal):
            self.step(story.lead.withdraw_confirmation, self.case.review_passed.id)

    @rule(deal=DEAL, other=DEAL)
    def merge(self, deal, other):
        one, two = self.get_story(deal), self.get_story(other)
        if not one or one is two:
            return
        leads = one.lead | two.lead
        if self.step(leads.merge_opportunity):
            self.stories = [story for story in self.stories if story.lead.exists()]
            for story in (one, two):
                story.is_told = False

    @rule(deal=DEAL)
    def duplicate(self, deal):
        story = self.get_story(deal)
        if not story or len(self.stories) >= MAX_DEALS:
            return
        copies = []
        if self.step(lambda: copies.append(story.lead.copy())):
            copy = Story(copies[0])
            copy.is_told = False
            self.stories.append(copy)
            copy.note(self.now)
            rules = self.case.rules_of(copy.lead.playbook_id)
            if rules and rules.get_place(copy.lead.stage_id.id):
                copy.passed[copy.lead.playbook_id.id] = copy.lead.stage_id.id

    @rule()
    def stop_or_start(self):
        """Archive the observing playbook, or take it back into use: running deals are taken as they are."""
        playbook = self.case.observing
        unlogged = [story for story in self.stories if not story.lead.stage_log_ids]
        if not playbook.active:
            for story in unlogged:
                story.is_told = False  # its past is filled in, if it comes under this playbook now
        before = {story: story.lead.playbook_id for story in self.stories}
        self.step(playbook.write, {"active": not playbook.active})
        for story, old in before.items():
            new = story.lead.playbook_id
            if new and new != old and self.case.rules_of(new).get_place(story.lead.stage_id.id):
                story.passed[new.id] = story.lead.stage_id.id

    # what must hold

    @invariant()
    def check(self):
        if self.number == self.checked:
            return
        self.checked = self.number
        with self.case.mock_datetime_and_now(self.now):
            self.check_log()

    def check_log(self):
        case = self.case
        for story in self.stories:
            log = story.lead.stage_log_ids.sorted("sequence")
            self.check_present(story.lead, log)
            if story.is_told:
                self.check_past(story, log)
        if self.number % 10 == 0:
            case.assertFalse(case.env["crm.playbook.integrity"]._find_faults())
            if all(story.is_told for story in self.stories):
                self.check_numbers()

    def check_present(self, lead, log):
        current = log.filtered(lambda one: not one.left_at)
        self.case.assertEqual(current.playbook_id, lead.playbook_id)
        if current:
            told = (current.stage_id, current.team_id, current.user_id, current.company_id)
            self.case.assertEqual(told, (lead.stage_id, lead.team_id, lead.user_id, lead.company_id))

    def check_past(self, story, log):
        for was in story.was:
            covering = log.filtered(
                lambda one, at=was.since: one.entered_at <= at and (not one.left_at or one.left_at > at)
            )
            if not was.playbook:
                self.case.assertFalse(covering, (was, self.describe(log)))
                continue
            keys = (covering.company_id, covering.team_id, covering.user_id, covering.product_line_id)
            told = (covering.playbook_id.id, covering.stage_id.id, covering.state, *(key.id for key in keys))
            self.case.assertEqual(told, was[1:], (was, self.describe(log)))

    def describe(self, log):
        return [
            (
                one.sequence,
                str(one.entered_at),
                str(one.left_at),
                one.kind,
                one.playbook_id.id,
                one.stage_id.name,
            )
            for one in log
        ]

    def check_numbers(self):
        case, since, until = self.case, START, self.now + timedelta(seconds=1)
        for playbook in case.playbook | case.observing:
            numbers = case.env["crm.funnel.report"]._get_stage_numbers(
                {"playbook_id": playbook.id}, since, until
            )
            for stage in playbook.stage_ids.stage_id:
                found = numbers.get(stage.id) or case.env["crm.funnel.report"]._get_no_numbers()
                case.assertEqual(
                    {
                        name: found[name]
                        for name in ("open_count", "begun_count", "cohort_count", "reached_count")
                    },
                    self.count(playbook.id, stage.id),
                    (playbook.name, stage.name),
                )

    def count(self, playbook, stage):
        present = [story.get_at(self.now) for story in self.stories]
        first = [story.get_first_entries().get((playbook, stage)) for story in self.stories]
        return {
            "open_count": sum(was[1:4] == (playbook, stage, "open") for was in present if was),
            "begun_count": sum(
                entry[1:3] == (playbook, stage) for story in self.stories for entry in story.entries
            ),
            "cohort_count": sum(one is not None for one in first),
            "reached_count": sum(bool(one and one[1]) for one in first),
        }
