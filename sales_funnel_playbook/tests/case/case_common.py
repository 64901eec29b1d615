from odoo import Command
from odoo.tests import tagged

from ..common import PlaybookCase


@tagged("post_install", "-at_install")
class CaseCase(PlaybookCase):
    """A product line of the playbook, its deals, and cases of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls.env["crm.product.line"].create({"name": "Presses", "playbook_id": cls.playbook.id})
        cls.globex = cls.env["crm.competitor"].create({"name": "Globex", "strengths": "Cheap"})
        cls.industry = cls.env["res.partner.industry"].create({"name": "Foundries"})
        cls.manager = cls.leader
        cls.lost_reason = cls.env["crm.lost.reason"].create({"name": "Too slow"})
        cls.playbook.mode = "observe"  # what is learnt has nothing to do with what was let through
        cls.playbook.responsible_user_id = cls.manager

    @classmethod
    def _create_case(cls, name="Case", **vals):
        """A case without a deal, published unless ``state`` says otherwise."""
        return cls.env["crm.playbook.case"].create(
            {
                "name": name,
                "outcome": "won",
                "state": "published",
                "situation": "A foundry wanted presses.",
                "lesson": "Ask who decides.",
                **vals,
            }
        )

    @classmethod
    def _create_closed(cls, status, name="Deal", **vals):
        """A deal that was won or lost in the stage Talks."""
        lead = cls._create_lead(name, product_line_id=cls.line.id, stage_id=cls.stage_talks.id, **vals)
        if status == "won":
            lead.action_set_won()
        else:
            lead.action_set_lost(lost_reason_id=cls.lost_reason.id)
        return lead

    @classmethod
    def _set_competitors(cls, lead, competitors):
        lead.competitor_ids = [Command.create({"competitor_id": one.id}) for one in competitors]
