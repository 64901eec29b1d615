from contextlib import contextmanager

from odoo.tests import tagged

from ..deadline.deadline_common import at
from .role_common import RoleCase

NOTE = "The customer wants to replace three presses next year"


@tagged("post_install", "-at_install")
class TestWaiting(RoleCase):
    """Where deals wait: for which roles, since when, and how long they did."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.needs_confirmed.role_id = cls.finance
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE crm_playbook_condition SET create_date = '2000-01-01'")
        cls.env.invalidate_all()
        cls.reports = cls.env["crm.funnel.wait.report"]

    def get_waits(self, lead):
        roles = self.env["crm.playbook.role"].browse
        lead.invalidate_recordset()
        waits = [(roles(role_id), since) for role_id, since in lead._get_waits().get(lead.id, ())]
        first = waits[0] if waits else (roles(), False)
        self.assertEqual((lead.waits_for_role_id, lead.waits_since), first)
        every = lead.with_context(active_test=False)
        found = every.search([("id", "=", lead.id), ("waits_for_role_id", "=", first[0].id)])
        self.assertEqual(found, lead)
        return waits

    def create_output(self, **vals):
        return self._create_output(
            self.stage_lead, "Deck", evidence="note", effective_from="2000-01-01", **vals
        )

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

    def test_leaders_approvals_are_counted_too(self):
        offer = self.create_output(approval="team_leader")
        lead = self.create_lead_at(18)
        with self.at(19):
            submission = lead.with_user(self.rep).submit_output(offer.id, note=NOTE)
        with self.at(22):
            self.env["crm.lead.output"].browse(submission).with_user(self.leader).action_approve()
        row = self.reports.search([("lead_id", "=", lead.id), ("kind", "=", "approval")])
        self.assertEqual((row.role_id.id, row.days, row.rule_name), (False, 3, "Deck"))
        self.assertEqual(self.get_waits(lead), [(self.finance, at(18))])

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

    def test_cards_and_checklist_say_it(self):
        lead = self.create_lead_at(18)
        waits = [{"role": "Finance", "since": "2024-03-18 09:00:00"}]
        self.assertEqual(lead.with_user(self.rep).playbook_card["waits"], waits)
        self.assertEqual(lead.with_user(self.rep).get_playbook_panel()["waits"], waits)

    def get_queries(self, leads):
        """Return the queries on roles that the cards of ``leads`` cost."""
        leads.mapped("playbook_card")  # rules and names are in memory
        self.env.flush_all()
        self.env.invalidate_all()
        queries = []
        with contextmanager(self._patchExecute)(queries):
            leads.mapped("playbook_card")
        return [query for query in queries if "crm_lead_member" in query]

    def test_cards_cost_one_query_a_page_and_none_without_roles(self):
        leads = self.env["crm.lead"].concat(*(self._create_lead() for _number in range(5)))
        self.assertEqual(len(self.get_queries(leads)), 1)
        self.needs_confirmed.role_id = False
        self.assertEqual(self.get_queries(leads), [])
