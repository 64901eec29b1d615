from odoo import api, models


class CrmPlaybook(models.Model):
    """Templates: made of a playbook that has proved itself, and where a playbook begins."""

    _inherit = "crm.playbook"

    def action_save_as_template(self):
        """Make a template of this playbook, with its rules in all languages, and open it."""
        self.ensure_one()
        vals = self.copy_data({"is_template": True, "product_line_ids": False})[0]
        in_order = self.stage_ids.sorted("id")  # of copying
        for stage, (_command, _id, stage_vals) in zip(in_order, vals["stage_ids"], strict=True):
            stage_vals.update(
                stage_id=False,
                name=stage.display_name,
                is_won=(stage.stage_id or stage).is_won,
                sequence=stage.sequence,
            )
        template = self.create({**vals, "name": self.env._("%s (template)", self.name)})
        self.copy_translations(template, excluded=("name", "stage_ids"))
        for stage, copied in zip(in_order, template.stage_ids.sorted("id"), strict=True):
            stage.copy_translations(copied, excluded=("name",))
            stage._copy_name_translations(stage.stage_id or stage, copied)
        return template.get_formview_action()

    @api.readonly
    def action_use_template(self):
        """Open the dialog that makes a playbook from this template."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.playbook.use.template",
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Use this Template"),
            "context": {"default_template_id": self.id},
        }


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _copy_name_translations(self, source, target):
        """Give ``target`` the name of ``source`` in all languages: one is a template's stage, the other a
        pipeline's.
        """
        for lang, _label in self.env["res.lang"].get_installed():
            target.with_context(lang=lang).name = source.with_context(lang=lang).name
