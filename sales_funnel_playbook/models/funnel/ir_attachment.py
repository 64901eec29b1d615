import base64

from odoo import api, models
from odoo.exceptions import UserError

# What an attachment says of itself that is no part of the file.
LOOSE = {"access_token"}


class IrAttachment(models.Model):
    """The workbook of a review is frozen like its numbers: it goes with the review, and not before."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if not vals.keys() <= LOOSE:
            for workbook in self._get_frozen_workbooks():
                if workbook._is_changed_by(vals):
                    raise workbook._make_frozen_error()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_workbook(self):
        for workbook in self._get_frozen_workbooks():
            raise workbook._make_frozen_error()

    def _get_frozen_workbooks(self):
        """Return those of these files that are the workbooks of reviews."""
        reviews = self.env["crm.funnel.review"]
        # sudo: a workbook is frozen for everybody, whoever may see its review
        files = self.sudo().filtered(lambda file: file.res_model == reviews._name)
        return reviews.sudo().search([("workbook_id", "in", files.ids)]).workbook_id if files else files

    def _is_changed_by(self, vals):
        """Tell whether writing ``vals`` changes this file; who moves the storage writes the same content."""
        new = {name: value for name, value in vals.items() if name in self._fields and name not in LOOSE}
        if "datas" in new:
            new["raw"] = base64.b64decode(new.pop("datas") or b"")
        if isinstance(new.get("raw"), str):
            new["raw"] = new["raw"].encode()
        return any((self[name] or False) != (value or False) for name, value in new.items())

    def _make_frozen_error(self):
        return UserError(
            self.env._(
                "“%s” is the workbook of a review, which is frozen: attach a file of your own.", self.name
            )
        )
