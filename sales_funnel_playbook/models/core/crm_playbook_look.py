from odoo import api, fields, models


class CrmPlaybookLook(models.Model):
    """When all deals of a playbook were looked at last, with every rule that it had.

    What has begun before, and was not found then, some deal has come to meet since. Rows are inserted, and
    those before them deleted, by the job alone: nobody who edits a playbook waits for it.
    """

    _name = "crm.playbook.look"
    _description = "Last Look at Deadlines"
    _rec_name = "looked_at"

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    looked_at = fields.Datetime(required=True, help="When the look began that has ended last.")

    @api.model
    def _note(self, playbook, looked_at):
        """Note that all deals of ``playbook`` have been looked at since ``looked_at``."""
        self.search([("playbook_id", "=", playbook.id)]).unlink()
        self.create({"playbook_id": playbook.id, "looked_at": looked_at})
