from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged

from ..common import PlaybookCase

SECRET = "Hidden"


@tagged("post_install", "-at_install")
class PrivacyCase(PlaybookCase):
    """A deal with two people of one customer; one of them, Ms Hidden, is asked after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme, cls.person, cls.other = cls.env["res.partner"].create(
            [
                {"name": "Acme", "is_company": True},
                {"name": f"Anna {SECRET}", "email": "anna@acme.example", "phone": "+1 202 555 0199"},
                {"name": "Olaf Open"},
            ]
        )
        (cls.person | cls.other).parent_id = cls.acme
        cls.admin = new_test_user(
            cls.env, "privacy_admin", groups="base.group_system,sales_team.group_sale_manager"
        )
        cls.manager = new_test_user(cls.env, "privacy_manager", groups="sales_team.group_sale_manager")
        cls.lead = cls._create_told_deal(cls.acme)

    @classmethod
    def _create_told_deal(cls, customer):
        """A deal of which people have written down who decides and what was said."""
        lead = cls._create_lead(name="Press", partner_id=customer.id)
        chain = [(cls.person, "decision_maker"), (cls.other, "champion")]
        cls.env["crm.lead.stakeholder"].create(
            [{"lead_id": lead.id, "partner_id": one.id, "role": role} for one, role in chain]
        )
        lost = cls.env["crm.risk.type"].create({"name": "A rival", "level": "medium"})
        node = cls.env["crm.progress.milestone"].create({"name": "Rival named", "risk_type_id": lost.id})
        told = f"Anna {SECRET} compares us with another house"
        cls.env["crm.lead.progress"].create(
            [
                {"lead_id": lead.id, "summary": told, "feedback": SECRET, "milestone_ids": node.ids},
                {"lead_id": lead.id, "summary": "Olaf asks for an offer until May"},
            ]
        )
        cls.env["crm.lead.contact"].create(
            {
                "lead_id": lead.id,
                "partner_id": cls.person.id,
                "contacted_at": Datetime.subtract(Datetime.now(), minutes=5),
                "channel": "email",
                "summary": f"Re: {SECRET}",
                "source_model": "mail.message",
                "source_id": 0,
            }
        )
        cls.env.flush_all()
        return lead

    def _count(self, lead):
        """Return what analyses count of a deal."""
        chain, notes = lead.stakeholder_ids, lead.progress_ids
        return {
            "roles": sorted((one.role, one.attitude, one.date_from, one.date_to) for one in chain),
            "notes": sorted((one.communicated_at, one.channel, one.user_id, one.is_late) for one in notes),
            "contacts": sorted((one.contacted_at, one.channel) for one in lead.contact_ids),
            "risks": sorted((one.type_id, one.level, one.state) for one in lead.risk_ids),
            "rating": (lead.score, lead.tier, lead.risk_level, lead.last_contact_at),
        }

    def _read_everything(self, lead):
        """Return all texts of a deal's facts, and what the deal itself repeats of them."""
        facts = [*lead.stakeholder_ids, *lead.progress_ids, *lead.contact_ids, *lead.risk_ids]
        texts = [str(fact.read()) for fact in facts]
        own = lead.read(["last_contact_summary", "customer_feedback", "risk_description", "risk_response"])
        return " ".join([*texts, str(own)])
