from odoo.tests import tagged

from .deadline_common import DeadlineCase, at

KEY_ACTIONS = {
    "Potential lead": ["First needs survey", "Send the product introduction"],
    "Preliminary intent": ["Phone call on needs", "Explore pain points"],
    "Solution demo": ["Tailored demo", "Invite to the product trial"],
    "Negotiation": ["Negotiate the terms", "Negotiate the price"],
    "Contract signed": ["Signing", "Hand over to the project kick-off"],
    "Renewal & upsell": ["Satisfaction survey", "Recommend add-ons"],
}
DEADLINES = {
    ("lead_created", 1, "working_days"),
    ("communication", 24, "hours"),
    ("review", 1, "weeks"),
    ("follow_up", 0, "working_days"),
    ("risk_raised", 1, "working_days"),
    ("won", 3, "months"),
    ("won", 5, "working_days"),
    ("lost", 5, "working_days"),
}


@tagged("post_install", "-at_install")
class TestDeadlineTemplate(DeadlineCase):
    """The handbook's time limits come with its template, and work as soon as it is used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        cls.env["res.lang"]._activate_lang("fr_FR")
        first = cls.template.stage_ids[0].action_ids[0]
        first.with_context(lang="fr_FR").name = "Premier entretien"
        cls.saas = cls.env["crm.team"].create({"name": "SaaS", "company_id": False, "user_id": cls.leader.id})
        dialog = cls.env["crm.playbook.use.template"].create(
            {"template_id": cls.template.id, "team_ids": cls.saas.ids, "company_id": False}
        )
        cls.used = cls.env["crm.playbook"].browse(dialog.action_apply()["res_id"])
        cls.used.calendar_id = cls.playbook.calendar_id
        (cls.used.deadline_ids | cls.used.stage_ids.action_ids).effective_from = "2000-01-01"
        cls.used.stage_ids.output_ids.effective_from = "2000-01-01"

    def test_the_handbooks_deadlines(self):
        for playbook in (self.template, self.used):
            actions = {stage.display_name: stage.action_ids.mapped("name") for stage in playbook.stage_ids}
            self.assertEqual(list(actions.values()), list(KEY_ACTIONS.values()))
            limits = {(one.trigger, one.delay_count, one.delay_unit) for one in playbook.deadline_ids}
            self.assertEqual(limits, DEADLINES)
        survey = self.used.stage_ids[0].action_ids[0]
        self.assertEqual(survey.with_context(lang="fr_FR").name, "Premier entretien")
        self.assertFalse(self.used.broken_rules)

    def test_a_new_lead_under_it(self):
        lead = self.create_lead_at(18, team_id=self.saas.id)
        self.assertEqual(
            {one.summary: one.playbook_due_at for one in self.get_work(lead)},
            {
                "Complete the lead": at(19, 17),
                "First needs survey": at(20, 17),
                "Send the product introduction": at(19, 17),
            },
        )
        self.rep.lang = "fr_FR"
        other = self.create_lead_at(18, team_id=self.saas.id)
        self.assertIn(
            "Premier entretien", self.get_work(other).mapped("summary"), "in the words of who reads"
        )

    def test_the_renewal_reminder_makes_the_renewal_due(self):
        signed = self.used.stage_ids.stage_id.filtered("is_won")
        reminder = self.used.deadline_ids.filtered("is_renewal_reminder")
        reminder.write({"delay_count": 1, "delay_unit": "days"})
        lead = self.create_lead_at(18, team_id=self.saas.id)
        with self.at(18, 12):
            lead.stage_id = signed  # the playbook observes
        with self.mock_datetime_and_now(at(18, 13)):
            self.assertFalse(lead.is_renewal_due)
        with self.mock_datetime_and_now(at(20)):
            lead.invalidate_recordset(["is_renewal_due"])
            self.assertTrue(lead.is_renewal_due)
