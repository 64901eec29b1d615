import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError

from ..arguments import check_file_size


class CrmPlaybookImport(models.TransientModel):
    """Makes a template from the file of a playbook."""

    _name = "crm.playbook.import"
    _description = "Import a playbook"

    file = fields.Binary(required=True, attachment=False, help="A JSON file, as “Export” makes it.")
    filename = fields.Char()

    def action_import(self):
        """Import the file and open the template.

        :raise UserError: with the path of each fault; then nothing was imported
        """
        self.ensure_one()
        try:
            text = base64.b64decode(self.with_context(bin_size=False).file)
        except binascii.Error as error:  # from a program: the client encodes all files
            raise UserError(self.env._("The upload is incomplete. Select the file again.")) from error
        check_file_size(self.env, self.filename or "", len(text))
        return self.env["crm.playbook"]._import_text(text).get_formview_action()
