from odoo import api, models

BUDGET_ALARMS = ("cut", "frozen")
CONDITION = "condition"  # the cause of what the nightly job finds, as long as it lasts


class CrmLeadRisk(models.Model):
    """The module opens an entry itself where the data knows the cause."""

    _inherit = "crm.lead.risk"

    @api.model
    def _open_detected(self, types, causes):
        """Open an entry of each of ``types`` for each cause that has none yet, closed ones included.

        :param types: ``crm.risk.type``
        :param list causes: ``(lead id, key of the cause, what happened)``
        :return: the new entries
        """
        # sudo: the module notes what happened, whoever made it happen
        risks = self.sudo()
        known = risks.search_fetch(
            [
                ("lead_id", "in", [lead_id for lead_id, _key, _text in causes]),
                ("type_id", "in", types.ids),
                ("cause", "!=", False),
            ],
            ["lead_id", "type_id", "cause"],
        )
        known = {(risk.lead_id.id, risk.type_id.id, risk.cause) for risk in known}
        return risks.create(
            [
                {"lead_id": lead_id, "type_id": type_.id, "cause": key, "description": text}
                for type_ in types
                for lead_id, key, text in dict.fromkeys(causes)
                if (lead_id, type_.id, key) not in known
            ]
        )

    @api.model
    def _detect(self, types, leads):
        """Compare the entries of ``leads`` with what the conditions of ``types`` find now."""
        found = self.env["crm.playbook.rule"]._match({type_.id: type_.domain for type_ in types}, leads)
        # sudo: what the module has noted before, whoever set it off
        lasting = self.sudo().search_fetch(
            [("lead_id", "in", leads.ids), ("type_id", "in", [*found]), ("cause", "=", CONDITION)],
            ["lead_id", "type_id", "state"],
        )
        over = lasting.filtered(lambda risk: risk.lead_id.id not in found[risk.type_id.id])
        over._end_cause()
        for type_ in types.filtered(lambda type_: type_.id in found):
            self._open_detected(type_, [(lead_id, CONDITION, "") for lead_id in sorted(found[type_.id])])

    def _end_cause(self):
        """What the nightly job found is over: it may be found again, and needs nobody any more."""
        self.filtered(lambda risk: risk.state == "open").write(
            {"state": "closed", "closing_note": self.env._("No longer the case.")}
        )
        self.write({"cause": False})


class CrmLeadStakeholder(models.Model):
    _inherit = "crm.lead.stakeholder"

    def write(self, vals):
        """Who decides, or speaks for us, and is replaced or leaves, is a risk."""
        before = [(one, one.partner_id, one.role) for one in self if not one.date_to]
        result = super().write(vals)
        left = [(one, person, role) for one, person, role in before if one._has_left(person, role)]
        for role in {"decision_maker", "champion"} & {role for _one, _person, role in left}:
            causes = [
                (one.lead_id.id, f"{role}:{one.id}:{person.id}", person.name)
                for one, person, its_role in left
                if its_role == role
            ]
            types = self.env["crm.risk.type"]._get_detecting(role)
            self.env["crm.lead.risk"]._open_detected(types, causes)
        return result

    def _has_left(self, person, role):
        """Tell whether ``person`` was in ``role`` on this line and is not any more."""
        return bool(self.date_to) or (self.partner_id, self.role) != (person, role)


class CrmLeadCompetitor(models.Model):
    _inherit = "crm.lead.competitor"

    @api.model_create_multi
    def create(self, vals_list):
        """A competitor that enters is a risk."""
        lines = super().create(vals_list)
        types = self.env["crm.risk.type"]._get_detecting("competitor")
        causes = [
            (line.lead_id.id, f"competitor:{line.competitor_id.id}", line.competitor_id.name)
            for line in lines
        ]
        self.env["crm.lead.risk"]._open_detected(types, causes)
        return lines


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _after_save_risk(self, save):
        """A budget that was cut or frozen by this save is a risk."""
        if save.is_new:
            hit = self if any(vals.get("budget_status") in BUDGET_ALARMS for vals in save.vals_list) else ()
        else:
            status = save.written.get("budget_status")
            alarmed = save.before.items() if status in BUDGET_ALARMS else ()
            hit = self.browse(lead_id for lead_id, state in alarmed if state.budget_status != status)
        if hit:
            hit._open_budget_risk()

    def _open_budget_risk(self):
        """A budget that is cut or frozen is a risk; each time it happens is a cause of its own."""
        labels = dict(self._fields["budget_status"]._description_selection(self.env))
        key = f"budget:{self.env.cr.now():%Y-%m-%d %H:%M:%S}"
        hit = self.filtered(lambda lead: lead.budget_status in BUDGET_ALARMS)
        if causes := [(lead.id, key, labels[lead.budget_status]) for lead in hit]:
            types = self.env["crm.risk.type"]._get_detecting("budget")
            self.env["crm.lead.risk"]._open_detected(types, causes)

    def _refresh(self):
        """Open what the conditions of risk types find, close what they find no more."""
        types = self.env["crm.risk.type"]._get_detecting("domain")
        self.env["crm.lead.risk"]._detect(types, self.filtered(lambda lead: lead.won_status == "pending"))
        return super()._refresh()
