from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mean, median

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..properties import SETTINGS, given, settings, st
from .funnel_common import FunnelCase

START = datetime(2024, 3, 4, 9)
LEADS = 3
STEP = st.tuples(
    st.sampled_from(("stage", "stage", "stage", "lose", "restore", "win")),
    st.integers(0, LEADS - 1),
    st.integers(0, 4),
    st.integers(1, 100),
)


@tagged("post_install", "-at_install")
class TestFunnelInvariants(FunnelCase):
    """Whatever deals do, SQL counts what the definitions say: told here once more, slowly and in Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.siding = cls.env["crm.stage"].create(
            {"name": "Siding", "sequence": 2, "team_ids": [Command.set(cls.team.ids)]}
        )

    def act(self, name, lead, stage):
        if name == "stage":
            lead.stage_id = [*self.stages, self.siding][stage]
        elif name == "lose" and lead.active:
            lead.action_set_lost()
        elif name == "restore" and not lead.active:
            lead.action_unarchive()
        elif name == "win" and lead.active:
            lead.action_set_won()

    @given(st.lists(STEP, min_size=3, max_size=14), st.integers(0, 200), st.integers(20, 400))
    @settings(SETTINGS, max_examples=20)
    def test_numbers(self, steps, first_hour, hours):
        savepoint = self.env.cr.savepoint()
        try:
            leads, now = self.create_leads_at(START, LEADS), START
            for name, number, stage, later in steps:
                now += timedelta(hours=later)
                try:
                    with self.mock_datetime_and_now(now), self.env.cr.savepoint():
                        self.act(name, leads[number], stage)
                        self.env.cr.flush()
                except UserError:
                    self.env.invalidate_all()  # Odoo has rules of its own, of which none is ours
            since = START + timedelta(hours=first_hour)
            self.check_numbers(leads, since, since + timedelta(hours=hours))
        finally:
            savepoint.rollback()
            self.env.invalidate_all()

    def check_numbers(self, leads, since, until):
        numbers = self.Report._get_stage_numbers({"playbook_id": self.playbook.id}, since, until)
        log = leads.with_context(active_test=False).stage_log_ids
        path = self.playbook.stage_ids.stage_id.sorted("sequence")
        for place, stage in enumerate(path):
            found = numbers.get(stage.id) or self.Report._get_no_numbers()
            expected = self.count(log, stage, path[place + 1 : place + 2], since, until)
            for name, value in expected.items():
                if isinstance(value, float):
                    self.assertAlmostEqual(found[name], value, 6, f"{stage.name} {name}")
                else:
                    self.assertEqual(found[name], value, f"{stage.name} {name}")

    def count(self, log, stage, following, since, until):
        """Return the numbers of a stage by their definitions, from what deals were in order."""
        ranks = self.env["crm.stage"]._get_ranks()
        stories = [[*its.sorted("sequence")] for its in log.grouped("lead_id").values()]
        begins = self.find_entries(stories)
        begun = [s for s in begins if s.stage_id == stage and since <= s.entered_at < until]
        came = [s for s in begins if s.stage_id == following and since <= s.entered_at < until]
        left = [
            way
            for story in stories
            for where, moment, way in self.find_ways(story, begins, ranks)
            if where == stage and since <= moment < until
        ]
        cohort = self.find_cohort(begins, stage, since, until)
        further = [s for s in begins if ranks[s.stage_id.id] > ranks[stage.id]]
        reached = [
            s for s in cohort if any(f.lead_id == s.lead_id and f.sequence > s.sequence for f in further)
        ]
        days = self.count_days(stories, stage, since, until)
        there = self.find_open(log, stage, until)
        return {
            "begun_count": len(begun),
            "flow_rate": len(came) * 100.0 / len(begun) if begun and following else None,
            "advanced_count": left.count("further") + left.count("won"),
            "won_count": left.count("won"),
            "lost_count": left.count("lost"),
            "returned_count": left.count("back"),
            "cohort_count": len(cohort),
            "reached_count": len(reached),
            "stay_count": len(days),
            "stay_days": float(mean(days)) if days else None,
            "stay_days_median": float(median(days)) if days else None,
            "open_count": len(there),
            "open_amount": 1000.0 * len(there),
        }

    @staticmethod
    def find_open(log, stage, until):
        """Return what deals were that stood open in the stage when the period ended."""
        there = [s for s in log if s.stage_id == stage and s.state == "open"]
        return [s for s in there if s.entered_at < until and (not s.left_at or s.left_at >= until)]

    @staticmethod
    def find_cohort(begins, stage, since, until):
        """Return the entries of deals that came into the stage for the first time within the period."""
        first = {}
        for one in (one for one in begins if one.stage_id == stage):
            first.setdefault(one.lead_id, one)
        return [s for s in first.values() if since <= s.entered_at < until]

    def find_entries(self, stories):
        """Return the entries into stages that the playbook names."""
        named = self.playbook.stage_ids.stage_id
        return [
            one
            for story in stories
            for before, one in zip([None, *story], story, strict=False)
            if one.kind in ("created", "forward", "skip", "backward", "won")
            and one.stage_id in named
            and (not before or before.stage_id != one.stage_id)
        ]

    def find_ways(self, story, begins, ranks):
        """Return ``(stage, moment, way)`` of each time that a deal went on, from the last stage that the
        playbook named.
        """
        named, where, ways = self.playbook.stage_ids.stage_id, self.env["crm.stage"], []
        for one, after in pairwise([None, *story]):
            if one and one.stage_id in named:
                where = one.stage_id
            if after.state == "won" and (not one or after.kind == "won"):
                ways.append((where or (after.stage_id & named), after.entered_at, "won"))
            elif after.kind == "lost" and (not one or one.state != "lost"):
                ways.append((where or (after.stage_id & named), after.entered_at, "lost"))
            elif one and after in begins and after.stage_id != where:
                is_further = ranks[after.stage_id.id] > ranks.get(where.id, -1)
                ways.append((where, after.entered_at, "further" if is_further else "back"))
        return ways

    def count_days(self, stories, stage, since, until):
        """Return how long each stay in a stage was open that was over in the period and has not gone on."""
        runs = []
        for story in stories:
            for before, one in zip([None, *story], story, strict=False):
                if not before or before.stage_id != one.stage_id:
                    runs.append([])
                runs[-1].append(one)
        worked = [[one for one in run if one.state == "open"] for run in runs if run[0].stage_id == stage]
        return [
            sum((one.left_at - one.entered_at).total_seconds() for one in run) / 86400
            for run in worked
            if run and run[-1].left_at and since <= run[-1].left_at < until
        ]
