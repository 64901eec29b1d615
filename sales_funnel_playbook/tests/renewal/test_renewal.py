from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Date
from odoo.tests import Form
from odoo.tools import mute_logger

from .renewal_common import RenewalCase


class TestRenewal(RenewalCase):
    """A renewal is a deal of its own: born in the renewal stage, won or lost, and the deal before stays
    won.
    """

    def test_a_renewal_deal_takes_over_what_is_known(self):
        won = self._create_won(use_case="Bending", expected_revenue=5000)
        people = [(0, 0, {"partner_id": self.buyer.id, "role": "decision_maker", "attitude": "for"})]
        won.write({"stakeholder_ids": people})
        gone = self.env["res.partner"].create({"name": "Bob"})
        past = {"date_from": "2020-01-01", "date_to": "2022-01-01"}
        won.write({"stakeholder_ids": [(0, 0, {"partner_id": gone.id, "role": "user", **past})]})
        won.competitor_ids = [(0, 0, {"competitor_id": self.competitor.id, "our_advantage": "Faster"})]
        won.write({"contract_start": "2023-01-01", "contract_end": "2023-12-31", "notice_count": 3})
        renewal = self._renew(won, "2023-08-01")
        self.assertEqual(
            (renewal.partner_id, renewal.product_line_id, renewal.team_id, renewal.user_id, renewal.use_case),
            (self.customer, self.line, self.team, self.rep, "Bending"),
        )
        self.assertEqual((renewal.stage_id, renewal.won_status), (self.stage_renewal, "pending"))
        self.assertEqual(renewal.stakeholder_ids.mapped("partner_id"), self.buyer, "who has left is gone")
        self.assertEqual(renewal.competitor_ids.mapped("our_advantage"), ["Faster"])
        self.assertEqual((renewal.expected_revenue, renewal.renewal_base), (1000, 1000))
        self.assertEqual(
            (str(renewal.contract_start), str(renewal.contract_end), renewal.notice_count),
            ("2024-01-01", "2024-12-31", 3),
        )
        self.assertEqual((renewal.renewal_of_id, won.renewal_ids), (won, renewal))
        self.assertEqual(renewal.name, "Presses for Northwind – renewal 2024")
        self.assertLog(renewal, [("created", "Renewal", "none")])
        self.assertEqual(
            (won.won_status, won.expected_revenue, won.stage_id), ("won", 1000, self.stage_signed)
        )

    def test_a_renewal_deal_is_won_by_its_outputs(self):
        """And by what the won stage asks for, although that lies before its own; none of the others is
        asked.
        """
        won = self._create_won()
        renewal = self._renew(won, "2023-08-01")
        self.assertRefused(
            ["Closing date known", "Renewal form"], renewal.write, {"stage_id": self.stage_signed.id}
        )
        panel = renewal.get_playbook_panel()
        self.assertEqual([stage["name"] for stage in panel["next_stages"]], ["Signed"])
        self.assertFalse(panel["next_stages"][0]["is_ready"])
        self.assertFalse(panel["stage"]["emptied"], "what its stage asks for is asked of the deal before")
        renewal.date_deadline = "2030-01-01"
        renewal.submit_output(self.form.id, note="They renew for a year, all of it")
        self.assertTrue(renewal.is_ready_to_advance)
        renewal.action_set_won()
        self.assertEqual((renewal.won_status, renewal.stage_id), ("won", self.stage_signed))
        self.assertLog(renewal, [("created", "Renewal", "none"), ("won", "Signed", "passed")])
        self.assertFalse(renewal.get_playbook_panel()["next_stages"])

    def test_only_renewal_deals_stand_in_the_renewal_stage(self):
        won = self._create_won()
        self.assertRefused(["“Renewal” is for renewal deals"], won.write, {"stage_id": self.stage_renewal.id})
        self.assertFalse(won.get_playbook_panel()["next_stages"], "nothing comes after winning")
        self.assertEqual(won.advance_stage()["moved"], [])
        other = self._create_lead(stage_id=self.stage_lead.id)
        self.assertRefused(
            ["“Renewal” is for renewal deals"], other.write, {"stage_id": self.stage_renewal.id}
        )
        stages = [stage["name"] for stage in other.get_playbook_panel()["next_stages"]]
        self.assertEqual(stages, ["Demo", "Talks", "Signed"])

    def test_a_renewal_deal_that_is_negotiated_beside_its_stage(self):
        """It may stand in another stage, which asks for nothing and is no step of it."""
        renewal = self._renew(self._create_won(), "2023-08-01")
        renewal.stage_id = self.stage_talks
        self.assertEqual(renewal.stage_log_ids.sorted("id")[-1:].gate, "none")
        self.assertFalse(renewal.stage_log_ids.sorted("id")[-1:].is_entry)
        self.assertRefused(
            ["Closing date known", "Renewal form"], renewal.write, {"stage_id": self.stage_signed.id}
        )
        renewal.stage_id = self.stage_renewal
        self.assertEqual(renewal.stage_id, self.stage_renewal)

    def test_not_renewed(self):
        renewal = self._renew(self._create_won(), "2023-08-01")
        renewal.action_set_lost(lost_reason_id=self.reason.id)
        self.assertEqual((renewal.won_status, renewal.renewal_of_id.won_status), ("lost", "won"))
        renewal.action_unarchive()
        self.assertEqual((renewal.won_status, renewal.stage_id), ("pending", self.stage_renewal))

    def test_a_copy_is_no_renewal(self):
        renewal = self._renew(self._create_won(contract_end="2023-12-31"), "2023-08-01")
        copy = renewal.copy()
        names = ("renewal_of_id", "renewal_kind", "renewal_base", "contract_end", "renewal_noted_at")
        self.assertFalse(any(copy[name] for name in names))
        self.assertNotEqual(copy.stage_id, self.stage_renewal)

    def test_merging_keeps_the_chain(self):
        """What followed a deal follows the one that it was merged into; a renewal that is merged with what
        somebody had entered by hand stays one.
        """
        won, twin = self._create_won(), self._create_won()
        renewal = self._renew(twin, "2023-08-01")
        (won | twin).merge_opportunity(user_id=self.rep.id, auto_unlink=True)
        [kept] = (won | twin).exists()
        self.assertEqual(renewal.renewal_of_id, kept)
        by_hand = self._create_lead("By hand", stage_id=self.stage_lead.id)
        merged = (renewal | by_hand).merge_opportunity(user_id=self.rep.id, auto_unlink=True)
        self.assertEqual(
            (merged.renewal_of_id, merged.renewal_kind, merged.renewal_base), (kept, "renewal", 1000)
        )
        self.assertEqual(merged.name and kept.renewal_ids, merged)

    def test_merging_keeps_one_contract(self):
        """Not the start of one and the end of another, nor a notice in the unit of another."""
        first = self._create_won(contract_start="2026-06-01", notice_unit="months")
        other = self._create_won(contract_end="2026-01-31", notice_count=30, notice_unit="days")
        kept = (first | other).merge_opportunity()
        self.env.flush_all()
        told = (kept.contract_start, kept.contract_end, kept.notice_count, kept.notice_unit)
        ours = (Date.to_date("2026-06-01"), False, 0, "months")
        self.assertIn(told, [ours, (False, Date.to_date("2026-01-31"), 30, "days")])

    def test_merging_a_deal_with_its_own_renewal(self):
        won = self._create_won()
        renewal = self._renew(won, "2023-08-01")
        merged = (won | renewal).merge_opportunity(user_id=self.rep.id, auto_unlink=True)
        self.assertFalse(merged.renewal_of_id)

    def test_the_customer_shows_the_chain(self):
        """Of the company and its people, whatever has become of them, as far as who looks may see them."""
        won = self._create_won(partner_id=self.buyer.id)
        renewal = self._renew(won, "2023-08-01")
        self._lose(renewal, "2023-09-01")
        self._create_lead("Not won", partner_id=self.customer.id)
        for partner in (self.customer, self.buyer):
            self.assertEqual(partner.with_user(self.rep).contract_count, 2)
        action = self.customer.with_user(self.rep).action_open_contracts()
        leads = self.env["crm.lead"].with_context(**action["context"])
        self.assertEqual(leads.search(action["domain"]), won | renewal)
        self.assertFalse(self.customer.with_user(self._create_stranger()).contract_count)

    def test_another_team_gives_a_renewal_deal_its_renewal_stage(self):
        team = self.env["crm.team"].create({"name": "South", "sequence": 90})
        stages = self.env["crm.stage"].create(
            [
                {
                    "name": name,
                    "sequence": sequence,
                    "is_won": name == "Order",
                    "team_ids": [(6, 0, team.ids)],
                }
                for sequence, name in enumerate(("First", "Order", "Again"), start=20)
            ]
        )
        lines = [(0, 0, {"stage_id": one.id, "is_renewal": one.name == "Again"}) for one in stages]
        self.env["crm.playbook"].create({"name": "South", "team_ids": [(6, 0, team.ids)], "stage_ids": lines})
        renewal = self._renew(self._create_won(product_line_id=False), "2023-08-01")
        renewal.team_id = team
        self.assertEqual(renewal.stage_id, stages[-1])
        other = self._advance(self._create_lead(stage_id=self.stage_lead.id), self.stage_talks)
        other.team_id = team
        self.assertEqual(other.stage_id, stages[0], "never the renewal stage")

    def test_rules_of_the_renewal_stage(self):
        with self.assertRaises(ValidationError):
            self.rules[self.stage_signed].is_renewal = True
        with self.assertRaises(ValidationError):
            self.rules[self.stage_talks].is_renewal = True
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_won(contract_start="2024-01-01", contract_end="2023-01-01")

    def test_contract_dates(self):
        won = self._create_won(contract_end="2023-05-31", notice_count=3, notice_unit="months")
        self.assertEqual(str(won.notice_by), "2023-02-28")
        won.write({"notice_count": 10, "notice_unit": "days"})
        self.assertEqual(str(won.notice_by), "2023-05-21")
        with freeze_time("2023-02-01"), Form(won.with_user(self.rep)) as form:
            form.contract_end = "2024-05-31"
        self.assertEqual(str(won.notice_by), "2024-05-21")

    def test_what_the_module_keeps_nobody_writes(self):
        """Over no channel: neither written, nor blanked, nor defaulted by a plain salesperson."""
        won = self._create_won()
        renewal = self._renew(won, "2023-08-01").with_user(self.rep)
        kept = {
            "renewal_of_id": won.id,
            "renewal_kind": "upsell",
            "renewal_base": 5,
            "renewal_noted_at": "2023-01-01 00:00:00",
        }
        for name, value in kept.items():
            before = renewal[name]
            for written in (value, False):
                with self.assertRaises(AccessError, msg=name):
                    renewal.write({name: written})
            with self.assertRaises(AccessError, msg=name):
                renewal.create({"name": "Mine", name: value})
            with self.assertRaises(AccessError, msg=name):
                renewal.with_context(**{f"default_{name}": value}).create({"name": "Mine"})
            self.assertEqual(renewal[name], before)
        self.assertEqual(won.renewal_ids, renewal.sudo())

    def test_a_contract_is_renewed_once(self):
        won = self._create_won()
        renewal = self._renew(won, "2023-04-03 09:00:00")
        self._win(renewal, "2023-05-03 09:00:00")
        self.assertEqual(won.make_renewal(), renewal.ids, "it is renewed by that")
        other = self._create_won()
        self._lose(self._renew(other, "2023-04-03 09:00:00"), "2023-05-03 09:00:00")
        self.assertNotIn(other.make_renewal()[0], other.renewal_ids.filtered(lambda one: not one.active).ids)

    def test_no_gate_is_passed_as_another_customers_renewal(self):
        upsell = self._renew(self._create_won(), "2023-04-03 09:00:00", "upsell")
        stranger = self.env["res.partner"].create({"name": "Fabrikam", "is_company": True})
        with self.assertRaisesRegex(ValidationError, "goes on with the contract of"), self.env.cr.savepoint():
            upsell.with_user(self.rep).partner_id = stranger
        upsell.with_user(self.rep).partner_id = self.buyer
        self.assertEqual(upsell.partner_id, self.buyer, "of the same customer")

    def test_whose_deal_it_is_may_have_it_renewed(self):
        won = self._create_won()
        stranger = self._create_stranger()
        with self.assertRaises(AccessError):
            won.with_user(stranger).make_renewal()
        made = won.with_user(self.rep).with_context(default_renewal_kind="upsell", default_stage_id=1)
        [id_] = made.make_renewal()
        renewal = self.env["crm.lead"].browse(id_)
        self.assertEqual((renewal.renewal_kind, renewal.stage_id), ("renewal", self.stage_renewal))
        self.assertEqual(renewal.create_uid, self.rep)
        self.assertEqual(won.make_renewal(), [id_], "there is one already")
        self.assertEqual((won + won).make_renewal(), [id_])
        self.assertNotEqual(won.make_renewal("upsell"), won.make_renewal("upsell"), "there may be several")
        with self.assertRaises(UserError):
            renewal.make_renewal()
        for wrong in ("other", 5, None, ["renewal"]):
            with self.assertRaises(UserError):
                won.make_renewal(wrong)
