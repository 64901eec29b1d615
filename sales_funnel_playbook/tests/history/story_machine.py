from datetime import timedelta

from odoo.exceptions import UserError

from ..properties import RuleBasedStateMachine, rule, st
from .story_checks import StoryChecks
from .story_model import START, Story

MAX_DEALS = 4
DEAL, STAGE, KEY = st.integers(0, MAX_DEALS - 1), st.integers(0, 4), st.integers(0, 2)


class StoryMachine(StoryChecks, RuleBasedStateMachine):
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
    def advance(self, deal):
        """Meet what may be asked for, and go to the next stage."""
        story = self.get_story(deal)
        if not story or not story.lead.active:
            return
        self.fill_in(deal=deal, amount=1)
        self.confirm(deal=deal)
        self.drag(deal=deal, stage=min(self.case.places.index(story.lead.stage_id) + 1, 3))

    @rule(deal=DEAL, stage=STAGE)
    def go_on(self, deal, stage):
        """Most of what happens to deals is that they are moved."""
        self.advance(deal=deal)
        self.drag(deal=deal, stage=stage)

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
