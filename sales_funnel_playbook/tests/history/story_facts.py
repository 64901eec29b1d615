from datetime import timedelta

from odoo.exceptions import UserError

from ..properties import rule, st
from .story_strategies import DEAL, KEY, STAGE


class StoryFacts:
    """What people find out of a deal and write down, and the sheets they import."""

    @rule(deal=DEAL, amount=st.integers(0, 1))
    def fill_in(self, deal, amount):
        self.change(deal, expected_revenue=amount)

    @rule(deal=DEAL, what=st.integers(0, 4), value=st.integers(0, 2))
    def describe_deal(self, deal, what, value):
        """Say where a deal came from, or who the customer is; or say so no more."""
        name, values = [*self.case.traits.items()][what]
        self.change(deal, **{name: values[value]})

    @rule(deal=DEAL)
    def confirm(self, deal):
        if story := self.get_story(deal):
            self.step(story.lead.confirm_condition, self.case.review_passed.id)

    @rule(deal=DEAL)
    def withdraw(self, deal):
        if story := self.get_story(deal):
            self.step(story.lead.withdraw_confirmation, self.case.review_passed.id)

    @rule(deal=DEAL)
    def hand_in(self, deal):
        if story := self.get_story(deal):
            note = f"Minutes of talk {self.number}, written down the day after."
            self.step(story.lead.submit_output, self.case.minutes.id, note)

    @rule(deal=DEAL)
    def approve(self, deal):
        if story := self.get_story(deal):
            self.step(story.lead.output_ids.filtered("is_current").action_approve)

    @rule(deal=DEAL)
    def withdraw_output(self, deal):
        if story := self.get_story(deal):
            self.step(story.lead.withdraw_output, self.case.minutes.id)

    @rule(deal=DEAL)
    def let_it_stand(self, deal):
        """A manager lets a deal count as passed where it stands, or be restored there."""
        story = self.get_story(deal)
        if not story:
            return
        lead, stage = story.lead, story.lead.stage_id
        was_lost = lead.won_status == "lost"
        _held, asked = self.foresee(story, stage)
        reason, note = self.case.override_reason, "They have taken this over from the old team."
        is_made = self.step(lead.override_gate, stage.id, reason.id, note)
        rules = self.rules_of(lead.playbook_id)
        if is_made and rules and (asked if was_lost else rules.get_place(stage.id)):
            story.let_in()

    @rule(deal=DEAL)
    def write_down_late(self, deal):
        """A talk from between capturing the deal and entering it; a copy is captured when it is made."""
        story = self.get_story(deal)
        moment = story and story.was[0].since - timedelta(days=1)
        if story and story.lead.captured_at <= moment:
            vals = {
                "lead_id": story.lead.id,
                "communicated_at": moment,
                "summary": f"Met at the fair, {self.number}.",
            }
            is_made = self.step(self.case.env["crm.lead.progress"].create, vals)
            self.case.assertTrue(is_made)

    @rule(deal=DEAL, contact=KEY)
    def name_decider(self, deal, contact):
        story, person = self.get_story(deal), self.case.contacts[contact]
        if story and person.exists():
            vals = {"lead_id": story.lead.id, "partner_id": person.id, "role": "decision_maker"}
            self.step(self.case.env["crm.lead.stakeholder"].create, vals)
            self.change(deal, partner_id=person.id)

    @rule(contact=KEY, other=KEY)
    def merge_contacts(self, contact, other):
        one, two = (self.case.contacts[number] for number in (contact, other))
        if one == two or (one | two).exists() != one | two:
            return
        merge = self.case.env["base.partner.merge.automatic.wizard"]._merge
        self.case.assertTrue(self.step(merge, [one.id, two.id], one))
        for story in self.stories:
            people = story.lead.stakeholder_ids.mapped("partner_id.id")
            self.case.assertEqual(len(story.lead.stakeholder_ids), len(people))

    @rule(deal=DEAL, stage=STAGE, line=KEY)
    def import_change(self, deal, stage, line):
        """A sheet moves the deal and gives it another product line at once. It finds no archived ones."""
        story = self.get_story(deal)
        if not story or not story.lead.active:
            return
        lead, target, its_line = story.lead, self.get_place(stage), self.case.lines[line]
        playbook = self.get_playbook(its_line, lead.team_id) or lead.playbook_id
        is_moving, was_lost = lead.stage_id != target, lead.won_status == "lost"
        held, _asked = self.foresee(story, target, playbook)
        vals = {".id": lead.id, "stage_id": target.id, "product_line_id": its_line.id}
        is_made = self.step(self.load, vals)
        if is_moving:
            self.check_made(story, is_made, held, f"imported into {target.name}")
        rules = self.rules_of(lead.playbook_id)
        if is_made and is_moving and rules and (place := rules.get_place(target.id)) and not was_lost:
            story.enter(place)

    def load(self, vals):
        """Import a row, as a sheet says it; return its deal.

        :raise UserError: when it is refused
        """
        lead = self.case.env["crm.lead"]
        names = [f"{name}/.id" if name.endswith("_id") and name != ".id" else name for name in vals]
        result = lead.load(names, [[str(value or "") for value in vals.values()]])
        if not result["ids"]:
            raise UserError(str(result["messages"]))
        return lead.browse(result["ids"])

    def get_playbook(self, line, team):
        """Return the playbook that a deal of a product line and a team follows."""
        known = self.case.playbook | self.case.observing
        by_line = known.filtered(lambda one: one.active and one == line.playbook_id)
        return by_line or known.filtered(lambda one: one.active and team in one.team_ids)
