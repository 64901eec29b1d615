from datetime import timedelta

from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.models.history.rebuild import COLUMNS
from odoo.addons.sales_funnel_playbook.report.crm_funnel_numbers import EVENTS

from ..properties import invariant
from .story_model import START


class StoryChecks:
    """What must hold after each step of a story: the log says what the deals are and were, and SQL counts
    what the story tells.
    """

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
            if story.is_clear:
                self.check_present(story.lead, log)
            if story.is_told:
                self.check_past(story, log)
        if self.number % 10 == 0:
            faults = case.env["crm.playbook.integrity"]._find_faults()
            case.assertFalse(faults, faults and self.describe_faults(faults))
            self.check_numbers()

    def check_present(self, lead, log):
        current = log.filtered(lambda one: not one.left_at)
        self.case.assertEqual(current.playbook_id, lead.playbook_id)
        if current:
            told = (current.stage_id, current.team_id, current.user_id, current.company_id)
            self.case.assertEqual(told, (lead.stage_id, lead.team_id, lead.user_id, lead.company_id))

    def check_past(self, story, log):
        known = [was for was in story.was if story.is_clear or was.since < story.behind]
        for was in known:
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

    def describe_faults(self, faults):
        """Return what the log says of the deals concerned, and what follows from its facts."""
        env = self.case.env
        leads = env["crm.lead"].browse(id_ for fault in faults for id_ in fault["lead_ids"])
        names = ["sequence", "stay_sequence", "kind", "state", "gate", "stage_rank", *COLUMNS]
        derived = env["crm.lead.stage.log"]._get_derived(SQL("log.lead_id = ANY(%s)", leads.ids))
        return [
            *(self.describe(lead.stage_log_ids.sorted("sequence")) for lead in leads),
            leads.stage_log_ids.sorted("sequence").read(names),
            env.execute_query_dict(SQL("SELECT * FROM (%s) derived ORDER BY sequence", derived)),
        ]

    def check_numbers(self):
        """Compare the numbers of the deals whose whole story is told."""
        stories = [story for story in self.stories if story.is_told and story.is_clear]
        leads = self.case.env["crm.lead"].browse(story.lead.id for story in stories)
        for playbook in self.case.playbook | self.case.observing:
            for stage in playbook.stage_ids.stage_id:
                found = self.read_numbers(playbook, stage, leads)
                self.case.assertEqual(
                    found, self.count(stories, playbook.id, stage.id), (playbook.name, stage.name)
                )

    def read_numbers(self, playbook, stage, leads):
        """Return what SQL counts of these leads."""
        report = self.case.env["crm.funnel.report"]
        its = Domain("stage_id", "=", stage.id) & Domain("lead_id", "in", leads.ids)
        until = self.now + timedelta(seconds=1)
        is_open = report._get_open_domain({"playbook_id": playbook.id}, until)
        events = its & report._get_period_domain({"playbook_id": playbook.id}, START, until)
        return {
            "open_count": self.case.env["crm.lead.stage.log"].search_count(its & is_open),
            **{
                name: report.search_count(events & Domain(EVENTS[name]))
                for name in ("begun_count", "cohort_count", "reached_count")
            },
        }

    def count(self, stories, playbook, stage):
        present = [story.get_at(self.now) for story in stories]
        first = [story.get_first_entries().get((playbook, stage)) for story in stories]
        return {
            "open_count": sum(was[1:4] == (playbook, stage, "open") for was in present if was),
            "begun_count": sum(
                entry[1:3] == (playbook, stage) for story in stories for entry in story.entries
            ),
            "cohort_count": sum(one is not None for one in first),
            "reached_count": sum(bool(one and one[1]) for one in first),
        }
