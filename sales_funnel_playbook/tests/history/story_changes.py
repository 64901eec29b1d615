from unittest.mock import patch

from odoo import Command

from odoo.addons.sales_funnel_playbook.models.core import crm_playbook_refresh

from ..properties import rule, st
from .story_strategies import STAGE

MAX_PLACES = 7
EITHER = st.integers(0, 1)


class StoryChanges:
    """What an administrator changes while deals are on their way: who follows which playbook, at once or by a
    job that takes one deal at a time; and its stages.
    """

    def get_playbook_at(self, number):
        return (self.case.playbook, self.case.observing)[number]

    # who follows which playbook

    @rule(which=EITHER, is_small=st.booleans())
    def stop_or_start(self, which, is_small):
        """Archive a playbook, or take it back into use: running deals are taken as they are."""
        playbook = self.get_playbook_at(which)
        self.reassign(playbook.write, {"active": not playbook.active}, is_small=is_small)

    @rule(line=EITHER, which=st.integers(0, 2), is_small=st.booleans())
    def move_line(self, line, which, is_small):
        """Give a product line to a playbook, or to none."""
        playbook = self.get_playbook_at(which).id if which < 2 else False
        self.reassign(self.case.lines[line].write, {"playbook_id": playbook}, is_small=is_small)

    def reassign(self, change, vals, is_small):
        """Make a change after which deals follow other playbooks than before."""
        before = {story: story.lead.playbook_id for story in self.stories}
        unlogged = [story for story in self.stories if not story.lead.stage_log_ids]
        pending = [story for story in self.stories if story.behind]
        is_busy = bool(self.get_requests().filtered(lambda one: one.kind == "history"))
        with patch.object(crm_playbook_refresh, "BATCH", 1 if is_small else 5000):
            self.step(change, vals)
        for story in pending:  # what was asked for before it is told, is told of the later moment
            story.is_told = story.is_sure = False
        for story, old in before.items():
            new = story.lead.playbook_id
            if new == old:
                continue
            if is_busy:  # which of the requests made it so, nobody can tell
                story.is_told = False
            if is_small:
                story.behind = story.now.since
            if new:
                self.join(story, story in unlogged)

    def join(self, story, is_filled):
        """A deal has come under a playbook, with others; if it had no log, it gets its past."""
        is_named = self.rules_of(story.lead.playbook_id).get_place(story.lead.stage_id.id)
        if is_filled:
            story.is_told = False
            story.is_sure = story.is_sure and bool(is_named)
        if is_named:
            story.let_in()

    @rule(is_whole=st.booleans())
    def run_job(self, is_whole):
        """Let the job go on: to its end, or by one deal."""
        self.step(self.run_batches, 50 if is_whole else 1)
        if not self.get_requests().filtered(lambda one: one.kind == "history"):
            for story in self.stories:
                story.behind = None

    def get_requests(self):
        return self.case.env["crm.playbook.refresh"].search([("kind", "in", ("history", "recheck"))])

    def run_batches(self, count):
        for _number in range(count):
            request = self.get_requests()[:1]
            if not request or request._run_batch(1) is None:
                return

    # its stages

    @rule(stage=STAGE)
    def rename_stage(self, stage):
        self.step(self.get_place(stage).write, {"name": f"Stage {self.number}"})

    @rule(stage=STAGE, other=STAGE)
    def reorder_stages(self, stage, other):
        one, two = self.get_place(stage), self.get_place(other)
        places = {one: two.sequence, two: one.sequence}
        self.step(lambda: [place.write({"sequence": number}) for place, number in places.items()])
        self.tell_rules()

    @rule(which=EITHER, stage=STAGE)
    def remove_stage(self, which, stage):
        """Take a stage out of a playbook, unless something was recorded for it."""
        own = self.get_playbook_at(which).stage_ids
        one = own[stage % len(own)]
        rules = [("condition_id", "in", one.condition_ids.ids)], [("output_id", "in", one.output_ids.ids)]
        facts = (self.case.env["crm.lead.confirmation"], self.case.env["crm.lead.output"])
        if len(own) > 1 and not any(fact.search(domain) for fact, domain in zip(facts, rules, strict=True)):
            self.step(one.unlink)
            self.tell_rules()

    @rule(which=EITHER, stage=STAGE)
    def put_stage_back(self, which, stage):
        """Name a stage that the playbook does not name."""
        playbook, place = self.get_playbook_at(which), self.get_place(stage)
        if place not in playbook.stage_ids.stage_id:
            self.step(playbook.write, {"stage_ids": [Command.create({"stage_id": place.id})]})
            self.tell_rules()

    @rule(stage=STAGE, kept=EITHER, stay=st.sampled_from(("continue", "begin")))
    def split_stage(self, stage, kept, stay):
        """Make two stages of one; the deals with an amount change into the new one."""
        playbook = self.case.playbook
        own = playbook.stage_ids.sorted("sequence")
        if (one := own[stage % len(own)]).stage_id.is_won or len(self.places) >= MAX_PLACES:
            return
        was = {story: story.now for story in self.stories}
        old = one.stage_id
        wizard = self.prepare_split(one, kept, stay)
        is_made = self.step(wizard.action_split, before_note=lambda: self.note_split(old, was, stay))
        self.case.assertTrue(is_made)

    def prepare_split(self, one, kept, stay):
        wizard = self.case.env[one.action_split()["res_model"]].create(
            self.case.env["crm.playbook.split.stage"]._prepare_for(one)
        )
        wizard.stay = stay
        for number, line in enumerate(wizard.line_ids):
            line.is_kept = number == kept
            line.name = f"{line.name} of {self.number}"
        changing = wizard.line_ids[1 - kept]
        changing.write({"takes_deals": True, "domain": "[('expected_revenue', '>', 0)]"})
        return wizard

    def note_split(self, old, was, stay):
        """Tell what the split has made of the stages and of the deals, and that it took the right ones."""
        playbook = self.case.playbook
        [new] = [one for one in playbook.stage_ids.stage_id if one not in self.places and one != old]
        self.places.append(new)
        self.tell_rules()
        for story, one in was.items():
            lead = story.lead
            is_taken = one[1:4] == (playbook.id, old.id, "open") and lead.expected_revenue > 0
            self.case.assertEqual(lead.stage_id == new, is_taken, (lead.name, one))
            if is_taken and stay == "continue":
                story.rename(new.id, self.rules_of(playbook).get_place(new.id))
            elif is_taken and story.passed.get(playbook.id) == old.id:
                story.passed[playbook.id] = new.id
                story.let_in_stay[playbook.id] = story.stay + 1  # which is about to begin
