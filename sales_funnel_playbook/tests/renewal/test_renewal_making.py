from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError

from .renewal_common import RenewalCase


class TestRenewalMaking(RenewalCase):
    """When a renewal is due, and what the job makes of that."""

    def _is_due(self, lead, moment):
        with self.mock_datetime_and_now(moment):
            lead.invalidate_recordset(["is_renewal_due"])
            return lead.is_renewal_due

    def _get_told(self, user):
        notices = self.env["crm.playbook.notice"].search([("partner_id", "=", user.partner_id.id)])
        return [(one.kind, one.res_id) for one in notices]

    def test_due_when_the_stage_says_so(self):
        won = self._create_won("2023-01-02 09:00:00")
        self.assertFalse(self._is_due(won, "2023-03-20 09:00:00"))
        self.assertTrue(self._is_due(won, "2023-04-03 09:00:00"))
        due = [("is_renewal_due", "=", True), ("id", "=", won.id)]
        with self.mock_datetime_and_now("2023-04-03 09:00:00"):
            self.assertEqual(self.env["crm.lead"].search(due), won)
            self.assertFalse(self.env["crm.lead"].search([("is_renewal_due", "=", False), due[1]]))
        self._renew(won, "2023-04-03 09:00:00")
        self.assertFalse(self._is_due(won, "2023-04-04 09:00:00"))

    def test_the_contract_decides_where_there_is_one(self):
        won = self._create_won("2023-01-02 09:00:00", contract_end="2024-01-31", notice_count=3)
        self.assertFalse(self._is_due(won, "2023-09-30 09:00:00"), "31 October is the last day of notice")
        self.assertTrue(self._is_due(won, "2023-10-01 09:00:00"))
        self.playbook.renewal_days = 60
        self.assertTrue(self._is_due(won, "2023-09-02 09:00:00"))
        won.contract_end = "2025-01-31"
        self.assertFalse(self._is_due(won, "2023-10-01 09:00:00"))

    def test_it_is_proposed_once(self):
        won = self._create_won()
        self._run_job("2023-02-01 09:00:00")
        self.assertFalse(self._get_told(self.rep))
        self._run_job("2023-04-10 09:00:00")
        self._run_job("2023-04-11 09:00:00")
        self.assertEqual(self._get_told(self.rep), [("asked", won.id)])
        self.assertFalse(won.renewal_ids)
        self.assertTrue(self._is_due(won, "2023-04-12 09:00:00"), "until somebody makes it")

    def test_it_is_made_where_the_playbook_says_so(self):
        self.playbook.renewal_making = "make"
        won = self._create_won()
        self._run_job("2023-04-10 09:00:00")
        self._run_job("2023-04-11 09:00:00")
        self.assertEqual((len(won.renewal_ids), won.renewal_ids.stage_id), (1, self.stage_renewal))
        self._lose(won.renewal_ids, "2023-05-01")
        won.renewal_ids.unlink()
        self._run_job("2023-05-02 09:00:00")
        self.assertFalse(won.renewal_ids, "what somebody has deleted does not come back")

    def test_an_archived_deal_that_was_won_has_a_renewal(self):
        self.playbook.renewal_making = "make"
        won = self._create_won()
        with self.mock_datetime_and_now("2023-01-09 09:00:00"):
            won.active = False
            self.env.cr.flush()
        self._run_job("2023-04-10 09:00:00")
        self.assertTrue(won.renewal_ids.active)

    def test_nothing_is_asked_of_the_past(self):
        """Not when a playbook begins to make renewal deals."""
        self.playbook.renewal_making = "none"
        old = self._create_won("2022-01-02 09:00:00")
        with self.mock_datetime_and_now("2023-01-02 09:00:00"):
            self.playbook.renewal_making = "make"
            self.env.cr.flush()
        new = self._create_won("2023-01-02 09:00:00")
        self._run_job("2023-05-01 09:00:00")
        self.assertTrue(new.renewal_ids)
        self.assertFalse(old.renewal_ids)
        self.assertTrue(self._is_due(old, "2023-05-01 09:00:00"), "but whoever looks sees it")

    def test_a_deal_that_came_as_won_is_not_asked_for(self):
        plain = self.env["crm.team"].create({"name": "Plain", "use_opportunities": True})
        with self.mock_datetime_and_now("2023-01-02 09:00:00"):
            lead = self._create_lead(team_id=plain.id)
            lead.action_set_won()
            lead.team_id = self.team
            self.env.cr.flush()
        self.assertEqual(lead.won_status, "won")
        self.assertFalse(self._is_due(lead, "2023-06-01 09:00:00"))

    def test_whoever_has_left_has_no_renewal_deals(self):
        self.playbook.renewal_making = "make"
        leaver = self.rep.copy({"login": "leaver_of_renewals", "name": "Leaver"})
        won = self._create_won(user_id=leaver.id)
        leaver.active = False
        self._run_job("2023-04-10 09:00:00")
        self.assertEqual(won.renewal_ids.user_id, self.team.user_id)

    def test_whoever_works_elsewhere_has_no_renewal_deals(self):
        """In another company, or without a right on Sales."""
        self.playbook.renewal_making = "make"
        elsewhere = self.env["res.company"].create({"name": "Elsewhere of Renewals"})
        for number, vals in enumerate(
            (
                {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id},
                {"group_ids": [Command.set(self.env.ref("base.group_user").ids)]},
            )
        ):
            mover = self.rep.copy({"login": f"mover_of_renewals_{number}", "name": "Mover"})
            won = self._create_won(user_id=mover.id, company_id=self.env.company.id)
            mover.write(vals)
            self._run_job("2023-04-10 09:00:00")
            self.assertEqual(won.renewal_ids.user_id, self.team.user_id)

    def test_one_that_fails_holds_up_no_other(self):
        self.playbook.renewal_making = "make"
        won, other = self._create_won(), self._create_won()
        make = type(won)._prepare_renewal_vals

        def fail_for_one(lead, *args):
            if lead == won:
                raise UserError("it cannot be written")
            return make(lead, *args)

        with patch.object(type(won), "_prepare_renewal_vals", fail_for_one):
            self._run_job("2023-04-10 09:00:00")
        self.assertFalse(won.renewal_ids)
        self.assertTrue(other.renewal_ids)
        self.assertIn(won.name, " ".join(self.playbook.message_ids.filtered("subject").mapped("subject")))

    def test_the_reminder_comes_by_the_contract(self):
        reminder = self._create_deadline("Renew", "won", 3, "months", is_renewal_reminder=True)
        won = self._create_won("2023-01-02 09:00:00", contract_end="2023-12-31", notice_count=1)
        work = self.env["mail.activity"].search([("playbook_deadline_id", "=", reminder.id)])
        self.assertEqual((work.res_id, str(work.date_deadline)), (won.id, "2023-10-31"))
        with self.mock_datetime_and_now("2023-02-01 09:00:00"):
            won.with_user(self.rep).write({"contract_end": "2024-12-31"})
            self.assertEqual(str(work.date_deadline), "2024-10-31")
            won.write({"contract_end": False})
        self.assertEqual(
            (str(work.date_deadline), str(work.playbook_due_at)[:10]), ("2023-04-02", "2023-04-02")
        )

    def test_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        self.playbook.renewal_making = "make"
        team = self.env["crm.team"].create({"name": "There", "company_id": company.id})
        (self.stages | self.stage_renewal).team_ids |= team
        vals = {"team_id": team.id, "company_id": company.id, "user_id": False, "partner_id": False}
        won = self._create_won(**vals)
        self._run_job("2023-04-10 09:00:00")
        self.assertEqual((won.renewal_ids.company_id, won.renewal_ids.team_id), (company, team))
