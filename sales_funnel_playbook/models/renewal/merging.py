from odoo import models


class CrmLead(models.Model):
    """Merging deals keeps their chain."""

    _inherit = "crm.lead"

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        # sudo: the merge has checked the rights on the leads, and what it keeps is the module's
        self.sudo()._merge_chain(opportunities.sudo())
        return result

    def _merge_chain(self, opportunities):
        """What followed one of the merged deals follows this one, and what one of them followed this one
        does, unless that is merged too.
        """
        merged = self | opportunities
        following = self.with_context(active_test=False).search([("renewal_of_id", "in", opportunities.ids)])
        (following - merged - self._get_chain_before())._write_as_odoo({"renewal_of_id": self.id})
        chained = merged.filtered(lambda lead: lead.renewal_kind)
        outer = chained.filtered(lambda lead: lead.renewal_of_id and lead.renewal_of_id not in merged)[:1]
        first = self.renewal_of_id in opportunities or not self.renewal_kind
        if first and outer:
            names = ("renewal_kind", "renewal_base")
            vals = {name: outer[name] for name in names} if not self.renewal_kind else {}
            self._write_as_odoo({"renewal_of_id": outer.renewal_of_id.id, **vals})
        noted = [lead.renewal_noted_at for lead in merged if lead.renewal_noted_at]
        if noted and not self.renewal_noted_at:
            self._write_as_odoo({"renewal_noted_at": min(noted)})
