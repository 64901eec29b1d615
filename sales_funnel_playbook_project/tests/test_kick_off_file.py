from odoo.tests import tagged

from .project_common import KickOffCase


@tagged("post_install", "-at_install")
class TestKickOffFile(KickOffCase):
    """The kick-off goes with the file of the playbook, by the name of its template."""

    def _import(self, user):
        document = self.playbook._export_text().encode()
        return self.env["crm.playbook"].with_user(user)._import_text(document)

    def test_it_goes_with_the_file(self):
        self.playbook.kickoff_when = "button"
        self.leader.group_ids += self.env.ref("project.group_project_user")
        self.template.message_subscribe(self.leader.partner_id.ids)
        template = self._import(self.leader)
        self.assertEqual((template.kickoff_template_id, template.kickoff_when), (self.template, "button"))
        handed_over = template.stage_ids.output_ids.filtered("is_handed_over")
        self.assertEqual(set(handed_over.mapped("name")), {"Customer file", "Plan"})

    def test_a_template_that_is_not_there_is_told(self):
        document = self.playbook._export_text().replace("Roll-out", "Something else").encode()
        template = self.env["crm.playbook"]._import_text(document)
        self.assertFalse(template.kickoff_template_id)
        self.assertIn("Machines (kickoff_template)", template.message_ids[:1].body)
        self.assertEqual(template.kickoff_when, "won")

    def test_whoever_sees_no_projects_imports_the_rest(self):
        self.assertFalse(self.leader.has_group("project.group_project_user"))
        template = self._import(self.leader)
        self.assertFalse(template.kickoff_template_id)
        self.assertIn("kickoff_template", template.message_ids[:1].body)
