from odoo import fields, models


class CrmPlaybookSuggestionDecide(models.TransientModel):
    """Asks what is answered to a suggestion."""

    _name = "crm.playbook.suggestion.decide"
    _description = "Decide on a suggestion"

    suggestion_id = fields.Many2one("crm.playbook.suggestion", required=True, ondelete="cascade")
    answer = fields.Text(help="What is going to be changed, or why not; whoever suggested it reads it.")

    def action_accept(self):
        """Accept the suggestion with the answer."""
        return self._decide(True)

    def action_decline(self):
        """Decline the suggestion with the answer."""
        return self._decide(False)

    def _decide(self, is_accepted):
        self.ensure_one()
        self.suggestion_id.decide(is_accepted, self.answer)
        return {"type": "ir.actions.act_window_close"}
