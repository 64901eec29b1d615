from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import PlaybookCase

START = datetime(2024, 3, 4, 9)


@tagged("post_install", "-at_install")
class TestSegmentsEdges(PlaybookCase):
    """What happens in one moment, what is deleted, what has no stage: the log still agrees with the deal."""

    def setUp(self):
        super().setUp()
        self.moment = START
        with self.mock_datetime_and_now(START):
            self.lead = self._create_lead(name="Acme")
            self.env.flush_all()

    def _later(self, change, *args, **kwargs):
        """Make a change a day later, as a transaction of its own."""
        self.moment += timedelta(days=1)
        with self.mock_datetime_and_now(self.moment):
            result = change(*args, **kwargs)
            self.env.flush_all()
            self.cr.precommit.run()
        return result

    def _tell(self, lead=None):
        self.env.invalidate_all()
        log = (lead or self.lead).stage_log_ids.sorted("sequence")
        return [(one.kind, one.stage_id.name, one.state, one.ended_as) for one in log]

    def assertSound(self):
        self.assertFalse(self.env["crm.playbook.integrity"]._find_faults())

    def test_given_away_and_back_in_one_moment(self):
        def give_and_take():
            for user in (self.leader, self.rep):
                self.lead.user_id = user
                self.env.flush_all()

        self._later(give_and_take)
        self.assertEqual(self._tell(), [("created", "Lead", "open", False)])
        self.assertSound()
        self._later(self._advance, self.lead, self.stage_demo)
        self.assertEqual(self.lead.stage_log_ids[-1].duration_days, 2)
        self.assertSound()

    def test_created_archived_and_lost_in_one_moment(self):
        def create():
            lead = self._create_lead(name="Old", active=False, probability=20)
            lead.probability = 0
            return lead

        lead = self._later(create)
        self.assertEqual(
            self._tell(lead), [("created", "Lead", "archived", "lost"), ("lost", "Lead", "lost", False)]
        )
        self.assertSound()

    def test_without_a_stage(self):
        self._later(self.lead.write, {"stage_id": False})
        never = self._later(self._create_lead, name="Never", stage_id=False)
        self.assertFalse(never.stage_id)
        self.assertSound()
        self._later((self.lead | never).write, {"stage_id": self.stage_lead.id})
        self.assertSound()

    def test_what_made_neighbours_differ_is_deleted(self):
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        user = self.rep.copy({"login": "gone", "email": "gone@example.com"})
        self._later(self.lead.write, {"product_line_id": line.id})
        self._later(self.lead.write, {"user_id": user.id})
        self._later(self.lead.write, {"user_id": False})
        self._later(line.unlink)
        self._later(user.unlink)
        self.assertSound()

    def test_stages_that_were_passed_are_deleted(self):
        (self.has_phone | self.has_amount | self.needs_confirmed | self.review_passed).unlink()
        for stage in (self.stage_demo, self.stage_talks, self.stage_signed):
            self._later(self._advance, self.lead, stage)
        gone = self.stage_lead | self.stage_demo
        self.playbook.stage_ids.filtered(lambda one: one.stage_id in gone).unlink()
        self.env["crm.lead"].with_context(active_test=False).search([("stage_id", "in", gone.ids)]).unlink()
        before = self.lead.stage_log_ids.mapped("stay_sequence")
        self._later(gone.unlink)
        self.assertSound()
        self.env["crm.lead.stage.log"].sudo()._rebuild(self.lead.ids)
        self.assertEqual(self.lead.stage_log_ids.mapped("stay_sequence"), before)
        self.assertSound()

    def test_a_won_deal_goes_back(self):
        """Odoo works out its probability again and saves it with the stage, which is no fact."""
        self._later(self._advance, self.lead, self.stage_signed)
        with Form(self.lead) as form:
            form.stage_id = self.stage_talks
        self.assertEqual((self.lead.stage_id, self.lead.won_status), (self.stage_talks, "pending"))
        self._later(self._advance, self.lead, self.stage_signed)
        self._later(self.lead.write, {"stage_id": self.stage_demo.id, "probability": 40})
        self.assertEqual((self.lead.stage_id, self.lead.probability), (self.stage_demo, 40))
        self.assertSound()

    def test_the_only_default_is_no_longer_the_only_one(self):
        """Whoever makes a second one may not see the first, whose deals change all the same."""
        self.env["crm.playbook"].search([("is_default", "=", True)]).is_default = False
        self.playbook.write(
            {"team_ids": [Command.clear()], "company_id": self.env.company.id, "is_default": True}
        )
        lead = self._later(self._create_lead, name="Mail", team_id=False, user_id=False, company_id=False)
        self.assertEqual(lead.playbook_id, self.playbook)
        company = self.env["res.company"].create({"name": "Second"})
        theirs = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
        manager = self.leader.copy({"login": "second", "email": "second@example.com", **theirs})
        env = self.env(user=manager, context={"allowed_company_ids": company.ids})
        vals = {"name": "Second", "company_id": company.id, "is_default": True}
        stages = [Command.create({"stage_id": self.stage_lead.id})]
        self._later(env["crm.playbook"].create, {**vals, "stage_ids": stages})
        self.assertEqual(self._tell(lead)[-1][-1], "left")
        self.assertSound()

    def test_restored_while_its_playbook_is_out_of_use(self):
        """It is open in no funnel meanwhile, and joins as it is; won meanwhile, it was not won there."""
        won = self._later(self._create_lead, name="Won")
        self._later((self.lead | won).action_set_lost)
        self._later(self.playbook.write, {"active": False})
        self._later((self.lead | won).action_restore)
        self._later(won.action_set_won)
        self._later(self.playbook.write, {"active": True})
        for lead, stage, state in ((self.lead, "Lead", "open"), (won, "Signed", "won")):
            begun = [("created", "Lead", "open", "lost"), ("lost", "Lead", "lost", "left")]
            self.assertEqual(self._tell(lead), [*begun, ("joined", stage, state, False)])
            self.assertFalse(lead.stage_log_ids[0].is_entry)
        self.assertSound()

    def test_a_company_is_deleted(self):
        """Its playbooks do not become everybody's; its deals are of no company, and follow what those do."""
        self.env["crm.playbook"].search([("is_default", "=", True)]).is_default = False
        company = self.env["res.company"].create({"name": "Short-lived"})
        self.env.user.company_ids |= company
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": company.id})
        stages = [Command.create({"stage_id": self.stage_lead.id})]
        theirs, default = self.env["crm.playbook"].create(
            [
                {"name": "Theirs", "company_id": company.id, "is_default": True, "stage_ids": stages},
                {"name": "Ours", "company_id": self.env.company.id, "is_default": True, "stage_ids": stages},
            ]
        )
        nobodys = {"user_id": False, "company_id": company.id}
        lead = self._later(self._create_lead, name="Theirs", **nobodys, team_id=team.id)
        shared = self._later(self._create_lead, name="Shared", **nobodys)
        ours = self._later(self._create_lead, name="Ours", **nobodys | {"company_id": self.env.company.id})
        self.assertEqual((lead.playbook_id, shared.playbook_id), (theirs, self.playbook))
        self.env.user.company_ids -= company
        with self.assertRaisesRegex(UserError, "“Short-lived” has playbooks .* delete Theirs first"):
            company.unlink()
        theirs.is_default = False
        lead.stage_log_ids.sudo().unlink()
        theirs.unlink()
        self._later(company.unlink)
        self.assertEqual((lead.playbook_id, ours.playbook_id), (default, self.playbook))
        joined = lead.stage_log_ids
        self.assertEqual(
            (joined.kind, joined.playbook_id, joined.entered_at), ("joined", default, self.moment)
        )
        self.assertEqual(self._tell(shared), [("created", "Lead", "open", False)])
        self.assertSound()
