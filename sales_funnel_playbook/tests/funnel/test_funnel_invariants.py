from datetime import datetime, timedelta
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
        log = leads.with_context(active_test=False).stage_log_ids.sorted(lambda s: (s.entered_at, s.id))
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
        """Return the numbers of a stage by their definitions, from all stays in order."""
        begins = [s for s in log if s.kind not in ("lost", "restored") and s.stage_id != s.previous_stage_id]
        begun = [s for s in begins if s.stage_id == stage and since <= s.entered_at < until]
        came = [s for s in begins if s.stage_id == following and since <= s.entered_at < until]
        left = [s for s in log if s.previous_stage_id == stage and since <= s.entered_at < until]
        ended = [
            *(s for s in log if s.stage_id == stage and s.kind != "lost" and s.left_at),
        ]
        days = [s.duration_days for s in ended if since <= s.left_at < until]
        first = {}
        for stay in begins:
            if stay.stage_id == stage:
                first.setdefault(stay.lead_id, stay)
        cohort = [s for s in first.values() if since <= s.entered_at < until]
        ranks = self.env["crm.stage"]._get_ranks()
        reached = [
            s
            for s in cohort
            if any(
                ranks[later.stage_id.id] > ranks[stage.id]
                for later in log
                if later.lead_id == s.lead_id
                and later.kind != "lost"
                and (later.entered_at, later.id) > (s.entered_at, s.id)
            )
        ]
        there = [
            s
            for s in log
            if s.stage_id == stage
            and s.entered_at < until
            and (not s.left_at or s.left_at >= until)
            and s.kind not in ("lost", "won")
            and not stage.is_won
        ]
        return {
            "begun_count": len(begun),
            "flow_rate": len(came) * 100.0 / len(begun) if begun and following else None,
            "advanced_count": sum(s.kind in ("forward", "skip", "won") and s.stage_id != stage for s in left),
            "won_count": sum(s.kind == "won" for s in left),
            "returned_count": sum(s.kind == "backward" for s in left),
            "cohort_count": len(cohort),
            "reached_count": len(reached),
            "stay_count": len(days),
            "stay_days": float(mean(days)) if days else None,
            "stay_days_median": float(median(days)) if days else None,
            "open_count": len(there),
            "open_amount": 1000.0 * len(there),
        }
