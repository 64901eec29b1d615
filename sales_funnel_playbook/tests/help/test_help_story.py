from odoo.tests import tagged

from .help_common import HelpCase


@tagged("post_install", "-at_install")
class TestHelpStory(HelpCase):
    """Help follows the deal: its stage, its playbook, its reader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.rule.write({"help_text": "Ask who decides.", "help_template_ids": cls.mail})
        cls.rule.with_context(lang="zh_CN").help_text = "问清楚谁来决定。"
        cls.demo = cls.rules[cls.stage_demo]
        cls.demo.help_text = "Show their own figures."

    def get_text(self, user=None, **context):
        panel = self._panel(user, **context)
        return panel and panel["stage"]["help"] and panel["stage"]["help"]["text"]

    def test_the_deal_goes_its_way(self):
        self.assertEqual(self.get_text(), "Ask who decides.")
        self.lead.user_id = self.user_sales_salesman  # handed over
        self.assertEqual(self.get_text(self.user_sales_salesman, lang="zh_CN"), "问清楚谁来决定。")
        self._advance(self.lead, self.stage_demo)
        self.assertEqual(self.get_text(self.leader), "Show their own figures.")
        self.lead.action_set_lost(lost_reason_id=self.env.ref("crm.lost_reason_1").id)
        self.lead.action_unarchive()
        self.assertEqual(self.get_text(self.leader), "Show their own figures.")
        older = self._create_lead(name="The same", partner_id=self.customer.id)
        (older | self.lead).merge_opportunity()
        self.lead = (older | self.lead).exists()
        stage = self.rules[self.lead.stage_id]
        self.assertEqual(self.get_text(self.leader), stage.help_text)

    def test_the_playbook_goes_its_way(self):
        self.stages.team_ids = False
        other_team = self.env["crm.team"].create({"name": "Spare Parts", "company_id": False})
        copy = self.playbook.copy()
        copy.team_ids = other_team
        copy.stage_ids[0].help_text = "Ask for the serial number."
        self.assertEqual(self.get_text(), "Ask who decides.", "a copy has texts of its own")
        self.lead.team_id = other_team
        self.assertEqual(self.get_text(self.leader), "Ask for the serial number.")
        self.assertEqual(self._panel(self.leader)["stage"]["help"]["mails"][0]["name"], "Introduction")
        copy.active = False
        self.assertFalse(self.get_text(self.leader), "no playbook, no help")

    def test_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": elsewhere.id})
        self.lead.write({"user_id": False, "team_id": team.id, "company_id": elsewhere.id})
        self.assertFalse(self.get_text(self.env.user), "nobody's playbook there")
