from odoo import fields, models


class CrmPlaybookAgreement(models.Model):
    """Somebody has read a version of a playbook and agrees with it."""

    _name = "crm.playbook.agreement"
    _description = "Playbook Agreement"
    _order = "agreed_at desc, id desc"
    _rec_name = "playbook_id"

    playbook_id = fields.Many2one(
        "crm.playbook", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", string="Who", required=True, readonly=True, index=True, ondelete="cascade"
    )
    version = fields.Integer(required=True, readonly=True)
    agreed_at = fields.Datetime(string="Agreed On", required=True, readonly=True)

    _once = models.UniqueIndex(
        "(playbook_id, user_id, version)", "This person has agreed to that version already."
    )
