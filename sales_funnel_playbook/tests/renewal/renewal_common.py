from odoo import Command
from odoo.fields import Datetime

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase


class RenewalCase(PlaybookCase):
    """The playbook of :class:`PlaybookCase` with a stage more, *Renewal*, after *Signed*: it waits for three
    months after winning, or for the reminder, and asks for a form.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage_renewal = cls.env["crm.stage"].create(
            {"name": "Renewal", "sequence": 5, "team_ids": [Command.set(cls.team.ids)]}
        )
        cls.playbook.stage_ids = [Command.create({"stage_id": cls.stage_renewal.id, "is_renewal": True})]
        cls.rules[cls.stage_renewal] = cls.playbook.stage_ids.filtered("is_renewal")
        cls.used_long = cls._create_condition(
            cls.stage_renewal,
            "Used for three months",
            domain="['|', ('date_closed', '<=', '-3m'), ('has_renewal_reminder', '=', True)]",
        )
        cls.form = cls._create_output(cls.stage_renewal, "Renewal form", evidence="note")
        cls.line = cls.env["crm.product.line"].create({"name": "Presses", "company_id": False})
        cls.line.playbook_id = cls.playbook
        cls.customer = cls.env["res.partner"].create({"name": "Northwind", "is_company": True})
        cls.buyer = cls.env["res.partner"].create({"name": "Ann", "parent_id": cls.customer.id})
        cls.competitor = cls.env["crm.competitor"].create({"name": "Contoso", "company_id": False})
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too expensive"})

    def mock_datetime_and_now(self, moment):
        return super().mock_datetime_and_now(Datetime.to_datetime(moment))

    def _create_won(self, moment="2023-01-02 09:00:00", amount=1000, **vals):
        """Return a deal that was won at a moment, by all rules."""
        vals = {"partner_id": self.customer.id, "product_line_id": self.line.id, **vals}
        with self.mock_datetime_and_now(moment):
            lead = self._create_lead("Presses for Northwind", stage_id=self.stage_lead.id, **vals)
            self._advance(lead, self.stage_signed)
            lead.expected_revenue = amount
            self.env.cr.flush()
        return lead

    def _renew(self, lead, moment, kind="renewal", user=None):
        """Return the deal that somebody makes at a moment to follow a won one."""
        with self.mock_datetime_and_now(moment):
            [id_] = lead.with_user(user or self.rep).make_renewal(kind)
            self.env.cr.flush()
        return self.env["crm.lead"].browse(id_)

    def _win(self, lead, moment, **vals):
        """Win a renewal deal with all that is asked for."""
        with self.mock_datetime_and_now(moment):
            lead.write({"date_deadline": "2030-01-01", **vals})
            note = f"{lead.name} ({lead.id}): they sign for a year, from January on."
            lead.submit_output(self.form.id, note=note)
            lead.stage_id = self.stage_signed
            self.env.cr.flush()

    def _lose(self, lead, moment):
        with self.mock_datetime_and_now(moment):
            lead.action_set_lost(lost_reason_id=self.reason.id)
            self.env.cr.flush()

    def _create_stranger(self):
        """Return a salesperson who sees only their own deals, and has none."""
        group = self.env.ref("sales_team.group_sale_salesman")
        vals = {"name": "Stranger", "login": "stranger_of_renewals", "group_ids": [(6, 0, group.ids)]}
        return self.env["res.users"].create(vals)

    def _run_job(self, moment):
        with self.mock_datetime_and_now(moment), self.enter_registry_test_mode():
            self.env.ref("sales_funnel_playbook.ir_cron_renewals").method_direct_trigger()
            self.env.cr.flush()
