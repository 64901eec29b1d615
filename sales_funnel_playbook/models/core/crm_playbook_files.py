import re

from odoo import api, fields, models

# "Minutes.zh_CN.docx" is for readers of simplified Chinese.
LANGUAGE = re.compile(r"\.([a-z]{2,3}_[A-Z]{2})(?=\.\w+$)")
ENGLISH = "en_US"


class CrmPlaybookFiles(models.AbstractModel):
    """A rule with files of its own: who reads the rule reads them, a copy has copies, and they go with it.

    ``_playbook_files`` names the field that has them.
    """

    _name = "crm.playbook.files"
    _description = "Playbook rule with files"
    _playbook_files = ""

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._own_files()
        return rules

    def write(self, vals):
        result = super().write(vals)
        if self._playbook_files in vals:
            self._own_files()
        return result

    def copy_data(self, default=None):
        """A copy starts from copies of the files, so that each rule owns its own."""
        vals_list = super().copy_data(default=default)
        for rule, vals in zip(self, vals_list, strict=True):
            # sudo: who copies the playbook gets its files too
            files = rule.sudo()[self._playbook_files].copy({"res_model": self._name, "res_id": False})
            vals[self._playbook_files] = [fields.Command.set(files.ids)]
        return vals_list

    def _own_files(self):
        """Let whoever reads the rule read its files: those that the user uploaded for it. An image of a
        website is public and belongs to no record, it stays what it is.
        """
        for rule in self:
            # sudo: the superuser makes a file of its own where data are loaded
            files = rule.sudo()[self._playbook_files].filtered(
                lambda file: (
                    not (file.res_id or file.public) and (self.env.su or file.create_uid == self.env.user)
                )
            )
            files.write({"res_model": self._name, "res_id": rule.id})

    def _prepare_panel_files(self):
        """Return ``[{"id", "name"}, …]`` of the files for readers of the present language: those whose name
        ends in no language, and of the others those in this one, else in English, else all.
        """
        named = [(file, LANGUAGE.search(file.name or "")) for file in self[self._playbook_files]]
        languages = {match[1] for _file, match in named if match}
        wanted = {next((one for one in (self.env.lang, ENGLISH) if one in languages), None)}
        return [
            {"id": file.id, "name": LANGUAGE.sub("", file.name or "")}
            for file, match in named
            if not match or match[1] in wanted or wanted == {None}
        ]


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            self._forget_playbook_files()
        return result

    def unlink(self):
        self._forget_playbook_files()
        return super().unlink()

    def _forget_playbook_files(self):
        """The names of a playbook's files are kept in memory."""
        # sudo: only whether one of them is a playbook's
        models_of_files = {*self.sudo().mapped("res_model")} - {False}
        if any(hasattr(self.env.get(name), "_playbook_files") for name in models_of_files):
            self.env["crm.playbook"]._forget_rules()
