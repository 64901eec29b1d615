from odoo.tests import tagged

from .forecast_common import DAY, NOON, WEEK, ForecastCase


@tagged("post_install", "-at_install")
class TestChangeWorth(ForecastCase):
    """What comes back every year counts where the playbook says so: of what Mondays kept, and of what came
    and was won between them.
    """

    def assertChange(self, basis, once):
        self.playbook.worth_basis = basis
        plan = self.env["crm.recurring.plan"].create({"name": "Two years", "number_of_months": 24})
        vals = {"recurring_revenue": 2400, "recurring_plan": plan.id}
        kept = self.create_leads_at(NOON - DAY, 1, **vals)
        self.take(NOON)
        with self.at(NOON + DAY):
            kept.recurring_revenue = 4800
        won = self.create_leads_at(NOON + DAY, 1, **vals)
        with self.at(NOON + 2 * DAY):
            won.action_set_won()
        self.take(NOON + WEEK)
        first = once + 1200
        expected = {"opening": (first, 1), "new": (first, 1), "raised": (1200, 0)}
        expected |= {"won": (-first, -1), "closing": (first + 1200, 1)}
        self.assertEqual(self.get_parts(), expected)

    def test_both(self):
        self.assertChange("both", 1000)

    def test_recurring_alone(self):
        self.assertChange("recurring", 0)

    def test_once(self):
        self.playbook.worth_basis = "one_off"
        plan = self.env["crm.recurring.plan"].create({"name": "A year", "number_of_months": 12})
        self.create_leads_at(NOON - DAY, 1, recurring_revenue=1200, recurring_plan=plan.id)
        self.take(NOON)
        self.take(NOON + WEEK)
        self.assertEqual(self.get_parts(), {"opening": (1000, 1), "closing": (1000, 1)})
