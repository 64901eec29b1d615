from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import PlaybookCase

START = datetime(2024, 3, 4, 9)


class SegmentsCase(PlaybookCase):
    """A playbook that enforces for a product line, and one that observes for another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line, cls.other_line = cls.env["crm.product.line"].create(
            [{"name": "Presses", "company_id": False}, {"name": "Spare parts", "company_id": False}]
        )
        cls.playbook.product_line_ids = cls.line
        cls.stage_beyond = cls.env["crm.stage"].create(
            {"name": "Beyond", "sequence": 8, "team_ids": [Command.set(cls.team.ids)]}
        )
        stages = cls.stage_lead | cls.stage_talks | cls.stage_beyond
        cls.observing = cls.env["crm.playbook"].create(
            {
                "name": "Spare parts",
                "company_id": False,
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in stages],
                "product_line_ids": [Command.set(cls.other_line.ids)],
            }
        )

    def setUp(self):
        super().setUp()
        self.moment = START
        with self.mock_datetime_and_now(START):
            self.lead = self._create_lead(name="Acme", product_line_id=self.line.id)
            self.env.flush_all()

    def _later(self, change, *args, hours=24, **kwargs):
        """Make a change some hours later, as a transaction of its own."""
        self.moment += timedelta(hours=hours)
        with self.mock_datetime_and_now(self.moment):
            result = change(*args, **kwargs)
            self.env.flush_all()
            self.env.cr.precommit.run()
        return result

    def _tell(self, lead=None):
        log = (lead or self.lead).stage_log_ids.sorted("sequence")
        return [(one.kind, one.stage_id.name, one.state, one.ended_as) for one in log]

    def _count_open(self, playbook, at=None, **scope):
        numbers = self.env["crm.funnel.report"]._get_stage_numbers(
            {"playbook_id": playbook.id, **scope},
            START - timedelta(days=1),
            at or self.moment + timedelta(hours=1),
        )
        return sum(values["open_count"] for values in numbers.values())


@tagged("post_install", "-at_install")
class TestSegments(SegmentsCase):
    """A deal that crosses from one playbook, team, person or state to another has one history."""

    def test_it_follows_another_playbook_from_that_moment_on(self):
        self._later(self.lead.write, {"product_line_id": self.other_line.id})
        self.assertEqual(
            self._tell(), [("created", "Lead", "open", "left"), ("joined", "Lead", "open", False)]
        )
        self.assertEqual((self._count_open(self.playbook), self._count_open(self.observing)), (0, 1))
        before = self.moment - timedelta(hours=1)
        self.assertEqual(
            (self._count_open(self.playbook, before), self._count_open(self.observing, before)), (1, 0)
        )

    def test_who_leaves_for_none_is_open_nowhere(self):
        self.playbook.team_ids = False
        self._later(self.lead.write, {"product_line_id": False})
        self.assertEqual(self._tell(), [("created", "Lead", "open", "left")])
        self._later(self.lead.action_set_lost)
        self.assertEqual(self._tell(), [("created", "Lead", "open", "left")])
        self.assertEqual(self._count_open(self.playbook), 0)

    def test_archived_and_back(self):
        self._later(self.lead.action_archive)
        self.assertEqual(self._count_open(self.playbook), 0)
        self._later(self.lead.action_unarchive)
        self._later(self._advance, self.lead, self.stage_demo)
        self.assertEqual(
            self._tell(),
            [
                ("created", "Lead", "open", "archived"),
                ("archived", "Lead", "archived", "unarchived"),
                ("unarchived", "Lead", "open", "forward"),
                ("forward", "Demo", "open", False),
            ],
        )
        over = self.lead.stage_log_ids.filtered("closes_stay")
        self.assertEqual((over.kind, over.duration_days), ("unarchived", 2))

    def test_handed_over(self):
        other = self.env["crm.team"].create({"name": "Other", "company_id": False})
        self.stages.team_ids |= other
        self.playbook.team_ids |= other
        self._later(self.lead.write, {"team_id": other.id, "user_id": self.leader.id})
        self.assertEqual(
            self._tell(),
            [("created", "Lead", "open", "handed_over"), ("handed_over", "Lead", "open", False)],
        )
        before = self.moment - timedelta(hours=1)
        for team, counts in ((self.team, (1, 0)), (other, (0, 1))):
            found = [self._count_open(self.playbook, at, team_id=team.id) for at in (before, None)]
            self.assertEqual(tuple(found), counts, team.name)
        self._later(self._advance, self.lead, self.stage_demo)
        self.assertEqual(self.lead.stage_log_ids.filtered("closes_stay").duration_days, 2, "one stay")
        numbers = self.env["crm.funnel.report"]._get_stage_numbers(
            {"playbook_id": self.playbook.id}, START - timedelta(days=1), self.moment + timedelta(days=1)
        )
        self.assertEqual(numbers[self.stage_lead.id]["begun_count"], 1, "it entered once")

    def test_lost_by_mistake_is_one_stay(self):
        self._later(self.lead.action_set_lost)
        self._later(self.lead.action_restore, hours=48)
        self.assertEqual(self.lead.stage_entered_at, START)
        self._later(self._advance, self.lead, self.stage_demo)
        self.assertEqual([one[0] for one in self._tell()], ["created", "lost", "restored", "forward"])
        over = self.lead.stage_log_ids.filtered("closes_stay")
        self.assertEqual((over.kind, over.duration_days), ("restored", 2), "while it was lost does not count")

    def test_past_the_gate_over_another_playbook(self):
        self._later(self.lead.write, {"product_line_id": self.other_line.id})
        self._later(self.lead.write, {"stage_id": self.stage_beyond.id})
        self._later(self.lead.write, {"product_line_id": self.line.id})
        self.assertEqual(self.lead.stage_log_ids[0].kind, "joined")
        self.assertEqual(
            self.lead.stage_log_ids[0].gate_stage_id, self.stage_lead, "it goes on where it was let in"
        )
        self.assertRefused(
            ["Closing date known", "The stage “Talks” cannot be skipped"],
            self.lead.write,
            {"stage_id": self.stage_signed.id},
        )

    def test_a_line_chosen_late(self):
        """It stands where it stands, is logged with what is unmet, and the next move asks for it."""
        self.playbook.team_ids = False
        lead = self._later(self._create_lead, name="Late")
        self.assertFalse(lead.playbook_id)
        self._later(lead.write, {"stage_id": self.stage_talks.id})
        self._later(lead.write, {"product_line_id": self.line.id})
        entry = lead.stage_log_ids
        self.assertEqual((entry.kind, entry.gate), ("joined", "observed"))
        self.assertEqual(lead.stage_id, self.stage_talks)
        asked = ["Closing date known", "The stage “Talks” cannot be skipped"]
        self.assertRefused(asked, lead.write, {"stage_id": self.stage_signed.id})
        self.assertFalse(lead.check_gate(self.stage_signed.id)[str(lead.id)]["allowed"])

    def test_a_line_chosen_on_a_deal_that_is_won(self):
        self.playbook.team_ids = False
        lead = self._later(self._create_lead, name="Won before")
        self._later(lead.write, {"stage_id": self.stage_signed.id})
        self.assertEqual(lead.won_status, "won")
        asked = ["Closing date known", "The stage “Talks” cannot be skipped"]
        self.assertRefused(asked, lead.write, {"product_line_id": self.line.id})

    def test_a_won_deal_that_is_archived_for_tidiness(self):
        self._advance(self.lead, self.stage_signed)
        before = self._tell()
        self._later(self.lead.action_archive)
        self.assertEqual(self._tell(), before)

    def test_given_to_another_team_it_keeps_its_place(self):
        other = self.env["crm.team"].create({"name": "Other", "company_id": False})
        names = ("New", "Gespräche", "Talks", "Done")
        theirs = self.env["crm.stage"].create(
            [
                {"name": name, "sequence": number, "team_ids": other.ids, "is_won": name == "Done"}
                for number, name in enumerate(names)
            ]
        )
        self._advance(self.lead, self.stage_talks)
        won = self._advance(self._create_lead(name="Won", product_line_id=self.line.id), self.stage_signed)
        self._later((self.lead | won).write, {"team_id": other.id})
        self.assertEqual(self.lead.stage_id, theirs[2], "the stage of the same name")
        self.assertEqual((won.stage_id, won.won_status), (theirs[3], "won"))
        plain = self._create_lead(
            name="Plain", team_id=other.id, product_line_id=False, stage_id=theirs[2].id
        )
        self.assertFalse(plain.playbook_id)

    def test_a_team_and_a_line_that_are_deleted(self):
        other = self.env["crm.team"].create({"name": "Other", "company_id": False})
        self.stages.team_ids |= other
        theirs = {"team_id": other.id, "product_line_id": self.other_line.id}
        lead = self._later(self._create_lead, name="Theirs", **theirs)
        self.stages.team_ids -= other
        self._later(other.unlink)
        self.assertEqual(
            (lead.stage_log_ids[0].kind, lead.stage_log_ids[0].team_id.id), ("handed_over", False)
        )
        self._later(self.other_line.unlink)
        self.assertEqual(lead.stage_log_ids[0].ended_as, "left")

    def test_a_playbook_with_a_history_is_not_deleted(self):
        self.lead.product_line_id = self.other_line
        with self.assertRaisesRegex(UserError, "archive it instead"):
            self.observing.unlink()

    def test_archiving_a_playbook_ends_what_is_open_in_it(self):
        self._later(self.observing.write, {"active": False})
        lead = self._create_lead(name="Spare", product_line_id=self.other_line.id)
        self._later(self.observing.write, {"active": True})
        self.assertIn("joined", lead.stage_log_ids.mapped("kind"))
        self._later(self.observing.write, {"active": False})
        self.assertEqual(self._count_open(self.observing), 0)
        self.assertEqual(
            lead.stage_log_ids.filtered(lambda one: one.playbook_id == self.observing)[0].ended_as, "left"
        )

    def test_what_is_derived_equals_a_rebuild(self):
        self.test_past_the_gate_over_another_playbook()
        self._later(self.lead.action_set_lost)
        self._later(self.lead.action_restore)
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())
        before = self.lead.stage_log_ids.read()
        self.env["crm.lead.stage.log"].sudo()._rebuild(self.lead.ids)
        self.assertEqual(self.lead.stage_log_ids.read(), before)
