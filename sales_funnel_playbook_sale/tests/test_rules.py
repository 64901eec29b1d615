import json

from odoo.addons.sales_funnel_playbook_sale.models.crm_playbook_documented import KINDS
from odoo.tests import Form, tagged

from .sale_common import SalePlaybookCase


@tagged("post_install", "-at_install")
class TestRules(SalePlaybookCase):
    """How rules name documents: by “Also Met By”, and by the fields that follow from them."""

    def test_every_kind_is_met_by_its_documents_and_links_them(self):
        kinds = self.env["crm.playbook.condition"]._fields["met_by"].get_values(self.env)
        self.assertEqual(set(kinds) & KINDS.keys(), KINDS.keys())
        order = self._quote()
        order.action_confirm()
        invoice = self._invoice(order)
        self._pay(invoice)
        expected = {
            "sale_quotation": order,
            "sale_order": order,
            "sale_agreement": order,
            "sale_payment": invoice,
        }
        for kind, document in expected.items():
            with self.subTest(kind=kind):
                self.agreed.met_by = kind
                self.assertEqual(self.get_unmet(), [])
                self.assertEqual(self.get_documents()["Agreed or paid"], document.mapped("display_name"))
        order.action_cancel()
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.agreed.met_by = kind
                self.assertEqual(self.get_unmet(), ["Agreed or paid", "Draft contract"])
                self.assertFalse(self.get_documents()["Agreed or paid"])

    def test_what_is_missing_says_which_document_would_do(self):
        item = self.lead.check_gate(self.stage_signed.id)[str(self.lead.id)]["unmet"][0]
        self.assertIn("Also met by: Order confirmed or signed, or invoice paid.", item["guidance"])
        [output] = self.lead.get_playbook_panel()["stage"]["outputs"]
        self.assertIn("Also met by: Quotation of at least", output["guidance"])

    def test_only_what_a_person_confirms_or_submits_has_a_document(self):
        self._quote().action_confirm()
        self.agreed.write({"kind": "domain", "domain": "[('phone', '!=', False)]"})
        self.assertEqual(self.get_unmet(), ["Agreed or paid"])
        with Form(self.draft) as form:
            self.assertTrue(form.has_kinds_of_documents)
            form.met_by = "sale_order"

    def test_a_confirmation_and_a_document_do_not_stand_in_each_others_way(self):
        self.lead.confirm_condition(self.agreed.id)
        order = self._quote()
        order.action_confirm()
        order.action_cancel()
        self.assertEqual(self.get_unmet(), ["Draft contract"], "the person's word still counts")

    def test_a_rejected_output_is_met_by_a_document(self):
        """The leader looks at a file; at a quotation of the expected revenue nobody has to."""
        self.draft.evidence = "note"
        self.lead.submit_output(self.draft.id, note="A draft that the customer has not seen yet")
        self.lead.output_ids.with_user(self.leader).reject("Not this one")
        self._quote()
        [output] = self.lead.get_playbook_panel()["stage"]["outputs"]
        self.assertEqual((output["state"], self.lead.missing_output_count), ("done", 0))
        self.assertEqual(self.lead.playbook_progress, "1/1")

    def test_conditions_scores_and_deals_held_back_follow_the_amounts(self):
        condition = self._create_condition(
            self.stage_signed,
            "Half is ordered",
            domain="[('ordered_amount', '>=', 500), ('has_payment', '=', False)]",
        )
        self.env["crm.playbook.criterion"].create(
            {
                "name": "Ordered",
                "playbook_id": self.playbook.id,
                "points": 10,
                "domain": "[('has_order', '=', True)]",
            }
        )
        self.assertIn("Half is ordered", self.get_unmet())
        order = self._quote()
        order.action_confirm()
        self.assertEqual((self.get_unmet(), self.lead.score), ([], 10))
        held_back = self.agreed.preview["held_back"]
        order.action_cancel()
        self.env.flush_all()
        self.agreed.invalidate_recordset(["preview"])
        self.assertEqual((self.lead.score, self.agreed.preview["held_back"]), (0, held_back + 1))
        self.assertFalse(condition.broken_reason)

    def test_the_gate_asks_for_the_score_that_follows_from_this_very_transaction(self):
        self.env["crm.playbook.criterion"].create(
            {
                "name": "Ordered",
                "playbook_id": self.playbook.id,
                "points": 10,
                "domain": "[('has_order', '=', True)]",
            }
        )
        self._create_condition(self.stage_signed, "Ten points", domain="[('score', '>=', 10)]")
        order = self._quote()
        order.action_confirm()
        self.env.flush_all()
        self.assertEqual(self.lead.score, 10)
        order.action_cancel()
        unmet = ["Agreed or paid", "Ten points", "Draft contract"]
        self.assertRefused(unmet, self.lead.write, {"stage_id": self.stage_signed.id})
        order.action_draft()
        order.action_confirm()
        self.lead.stage_id = self.stage_signed
        self.assertEqual(self.lead.stage_id, self.stage_signed)

    def test_a_document_ends_what_was_asked_for_in_time(self):
        self.draft.write({"delay_count": 3, "effective_from": "2000-01-01"})
        lead = self._create_deal()
        self.env.cr.flush()
        work = lead.activity_ids
        self.assertEqual((work.playbook_output_id, work.active), (self.draft, True))
        self._quote(lead=lead)
        self.env.cr.flush()
        self.assertEqual((work.active, work.playbook_closing), (False, "satisfied"))

    def test_templates_use_documents(self):
        module = "sales_funnel_playbook.crm_playbook_template_saas"
        draft = self.env.ref(f"{module}_negotiation_draft_output")
        contract = self.env.ref(f"{module}_signed_contract")
        self.assertEqual((draft.met_by, contract.met_by), ("sale_quotation", "sale_agreement_or_payment"))

    def test_a_playbooks_file_names_documents(self):
        text = self.playbook._export_text()
        imported = self.env["crm.playbook"]._import_text(text.encode())
        self.assertEqual(imported.stage_ids.output_ids.mapped("met_by"), ["sale_quotation"])
        document = json.loads(text)
        document["playbook"]["stages"][2]["outputs"][0]["met_by"] = "of_elsewhere"
        imported = self.env["crm.playbook"]._import_text(json.dumps(document).encode())
        self.assertFalse(imported.stage_ids.output_ids.met_by)
        self.assertIn("Draft contract", imported.message_ids[0].body)
