from odoo import Command
from odoo.tests import tagged

from ..deadline.deadline_common import at
from .waiting_common import NOTE, WaitingCase


@tagged("post_install", "-at_install")
class TestWaiting(WaitingCase):
    """Where deals wait: for which roles, since when, and how long they did."""

    def test_it_waits_from_coming_into_the_stage_until_it_is_there(self):
        lead = self.create_lead_at(18)
        self.assertEqual(self.get_waits(lead), [(self.finance, at(18))])
        with self.at(19):
            lead.with_user(self.fay).confirm_condition(self.needs_confirmed.id)
        self.assertEqual(self.get_waits(lead), [])
        with self.at(20):
            lead.with_user(self.fay).withdraw_confirmation(self.needs_confirmed.id)
        self.assertEqual(self.get_waits(lead), [(self.finance, at(20))])
        with self.at(21):
            lead.with_user(self.fay).confirm_condition(self.needs_confirmed.id)
            self._advance(lead, self.stage_demo)
        self.assertEqual(self.get_waits(lead), [], "nothing is asked of a role in the next stage")
        rows = self.reports.search([("lead_id", "=", lead.id)], order="date")
        self.assertEqual([(row.date, row.ended_at) for row in rows], [(at(18), at(19)), (at(20), at(21))])
        self.assertEqual(rows.mapped("days"), [1, 1])
        self.assertEqual((rows.role_id, rows.stage_id), (self.finance, self.stage_lead))
        self.assertEqual(set(rows.mapped("kind")), {"confirmation"})

    def test_what_is_rejected_is_waited_for_again(self):
        deck = self.create_output(role_id=self.finance.id, approval="role", approval_role_id=self.delivery.id)
        self.needs_confirmed.role_id = False
        lead = self.create_lead_at(18)
        self.assertEqual(self.get_waits(lead), [(self.finance, at(18))])
        with self.at(19):
            submission = lead.with_user(self.rep).submit_output(deck.id, note=NOTE)
        self.assertEqual(self.get_waits(lead), [(self.delivery, at(19))])
        with self.at(20):
            self.env["crm.lead.output"].browse(submission).with_user(self.dan).reject("The price is missing")
        self.assertEqual(self.get_waits(lead), [(self.finance, at(20))])
        with self.at(21):
            lead.with_user(self.rep).submit_output(deck.id, note=f"{NOTE}, with its price")
        self.assertEqual(self.get_waits(lead), [(self.delivery, at(21))])
        with self.at(22):
            lead.action_set_lost()
        self.assertEqual(self.get_waits(lead), [], "a lost deal waits for nobody")
        days = dict(self.reports._read_group([("lead_id", "=", lead.id)], ["role_id"], ["days:sum"]))
        self.assertEqual(days, {self.finance: 2, self.delivery: 2})

    def test_a_role_that_nobody_has_keeps_nobody_waiting(self):
        self.create_output(role_id=self.presales.id)
        lead = self.create_lead_at(18)
        self.assertEqual(self.get_waits(lead), [(self.finance, at(18))])
        with self.at(19):
            lead.member_ids.unlink()
        self.assertEqual(self.get_waits(lead), [])
        [row] = self.reports.search([("lead_id", "=", lead.id)])
        self.assertEqual((row.role_id, row.days), (self.finance, 1), "until then it did wait")

    def test_what_waits_for_the_leader_says_so(self):
        offer = self.create_output(approval="team_leader")
        self.needs_confirmed.role_id = False
        lead = self.create_lead_at(18)
        with self.at(19):
            submission = lead.with_user(self.rep).submit_output(offer.id, note=NOTE)
        team_leader = self.env.ref("sales_funnel_playbook.crm_playbook_role_team_leader")
        self.assertEqual(self.get_waits(lead), [(team_leader, at(19))], "no playbook names a role")
        waits = [{"role": "Team Leader", "since": "2024-03-19 09:00:00"}]
        self.assertEqual(lead.with_user(self.rep).playbook_card["waits"], waits)
        found = lead.search([("id", "=", lead.id), ("waits_for_role_id", "ilike", "leader")])
        self.assertEqual(found, lead)
        [(role, _count)] = lead._read_group([("id", "=", lead.id)], ["waits_for_role_id"], ["__count"])
        self.assertEqual(role.display_name, "Team Leader")
        with self.at(22):
            self.env["crm.lead.output"].browse(submission).with_user(self.leader).action_approve()
        row = self.reports.search([("lead_id", "=", lead.id), ("kind", "=", "approval")])
        self.assertEqual((row.role_id, row.days, row.rule_name), (team_leader, 3, "Deck"))
        self.assertEqual(self.get_waits(lead), [])

    def test_who_approves_instead_of_whom_the_rule_names(self):
        """Where nobody has the role, or the person has left, it is the leader."""
        team_leader, named = (
            self.env.ref(f"sales_funnel_playbook.crm_playbook_role_{name}")
            for name in ("team_leader", "named_approver")
        )
        self.needs_confirmed.role_id = False
        cases = (
            ({"approval": "role", "approval_role_id": self.presales.id}, team_leader),
            ({"approval": "role", "approval_role_id": self.delivery.id}, self.delivery),
            ({"approval": "user", "approval_user_id": self.fred.id}, named),
        )
        for vals, role in cases:
            output = self.create_output(**vals)
            lead = self.create_lead_at(18)
            with self.at(19):
                lead.with_user(self.rep).submit_output(output.id, note=f"{NOTE}: {output.id}")
            self.assertEqual(self.get_waits(lead), [(role, at(19))])
            row = self.reports.search([("lead_id", "=", lead.id)])
            self.assertEqual(row.role_id, role)
            if role == named:
                self.fred.action_archive()
                self.assertEqual(self.get_waits(lead), [(team_leader, at(19))])
            output.active = False

    def test_no_rule_names_the_leader_as_a_role(self):
        names = [name for _id, name in self.env["crm.playbook.role"].name_search("")]
        self.assertIn("Finance", names)
        self.assertFalse({"Team Leader", "Named Approver"} & {*names})

    def test_a_key_action_of_a_role(self):
        self._create_deadline(
            "Plan the kick-off",
            playbook_stage_id=self.rules[self.stage_signed].id,
            responsible="role",
            role_id=self.delivery.id,
        )
        lead = self.create_lead_at(18)
        with self.at(19):
            self._advance(lead, self.stage_signed)
        self.assertEqual([role for role, _since in self.get_waits(lead)], [self.delivery])
        with self.at(20):
            self.get_work(lead).filtered("active").with_user(self.dan).action_feedback()
        self.assertEqual(self.get_waits(lead), [])

    def test_lists_are_grouped_and_filtered_by_it(self):
        self.create_output(role_id=self.delivery.id)
        with self.at(18):
            both, free = self._create_lead(), self._create_lead(team_id=self.other_team.id)
        with self.at(19):
            both.with_user(self.fay).confirm_condition(self.needs_confirmed.id)
            later = self._create_lead()
        leads = (both | free | later).with_user(self.rep)
        groups = leads._read_group([("id", "in", leads.ids)], ["waits_for_role_id"], ["id:recordset"])
        self.assertEqual(
            {role: found.ids for role, found in groups},
            {self.delivery: both.ids, self.finance: later.ids, self.finance.browse(): free.ids},
        )
        self.assertTrue(leads.fields_get()["waits_for_role_id"]["groupable"])
        found = leads.search([("id", "in", leads.ids), ("waits_for_role_id", "ilike", "finan")])
        self.assertEqual(found, later)
        found = leads.search([("id", "in", leads.ids), ("waits_for_role_id", "!=", False)])
        self.assertEqual(found, both | later)

    def test_a_deal_that_went_to_another_playbook_waits_for_approval_still(self):
        """As searches, reports and whoever approves have it, and whatever deals are on the page with it."""
        offer = self.create_output(approval="team_leader")
        self.needs_confirmed.role_id = False
        lead = self.create_lead_at(18)
        with self.at(19):
            lead.with_user(self.rep).submit_output(offer.id, note=NOTE)
        rules = [Command.create({"stage_id": stage.id}) for stage in self.stages]
        other = self.env["crm.playbook"].create({"name": "Spare Parts", "stage_ids": rules})
        other.team_ids = self.other_team
        self.stages.team_ids |= self.other_team
        with self.at(20):
            lead.team_id = self.other_team
        self.assertEqual(lead.playbook_id, other)
        team_leader = self.env.ref("sales_funnel_playbook.crm_playbook_role_team_leader")
        self.assertEqual(self.get_waits(lead), [(team_leader, at(19))])
        self.choose(lead, self.finance, self.fay)
        self.assertEqual(self.get_named(lead), ["Fay"])
        self.assertEqual([wait["role"] for wait in lead.playbook_card["waits"]], ["Team Leader"])

    def test_what_a_deal_waits_for_goes_with_it(self):
        """Through another company and zone, a copy, a loss, the archive and a merger; over RPC by its own
        people alone.
        """
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.EUR").id}
        )
        self.env.user.company_ids |= elsewhere
        lead = self.create_lead_at(18)
        waits = [(self.finance, at(18))]
        self.assertEqual(self.get_waits(lead.with_context(tz="Pacific/Auckland")), waits)
        with self.at(19):
            copied = lead.copy()
            lead.action_set_lost()
        self.assertEqual(self.get_waits(lead), [])
        self.assertEqual(self.get_waits(copied), [(self.finance, at(19))], "it began when it was copied")
        with self.at(20):
            lead.action_unarchive()
        self.assertEqual([role for role, _since in self.get_waits(lead)], [self.finance])
        with self.at(21):
            merged = (lead | copied).merge_opportunity()
        self.assertEqual([role for role, _since in self.get_waits(merged)], [self.finance])
        for user in (self.rep, self.fay):
            card = merged.with_user(user).read(["playbook_card"])[0]["playbook_card"]
            self.assertEqual([wait["role"] for wait in card["waits"]], ["Finance"])
        with self.at(22):
            merged.write({"team_id": False, "user_id": False, "company_id": elsewhere.id})
        self.assertFalse(merged.playbook_id)
        self.assertFalse(self.get_waits(merged), "it has left for where no playbook is followed")
