from odoo import Command
from odoo.addons.mail.tests.common import mail_new_test_user

from odoo.addons.sales_funnel_playbook.tests.common import PlaybookCase


class KickOffCase(PlaybookCase):
    """A playbook whose deals become a project; Dan has delivery, and sees deals by that alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivery = cls.env.ref("sales_funnel_playbook.crm_playbook_role_delivery")
        cls.dan, cls.dora = (cls._create_deliverer(name) for name in ("Dan", "Dora"))
        cls.delivery.person_ids = [Command.create({"user_id": cls.dan.id})]
        cls.template = cls.env["project.project"].create(
            {
                "name": "Roll-out",
                "is_template": True,
                "company_id": False,
                "privacy_visibility": "followers",
                "task_ids": [Command.create({"name": "Kick-off"}), Command.create({"name": "Train"})],
            }
        )
        cls.playbook.kickoff_template_id = cls.template
        cls.file = cls._create_output(cls.stage_lead, "Customer file", is_required=False, is_handed_over=True)
        cls.plan = cls._create_output(
            cls.stage_lead, "Plan", evidence="link", is_required=False, is_handed_over=True
        )
        cls.prices = cls._create_output(cls.stage_lead, "Prices", evidence="note", is_required=False)
        cls.customer = cls.env["res.partner"].create({"name": "ACME", "is_company": True})

    @classmethod
    def _create_deliverer(cls, name):
        groups = "project.group_project_user,sales_funnel_playbook.group_funnel_contributor"
        login = f"kick_off_{name.lower()}"
        return mail_new_test_user(cls.env, login, groups=groups, name=name, password=login)

    def win(self, *leads):
        """Bring deals to their end; return their projects."""
        for lead in leads:
            self._advance(lead, self.stage_signed)
        self.env.cr.flush()
        return self.get_projects(*leads)

    def bring_close(self, lead):
        """Bring a deal to where nothing keeps it from being won."""
        self._advance(lead, self.stage_talks)
        lead.date_deadline = "2030-01-01"
        return lead

    def get_projects(self, *leads):
        projects = self.env["project.project"].with_context(active_test=False)
        return projects.search([("deal_id", "in", [lead.id for lead in leads])], order="id")

    def choose(self, lead, user):
        """Choose who has delivery on a deal; nobody else has it then."""
        lead.member_ids.filtered(lambda one: one.role_id == self.delivery).unlink()
        lead.with_user(self.rep).member_ids = [
            Command.create({"role_id": self.delivery.id, "user_id": user.id})
        ]

    def submit_file(self, lead, output):
        files = self.env["ir.attachment"].with_user(self.rep)
        file = files.create({"name": "customer.txt", "raw": b"What was promised"})
        return lead.with_user(self.rep).submit_output(output.id, attachment_ids=file.ids)

    def get_meetings(self, lead):
        """Return who was asked for which hand-over meeting."""
        asked = lead.activity_ids.filtered(lambda one: (one.summary or "").startswith("Hand-over"))
        return [(one.user_id, one.summary) for one in asked]

    def get_told(self, project):
        """Return what the project was told of its deal when it was made."""
        return project.message_ids.filtered(lambda one: "Handed over" in one.body)
