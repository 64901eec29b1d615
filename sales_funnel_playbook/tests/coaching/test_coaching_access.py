from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...exceptions import PlaybookGateError
from .coaching_common import OWN, CoachingCase

FOR_WHOM = "for themselves, the leader of their team, and sales managers"


@tagged("post_install", "-at_install")
class TestCoachingAccess(CoachingCase):
    """Who reads whose figures; a company may keep them from everybody."""

    def get_names(self, reader):
        return [one["name"] for one in self.get_page(reader)["people"]]

    def test_readers(self):
        self.assertEqual(self.get_names(self.ann), ["Ann"])
        self.assertEqual(
            [name for name in self.get_names(self.chief) if name in ("Ann", "Bob", "Cho", "Dan")],
            ["Ann", "Bob", "Cho", "Dan"],
            "by name, not by a number",
        )
        self.assertIn("Ann", self.get_names(self.boss))
        for reader in (self.ann, self.rep, self.env.ref("base.public_user")):
            with self.assertRaisesRegex(AccessError, FOR_WHOM):
                self.get_page(reader, self.bob)
        with self.assertRaisesRegex(AccessError, FOR_WHOM):
            self.get_page(new_test_user(self.env, "coaching_nobody", groups="base.group_user"))

    def test_another_leader(self):
        self.team.user_id = self.rep
        with self.assertRaisesRegex(AccessError, FOR_WHOM):
            self.get_page(self.chief, self.ann)
        self.assertEqual(self.get_page(self.rep, self.ann)["filters"]["user_id"], self.ann.id)

    def test_another_company(self):
        east = self.env["res.company"].create({"name": "East"})
        vals = {"company_id": east.id, "company_ids": [Command.set(east.ids)]}
        stranger = new_test_user(self.env, "coaching_east", groups=OWN, **vals)
        with self.assertRaisesRegex(AccessError, FOR_WHOM):
            self.get_page(self.boss, stranger)
        deals = self.make_deals(self.ann, 5, moved=5)
        part = self.stage_lead.id
        self.assertEqual(self.get_row(self.get_page(self.boss, self.ann), "conversion", part)["count"], 5)
        self.env.cr.execute(
            "UPDATE crm_lead_stage_log SET company_id = %s WHERE lead_id = ANY(%s)", [east.id, deals.ids]
        )
        self.env.invalidate_all()
        self.assertEqual(self.get_row(self.get_page(self.boss, self.ann), "conversion", part)["count"], 0)
        self.boss.company_ids |= east
        self.assertEqual(self.get_row(self.get_page(self.boss, self.ann), "conversion", part)["count"], 5)

    def switch_off(self):
        self.env.company.has_people_figures = False
        self.env.flush_all()

    def test_a_company_that_keeps_them_from_everybody(self):
        self.make_deals(self.ann, 5)
        self.switch_off()
        for reader in (self.ann, self.chief, self.boss):
            with self.assertRaisesRegex(UserError, "keeps figures of people from everybody"):
                self.get_page(reader, self.ann)
        menus = self.env["ir.ui.menu"].with_user(self.boss).load_menus(False)
        names = {menu["name"] for menu in menus.values()}
        self.assertFalse({"Coaching", "One-to-Ones", "Calibration by Salesperson"} & names)
        self.env.company.has_people_figures = True
        menus = self.env["ir.ui.menu"].with_user(self.boss).load_menus(False)
        self.assertIn("Coaching", {menu["name"] for menu in menus.values()})

    def refuse(self):
        """Ann and Bob are refused, which is noted."""
        self.playbook.mode = "enforce"
        refusals = self.env["crm.lead.refusal"]
        for person in (self.ann, self.bob):
            lead = self.make_deals(person, 1)
            with self.assertRaises(PlaybookGateError), self.env.cr.savepoint():
                lead.with_user(person).stage_id = self.stage_demo
            row = {
                "lead_id": lead.id,
                "playbook_id": self.playbook.id,
                "stage_id": self.stage_demo.id,
                "previous_stage_id": self.stage_lead.id,
                "unmet": [{"kind": "domain", "rule_id": self.has_amount.id, "name": "Amount known"}],
            }
            refusals.with_user(person)._write_rows([row])
        self.env.invalidate_all()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_reads_who_was_refused(self):
        self.refuse()
        refusals = self.env["crm.lead.refusal"].search([])
        self.assertEqual(self.get_refused(self.boss), {self.ann, self.bob})
        self.switch_off()
        self.assertEqual(self.get_refused(self.boss), {self.boss.browse()})
        self.assertEqual(self.get_refused(self.ann), {self.ann}, "oneself only")
        self.assertFalse(refusals.with_user(self.boss).search([]))
        with self.assertRaises(AccessError):
            refusals.with_user(self.boss).read(["refused_by_id"])
        self.assertEqual(refusals.with_user(self.ann).search([]).refused_by_id, self.ann)

    def get_refused(self, reader):
        report = self.env["crm.playbook.gate.report"].with_user(reader)
        groups = report._read_group([("gate", "=", "refused")], ["moved_by_id"])
        return {person.with_user(self.env.user) for (person,) in groups}

    def test_nor_over_the_deal_or_the_move(self):
        """A path over another record tells no person, neither as a group nor as a filter."""
        self.refuse()
        report = self.env["crm.playbook.gate.report"].with_user(self.boss)
        groups = ("lead_id.user_id", "refusal_id.refused_by_id", "log_id.lead_id.user_id")
        filters = [
            *([(path, "=", self.ann.id)] for path in groups),
            [("refusal_id.refused_by_id.name", "=", "Ann")],
            [("lead_id", "any", [("user_id", "=", self.ann.id)])],
            [("id", "any", [("lead_id", "not any", ["|", ("id", "=", 0), ("user_id.login", "=", "x")])])],
        ]
        for domain in filters:
            report.search_count(domain)
        self.switch_off()
        for path in groups:
            with self.subTest(path=path), self.assertRaisesRegex(AccessError, "from everybody"):
                report.formatted_read_group([], [path], ["__count"])
        for domain in filters:
            with self.subTest(domain=domain), self.assertRaisesRegex(AccessError, "from everybody"):
                report.search_count(domain)
        self.assertTrue(report.search_count([("lead_id.team_id", "=", self.team.id)]))
        self.assertTrue(report.formatted_read_group([], ["lead_id.team_id", "date:month"], ["__count"]))
        calibration = self.env["crm.lead.calibration.report"].with_user(self.boss)
        with self.assertRaises(AccessError):
            calibration.formatted_read_group([], ["lead_id.user_id"], ["brier:avg"])
        self.env.company.has_people_figures = True
        self.assertTrue(report.formatted_read_group([], ["lead_id.user_id"], ["__count"]))

    def test_what_names_people_is_in_no_view(self):
        self.switch_off()
        report = self.env["crm.playbook.gate.report"].with_user(self.boss)
        for view_type in ("search", "list", "pivot"):
            self.assertNotIn("moved_by", report.get_view(view_type=view_type)["arch"])
        self.assertFalse(report.fields_get(["moved_by_id"])["moved_by_id"]["groupable"])
        calibration = self.env["crm.lead.calibration.report"].with_user(self.boss)
        self.assertNotIn("user_id", calibration.get_view(view_type="pivot")["arch"])
        self.env.company.has_people_figures = True
        self.assertIn("moved_by", report.get_view(view_type="search")["arch"])

    def test_calibration_by_salesperson(self):
        deals = self.make_deals(self.bob, 2) | self.make_deals(self.ann, 1)
        deals.write({"probability": 40})
        deals.stage_id = self.stage_demo
        deals.action_set_won()
        self.env.flush_all()
        summaries = self.env["crm.lead.calibration.summary"]
        rows = summaries.with_user(self.boss).search([])
        self.assertEqual(rows.user_id.mapped("name"), ["Ann", "Bob"], "by name, whoever has more deals")
        self.switch_off()
        self.assertFalse(summaries.with_user(self.boss).search([]))
        report = self.env["crm.lead.calibration.report"].with_user(self.boss)
        [(person, count)] = report._read_group([], ["user_id"], ["lead_id:count_distinct"])
        self.assertEqual((person.id, count), (False, 3), "all together, of nobody")
