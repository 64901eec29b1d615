from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class TestRule(PlaybookCase):
    def test_invalid_domain_is_refused_and_names_what_is_wrong(self):
        for domain, named in [
            ("[('no_such_field', '=', 1)]", "no_such_field"),
            ("[('partner_id.no_such_field', '=', 1)]", "no_such_field"),
            ("[('expected_revenue', '===', 1)]", "==="),
            ("[('expected_revenue', '>', 'much')]", "much"),
            ("[('date_deadline', '<', 'yesterdayish')]", "yesterdayish"),
            ("[('duration_tracking', '=', 1)]", "duration_tracking"),
            ("[('user_id', '=', uid)]", "uid"),
            ("[('name', '=', __import__('os').getcwd())]", "__import__"),
            ("not a domain", "not a domain"),
            (r"[('name', '=like', '%\\')]", "backslash"),
            ("[('id', '=', 'abc')]", "abc"),
            ("['&', ('name', '=', 'x')]", ""),
            ("{'name': 1}", "name"),
            ("[" * 500 + "]" * 500, ""),
            ("[('name', '=',\n 'x'", "“[('name', '=', 'x'” is not a domain"),
            ("[('partner_id.image_128', '=', 'x')]", "can only be tested"),
            ("[('partner_id', 'any', [('image_128', '=', 'x')])]", "can only be tested"),
            (f"[('name', '=', '{'x' * 20_000}')]", "longer"),
        ]:
            refused = self.assertRaises(ValidationError)
            with self.subTest(domain=domain[:60]), mute_logger("odoo.sql_db"), refused as caught:
                self.has_amount.domain = domain
            self.assertIn("Amount known", str(caught.exception))
            self.assertIn(named, str(caught.exception))

    def test_every_kind_of_valid_domain_is_accepted(self):
        for domain in [
            "[]",
            "[('expected_revenue', '>', 0)]",
            "['|', ('phone', '!=', False), ('email_from', '!=', False)]",
            "[('partner_id.category_id.name', 'ilike', 'gold')]",
            "[('activity_ids', 'any', [('summary', '!=', False)])]",
            "[('date_deadline', '>=', 'today'), ('create_date', '<', '-3d')]",
            "[('create_date.month_number', '=', 3)]",
            "[('playbook_id', '!=', False)]",
            "[('is_rotting', '=', True)]",
            "[(1, '=', 1)]",
            "[('question_ids', 'ilike', 'budget')]",
            "[('partner_id.image_128', '!=', False)]",
        ]:
            with self.subTest(domain=domain):
                self.has_amount.domain = domain
                self.assertIn("allowed", self._create_lead().check_gate(self.stage_demo.id).popitem()[1])

    def test_what_is_accepted_does_not_depend_on_the_leads(self):
        """Odoo rounds amounts in a domain to the currency of the records at hand, and fails for this one."""
        self.has_amount.domain = "[('expected_revenue', '<', 1e999)]"
        lead = self._create_lead()
        unmet = lead.check_gate(self.stage_demo.id)[str(lead.id)]["unmet"]
        self.assertEqual([item["rule_id"] for item in unmet], [self.needs_confirmed.id])

    def test_author_may_not_name_what_they_may_not_read(self):
        """Rules are evaluated for everybody: naming a hidden field would let its author read it."""
        condition = self.has_amount.with_user(self.leader)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            condition.domain = "[('user_id.password', 'like', 'a%')]"

    def test_condition_that_becomes_invalid_counts_as_unmet(self):
        """As when a field goes with its module: other rules and other playbooks go on."""
        self.env.cr.execute(
            "UPDATE crm_playbook_condition SET domain = %s WHERE id = %s",
            ("[('field_of_a_removed_module', '=', 1)]", self.has_amount.id),
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        lead = self._create_lead()
        lead.confirm_condition(self.needs_confirmed.id)
        with self.assertLogs("odoo.addons.sales_funnel_playbook", "WARNING"):
            error = self.assertRefused(["Amount known"], lead.write, {"stage_id": self.stage_demo.id})
        self.assertIn("field_of_a_removed_module", str(error))
        self.assertIn("administrator", str(error))
        self.assertIn("field_of_a_removed_module", self.playbook.broken_rules)

        free = self._create_lead(team_id=False, user_id=False)
        free.stage_id = self.stage_gen_1
        self.assertEqual(free.stage_id, self.stage_gen_1)

        other = self._create_lead_of_another_playbook()
        with self.assertLogs("odoo.addons.sales_funnel_playbook", "WARNING"):
            verdicts = (lead | other).check_gate(self.stage_demo.id)  # both playbooks in one batch
        self.assertFalse(verdicts[str(lead.id)]["allowed"])
        self.assertTrue(verdicts[str(other.id)]["allowed"])
        other.stage_id = self.stage_demo
        self.assertEqual(other.stage_id, self.stage_demo)

    def _create_lead_of_another_playbook(self):
        """Return a deal that meets the one condition of its own playbook."""
        line = self.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        condition = {"name": "Amount", "domain": "[('expected_revenue', '>', 0)]"}
        stage = {"stage_id": self.stage_demo.id, "condition_ids": [Command.create(condition)]}
        self.env["crm.playbook"].create(
            {
                "name": "Other",
                "mode": "enforce",
                "company_id": False,
                "product_line_ids": line.ids,
                "stage_ids": [Command.create(stage)],
            }
        )
        return self._create_lead(product_line_id=line.id, expected_revenue=1)

    def test_archived_condition_asks_nothing(self):
        (self.has_amount | self.needs_confirmed).active = False
        lead = self._create_lead()
        lead.stage_id = self.stage_demo
        self.assertEqual(lead.stage_id, self.stage_demo)

    def test_archived_leads_count(self):
        lead = self._create_lead(active=False, expected_revenue=1)
        self.assertEqual(
            [item["name"] for item in lead.check_gate(self.stage_demo.id)[str(lead.id)]["unmet"]],
            ["Needs confirmed"],
        )

    def test_the_first_callers_context_decides_nothing(self):
        archived = self._create_condition(self.stage_demo, "Archived", domain="[(0, '=', 1)]", active=False)
        lead = self._create_lead(expected_revenue=1)
        lead.confirm_condition(self.needs_confirmed.id)
        self.env.registry.clear_cache()
        verdict = lead.with_context(active_test=False).check_gate(self.stage_demo.id)[str(lead.id)]
        self.assertTrue(verdict["allowed"], archived.name)

    def test_names_compare_in_one_language(self):
        tag = self.env["crm.tag"].create({"name": "Gold"})
        tag.with_context(lang="fr_FR").name = "Or"
        self.has_amount.domain = "[('tag_ids.name', '=', 'Gold')]"
        lead = self._create_lead(tag_ids=tag.ids).with_context(lang="fr_FR")
        unmet = lead.check_gate(self.stage_demo.id)[str(lead.id)]["unmet"]
        self.assertEqual([item["rule_id"] for item in unmet], [self.needs_confirmed.id])

    def test_a_condition_over_the_customer_reads_the_leads_in_question_only(self):
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {number}", "country_id": self.env.ref("base.be").id} for number in range(30)]
        )
        leads = self.env["crm.lead"].create(
            [{"name": customer.name, "partner_id": customer.id} for customer in customers]
        )
        text = "[('partner_id.country_id', '!=', False)]"
        [test] = self.env["crm.playbook.rule"]._get_tests({1: text}, leads[0]).values()
        self.env.flush_all()
        self.env.cr.execute("ANALYZE crm_lead, res_partner")
        self.env.cr.execute("SET LOCAL enable_seqscan TO off")  # however few leads there are
        [[[explained]]] = self.env.execute_query(
            SQL("EXPLAIN (ANALYZE, FORMAT JSON) SELECT %s FROM crm_lead WHERE id = %s", test, leads[0].id)
        )
        nodes, rows = [explained["Plan"]], 0
        while nodes:
            node = nodes.pop()
            nodes += node.get("Plans", [])
            if node.get("Relation Name") == "crm_lead":
                rows += node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
        self.assertLessEqual(rows, 2, "the lead's own row, and the one that is joined with the customer")
