from ..common import PlaybookCase


class HelpCase(PlaybookCase):
    """A deal whose stage has a key action, and a mail to start from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Acme", "email": "buyer@acme.example.com"})
        cls.lead = cls._create_lead(name="Acme", partner_id=cls.customer.id)
        cls.rule = cls.rules[cls.stage_lead]
        cls.call = cls._create_deadline("Call them", playbook_stage_id=cls.rule.id)
        cls.mail = cls.env["mail.template"].create(
            {
                "name": "Introduction",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "subject": "About {{ object.name }}",
                "body_html": "<p>Dear <t t-out='object.partner_id.name'/></p>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )

    def _upload(self, *names):
        return self.env["ir.attachment"].create([{"name": name, "raw": name.encode()} for name in names])

    def _panel(self, user=None, **context):
        return self.lead.with_user(user or self.rep).with_context(**context).get_playbook_panel()
