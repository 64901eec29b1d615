from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from .deadline_common import DeadlineCase, at


@tagged("post_install", "-at_install")
class TestDeadlineDue(DeadlineCase):
    """The hourly job asks for what is due, and all deals once a day; a save looks at what it concerns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.survey = cls._create_deadline(
            "Survey", playbook_stage_id=cls.rules[cls.stage_lead].id, escalation_to="team_leader"
        )
        cls.review = cls._create_deadline("Review", "review", 1, "weeks")

    def count_queries(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - before

    def look(self, *moment):
        """Run the hourly job; return which deals it has looked at."""
        looked_at, leads = [], self.env.registry["crm.lead"]
        keep = leads._keep_deadlines

        def keep_and_tell(these):
            looked_at.extend(these.ids)
            return keep(these)

        with patch.object(leads, "_keep_deadlines", keep_and_tell):
            self.run_job(*moment)
        return looked_at

    def test_all_deals_are_looked_at_when_the_day_begins_and_then_those_with_something_due(self):
        first, second = (self.create_lead_at(18, hour) for hour in (9, 10))
        self.assertEqual(self.look(18, 11), [first.id, second.id])
        self.assertFalse(self.look(18, 12), "nothing is due")
        self.assertEqual(self.look(19, 0), [first.id, second.id], "a day has begun")
        with self.at(19, 11):
            self.get_work(first).with_user(self.rep).action_feedback("Done")
        self.assertFalse(self.look(19, 16))
        self.assertEqual(self.look(19, 17, 30), [second.id], "its survey was due until five")
        told = self.get_work(second).filtered("playbook_escalation_of_id")
        self.assertEqual(told.user_id, self.leader)
        self.assertFalse(self.look(19, 18), "and told once")

    def test_what_comes_up_again_does_so_when_its_day_begins_wherever_that_is(self):
        self.rep.tz = "Pacific/Auckland"
        lead = self.create_lead_at(4, 10)
        with self.at(4, 11):
            self.get_work(lead).with_user(self.rep).action_feedback("Done")
        self.run_job(11, 9)
        self.assertTrue(self.get_work(lead, self.review))
        with self.at(11, 10, 30):
            self.get_work(lead, self.review).with_user(self.rep).action_feedback("Nothing new")
        self.run_job(17, 10)
        self.assertEqual(len(self.get_work(lead, self.review)), 1)
        self.run_job(17, 12)
        self.assertEqual(len(self.get_work(lead, self.review)), 2, "there it is Monday now")

    def test_what_a_rule_asks_of_other_records_is_noticed_within_the_hour(self):
        country = self.env.ref("base.de")
        letter = self._create_deadline(
            "Letter", "lead_created", domain=f"[('partner_id.country_id', '=', {country.id})]"
        )
        partner = self.env["res.partner"].create({"name": "Acme"})
        lead = self.create_lead_at(18, partner_id=partner.id)
        self.run_job(18, 10)
        self.assertFalse(self.get_work(lead, letter))
        partner.country_id = country
        self.run_job(18, 11)
        self.assertTrue(self.get_work(lead, letter))
        letter.satisfied_domain = "[('partner_id.city', '!=', False)]"
        self.run_job(18, 12)
        partner.city = "Bonn"
        self.run_job(18, 13)
        self.assertEqual(self.get_work(lead, letter).playbook_closing, "satisfied")

    def test_who_leaves_or_leads_is_noticed_within_the_hour(self):
        lead = self.create_lead_at(18)
        other = new_test_user(self.env, "due_leader", groups="sales_team.group_sale_manager")
        self.run_job(18, 10)
        self.rep.write({"active": False})
        self.run_job(18, 11)
        self.assertEqual(self.get_work(lead, self.survey).user_id, self.leader)
        self.team.user_id = other
        self.run_job(18, 12)
        self.assertEqual(self.get_work(lead, self.survey).user_id, other)

    def test_an_hour_costs_the_same_for_few_deals_and_for_many(self):
        self.create_lead_at(18)
        self.run_job(18, 10)
        few = self.count_queries(lambda: self.run_job(18, 11))
        for _n in range(12):
            self.create_lead_at(18, 12)
        self.assertLessEqual(self.count_queries(lambda: self.run_job(18, 13)), few)

    def test_a_save_looks_at_the_deadlines_that_it_concerns(self):
        rule = self._create_deadline("Call", "lead_created", satisfied_domain="[('phone', '!=', False)]")
        lead = self.create_lead_at(18, expected_revenue=100, phone=False)

        def save(vals):
            def write():
                lead.write(vals)
                self.env.cr.flush()

            with self.mock_datetime_and_now(at(18, 10)):
                return self.count_queries(write)

        save({"expected_revenue": 150})
        with self.assertNotSettled():
            save({"expected_revenue": 200})
            save({"city": "Bonn"})
        save({"phone": "1"})
        self.assertEqual(self.get_work(lead, rule).playbook_closing, "satisfied")
        self.assertFalse(self.get_work(lead, self.survey).playbook_closing)
        self.assertEqual(self.get_work(lead, self.survey).user_id, self.rep)

    def assertNotSettled(self):
        def settle(leads, **_options):
            self.assertFalse(leads, "no rule looks at what was saved")

        return patch.object(self.env.registry["crm.lead"], "_settle_deadlines", settle)

    def test_settling_one_deal_takes_a_dozen_queries(self):
        rule = self._create_deadline("Write the note", "communication", 24, "hours")
        lead = self.create_lead_at(18)
        with self.at(18, 10):
            self.env["crm.lead.contact"].create(
                {
                    "lead_id": lead.id,
                    "is_on_deal": True,
                    "source_model": "mail.message",
                    "source_id": 1,
                    "contacted_at": at(18, 10),
                    "channel": "email",
                    "is_from_customer": True,
                }
            )
        self.assertEqual(self.get_work(lead, rule).playbook_closing, False)
        with self.mock_datetime_and_now(at(18, 11)):
            self.env["crm.lead.progress"].create({"lead_id": lead.id, "summary": "Spoke about three presses"})
            self.env.flush_all()
            settle = self.env["crm.lead"]._settle_queued
            self.assertLessEqual(self.count_queries(settle), 12)
        self.assertEqual(self.get_work(lead, rule).playbook_closing, "satisfied")

    def test_a_rule_about_today_is_kept_until_midnight(self):
        rules = self.env["crm.playbook.rule"]
        lead, text = self._create_lead(date_deadline="2024-03-19"), "[('date_deadline', '<', 'today')]"
        self.assertEqual(rules._get_lasting(text), "day")
        for day, found in ((19, set()), (20, {lead.id}), (19, set())):
            with self.mock_datetime_and_now(at(day, 12)):
                self.assertEqual(rules._match({1: text}, lead)[1], found)

    def test_which_domains_are_kept(self):
        rules = self.env["crm.playbook.rule"]
        for text, lasts in {
            "[('phone', '!=', False), ('user_id', 'in', [1, 2])]": "always",
            "[('stakeholder_ids', 'any', [('role', '=', 'user'), ('date_to', '=', False)])]": "always",
            "[('playbook_position', '>=', 2)]": "always",
            "['|', ('create_date', '<', 'today -30d'), ('date_deadline', '=', False)]": "day",
            "[('user_id', 'ilike', 'ann')]": False,
            "[('create_date', '<', '-3H')]": False,
            "[('partner_id.city', '=', 'Bonn')]": False,
            "[('has_renewal_reminder', '=', True)]": False,
            "[('no_such_field', '=', True)]": False,
        }.items():
            self.assertEqual(rules._get_lasting(text), lasts, text)
