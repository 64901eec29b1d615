from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.models.history.rebuild import COLUMNS

from ..properties import invariant
from .story_funnel_checks import StoryFunnelChecks


class StoryChecks(StoryFunnelChecks):
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
