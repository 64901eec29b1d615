from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CrmLead(models.Model):
    """A chain of deals is one customer's, and merging deals keeps it."""

    _inherit = "crm.lead"

    @api.constrains("partner_id")
    def _check_renewal_customer(self):
        """A deal that goes on with a contract has no gate before it: it stays that customer's, unless whoever
        decides on the deal says otherwise.
        """
        # sudo: the deal before may be somebody else's
        for lead in self.sudo().filtered("renewal_of_id"):
            before = lead.renewal_of_id
            is_other = lead.partner_id.commercial_partner_id != before.partner_id.commercial_partner_id
            if before.partner_id and is_other and not self._may_change_customer(lead):
                raise ValidationError(
                    self.env._(
                        "“%(lead)s” goes on with the contract of %(customer)s: make a deal of its own for"
                        " another customer.",
                        lead=lead.name,
                        customer=before.partner_id.display_name,
                    )
                )

    def _may_change_customer(self, lead):
        """Tell whether the current user says whose contract a deal goes on with; Odoo checks what is written
        with all rights, whoever writes it.
        """
        return self.env.user._is_superuser() or lead._is_led_by(self.env.user)

    def _get_kept_rows(self):
        rows = super()._get_kept_rows()
        self.flush_model(["renewal_kind", "renewal_noted_at"])
        chained = SQL(
            "crm_lead WHERE id = ANY(%s) AND (renewal_kind IS NOT NULL OR renewal_noted_at IS NOT NULL)",
            self.ids,
        )
        return [*rows, ("renewal", chained), ("renewal", self._get_rows_about(self, "renewal_of_id"))]

    def _merge_kept(self, opportunities, kinds):
        result = super()._merge_kept(opportunities, kinds)
        if "renewal" in kinds:
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
        # of another customer, or won by itself, a deal does not become a renewal by being merged with one
        customer = self.partner_id.commercial_partner_id
        outer = chained.filtered(
            lambda lead: lead.renewal_of_id and lead.renewal_of_id not in merged
        ).filtered(
            lambda lead: (
                lead == self
                or (
                    self.won_status == "pending"
                    and customer <= lead.renewal_of_id.partner_id.commercial_partner_id
                )
            )
        )[:1]
        first = self.renewal_of_id in opportunities or not self.renewal_kind
        if first and outer:
            names = ("renewal_kind", "renewal_base")
            vals = {name: outer[name] for name in names} if not self.renewal_kind else {}
            self._write_as_odoo({"renewal_of_id": outer.renewal_of_id.id, **vals})
        noted = [lead.renewal_noted_at for lead in merged if lead.renewal_noted_at]
        if noted and not self.renewal_noted_at:
            self._write_as_odoo({"renewal_noted_at": min(noted)})
