import ast

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import PlaybookCase
from ..properties import SETTINGS, given, settings, st
from .random_domains import Author

PARSED = 8_500
SAVED = 300
# what Odoo logs of models of its own that have no name, and of a list where it expects HTML
MUTED = mute_logger("odoo.sql_db", "odoo.models", "odoo.tools.mail.html_sanitize")


@tagged("post_install", "-at_install")
class TestRandomDomains(PlaybookCase):
    """Whatever is written as a domain: it is refused with a sentence, or means everywhere what it means to
    Odoo's own search.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).unlink()
        cls.env["crm.playbook.check"].search([]).active = False
        cls.env["crm.risk.type"].search([("detection", "=", "domain")]).active = False
        (cls.has_phone | cls.needs_confirmed).active = False
        cls.criterion = cls.env["crm.playbook.criterion"].create(
            {"name": "Fits", "points": 10, "playbook_id": cls.playbook.id}
        )
        cls.check = cls.env["crm.playbook.check"].create({"name": "Odd", "message": "Look again"})
        cls.check.playbook_id = cls.playbook
        cls.risk_type = cls.env["crm.risk.type"].create({"name": "Seen at night", "detection": "domain"})
        cls._create_leads()
        cls.deadline = cls._create_deadline("Call", "lead_created")
        # only the seed is drawn: drawing each part of a domain takes longer than looking at it
        cls.texts = st.randoms(use_true_random=True).map(
            lambda random: Author(random, cls.env).write_text("crm.lead")
        )

    @classmethod
    def _create_leads(cls):
        """Leads that differ in all kinds of fields, among them one that is archived and one that is empty."""
        cls.team.lead_properties_definition = [
            {"name": "colour", "string": "Colour", "type": "char"},
            {"name": "size", "string": "Size", "type": "integer"},
            {"name": "due", "string": "Due", "type": "date"},
            {"name": "who", "string": "Who", "type": "many2one", "comodel": "res.partner"},
            {"name": "tags", "string": "Tags", "type": "tags", "tags": [["a", "A", 1]]},
        ]
        tag = cls.env["crm.tag"].create({"name": "gold"})
        partner = cls.env["res.partner"].create({"name": "Deal & Sons", "is_company": True, "city": "商机"})
        partner.create({"name": "Left", "parent_id": partner.id, "active": False})
        values = {"colour": "a", "size": 3, "due": "2024-03-04", "who": partner.id, "tags": ["a"]}
        cls.leads = (
            cls._create_lead()
            | cls._create_lead("a", expected_revenue=5, partner_id=partner.id, tag_ids=tag.ids)
            | cls._create_lead("Gone", active=False, date_deadline="2024-03-04", priority="2")
            | cls._create_lead("%", lead_properties=values, phone="1", budget_max=10, user_id=False)
        )
        cls.leads[1].activity_schedule(summary="a")
        cls.env.cr.flush()

    def _get_met(self, text):
        """Return the ids of the leads that Odoo's own search finds by a domain, asked as rules ask."""
        leads = self.env["crm.lead"].with_user(SUPERUSER_ID).with_context(active_test=True, lang="en_US")
        domain = Domain("id", "in", self.leads.ids) & Domain(ast.literal_eval(text.strip() or "[]"))
        return set(leads._search(domain, active_test=False))

    def _is_saved(self, rule, field_name, text):
        """Write a domain; a refusal is one sentence, and leaves the rule as it was."""
        before = rule[field_name]
        try:
            with self.env.cr.savepoint():
                rule[field_name] = text
        except UserError as error:
            self.assertClear(error)
            self.assertEqual(rule[field_name], before)
            return False
        return True

    def assertClear(self, error):
        sentence = str(error)
        self.assertNotIn("\n", sentence.strip())
        self.assertNotIn("Traceback", sentence)
        self.assertFalse(sentence.strip().endswith(":"), sentence)

    @MUTED
    def test_accepted_means_what_search_finds(self):
        rules, counts = self.env["crm.playbook.rule"], {True: 0, False: 0}

        @settings(SETTINGS, max_examples=PARSED)
        @given(self.texts)
        def check(text):
            try:
                rules._check_domain_text("Random", text)
            except ValidationError as error:
                self.assertClear(error)
                counts[False] += 1
                return
            counts[True] += 1
            self.assertFalse(rules._get_broken_reason(text))
            self.assertEqual(rules._match({1: text}, self.leads), {1: self._get_met(text)})

        check()
        self.assertGreaterEqual(sum(counts.values()), PARSED)
        self.assertGreater(min(counts.values()), PARSED / 5, "both happen often")

    @MUTED
    def test_every_kind_of_rule_and_evaluator(self):
        counts = {True: 0, False: 0}

        @settings(SETTINGS, max_examples=SAVED)
        @given(self.texts)
        def check(text):
            savepoint = self.env.cr.savepoint()
            try:
                counts[self._save_and_evaluate(text)] += 1
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all(flush=False)
                self.registry.clear_cache()

        check()
        self.assertGreaterEqual(sum(counts.values()), SAVED)
        self.assertGreater(min(counts.values()), SAVED / 5)

    def _save_and_evaluate(self, text):
        """Save a domain as each kind of rule, look with each evaluator; tell whether it was accepted."""
        is_saved = {
            (rule, name): self._is_saved(rule, name, text)
            for rule, name in (
                *((self.has_amount, "domain"), (self.criterion, "domain"), (self.check, "domain")),
                *((self.risk_type, "domain"), (self.deadline, "domain")),
                (self.deadline, "satisfied_domain"),
            )
        }
        self.deadline.effective_from = "2000-01-01"  # for other deals it begins anew
        is_valid = is_saved[self.has_amount, "domain"]
        self.assertEqual(is_saved[self.risk_type, "domain"], is_valid)
        self.assertEqual(is_saved[self.deadline, "domain"], is_valid)
        if not is_valid:
            self.assertFalse(any(is_saved.values()))
            return False
        met = self._get_met(text)
        self._check_gate(met)
        is_ended = is_saved[self.deadline, "satisfied_domain"] and text.strip() not in ("", "[]")
        self._check_deadline(met, is_ended)
        self.leads._refresh()
        if self._get_met(text) == met:  # unless it looks at what it brings about
            self._check_ratings(met, is_saved[self.criterion, "domain"], is_saved[self.check, "domain"])
        self.leads._keep_deadlines()
        self.assertFalse(self.deadline.error)
        return True

    def _check_gate(self, met):
        verdicts = self.leads.check_gate(self.stage_demo.id)
        passed = {
            lead.id
            for lead in self.leads
            if self.has_amount.id not in [item["rule_id"] for item in verdicts[str(lead.id)]["unmet"]]
        }
        self.assertEqual(passed, met, "the gate")
        held_back = {lead.id for lead in self.leads if lead.active} - met
        simulation = self.env["crm.playbook.simulation"].create({"playbook_id": self.playbook.id})
        self.assertEqual(set(simulation.lead_ids or ()), held_back, "the simulation")
        preview = self.has_amount._get_preview()
        self.assertEqual(preview["held_back"], len(held_back), "the preview")

    def _check_deadline(self, met, is_ended):
        causes = self.leads._find_causes(self.env["crm.playbook"]._get_duties()[self.playbook.id])
        active = {lead.id for lead in self.leads if lead.active}
        self.assertEqual({cause.lead_id for cause in causes}, met & active, "the deadline")
        satisfied = {cause.lead_id for cause in causes if cause.is_satisfied}
        self.assertEqual(satisfied, met & active if is_ended else set(), "done when")

    def _check_ratings(self, met, is_scored, is_checked):
        if is_scored:
            self.assertEqual({lead.id for lead in self.leads if lead.score}, met, "the score")
        if is_checked:
            self.assertEqual({lead.id for lead in self.leads if lead.check_ids}, met, "the check")
        risks = self.leads.risk_ids.filtered(lambda risk: risk.state == "open")
        self.assertEqual(set(risks.lead_id.ids), set(self.leads.filtered("active").ids) & met, "the risk")
