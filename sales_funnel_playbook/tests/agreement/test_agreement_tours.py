from odoo.tests import HttpCase, tagged

from ..role.contributor_common import ContributorCase

PAGE = "sales_funnel_playbook.crm_playbook_page_action"
SUGGESTIONS = "sales_funnel_playbook.crm_playbook_suggestion_action"


@tagged("post_install", "-at_install")
class TestAgreementTours(HttpCase, ContributorCase):
    """A reader agrees to a playbook and suggests a change; its responsible decides; the reader hears what
    came of it and agrees to what the playbook is then.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls.user_sales_salesman  # no sales manager
        cls.playbook.responsible_user_id = cls.keeper

    def walk(self, user, tour, path):
        self.env.flush_all()
        self.start_tour(f"/odoo/{path}", tour, login=user.login)
        self.env.invalidate_all()

    def walk_from_one_version_to_the_next(self, reader):
        page = f"action-{self.env.ref(PAGE).id}"
        self.walk(reader, "playbook_suggest", page)
        suggestion = self.playbook.suggestion_ids
        self.assertEqual((suggestion.create_uid, suggestion.condition_id), (reader, self.needs_confirmed))
        self.walk(self.keeper, "playbook_decide", f"action-{self.env.ref(SUGGESTIONS).id}")
        self.assertEqual((suggestion.state, suggestion.decided_by_id), ("accepted", self.keeper))
        self.needs_confirmed.with_user(self.leader).name = "Needs and order number confirmed"
        self.walk(reader, "playbook_hear_and_agree", page)
        agreements = self.playbook.agreement_ids.sorted("version")
        self.assertEqual(agreements.mapped("version"), [1, 2])
        self.assertEqual(agreements.user_id, reader)
        self.assertTrue(all(agreement.agreed_at for agreement in agreements))

    def test_a_salesperson_is_heard(self):
        self.walk_from_one_version_to_the_next(self.rep)
        self.walk(self.leader, "playbook_who_agreed", f"crm.playbook/{self.playbook.id}")

    def test_a_contributor_is_heard(self):
        self.walk_from_one_version_to_the_next(self.cora)
