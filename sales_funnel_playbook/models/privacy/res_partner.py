from odoo import fields, models
from odoo.fields import Domain

FACTS = ("crm.lead.stakeholder", "crm.lead.contact", "crm.lead.progress", "crm.lead.risk")
TEXTS = {
    "crm.lead.progress": ("summary", "feedback"),
    "crm.lead.risk": ("description", "response", "closing_note"),
}
MIN_LENGTH = 6  # shorter numbers and addresses are found in texts about something else
# What is given out of each fact, besides its deal; ids of other records tell a person nothing.
GIVEN = {
    "crm.lead.stakeholder": ("role", "attitude", "date_from", "date_to", "create_date"),
    "crm.lead.contact": ("contacted_at", "channel", "is_from_customer", "summary"),
    "crm.lead.progress": ("communicated_at", "channel", "summary", "feedback", "user_id"),
    "crm.lead.risk": ("create_date", "description", "response", "closing_note"),
}


class ResPartner(models.Model):
    """A person on the customer's side: what playbooks keep of them."""

    _inherit = "res.partner"

    def _find_personal_facts(self):
        """Return ``{model: facts}`` about this person, of all companies.

        Lines of the decision chain and captured contacts name them. Notes and risks are theirs where the note
        was written from such a contact, where the deal's customer is the person, where the text has their
        mail address or phone number, or, on deals that they have to do with, their name.
        """
        self.ensure_one()
        # sudo: an administrator answers for the whole database
        facts = {name: self.env[name].sudo().with_context(active_test=False) for name in FACTS}
        mine = Domain("partner_id", "=", self.id)
        chain = facts["crm.lead.stakeholder"].search(mine)
        contacts = facts["crm.lead.contact"].search(mine)
        deals = self._find_personal_deals() | chain.lead_id | contacts.lead_id
        notes = Domain("contact_id", "in", contacts.ids) | Domain("lead_id.partner_id", "=", self.id)
        notes |= self._get_text_domain("crm.lead.progress", deals)
        return {
            "crm.lead.stakeholder": chain,
            "crm.lead.contact": contacts,
            "crm.lead.progress": facts["crm.lead.progress"].search(notes),
            "crm.lead.risk": facts["crm.lead.risk"].search(self._get_text_domain("crm.lead.risk", deals)),
        }

    def _find_personal_deals(self):
        """Return the deals with this person's company, or with their name as the contact's."""
        # sudo: as above
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        theirs = Domain("partner_id", "child_of", self.commercial_partner_id.id)
        named = Domain("contact_name", "=ilike", self._escape(self.name or "")) if self.name else Domain.FALSE
        return leads.search(theirs | named)

    def _get_text_domain(self, model, deals):
        """Return the domain of the facts whose texts name this person."""
        sure = [text for text in (self.email_normalized, self.phone) if text and len(text) >= MIN_LENGTH]
        domain = Domain.OR(
            Domain(field, "ilike", self._escape(text)) for field in TEXTS[model] for text in sure
        )
        if self.name:
            named = Domain.OR(Domain(field, "ilike", self._escape(self.name)) for field in TEXTS[model])
            domain |= Domain("lead_id", "in", deals.ids) & named
        return domain

    @staticmethod
    def _escape(text):
        """Return ``text`` so that its own % and _ stand for themselves in a search."""
        return text.strip().translate({ord(letter): f"\\{letter}" for letter in "\\%_"})

    def _get_personal_data(self):
        """Return what playbooks keep of this person, ready for JSON; labels in the reader's language."""
        return {
            "name": self.name or "",
            "email": self.email or "",
            "phone": self.phone or "",
            "taken_at": fields.Datetime.to_string(self.env.cr.now()),
            **{
                model: [self._tell_fact(fact.with_context(lang=self.env.lang)) for fact in facts]
                for model, facts in self._find_personal_facts().items()
            },
        }

    def _tell_fact(self, fact):
        known = fact._fields
        return {
            "deal": fact.lead_id.name or "",
            **{
                name: known[name].convert_to_export(fact[name], fact)
                if known[name].type in ("selection", "many2one", "text", "char")
                else str(fact[name] or "")
                for name in GIVEN[fact._name]
            },
        }

    def _anonymise_personal_facts(self):
        """Forget this person in decision chains, notes, captured contacts and risks.

        :return: how many records that concerned
        """
        facts = self._find_personal_facts()
        for records in facts.values():
            records._anonymise()
        return sum(map(len, facts.values()))
