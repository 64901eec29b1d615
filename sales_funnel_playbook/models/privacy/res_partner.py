import re

from odoo import fields, models
from odoo.fields import Domain

FACTS = ("crm.lead.stakeholder", "crm.lead.contact", "crm.lead.progress", "crm.lead.risk")
TEXTS = {
    "crm.lead.progress": ("summary", "feedback", "next_step"),
    "crm.lead.risk": ("description", "response", "closing_note"),
}
MIN_LENGTH = 6  # shorter numbers and addresses are found in texts about something else
MIN_NAME = 2  # a single character is a part of many words
# What a name ends at is none of these; Chinese, which writes no spaces, is no part of it.
LETTERS = r"0-9A-Za-z_\u00C0-\u024F\u1E00-\u1EFF"
# What is given out of each fact, besides its deal; ids of other records tell a person nothing.
GIVEN = {
    "crm.lead.stakeholder": ("role", "attitude", "date_from", "date_to", "create_date"),
    "crm.lead.contact": ("contacted_at", "channel", "is_from_customer", "summary"),
    "crm.lead.progress": (
        "communicated_at",
        "channel",
        "summary",
        "feedback",
        "next_step",
        "next_date",
        "user_id",
    ),
    "crm.lead.risk": ("create_date", "description", "response", "closing_note"),
}
LEFT = ("decision_maker", "champion")  # of whom a risk says that they have left
ADDRESS = re.compile(r"[0-9A-Za-z_.+-]+@[0-9A-Za-z.-]+")


class ResPartner(models.Model):
    """A person on the customer's side: what playbooks keep of them."""

    _inherit = "res.partner"

    def _find_personal_facts(self):
        """Return ``{model: facts}`` about this person, of all companies.

        Lines of the decision chain and captured contacts name them. Notes and risks are theirs where the note
        was written from such a contact, where the deal's customer is the person, where the risk is that they
        have left, where the text has their mail address or phone number, or, on deals that they have to do
        with, their name.
        """
        self.ensure_one()
        # sudo: an administrator answers for the whole database
        facts = {name: self.env[name].sudo().with_context(active_test=False) for name in FACTS}
        mine = Domain("partner_id", "=", self.id)
        chain = facts["crm.lead.stakeholder"].search(mine)
        contacts = facts["crm.lead.contact"].search(mine)
        deals = self._find_personal_deals() | chain.lead_id | contacts.lead_id
        notes = Domain("contact_id", "in", contacts.ids) | Domain("lead_id.partner_id", "=", self.id)
        notes = facts["crm.lead.progress"].search(notes)
        left = Domain.OR(Domain("cause", "=like", f"{role}:%:{self.id}") for role in LEFT)
        left = facts["crm.lead.risk"].search(left)
        return {
            "crm.lead.stakeholder": chain,
            "crm.lead.contact": contacts,
            "crm.lead.progress": notes | self._find_named(facts["crm.lead.progress"], deals),
            "crm.lead.risk": left | self._find_named(facts["crm.lead.risk"], deals),
        }

    def _find_personal_deals(self):
        """Return the deals with this person's company, or with their name as the contact's: a namesake's are
        not among them, so the address, the phone number or the company's name is theirs, too.
        """
        # sudo: as above
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        theirs = Domain("partner_id", "child_of", self.commercial_partner_id.id)
        known = {"email_normalized": self.email_normalized, "phone": self.phone}
        same = Domain.OR(Domain(field, "=", text) for field, text in known.items() if text)
        company = self.parent_id and self.commercial_partner_id.name
        if company:
            same |= Domain("partner_name", "=ilike", self._escape(company))
        if self._get_name():
            theirs |= Domain("contact_name", "=ilike", self._escape(self.name)) & same
        return leads.search(theirs)

    def _get_name(self):
        """Return the name to look for in texts; empty where it is too short to be one."""
        name = (self.name or "").strip()
        return name if len(name) >= MIN_NAME else ""

    def _find_named(self, facts, deals):
        """Return those of ``facts``, a model, whose texts name this person: by address or phone number, and
        on ``deals`` by name. What is a part of another word, address or number names somebody else.
        """
        names = TEXTS[facts._name]
        sure = [text for text in (self.email_normalized, self.phone) if text and len(text) >= MIN_LENGTH]
        wanted = [(text, Domain.TRUE) for text in sure]
        if name := self._get_name():
            wanted.append((name, Domain("lead_id", "in", deals.ids)))
        found = facts
        for text, where in wanted:  # three at most
            told = Domain.OR(Domain(field, "ilike", self._escape(text)) for field in names)
            found |= facts.search(where & told).filtered(
                lambda fact, text=text: any(self._is_named(text, fact[field] or "") for field in names)
            )
        return found

    @staticmethod
    def _is_named(word, text):
        """Tell whether ``word``, a name, address or number, stands in ``text`` by itself."""
        before = LETTERS
        if re.search(r"[@\d]", word):
            before += r".+\-"
        else:
            text = ADDRESS.sub(" ", text)  # a name in an address is looked for as the address
        pattern = rf"(?<![{before}]){re.escape(word.strip())}(?![{LETTERS}])"
        return bool(re.search(pattern, text, re.IGNORECASE))

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
