from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .snapshot_common import MONDAY, NOON, SnapshotCase


@tagged("post_install", "-at_install")
class TestSnapshotAccess(SnapshotCase):
    """Who sees a deal sees what it was; nobody writes it."""

    def test_who_sees_what(self):
        mine = self.create_leads_at(NOON - timedelta(days=5), 1)
        others = self.create_leads_at(NOON - timedelta(days=5), 1, user_id=self.leader.id)
        gone = self.create_leads_at(NOON - timedelta(days=5), 1)
        self.take()
        kept = {lead: self.get_kept(lead) for lead in (mine, others, gone)}
        names = kept[gone].lead_name
        gone.unlink()
        own, every, boss = (
            new_test_user(self.env, login=group, groups=f"sales_team.{group}")
            for group in (
                "group_sale_salesman",
                "group_sale_salesman_all_leads",
                "group_sale_manager",
            )
        )
        mine.user_id = own
        for user, visible in (
            (own, kept[mine]),
            (every, kept[mine] | kept[others]),
            (boss, kept[mine] | kept[others] | kept[gone]),
        ):
            self.check_visible(user, visible, kept.values())
        with self.assertRaises(AccessError):
            self.Snapshot.with_user(new_test_user(self.env, login="nobody", groups="base.group_user")).search(
                []
            )
        self.assertEqual(kept[gone].with_user(boss).read(["lead_name", "lead_id"])[0]["lead_name"], names)

    def check_visible(self, user, visible, kept):
        """Check that a user finds and reads these of what is kept, and writes none."""
        records = self.Snapshot.with_user(user)
        self.assertEqual(records.search([("date", "=", MONDAY)]), visible.sorted())
        self.assertEqual(sum(n for (n,) in records._read_group([], [], ["__count"])), len(visible))
        for one in kept:
            if one in visible:
                self.assertTrue(one.with_user(user).read(["worth", "lead_id"]))
            else:
                with self.assertRaises(AccessError):
                    one.with_user(user).read(["worth"])
        for write in (
            lambda one: one.write({"worth": 1}),
            lambda one: one.unlink(),
            lambda one: one.copy(),
        ):
            with self.assertRaises(AccessError):
                write(visible[:1].with_user(user))

    def test_companies_do_not_see_each_other(self):
        self.team.company_id = False
        lead = self.create_leads_at(NOON - timedelta(days=5), 1, company_id=self.abroad.id, user_id=False)
        self.take()
        lead.unlink()
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        self.assertFalse(self.Snapshot.with_user(boss).search([]))
        self.assertEqual(self.Day.with_user(boss).search([]).company_id, self.main)
        boss.company_ids += self.abroad
        both = self.Snapshot.with_user(boss).with_context(allowed_company_ids=boss.company_ids.ids)
        self.assertEqual(len(both.search([])), 1)

    def test_a_playbook_of_another_company_keeps_nobody_from_counting(self):
        """Whose deals are whose is asked of all playbooks, also where the user does not work just now."""
        theirs = self.env["crm.playbook"].create(
            {
                "name": "Abroad",
                "company_id": self.abroad.id,
                "is_default": True,
                "stage_ids": [Command.create({"stage_id": stage.id}) for stage in self.stages],
            }
        )
        self.assertIn(theirs.id, self.env["crm.lead"]._get_playbook_domains())
        boss = new_test_user(self.env, login="boss", groups="sales_team.group_sale_manager")
        self.env.invalidate_all()
        adopter = self.Snapshot.with_user(boss)._get_adopter_sql("crm_lead")
        self.assertIn(self.abroad.id, adopter.params)
