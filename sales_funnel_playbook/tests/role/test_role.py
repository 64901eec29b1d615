from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .role_common import RoleCase


@tagged("post_install", "-at_install")
class TestRole(RoleCase):
    """Who has which role on a deal: by default once it is needed, or as somebody chooses; and who had it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.needs_confirmed.role_id = cls.finance  # asked for before Demo, so needed in Lead
        cls.rules[cls.stage_demo].notify_role_ids = cls.delivery

    def test_shipped_roles(self):
        names = self.env["crm.playbook.role"].search([]).mapped("name")
        self.assertEqual(names, ["Marketing", "Pre-sales", "Finance", "Delivery", "Legal", "Sponsor"])

    def test_a_person_has_a_role_once_for_a_team_and_once_for_all(self):
        """Held by an index that the oldest PostgreSQL of Odoo knows, too."""
        for role in (self.finance, self.delivery):
            twice = role.person_ids[0].copy_data()
            with self.subTest(role.name), mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
                self.env["crm.playbook.role.person"].create(twice)

    def test_a_role_is_taken_on_when_it_is_first_needed(self):
        lead = self._create_lead()
        self.assertEqual(self.get_people(lead, self.finance), ["Fay"])
        self.assertFalse(self.get_people(lead, self.delivery), "nothing is asked of delivery yet")
        self.assertTrue(lead.member_ids.is_default)
        self._advance(lead, self.stage_demo)
        self.assertEqual(self.get_people(lead, self.delivery), ["Dan"], "for all teams")
        self.assertEqual(lead.member_user_ids, self.fay | self.dan)

    def test_a_deal_without_a_need_has_nobody(self):
        self.needs_confirmed.role_id = False
        lead = self._create_lead()
        self.assertFalse(lead.member_ids)
        plain = self._create_lead(team_id=self.other_team.id)
        self.assertFalse(plain.member_ids, "it follows no playbook")

    def test_whoever_was_chosen_stays_and_whoever_is_taken_off_is_on_record(self):
        lead = self._create_lead()
        self.choose(lead, self.finance, self.fred)
        self.assertEqual(self.get_people(lead, self.finance), ["Fay", "Fred"], "several may have it")
        lead.member_ids.filtered(lambda one: one.user_id == self.fay).with_user(self.rep).unlink()
        self.assertEqual(self.get_people(lead, self.finance), ["Fred"])
        self.assertEqual(self.get_people(lead, self.finance, with_former=True), ["Fay (left)", "Fred"])
        lead.stage_id = self.stage_lead
        lead._take_on_roles()
        self.assertEqual(
            self.get_people(lead, self.finance), ["Fred"], "it was not needed for the first time"
        )
        shown = self.env["crm.lead.member"].search(lead.action_open_members()["domain"])
        self.assertEqual(shown.user_id, self.fay | self.fred)

    def test_a_manager_says_who_has_a_role_by_default(self):
        role = self.env["crm.playbook.role"].with_user(self.leader).create({"name": "Quality"})
        for team in (self.env["crm.team"], self.team):
            role.person_ids = [Command.create({"user_id": self.fay.id, "team_id": team.id})]
        self.assertEqual(role.person_ids.user_id, self.fay)
        self.assertEqual(len(role.with_user(self.rep).person_ids), 2, "salespeople see who has it")
        with self.assertRaises(AccessError):
            role.with_user(self.rep).person_ids.unlink()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["crm.team"].create({"name": "Theirs", "company_id": elsewhere.id})
        self.fay.company_ids += elsewhere
        role.sudo().person_ids = [Command.create({"user_id": self.fay.id, "team_id": theirs.id})]
        role.invalidate_recordset()
        self.assertEqual(len(role.person_ids), 2, "not those of another company's teams")
        names = role.person_ids.mapped("display_name")
        self.assertEqual(len({*names}), 2, f"nobody stands there twice by the same name: {names}")

    def test_on_the_form(self):
        lead = self._create_lead()
        with Form(lead.with_user(self.rep)) as form:
            form.member_ids.remove(0)
            with form.member_ids.new() as line:
                line.role_id = self.finance
                line.user_id = self.fred
        self.assertEqual(self.get_people(lead, self.finance, with_former=True), ["Fay (left)", "Fred"])

    def test_nobody_is_chosen_who_cannot_open_the_deal(self):
        lead = self._create_lead()
        own_only = self.user_sales_salesman
        with self.assertRaisesRegex(
            ValidationError, f"{own_only.name} cannot open this deal.*Finance.*can: .+"
        ):
            self.choose(lead, self.finance, own_only)
        stranger = self._create_colleague("Stan", groups="base.group_user")
        with self.assertRaisesRegex(ValidationError, "Stan cannot open this deal"):
            self.choose(lead, self.finance, stranger)
        with self.assertRaisesRegex(ValidationError, "Stan cannot open this deal"):
            self.finance.person_ids = [Command.create({"user_id": stranger.id})]
        mine = self._create_lead(user_id=own_only.id)
        self.assertTrue(self.choose(mine, self.delivery, own_only), "the own deal can be opened")

    def test_nobody_writes_the_record(self):
        lead = self._create_lead()
        member = lead.member_ids.with_user(self.rep)
        with self.assertRaises(AccessError):
            member.write({"user_id": self.fred.id})
        with self.assertRaises(AccessError):
            member.create(
                {
                    "lead_id": lead.id,
                    "role_id": self.finance.id,
                    "user_id": self.fred.id,
                    "left_at": "2020-01-01",
                }
            )
        for context in ({"default_is_default": True}, {"default_left_at": "2020-01-01"}):
            with self.assertRaises(AccessError):
                member.with_context(**context).create(
                    {"lead_id": lead.id, "role_id": self.finance.id, "user_id": self.fred.id}
                )

    def test_only_who_may_edit_the_deal_chooses(self):
        own_only = self.user_sales_salesman
        theirs = self._create_lead(user_id=own_only.id)
        self.assertTrue(self.choose(theirs, self.finance, self.fred, by=own_only))
        others = self._create_lead()
        with self.assertRaises(AccessError):
            self.env["crm.lead.member"].with_user(own_only).create(
                {"lead_id": others.id, "role_id": self.finance.id, "user_id": self.fred.id}
            )
        with self.assertRaises(AccessError):
            others.member_ids.with_user(own_only).unlink()
        self.assertFalse(
            self.env["crm.lead.member"].with_user(own_only).search([("lead_id", "=", others.id)])
        )

    def test_another_team_has_other_people_where_nobody_was_chosen(self):
        lead, chosen = self._create_lead(), self._create_lead()
        chosen.member_ids.unlink()
        self.choose(chosen, self.finance, self.dan)
        (lead | chosen).write({"team_id": self.other_team.id})
        self.assertEqual(self.get_people(lead, self.finance, with_former=True), ["Fay (left)", "Fred"])
        self.assertEqual(self.get_people(chosen, self.finance), ["Dan"], "somebody chose them")
        lead.team_id = self.env["crm.team"].create({"name": "Nobody's", "company_id": False})
        self.assertEqual(self.get_people(lead, self.finance), ["Fred"], "nobody has it there by default")

    def test_another_company_has_people_who_work_there(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        ann = self._create_colleague("Ann", company_id=company.id, company_ids=[Command.set(company.ids)])
        theirs = self.env["crm.team"].create({"name": "Theirs", "company_id": company.id})
        self.finance.person_ids = [Command.create({"user_id": ann.id, "team_id": theirs.id})]
        lead = self._create_lead()
        lead.member_ids.unlink()
        self.choose(lead, self.finance, self.fred)
        lead.with_context(allowed_company_ids=self.env.user.company_ids.ids).write(
            {"company_id": company.id, "team_id": theirs.id, "user_id": ann.id}
        )
        self.assertEqual(
            self.get_people(lead, self.finance), ["Ann"], "whoever cannot open it any more is replaced"
        )

    def test_whoever_leaves_is_replaced(self):
        lead, lost = self._create_lead(), self._create_lead()
        self.choose(lead, self.delivery, self.fred)
        lost.action_set_lost()
        self.finance.person_ids = [Command.create({"user_id": self.dan.id, "team_id": self.team.id})]
        self.fay.action_archive()
        self.assertEqual(self.get_people(lead, self.finance, with_former=True), ["Fay (left)", "Dan"])
        self.assertEqual(self.get_people(lost, self.finance), ["Dan"], "it may be restored")
        lost.action_unarchive()
        self.assertEqual(self.get_people(lost, self.finance), ["Dan"])
        self.fred.write({"active": False})
        self.assertEqual(
            self.get_people(lead, self.delivery), ["Dan"], "by default, also for whom was chosen"
        )
        self.assertEqual(self.get_people(self._create_lead(), self.finance), ["Dan"])

    def test_whoever_is_on_record_is_archived_and_not_deleted(self):
        """The record of who had a role is kept; who never had one, and was named by rules alone, goes."""
        lead = self._create_lead()
        member = self.choose(lead, self.delivery, self.fred)
        kind = self.env["ir.model"]._get("crm.lead.member").name
        message = f"“Fred” cannot be deleted: “{kind}” has their name on record. Archive the user"
        for _again in ("has it", "had it"):
            with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self.fred.with_user(self.env.ref("base.user_admin")).unlink()
            member.unlink()
        self.fred.action_archive()
        joe = self._create_colleague("Joe")
        self.delivery.person_ids = [Command.create({"user_id": joe.id, "team_id": self.team.id})]
        joe.unlink()
        self.assertFalse(self.delivery.person_ids.filtered(lambda one: one.user_id == joe))

    def test_whoever_cannot_open_the_deal_any_more_is_replaced(self):
        """Without a right on Sales, or in another company; by the night where a group was changed."""
        self.finance.person_ids = [Command.create({"user_id": self.fred.id, "team_id": self.team.id})]
        elsewhere = self.env["res.company"].create({"name": "Elsewhere of Roles"})
        group = self.env.ref("sales_team.group_sale_salesman_all_leads")
        moves = {
            "group": lambda user: user.write({"group_ids": [Command.unlink(group.id)]}),
            "company": lambda user: user.write(
                {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
            ),
            "members": lambda user: group.write({"user_ids": [Command.unlink(user.id)]}),
        }
        for name, move in moves.items():
            with self.subTest(name):
                user = self._create_colleague(f"Joe {name}")
                lead = self._create_lead(company_id=self.env.company.id)
                lead.member_ids.unlink()
                member = self.choose(lead, self.finance, user)
                move(user)
                if name == "members":
                    self.env["crm.playbook.refresh"]._cron_start()
                self.assertTrue(member.left_at)
                self.assertEqual(self.get_people(lead, self.finance), ["Fay", "Fred"])

    def test_a_role_that_cannot_be_handed_over_holds_up_no_night(self):
        lead = self._create_lead(company_id=self.env.company.id)
        lead.member_ids.unlink()
        user = self._create_colleague("Joe")
        self.choose(lead, self.finance, user)
        self.env.ref("sales_team.group_sale_salesman_all_leads").write(
            {"user_ids": [Command.unlink(user.id)]}
        )
        members = self.env.registry["crm.lead.member"]
        refused = UserError("This deal is closed in the ledger.")
        logger = "odoo.addons.sales_funnel_playbook.models.core.crm_playbook_failure"
        # as another module might refuse it
        with patch.object(members, "_replace", side_effect=refused), self.assertLogs(logger, "ERROR"):
            self.env["crm.playbook.refresh"]._cron_start()
        failure = self.env["crm.playbook.failure"].search([("res_model", "=", "res.users")])
        self.assertEqual((failure.res_id, failure.reason), (user.id, str(refused)))
        self.assertTrue(self.env["crm.playbook.refresh"].search([("kind", "=", "rating")]))

    def test_merged_deals(self):
        lead, other, third = (self._create_lead(name=name, partner_name="Acme") for name in "abc")
        lead.member_ids.unlink()
        self.choose(lead, self.finance, self.fred)
        self.choose(other, self.delivery, self.dan)
        self.choose(third, self.delivery, self.dan)
        merged = (lead | other | third).merge_opportunity()
        self.assertEqual(merged.member_ids.mapped("user_id.name"), ["Fred", "Dan"])
        had = self.get_people(merged, self.finance, with_former=True)
        self.assertEqual(sorted(had), ["Fay (left)", "Fay (left)", "Fay (left)", "Fred"])

    def test_a_copy_begins_with_the_people_by_default(self):
        lead = self._create_lead()
        self.choose(lead, self.finance, self.fred)
        self.assertEqual(self.get_people(lead.copy(), self.finance), ["Fay"])

    def test_a_role_in_use_stays_and_others_go(self):
        unused = self.env["crm.playbook.role"].create({"name": "Quality"})
        unused.unlink()
        lead = self._create_lead()
        self.assertTrue(lead.member_ids)
        self.finance.active = False
        self.assertEqual(self.get_people(self._create_lead(), self.finance), ["Fay"], "rules go on")

    def test_what_it_costs_does_not_grow(self):
        leads = self.env["crm.lead"].concat(*(self._create_lead(name=str(n)) for n in range(12)))
        counts = []
        for some in (leads[:2], leads[2:]):
            self.env.cr.execute("DELETE FROM crm_lead_member WHERE lead_id = ANY(%s)", [leads.ids])
            self.env.invalidate_all()
            some._take_on_roles()
            self.env.cr.execute("DELETE FROM crm_lead_member WHERE lead_id = ANY(%s)", [leads.ids])
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._take_on_roles()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(some.member_ids.mapped("user_id"), self.fay)
        self.assertEqual(*counts)
        before = self.env.cr.sql_log_count
        self.needs_confirmed.role_id = self.rules[self.stage_demo].notify_role_ids = False
        self.env.flush_all()
        leads._take_on_roles()  # remembers that no playbook needs any
        before = self.env.cr.sql_log_count
        leads._take_on_roles()
        self.assertEqual(self.env.cr.sql_log_count, before, "where no rule names a role it costs nothing")
