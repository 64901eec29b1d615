from odoo import api, fields, models


class CrmPlaybookLook(models.Model):
    """When the deals of a playbook were looked at last, with every rule that it had.

    What has begun before, and was not found then, some deal has come to meet since. Rows are inserted, and
    those before them deleted, by the job alone: nobody who edits a playbook waits for it.
    """

    _name = "crm.playbook.look"
    _description = "Last Look at Deadlines"
    _rec_name = "looked_at"

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    looked_at = fields.Datetime(required=True, help="When the look began that has ended last.")
    all_looked_at = fields.Datetime(
        help="When the look at all deals began that has ended last, and not only at those with something due."
    )

    @api.model
    def _note(self, playbook, looked_at, all_looked_at):
        """Note that a look at the deals of ``playbook`` has ended which began at ``looked_at``, and when the
        last one began that was at all of them.
        """
        self.search([("playbook_id", "=", playbook.id)]).unlink()
        self.create({"playbook_id": playbook.id, "looked_at": looked_at, "all_looked_at": all_looked_at})
