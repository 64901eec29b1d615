from odoo import models


class CrmFunnelReview(models.Model):
    """A review says in its mail and on paper, too, whose amounts it could not count."""

    _inherit = "crm.funnel.review"

    def _get_finding_texts(self):
        texts = super()._get_finding_texts()
        if self.missing_rates:
            texts.append(self.env._("Amounts left out, without an exchange rate: %s", self.missing_rates))
        return texts
