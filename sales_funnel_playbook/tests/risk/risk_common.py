from ..common import PlaybookCase


class RiskCase(PlaybookCase):
    """A deal, and what its risk ledger says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person, cls.other = cls.env["res.partner"].create([{"name": "Ms Wu"}, {"name": "Mr Li"}])
        cls.response = cls._create_deadline(
            "Agree the response", "risk_raised", responsible="team_leader", playbook_id=cls.playbook.id
        )
        cls.lead = cls._create_lead()

    def _type(self, name):
        return self.env.ref(f"sales_funnel_playbook.risk_type_{name}")

    def _open(self, level="medium", **vals):
        return self.env["crm.lead.risk"].create({"lead_id": self.lead.id, "level": level, **vals})

    def _alarms(self, lead=None):
        self.env.cr.flush()
        subtype = self.env.ref("sales_funnel_playbook.mail_message_subtype_risk")
        return (lead or self.lead).message_ids.filtered(lambda message: message.subtype_id == subtype)

    def _asked(self):
        activities = self.env["mail.activity"].with_context(active_test=False)
        return activities.search([("playbook_deadline_id", "=", self.response.id)])
