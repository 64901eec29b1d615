from odoo import api, models
from odoo.fields import Domain

BATCH = 5000
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
    def _cron_detect(self):
        """Every night: open what the conditions of risk types find, close what they find no more."""
        types = self.env["crm.risk.type"]._get_detecting("domain")
        leads = self.env["crm.lead"].sudo().search(self._get_watched_domain(), order="id")
        remaining = len(leads)
        for start in range(0, len(leads), BATCH):
            batch = leads[start : start + BATCH]
            self._detect(types, batch)
            remaining -= len(batch)
            self.env["ir.cron"]._commit_progress(len(batch), remaining=remaining)
            self.env.invalidate_all()

    @api.model
    def _get_watched_domain(self):
        """Return the domain of the leads that the nightly job looks at: open, under a playbook."""
        watched = Domain("playbook_id", "!=", False) & Domain("won_status", "=", "pending")
        return watched & Domain("type", "=", "opportunity")

    @api.model
    def _detect(self, types, leads):
        """Compare the entries of ``leads`` with what the conditions of ``types`` find now."""
        found = self.env["crm.playbook.rule"]._match({type_.id: type_.domain for type_ in types}, leads)
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

    def write(self, vals):
        """A budget that is cut or frozen is a risk."""
        status = vals.get("budget_status")
        hit = (
            self.filtered(lambda lead: lead.budget_status != status) if status in BUDGET_ALARMS else self[:0]
        )
        result = super().write(vals)
        if hit:
            label = dict(self._fields["budget_status"]._description_selection(self.env))[status]
            key = f"budget:{self.env.cr.now():%Y-%m-%d %H:%M:%S}"
            types = self.env["crm.risk.type"]._get_detecting("budget")
            self.env["crm.lead.risk"]._open_detected(types, [(lead.id, key, label) for lead in hit])
        return result
