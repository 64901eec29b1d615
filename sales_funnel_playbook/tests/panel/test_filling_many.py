from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestFillingMany(PlaybookCase):
    """*Advance Stage* says what many deals lack, and one value settles it for all of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme, cls.brown = (cls._create_lead(name=name) for name in ("Acme", "Brown"))
        cls.brown.confirm_condition(cls.needs_confirmed.id)
        cls.leads = cls.acme | cls.brown

    def get_missing(self, leads=None, user=None):
        gaps = (leads or self.leads).with_user(user or self.rep).get_missing_of_many()
        return [(gap["name"], gap["lead_ids"], [one["name"] for one in gap["fields"]]) for gap in gaps]

    def test_what_most_of_them_lack_stands_first(self):
        self.assertEqual(
            self.get_missing(),
            [
                ("Amount known", self.leads.ids, ["expected_revenue"]),
                ("Needs confirmed", self.acme.ids, []),
            ],
        )

    def test_each_for_its_own_next_stage(self):
        self.brown.expected_revenue = 5
        self._advance(self.brown, self.stage_demo)
        self.assertEqual(
            {name: ids for name, ids, _fields in self.get_missing()},
            {
                "Amount known": self.acme.ids,
                "Needs confirmed": self.acme.ids,
                "Review passed": self.brown.ids,
            },
        )

    def test_what_holds_nobody_back_is_not_in_it(self):
        self.has_amount.severity = "advisory"
        lost, free = (self._create_lead(name=name) for name in ("Lost", "Free"))
        lost.action_set_lost()
        free.write({"team_id": False, "user_id": False})
        self.assertEqual(self.get_missing(self.leads | lost | free), [("Needs confirmed", self.acme.ids, [])])
        self.assertEqual(self.get_missing(lost | free), [])

    def test_one_value_for_all(self):
        self.leads.with_user(self.rep).write({"expected_revenue": 900})
        self.assertEqual([name for name, _ids, _fields in self.get_missing()], ["Needs confirmed"])
        self.assertEqual(self.leads.with_user(self.rep).advance_stage()["moved"], self.brown.ids)

    def test_what_the_module_works_out_is_nothing_to_fill_in(self):
        self.has_amount.domain = "['|', ('score', '>=', 6), ('expected_revenue', '>', 0)]"
        self.assertIn(("Amount known", self.leads.ids, ["expected_revenue"]), self.get_missing())
        self.has_amount.domain = "[('score', '>=', 6)]"
        self.assertIn(("Amount known", self.leads.ids, []), self.get_missing())

    def test_deals_of_others_are_left_out(self):
        colleague = new_test_user(self.env, "colleague", "sales_team.group_sale_salesman")
        self.brown.user_id = colleague
        self.assertEqual(
            self.get_missing(user=colleague), [("Amount known", self.brown.ids, ["expected_revenue"])]
        )
        with self.assertRaises(AccessError):
            self.acme.with_user(colleague).write({"expected_revenue": 900})

    def test_several_playbooks(self):
        line = self.env["crm.product.line"].create({"name": "Services", "company_id": False})
        other = self.playbook.copy({"name": "Services"})
        other.write({"mode": "enforce", "product_line_ids": [Command.set(line.ids)]})
        deal = self._create_lead(name="Service", product_line_id=line.id)
        self.assertEqual(deal.playbook_id, other)
        names = [name for name, _ids, _fields in self.get_missing(self.leads | deal, self.env.user)]
        self.assertEqual(names.count("Amount known"), 2, "each playbook has rules of its own")

    def test_queries_do_not_grow(self):
        self.get_missing()
        self.env.invalidate_all()
        many = self.env["crm.lead"].create(
            [
                {"name": f"Deal {n}", "type": "opportunity", "team_id": self.team.id, "user_id": self.rep.id}
                for n in range(20)
            ]
        )
        counts = []
        for leads in (many[:2], many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.get_missing(leads)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)


@tagged("post_install", "-at_install")
class TestClosingDialogs(PlaybookCase):
    """A deal that a dialog has won is celebrated as Odoo does, and its case is offered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deals = cls._create_lead(name="Acme") | cls._create_lead(name="Brown")
        cls.deals.date_deadline = "2999-01-01"
        cls.playbook.mode = "observe"
        cls.deals.write({"stage_id": cls.stage_talks.id})

    def advance(self, leads):
        dialog = self.env["crm.lead.advance"].with_user(self.rep).create({"lead_ids": leads.ids})
        return dialog.action_advance()["params"]["next"]

    def test_one_is_celebrated_and_its_case_offered(self):
        action = self.advance(self.deals[0])
        self.assertEqual(self.deals[0].won_status, "won")
        self.assertEqual(action["tag"], "sales_funnel_playbook.case_offer")
        self.assertEqual(action["params"]["lead_id"], self.deals[0].id)

    def test_several_are_celebrated_once(self):
        params = self.advance(self.deals)["params"]
        self.assertEqual((params["effect"]["message"], params["lead_id"]), ("2 deals won!", False))

    def test_who_goes_on_without_winning_is_not(self):
        self.deals.write({"stage_id": self.stage_lead.id})
        self.assertEqual(self.advance(self.deals)["type"], "ir.actions.act_window_close")

    def test_an_override(self):
        reason = self.env["crm.playbook.override.reason"].create({"name": "Old customer"})
        vals = {"lead_ids": self.deals[0].ids, "reason_id": reason.id, "note": "As agreed with the board"}
        for stage, tag in ((self.stage_signed, "sales_funnel_playbook.case_offer"), (self.stage_lead, None)):
            dialog = (
                self.env["crm.lead.override"].with_user(self.leader).create({**vals, "stage_id": stage.id})
            )
            action = dialog.action_override()
            self.assertEqual(action.get("tag"), tag)
            infos = action.get("params", action)["infos"]
            self.assertEqual(infos, {"is_moved": True}, "the page behind is shown anew in either case")
