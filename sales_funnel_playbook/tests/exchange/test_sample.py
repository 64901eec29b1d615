from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from ..common import PlaybookCase

COUNTED = ("crm.lead", "crm.stage", "crm.team", "crm.team.member", "crm.playbook", "res.partner")


@tagged("post_install", "-at_install")
class TestSample(HttpCase, PlaybookCase):
    """An administrator looks around in a company of its own, and takes it away as a whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.playbooks = cls.env["crm.playbook"].with_user(cls.admin)

    def _get_others(self, company=None):
        """Return what there is outside the company: ids by model, and the stages in their order."""
        env = self.env(context={"active_test": False})
        found = {model: env[model].search([], order="id") for model in COUNTED}
        if company:
            found["crm.stage"] = found["crm.stage"].filtered(
                lambda stage: not stage.team_ids or stage.team_ids.company_id != company
            )
            for model in set(COUNTED) - {"crm.stage", "crm.team.member"}:
                found[model] = found[model].filtered(lambda record: record.company_id != company)
            found["res.partner"] -= company.partner_id
        sequences = found["crm.stage"].mapped("sequence")
        return {model: records.ids for model, records in found.items()} | {"sequences": sequences}

    def test_it_is_loaded_beside_what_is_there_and_goes_as_a_whole(self):
        mine = self._create_lead()
        before = self._get_others()
        mails = self.env["mail.mail"].search_count([])
        company = self.env["res.company"].browse(self.playbooks.action_load_sample()["company_id"])
        self.assertEqual(self._get_others(company), before)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails, "nobody hears of it")
        leads = self.env["crm.lead"].search([("company_id", "=", company.id)])
        self.assertEqual(len(leads), 7)
        self.assertEqual(leads.playbook_id.mode, "enforce")
        self.assertEqual(len(leads.stage_id), 5, "they have come to several stages")
        self.assertIn("won", leads.mapped("won_status"))
        self.assertTrue(leads.progress_ids)
        self.assertEqual(self.admin.company_id, self.env.ref("base.main_company"))
        with self.assertRaisesRegex(UserError, "switch to the company"):
            self.playbooks.action_load_sample()
        self.assertTrue(self.playbooks.action_remove_sample())
        self.assertFalse(leads.exists() or company.active or company in self.admin.company_ids)
        self.assertTrue(mine.exists())
        partner = company.partner_id
        after = self._get_others()
        after["res.partner"].remove(partner.id)
        self.assertEqual(after, before)
        self.assertFalse(self.playbooks.action_remove_sample(), "there is none")

    def test_what_somebody_made_in_it_goes_too_and_it_can_be_loaded_again(self):
        company = self.env["res.company"].browse(self.playbooks.action_load_sample()["company_id"])
        values = {"name": "Made by hand", "company_id": company.id}
        made = [
            self.env[model].create(dict(values)) for model in ("res.partner", "crm.product.line", "crm.lead")
        ]
        self.env["crm.lead"].search([("company_id", "=", company.id)], limit=1).active = False
        self.playbooks.action_remove_sample()
        self.assertFalse(any(record.exists() for record in made))
        self.assertEqual(self.playbooks.action_load_sample()["company_id"], company.id)

    def _count_rows(self):
        """Return ``{table: how many rows}`` of everything that is kept."""
        self.env.flush_all()
        models = [model for model in self.env.registry.values() if model._auto and not model._abstract]
        tables = {model._table for model in models if not model._transient}
        tables |= {
            field.relation
            for model in models
            if not model._transient
            for field in model._fields.values()
            if field.type == "many2many" and field.store
        }
        counts = {}
        for table in sorted(tables):
            self.env.cr.execute(SQL("SELECT COUNT(*) FROM %s", SQL.identifier(table)))
            counts[table] = self.env.cr.fetchone()[0]
        return counts

    def _work_in(self, company):
        """Do in the sample what people do: a note, file, meeting, risk, suggestion, copy and loss."""
        lead = self.env["crm.lead"].search(
            [("company_id", "=", company.id), ("won_status", "=", "pending")], limit=1
        )
        lead = lead.with_company(company)
        note = {"summary": "The buyer has asked for a second offer"}
        self.env["crm.lead.progress"].create({"lead_id": lead.id, **note})
        lead.message_post(body="See there", attachments=[("plan.txt", b"plan")])
        self.env["calendar.event"].create(
            {
                "name": "Demo",
                "start": "2024-01-08 10:00:00",
                "stop": "2024-01-08 11:00:00",
                "opportunity_id": lead.id,
            }
        )
        lead.risk_level = "high"
        suggestion = {"playbook_id": lead.playbook_id.id, "text": "Fewer stages"}
        self.env["crm.playbook.suggestion"].create(suggestion)
        lead.copy()
        lead.action_set_lost()

    def test_no_row_of_it_is_left(self):
        self.playbooks.action_load_sample()  # the company and its contact stay, and are there from now on
        self.playbooks.action_remove_sample()
        before = self._count_rows()
        company = self.env["res.company"].browse(self.playbooks.action_load_sample()["company_id"])
        self._work_in(company)
        self.playbooks.action_remove_sample()
        after = self._count_rows()
        left = {name: after[name] - count for name, count in before.items() if after[name] != count}
        for passing in ("bus_bus", "ir_cron_trigger"):  # go by themselves
            left.pop(passing, None)
        self.assertEqual(left, {})

    def test_what_others_have_read_or_keep_goes_too(self):
        company = self.env["res.company"].browse(self.playbooks.action_load_sample()["company_id"])
        case = self.env["crm.playbook.case"].create(
            {
                "name": "Read by others",
                "outcome": "won",
                "state": "published",
                "situation": "A dairy wanted to plan its warehouses.",
                "lesson": "Ask who decides.",
                "company_id": company.id,
            }
        )
        session = self.env["crm.coaching.session"].create(
            {"user_id": self.rep.id, "leader_id": self.leader.id, "company_id": company.id}
        )
        kept = {"date": "2024-01-08", "taken_at": "2024-01-08 00:10:00", "company_id": company.id}
        day = self.env["crm.funnel.snapshot.day"].create(kept)
        self.playbooks.action_remove_sample()
        self.assertFalse(case.exists() or session.exists() or day.exists())

    @mute_logger("odoo.sql_db")
    def test_a_contact_that_is_needed_elsewhere_is_archived(self):
        company = self.env["res.company"].browse(self.playbooks.action_load_sample()["company_id"])
        person = self.env["res.partner"].create({"name": "Elsewhere too", "company_id": company.id})
        self.env["crm.lead.stakeholder"].create(
            {"lead_id": self._create_lead().id, "partner_id": person.id, "role": "user"}
        )
        self.assertTrue(self.playbooks.action_remove_sample())
        self.assertFalse(person.active or company.active)

    def test_whose_main_company_it_became_is_named(self):
        company = self.env["res.company"].browse(self.playbooks.action_load_sample()["company_id"])
        self.admin.company_id = company
        with self.assertRaisesRegex(UserError, self.admin.name):
            self.playbooks.action_remove_sample()

    def test_administrators_only(self):
        for name in ("action_load_sample", "action_remove_sample"):
            for user in (self.leader, self.rep):
                with self.assertRaises(AccessError):
                    getattr(self.env["crm.playbook"].with_user(user), name)()
        state = self.env["crm.playbook"].with_user(self.leader).get_first_steps()["sample"]
        self.assertEqual(state, {"can_load": False, "can_remove": False})

    def test_the_page(self):
        self.start_tour("/odoo/sales-funnel-first-steps", "sales_funnel_sample", login="admin")
        self.assertFalse(self.playbooks._get_sample_company().active)
