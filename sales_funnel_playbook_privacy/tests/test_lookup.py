from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_funnel_playbook.tests.privacy.privacy_common import PrivacyCase


@tagged("post_install", "-at_install")
class TestLookup(PrivacyCase):
    """Odoo's Privacy Lookup finds what playbooks keep of a person, and lets it be deleted."""

    def _look_up(self, name="Anna Hidden", email="anna@acme.example"):
        """Return ``{model: ids}`` of what is found."""
        lookup = (
            self.env["privacy.lookup.wizard"].with_user(self.admin).create({"name": name, "email": email})
        )
        lookup.action_lookup()
        return {
            model: set(lines.mapped("res_id"))
            for model, lines in lookup.line_ids.grouped("res_model").items()
        }

    def test_found(self):
        found = self._look_up()
        notes, risk = self.lead.progress_ids, self.lead.risk_ids
        chain = self.lead.stakeholder_ids.filtered(lambda one: one.partner_id == self.person)
        self.assertEqual(found["crm.lead.stakeholder"], set(chain.ids))
        self.assertEqual(found["crm.lead.contact"], set(self.lead.contact_ids.ids))
        self.assertEqual(found["crm.lead.progress"], set(notes.filtered("milestone_ids").ids))
        self.assertEqual(found["crm.lead.risk"], set(risk.ids))

    def test_nobody_else(self):
        found = self._look_up("Nora Nobody", "nobody@example.com")
        self.assertFalse([model for model in found if model.startswith("crm.lead.")])
        found = self._look_up("%", "nobody@example.com")  # which Odoo's own lookup takes for everybody
        self.assertFalse(found.keys() & {"crm.lead.progress", "crm.lead.risk"})

    def test_nothing_is_left_once_it_was_anonymised(self):
        self.person._anonymise_personal_facts()
        found = self._look_up()
        self.assertFalse([model for model in found if model.startswith("crm.lead.")])
        self.assertEqual(found["res.partner"], set(self.person.ids))

    def test_each_record_can_be_deleted(self):
        lookup = self.env["privacy.lookup.wizard"].with_user(self.admin)
        lookup = lookup.create({"name": "Anna Hidden", "email": "anna@acme.example"})
        lookup.action_lookup()
        lookup.line_ids.filtered(lambda line: line.res_model.startswith("crm.lead.")).action_unlink_all()
        self.assertFalse(self.lead.contact_ids)
        self.assertEqual(self.lead.stakeholder_ids.partner_id, self.other)

    def test_for_administrators_only(self):
        with self.assertRaises(AccessError):
            self.env["privacy.lookup.wizard"].with_user(self.manager).create({"name": "x", "email": "x@x.x"})
