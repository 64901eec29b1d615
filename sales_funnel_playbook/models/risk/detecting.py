from odoo import api, models

CONDITION = "condition"  # the cause of what the nightly job finds, as long as it lasts


class CrmLeadRisk(models.Model):
    """What opens entries of the ledger by itself, and closes them again."""

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
            known = lasting.filtered(lambda risk, its=type_: risk.type_id == its).lead_id
            new = leads.browse(sorted(found[type_.id])) - known
            texts = self._describe_found(type_, new)
            self._open_detected(type_, [(lead.id, CONDITION, texts.get(lead.id, "")) for lead in new])

    @api.model
    def _describe_found(self, type_, leads):
        """Return ``{lead id: what is so}`` of leads that meet a condition on the time in stage, in the
        language of their salespersons.
        """
        if "stay_percent" not in type_._get_named_fields():
            return {}
        days, texts = leads._get_days_in_stage(), {}
        for lead in leads:
            env = lead.with_context(lang=lead.user_id.lang or self.env.lang).env
            texts[lead.id] = env._(
                "%(days)s days in stage, expected %(expected)s",
                days=days.get(lead.id, 0),
                expected=lead.stage_expected_days,
            )
        return texts

    def _end_cause(self):
        """What the nightly job found is over: it may be found again, and needs nobody any more."""
        self.filtered(lambda risk: risk.state == "open").write(
            {"state": "closed", "closing_note": self.env._("No longer the case.")}
        )
        self.write({"cause": False})
