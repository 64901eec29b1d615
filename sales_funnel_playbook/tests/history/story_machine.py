from datetime import timedelta

from odoo.exceptions import UserError

from ..properties import RuleBasedStateMachine, rule, st
from .story_changes import StoryChanges
from .story_checks import StoryChecks
from .story_facts import StoryFacts
from .story_model import START, Rules, Story
from .story_strategies import DEAL, KEY, MAX_DEALS, STAGE


class StoryMachine(StoryChecks, StoryFacts, StoryChanges, RuleBasedStateMachine):
    """People work on deals in two companies, three teams and three ways to be under a playbook; after each
    step the log says what the deals are, and the numbers count what the story tells.
    """

    case = None

    def __init__(self):
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint()
        self.now, self.slow, self.stories = START, 0, []
        self.number = self.checked = 0
        self.places = [*self.case.places]
        self.tell_rules()
        for line in (0, 1):
            self.begin(stage=0, team=0, line=line, is_imported=False)

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.case.env.invalidate_all(flush=False)
        self.case.registry.clear_cache()

    def tell_rules(self):
        """Ask the administrator what the playbooks are now."""
        case = self.case
        self.rules = {one.id: Rules(one, case.tests) for one in case.playbook | case.observing}

    def rules_of(self, playbook):
        return self.rules.get(playbook.id)

    def find_place(self, playbook, stage):
        rules = self.rules.get(playbook)
        return rules and rules.get_place(stage)

    # how a step is made

    def step(self, change, *args, before_note=None):
        """Make a change some hours later; return whether it was made. What is refused changes nothing."""
        case = self.case
        self.now += timedelta(hours=5)
        moment = self.moment = self.now - timedelta(hours=self.slow)
        self.slow = 0
        self.number += 1
        with case.mock_datetime_and_now(moment):
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
            if before_note and is_made:
                before_note()
            for story in self.stories:
                story.note(moment)
        return is_made

    def get_story(self, number):
        return self.stories[number % len(self.stories)] if self.stories else None

    def get_place(self, number):
        return self.places[number % len(self.places)]

    def change(self, number, **vals):
        if story := self.get_story(number):
            self.step(story.lead.write, vals)

    def foresee(self, story, stage, playbook=None):
        """Return whether a gate would hold the deal back, and whether it asks for anything."""
        playbook = playbook or story.lead.playbook_id
        rules = self.rules_of(playbook)
        if not rules:
            return False, False
        return rules.is_held_back(story.lead, story.passed.get(playbook.id), stage.id)

    def check_made(self, story, is_made, held, what):
        if story.is_sure:
            self.case.assertEqual(is_made, not held, what)

    # what people do

    @rule(hours=st.sampled_from((5, 7, 13)))
    def set_clock_back(self, hours):
        """The next step is made at the moment of the last one, or before it."""
        self.slow = hours

    @rule(stage=STAGE, team=KEY, line=KEY, is_imported=st.booleans())
    def begin(self, stage, team, line, is_imported):
        if len(self.stories) >= MAX_DEALS:
            return
        case = self.case
        vals = {
            "name": f"Deal {self.number}",
            "type": "opportunity",
            "user_id": False,
            "team_id": case.teams[team].id,
            "product_line_id": case.lines[line].id,
            "stage_id": self.get_place(stage).id,
            "expected_revenue": 0,
            "captured_at": self.now - timedelta(days=2),
        }
        made = []
        create = self.load if is_imported else case.env["crm.lead"].create
        if self.step(lambda: made.append(create(vals))):
            story = Story(made[0], self.find_place)
            self.stories.append(story)
            story.note(self.moment)
            rules = self.rules_of(story.lead.playbook_id)
            if rules and (place := rules.get_place(story.lead.stage_id.id)):
                story.enter(place)

    @rule(deal=DEAL, stage=STAGE)
    def drag(self, deal, stage):
        if story := self.get_story(deal):
            self.move(story, self.get_place(stage))

    def move(self, story, target):
        lead, playbook, before = story.lead, story.lead.playbook_id, story.lead.stage_id
        was_lost, is_moving = lead.won_status == "lost", before != target
        held, _asked = self.foresee(story, target)
        is_made = self.step(lead.write, {"stage_id": target.id})
        if is_moving:
            self.check_made(story, is_made, held, f"{before.name} → {target.name}")
        rules = self.rules_of(playbook)
        if is_made and is_moving and rules and (place := rules.get_place(target.id)) and not was_lost:
            story.enter(place)

    @rule(deal=DEAL)
    def advance(self, deal):
        """Meet what may be asked for, and go to the next stage."""
        story = self.get_story(deal)
        if not story or not story.lead.active:
            return
        self.fill_in(deal=deal, amount=1)
        self.confirm(deal=deal)
        rules = self.rules_of(story.lead.playbook_id) or self.rules[self.case.playbook.id]
        further = [one for one in rules.stages if rules.ranks[one] > rules.ranks[story.lead.stage_id.id]]
        if further:
            self.move(story, self.case.env["crm.stage"].browse(further[0]))

    @rule(deal=DEAL, stage=STAGE)
    def go_on(self, deal, stage):
        """Most of what happens to deals is that they are moved."""
        self.advance(deal=deal)
        self.drag(deal=deal, stage=stage)

    @rule(deal=DEAL, reason=KEY)
    def lose(self, deal, reason):
        if story := self.get_story(deal):
            vals = {"lost_reason_id": self.case.reasons[reason].id} if self.case.reasons[reason] else {}
            self.step(lambda: story.lead.action_set_lost(**vals))

    @rule(deal=DEAL)
    def restore(self, deal):
        story = self.get_story(deal)
        if not story or story.lead.won_status != "lost":
            return
        held, asked = self.foresee(story, story.lead.stage_id)
        is_made = self.step(story.lead.action_restore)
        self.check_made(story, is_made, held, "restored")
        if is_made and asked:
            story.let_in()

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
        """It is refused for none but a deal that was won beside the playbook, and comes back."""
        story = self.get_story(deal)
        if story:
            is_won = story.lead.won_status == "won"
            is_made = self.step(story.lead.write, {"team_id": self.case.teams[team].id})
            self.case.assertTrue(is_made or is_won, "given to another team")

    @rule(deal=DEAL, user=KEY)
    def give_to(self, deal, user):
        self.change(deal, user_id=self.case.people[user].id)

    @rule(deal=DEAL, company=st.integers(0, 1))
    def change_company(self, deal, company):
        self.change(deal, company_id=self.case.companies[company].id)

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
            # where the other was let in, by a playbook that this one never followed, is its history too
            is_known = one.passed.keys() == two.passed.keys()
            for story in (one, two):
                story.is_sure = story.is_sure and is_known

    @rule(deal=DEAL)
    def duplicate(self, deal):
        story = self.get_story(deal)
        if not story or len(self.stories) >= MAX_DEALS:
            return
        copies = []
        if self.step(lambda: copies.append(story.lead.copy())):
            copy = Story(copies[0], self.find_place)
            copy.is_told = False
            self.stories.append(copy)
            copy.note(self.moment)
            rules = self.rules_of(copy.lead.playbook_id)
            if rules and rules.get_place(copy.lead.stage_id.id):
                copy.let_in()
