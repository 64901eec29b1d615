import base64
import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CrmPersonalData(models.TransientModel):
    """What playbooks keep of one person, for administrators who answer for it: as a file, or no more."""

    _name = "crm.personal.data"
    _description = "Personal Data"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        ondelete="cascade",
        domain=[("is_company", "=", False)],
        default=lambda self: self._default_partner_id(),
    )
    chain_count = fields.Integer(string="Decision Chains", compute="_compute_counts")
    contact_count = fields.Integer(string="Captured Contacts", compute="_compute_counts")
    note_count = fields.Integer(string="Progress Notes", compute="_compute_counts")
    risk_count = fields.Integer(string="Risks", compute="_compute_counts")
    file = fields.Binary(compute="_compute_file")

    @api.model
    def _default_partner_id(self):
        context = self.env.context
        person = self.env["res.partner"].browse(context.get("active_id") or ())
        is_person = context.get("active_model") == "res.partner" and person.exists() and not person.is_company
        return person if is_person else False

    @api.depends("partner_id")
    def _compute_counts(self):
        for data in self:
            facts = data._check_administrator()._find_personal_facts() if data.partner_id else {}
            data.chain_count = len(facts.get("crm.lead.stakeholder", ()))
            data.contact_count = len(facts.get("crm.lead.contact", ()))
            data.note_count = len(facts.get("crm.lead.progress", ()))
            data.risk_count = len(facts.get("crm.lead.risk", ()))

    @api.depends("partner_id")
    def _compute_file(self):
        for data in self:
            told = data._check_administrator()._get_personal_data()
            data.file = base64.b64encode(json.dumps(told, indent=1, ensure_ascii=False).encode())

    def action_download(self):
        """Download what is kept of the person, as a JSON file.

        :raise AccessError: for who does not administer the database
        """
        self.ensure_one()
        self._check_administrator()
        address = f"/web/content/{self._name}/{self.id}/file/personal-data-{self.partner_id.id}.json"
        return {"type": "ir.actions.act_url", "url": f"{address}?download=true", "target": "download"}

    def action_anonymise(self):
        """Forget the person in decision chains, notes, captured contacts and risks of all companies.

        :raise AccessError: for who does not administer the database
        """
        self.ensure_one()
        count = self._check_administrator()._anonymise_personal_facts()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s records are anonymised. The contact itself, its mails and what other apps keep of it"
                    " are still there.",
                    count,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_administrator(self):
        """Return the person, for who may know all that is kept of them."""
        if not self.env.is_system():
            raise AccessError(
                self.env._(
                    "Only administrators of the database see all that is kept of a person, as it is of all"
                    " companies."
                )
            )
        if self.partner_id.is_company:
            raise UserError(
                self.env._("“%s” is a company: choose one of its people.", self.partner_id.display_name)
            )
        return self.partner_id
