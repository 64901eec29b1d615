from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import frozendict


class CrmPlaybook(models.Model):
    """Which project a deal becomes that is won, when, and who leads it."""

    _inherit = "crm.playbook"

    kickoff_template_id = fields.Many2one(
        "project.project",
        string="Kick-off Template",
        domain=[("is_template", "=", True)],
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        help="A deal that is won becomes a project made from this template of a project.",
    )
    kickoff_when = fields.Selection(
        [("won", "When the deal is won"), ("button", "With a button on the deal")],
        string="Kick-off Project Made",
        required=True,
        default="won",
    )
    kickoff_role_id = fields.Many2one(
        "crm.playbook.role",
        string="Kick-off Led By",
        default=lambda self: self._default_kickoff_role_id(),
        index="btree_not_null",
        ondelete="restrict",
        help="Who has this role on the deal becomes the project's manager.",
    )
    kickoff_problem = fields.Char(compute="_compute_kickoff_problem")

    @api.model
    def _default_kickoff_role_id(self):
        return self.env.ref("sales_funnel_playbook.crm_playbook_role_delivery", raise_if_not_found=False)

    @api.depends("kickoff_template_id.active", "kickoff_template_id.is_template")
    def _compute_kickoff_problem(self):
        for playbook in self:
            # sudo: what the template is like, whoever may see it
            template = playbook.kickoff_template_id.sudo()
            is_usable = not template or (template.active and template.is_template)
            playbook.kickoff_problem = not is_usable and self.env._(
                "“%s” is archived, or no template any more: no kick-off projects are made.", template.name
            )

    @api.constrains("kickoff_template_id")
    def _check_kickoff_template(self):
        for template in self.kickoff_template_id:
            # sudo: what the template is like, whoever may see it
            if not template.sudo().is_template:
                raise ValidationError(self.env._("“%s” is not a template of a project.", template.name))

    def _prepare_asked_roles(self):
        """Whoever leads the kick-off is on the deal from when it is won."""
        asked = super()._prepare_asked_roles()
        if not self.kickoff_template_id or not self.kickoff_role_id:
            return asked
        return frozendict({**asked, "won": asked.get("won", frozenset()) | {self.kickoff_role_id.id}})

    def _export_apps(self):
        if not self.kickoff_template_id:
            return super()._export_apps()
        # sudo: the name of the template, which whoever edits the playbook chooses
        named = self.env["crm.playbook.rule"]._export_record(self.kickoff_template_id.sudo())
        kickoff = {"kickoff_template": named, "kickoff_when": self.kickoff_when}
        return {**super()._export_apps(), **kickoff}

    def _import_apps(self, apps):
        """The template of a project is known by its name; one that is not here is left out."""
        rest = super()._import_apps(apps)
        if rest.get("kickoff_when") in ("won", "button"):
            self.kickoff_when = rest.pop("kickoff_when")
        if template := self._find_kickoff_template(rest.get("kickoff_template")):
            self.kickoff_template_id = template
            del rest["kickoff_template"]
        return rest

    def _find_kickoff_template(self, named):
        """Return the template of a project that a file names, empty where the user knows none."""
        templates = self.env["project.project"]
        if not isinstance(named, dict) or not templates.has_access("read"):
            return templates
        try:
            found = self.env["crm.playbook.rule"]._import_record(named, templates)
        except ValueError:
            return templates
        return found.filtered(
            lambda one: (
                one.is_template
                and one.active
                and one.company_id in (one.company_id.browse(), self.company_id)
            )
        )
