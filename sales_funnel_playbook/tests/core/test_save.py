from unittest.mock import patch

from odoo import Command
from odoo.fields import Date
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.models import crm_lead_refusal, crm_playbook_rating
from odoo.addons.sales_funnel_playbook.models.core.mixins import EFFECTS

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestSave(PlaybookCase):
    """A save of a deal, by somebody who sees their own deals only, and beside other modules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.env["res.users"].create(
            {
                "name": "Own Deals",
                "login": "own_deals",
                "email": "own_deals@example.com",
                "group_ids": [Command.set(cls.env.ref("sales_team.group_sale_salesman").ids)],
                "company_ids": [Command.set(cls.env.companies.ids)],
            }
        )
        cls.lead = cls._create_lead(name="Acme", user_id=cls.own.id)
        cls.away = {"user_id": cls.leader.id, "expected_revenue": 500}
        cls.to_demo = {**cls.away, "stage_id": cls.stage_demo.id}

    def _record_writes(self):
        """Return a list that each call of Odoo's own write of leads is added to, with who makes it."""
        crm_lead = self.env.registry["crm.lead"]
        crm = next(cls for cls in crm_lead.mro() if cls.__module__ == "odoo.addons.crm.models.crm_lead")
        original, calls = crm.write, []

        def write(leads, vals):
            calls.append((leads.env.uid, leads.env.su, set(vals)))
            return original(leads, vals)

        self.patch(crm, "write", write)
        return calls

    def test_filled_in_moved_and_given_away_at_once(self):
        lead = self.lead.with_user(self.own)
        lead.confirm_condition(self.needs_confirmed.id)
        calls = self._record_writes()
        lead.write(dict(self.to_demo))  # Odoo adds to it
        self.assertFalse(lead.has_access("write"))
        self.assertEqual((self.lead.stage_id, self.lead.user_id), (self.stage_demo, self.leader))
        self.assertEqual(self.lead.expected_revenue, 500)
        stay = self.lead.stage_log_ids[0]
        self.assertEqual((stay.gate, stay.moved_by_id), ("passed", self.own))
        written = {"user_id", "expected_revenue", "stage_id"}
        by_user = [names & written for uid, is_super, names in calls if uid == self.own.id and not is_super]
        self.assertIn(written, by_user, "at the end all is written at once, as plain CRM would")
        self.assertFalse([names for _uid, is_super, names in calls if is_super and names & written])

    def test_given_away_and_held_back(self):
        lead = self.lead.with_user(self.own)
        self.assertRefused(["Needs confirmed"], lead.write, self.to_demo)
        self.env.invalidate_all()
        self.assertEqual((self.lead.stage_id, self.lead.user_id), (self.stage_lead, self.own))
        self.assertFalse(self.lead.expected_revenue)

    def test_filled_in_and_moved_out_of_reach_by_a_rule(self):
        """A rule of the company's own: what is urgent stays as it is."""
        self.env["ir.rule"].create(
            {
                "name": "Urgent deals",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "domain_force": "[('priority', '!=', '3')]",
                "perm_read": False,
            }
        )
        lead = self.lead.with_user(self.own)
        lead.confirm_condition(self.needs_confirmed.id)
        lead.write({"stage_id": self.stage_demo.id, "priority": "3", "expected_revenue": 5})
        self.assertEqual((self.lead.stage_id, self.lead.priority), (self.stage_demo, "3"))
        self.assertEqual(self.lead.stage_log_ids[0].gate, "passed")

    def test_put_off_and_given_away_at_once(self):
        self.lead.date_deadline = "2030-01-01"
        self.lead.with_user(self.own).write({"user_id": self.leader.id, "date_deadline": "2030-02-01"})
        self.assertEqual(self.lead.closing_push_count, 1)

    def test_nobody_hears_twice_of_being_given_a_deal(self):
        for kind in ("inbox", "email"):
            self.leader.notification_type = kind
            lead = self._create_lead(name="Initech", user_id=self.own.id)
            lead.confirm_condition(self.needs_confirmed.id)
            self.env.flush_all()
            self.env.cr.precommit.run()
            with self.mock_mail_gateway():
                lead.with_user(self.own).write(dict(self.to_demo))
            told = self.env.cr.precommit.data.get("bus.bus.values", [])
            told = [values for values in told if "inbox" in values["message"]]
            self.assertEqual((len(self._new_mails), len(told)), (kind == "email", kind == "inbox"))

    def test_created_for_somebody_else(self):
        """By another module, which gives each new deal away."""
        crm_lead = self.env.registry["crm.lead"]
        crm = next(cls for cls in crm_lead.mro() if cls.__module__ == "odoo.addons.crm.models.crm_lead")
        original = crm.create

        def create(leads, vals_list):
            new = original(leads, vals_list)
            new.sudo().user_id = self.leader
            return new

        self.patch(crm, "create", create)
        vals = {"name": "Globex", "type": "opportunity", "team_id": self.team.id, "user_id": self.own.id}
        lead = self.env["crm.lead"].with_user(self.own).create(vals)
        self.assertFalse(lead.has_access("read"))
        self.assertLog(lead.with_env(self.env), [("created", "Lead", "observed")])

    def test_a_move_within_a_save_is_logged_once(self):
        """Another module's write that moves a deal because its salesperson changed."""
        crm_lead = self.env.registry["crm.lead"]
        crm = next(cls for cls in crm_lead.mro() if cls.__module__ == "odoo.addons.crm.models.crm_lead")
        original = crm.write

        def write(leads, vals):
            result = original(leads, vals)
            if "user_id" in vals:
                leads.write({"stage_id": self.stage_demo.id})
            return result

        self.patch(crm, "write", write)
        self.assertRefused(["Amount known", "Needs confirmed"], self.lead.write, {"user_id": self.rep.id})
        self.lead.confirm_condition(self.needs_confirmed.id)
        self.lead.write({"user_id": self.rep.id, "expected_revenue": 5})
        self.assertLog(self.lead, [("created", "Lead", "observed"), ("forward", "Demo", "passed")])

    def test_a_new_record_is_in_no_funnel(self):
        """As other modules write one while a form is open."""
        for new in (self.env["crm.lead"].new(origin=self.lead), self.env["crm.lead"].new(self.away)):
            new.write({"budget_status": "cut", "waiting_until": Date.today(), "expected_revenue": 7})
            new.write({"stage_id": self.stage_talks.id, "team_id": self.team.id})
            self.assertEqual((new.stage_id, new.expected_revenue), (self.stage_talks, 7))
        self.env.flush_all()
        self.assertEqual((self.lead.stage_id, self.lead.budget_status), (self.stage_lead, False))
        self.assertFalse(self.env["crm.lead.risk"].search([("cause", "like", "budget:")]))

    def test_what_the_lead_was_is_read_only_where_it_matters(self):
        self.assertFalse(self.lead._get_states({"name": "Acme Ltd", "priority": "1"}))
        state = self.lead._get_states({"expected_revenue": 5, "user_id": False})[self.lead.id]
        self.assertEqual(state[:3], (self.playbook.id, self.stage_lead.id, "pending"))
        self.assertEqual((state.user_id, state.expected_revenue), (self.own.id, 0))
        elsewhere = self.env["crm.team"].create({"name": "Elsewhere", "company_id": False})
        plain = self._create_lead(team_id=elsewhere.id)
        self.assertFalse(plain._get_states({"expected_revenue": 5, "probability": 20}))

    def test_each_effect_that_a_rule_declares_is_known(self):
        declaring = [model for model in self.env.values() if hasattr(model, "_playbook_effects")]
        self.assertGreater(len(declaring), 10)
        for model in declaring:
            for cls in type(model).mro():
                self.assertLessEqual(cls.__dict__.get("_playbook_effects", {}).keys(), EFFECTS.keys(), model)
            self.assertIn("memory", model._get_effects(), model)

    def test_what_was_imported_from_19_0_1_1_0_works(self):
        """Kinds of conditions and fields that settle deadlines, as modules written for it add them."""
        Playbook = self.env.registry["crm.playbook"]
        original = Playbook._get_rating_sources

        def get_sources(playbooks):
            return [*original(playbooks), (crm_playbook_rating.SETTLING, {"referred"})]

        self.patch(Playbook, "_get_rating_sources", get_sources)
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        self.assertIn("referred", self.env["crm.playbook"]._get_settling_fields()["crm.lead"])
        kinds = {"credit": "crm.playbook.condition", "of_another_database": "no.such.model"}
        with patch.dict(crm_lead_refusal.RULE_MODELS, kinds):
            models = self.env["crm.lead"]._get_rule_models()
        self.assertEqual(models["credit"], "crm.playbook.condition")
        self.assertNotIn("of_another_database", models)
