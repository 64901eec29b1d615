from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .forecast_common import DAY, NOON, ForecastCase

SPEC = {"forecast_category": {}, "commit_gaps": {}}


@tagged("post_install", "-at_install")
class TestCategoryList(ForecastCase):
    """Several deals are said to be surer at once, in Odoo's list; each says what it lacks and who said it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = new_test_user(cls.env, login="own", groups="sales_team.group_sale_salesman")
        case = cls("setUp")
        cls.leads = case.create_leads_at(NOON, 3, user_id=cls.own.id)
        cls.others = case.create_leads_at(NOON, 1)
        cls.env["crm.playbook.commit"].create(
            [
                {"playbook_id": cls.playbook.id, "name": name, "missing": missing, "domain": domain}
                for name, missing, domain in (
                    (
                        "Decision maker known",
                        "no decision maker",
                        "[('stakeholder_ids.role', '=', 'decision_maker')]",
                    ),
                    (
                        "In touch",
                        "40 days without contact",
                        "[('last_contact_at', '>', 'today -40d')]",
                    ),
                )
            ]
        )

    def save(self, leads, user, category):
        """What the list does when a cell of several chosen rows is edited."""
        vals = {"own_forecast_category": category}
        return leads.with_user(user).web_save(vals, SPEC)

    def get_told(self, lead):
        """Return what the chatter says the deal's own category was and is, the newest first."""
        values = lead.message_ids.sudo().tracking_value_ids
        its = values.filtered(lambda one: one.field_id.name == "own_forecast_category").sorted("id")
        return [(one.old_value_char or "", one.new_value_char, one.create_uid) for one in its]

    def test_several(self):
        """Those without a playbook, too: nothing is asked of them."""
        plain = self.leads[2]
        plain.team_id = False
        self.flush_tracking()
        with self.at(NOON + 41 * DAY):
            rows = self.save(self.leads, self.own, "commit")
            self.flush_tracking()
        self.assertEqual({row["forecast_category"] for row in rows}, {"commit"})
        gaps = "no decision maker, 40 days without contact"
        self.assertEqual([row["commit_gaps"] for row in rows], [gaps, gaps, False])
        for lead in self.leads:
            self.assertEqual(self.get_told(lead), [("", "Commit", self.own)])
        self.save(self.leads, self.own, False)
        self.flush_tracking()
        self.assertEqual(self.leads.mapped("forecast_category"), ["pipeline"] * 3)
        self.assertEqual(len(self.get_told(plain)), 2)

    def test_one_of_somebody_else_is_refused_with_all(self):
        for user in (self.own, new_test_user(self.env, login="out", groups="base.group_user")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.save(self.leads | self.others, user, "commit")
        self.env.invalidate_all()
        self.assertFalse(any((self.leads | self.others).mapped("own_forecast_category")))

    def test_the_list_offers_it(self):
        view = self.env.ref("crm.crm_case_tree_view_oppor")
        arch = self.leads.with_user(self.own).get_view(view.id, "list")["arch"]
        self.assertIn('multi_edit="1"', arch)
        self.assertIn('name="own_forecast_category"', arch)

    def test_the_form_says_all_that_is_missing(self):
        """A note on contact takes one away, and time brings it back."""
        lead = self.leads[0]
        lead.own_forecast_category = "commit"

        def get_gaps(day):
            self.env.invalidate_all()
            with self.at(day), Form(lead.with_user(self.own)) as form:
                return form.commit_gaps

        both = "no decision maker, 40 days without contact"
        self.assertEqual(get_gaps(NOON + 45 * DAY), both)
        with self.at(NOON + 45 * DAY):
            note = {"summary": "Talked about the offer and its terms", "communicated_at": NOON + 45 * DAY}
            self.env["crm.lead.progress"].with_user(self.own).create({"lead_id": lead.id, **note})
        self.assertEqual(get_gaps(NOON + 46 * DAY), "no decision maker")
        self.assertEqual(get_gaps(NOON + 90 * DAY), both)
        chain = {"partner_id": lead.partner_id.create({"name": "Ms Li"}).id, "role": "decision_maker"}
        lead.stakeholder_ids = [Command.create(chain)]
        self.assertEqual(get_gaps(NOON + 90 * DAY), "40 days without contact")
