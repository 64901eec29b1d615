from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestSimulation(PlaybookCase):
    """An administrator knows what a rule would do before switching it on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.playbook.mode = "observe"
        cls.bare = cls._create_lead(name="Bare")
        cls.half = cls._create_lead(name="Half", expected_revenue=5, user_id=cls.leader.id)
        cls.ready = cls._create_lead(name="Ready", expected_revenue=5)
        cls.ready.confirm_condition(cls.needs_confirmed.id)
        cls.further = cls._create_lead(name="Further", stage_id=cls.stage_talks.id)
        cls.lost = cls._create_lead(name="Lost")
        cls.lost.action_set_lost()

    def _simulate(self):
        action = self.playbook.with_user(self.leader).action_simulate()
        return self.env[action["res_model"]].with_user(self.leader).browse(action["res_id"])

    def _lines(self, simulation, dimension):
        lines = simulation.line_ids.filtered(lambda line: line.dimension == dimension)
        return {line.name: line.deal_count for line in lines}

    def test_by_rule_stage_and_owner(self):
        simulation = self._simulate()
        self.assertEqual((simulation.open_count, simulation.held_back_count), (4, 3))
        self.assertEqual(
            self._lines(simulation, "rule"),
            {"Needs confirmed": 2, "Amount known": 1, "Closing date known": 1},
        )
        self.assertEqual(self._lines(simulation, "stage"), {"Lead": 2, "Talks": 1})
        self.assertEqual(self._lines(simulation, "owner"), {self.rep.name: 2, self.leader.name: 1})

    def test_opens_into_the_deals(self):
        simulation = self._simulate()
        action = simulation.action_open_leads()
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), self.further | self.half | self.bare)
        line = simulation.line_ids.filtered(lambda line: line.name == "Needs confirmed")
        action = line.action_open_leads()
        self.assertEqual((action["name"], action["views"][0][1]), ("Needs confirmed", "list"))
        self.assertEqual(self.env["crm.lead"].search(action["domain"]), self.half | self.bare)
        for records in (simulation, line):  # a replica may not know yet what was made a moment ago
            self.assertFalse(getattr(type(records).action_open_leads, "_readonly", False), records._name)

    def test_before_it_is_enforced_the_same_is_asked(self):
        as_leader = self.playbook.with_user(self.leader)
        self.assertEqual(
            as_leader.get_enforcing_effect(), {"open_count": 4, "held_back_count": 3, "outside_count": 0}
        )
        self.assertEqual(self.playbook.mode, "observe")
        with self.assertRaises(AccessError):
            self.playbook.with_user(self.rep).get_enforcing_effect()

    def test_of_an_enforced_playbook_it_does_not_say_if(self):
        self.assertEqual(self.playbook.action_simulate()["name"], "If “Machines” Were Enforced")
        self.playbook.mode = "enforce"
        self.assertEqual(self.playbook.action_simulate()["name"], "Held Back by “Machines”")
        self.assertEqual(self._simulate().mode, "enforce")

    def test_changes_nothing(self):
        log = self.env["crm.lead.stage.log"].search([])
        self._simulate()
        self.assertEqual(self.env["crm.lead.stage.log"].search([]), log)
        self.assertEqual(self.playbook.mode, "observe")

    def test_it_is_what_enforcing_does(self):
        simulation = self._simulate()
        self.playbook.mode = "enforce"
        leads = self.bare | self.half | self.ready | self.further
        held_back = [item["lead_id"] for item in leads.advance_stage()["held_back"]]
        self.assertEqual(set(held_back), set(simulation.lead_ids))

    def test_two_rules_of_one_name_are_two_rules(self):
        self._create_condition(self.stage_demo, "Needs confirmed", kind="confirmation")
        lines = self._simulate().line_ids.filtered(lambda line: line.name == "Needs confirmed")
        self.assertEqual(lines.mapped("deal_count"), [3, 2])

    def test_each_manager_sees_his_own(self):
        simulation = self._simulate()
        other = self.leader.copy({"login": "other_manager"})
        for records in (simulation, simulation.line_ids):
            with self.assertRaises(AccessError):
                records.with_user(other).read([])

    def test_for_managers_only(self):
        with self.assertRaises(AccessError):
            self.playbook.with_user(self.rep).action_simulate()

    def test_condition_before_it_is_saved(self):
        with Form(self.has_amount) as form:
            self.assertEqual((form.preview["held_back"], form.preview["total"]), (1, 3))
            form.domain = "[('expected_revenue', '>', 1000)]"
            self.assertEqual(form.preview["held_back"], 3)
            self.assertEqual(self.has_amount.domain, "[('expected_revenue', '>', 0)]", "nothing is saved")
            form.domain = "[('phone', '=', False)]"
            self.assertEqual(form.preview["held_back"], 0)
            form.domain = "[('nonsense', '=', 1)]"
            self.assertFalse(form.preview)
            form.domain = "[('expected_revenue', '>', 4)]"

    def test_confirmation_before_it_is_saved(self):
        preview = self.needs_confirmed.preview
        self.assertEqual((preview["held_back"], preview["total"]), (2, 3))
        with Form(self.has_amount) as form:
            form.kind = "confirmation"
            self.assertEqual(form.preview["held_back"], 3)
            form.kind = "domain"

    def test_no_preview_where_nobody_waits(self):
        template = self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        self.assertFalse(any(template.stage_ids.condition_ids.mapped("preview")))
