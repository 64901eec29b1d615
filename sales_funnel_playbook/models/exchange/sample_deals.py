from typing import NamedTuple

from odoo import Command, api, models
from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)


class SampleDeal(NamedTuple):
    """Whose deal it is, how many stages it has come through, its amount, and what was said last."""

    customer: LazyGettext
    name: LazyGettext
    steps: int
    amount: float
    note: LazyGettext | None


# The deals of the sample, which whoever loads them reads in their own language.
SAMPLE_DEALS = [
    SampleDeal(
        _lt("Birchwood Dairy"),
        _lt("Traceability of every batch"),
        0,
        30000,
        None,
    ),
    SampleDeal(
        _lt("Harbour Logistics"),
        _lt("Planning of three warehouses"),
        0,
        120000,
        None,
    ),
    SampleDeal(
        _lt("Northlight Clinics"),
        _lt("Appointments for six clinics"),
        1,
        80000,
        _lt("The head of IT wants to see how appointments of six clinics come together."),
    ),
    SampleDeal(
        _lt("Silverline Tools"),
        _lt("Spare parts online"),
        1,
        45000,
        _lt("They compare us with their own spreadsheet; the sales director joins next week."),
    ),
    SampleDeal(
        _lt("Meadow Foods"),
        _lt("Recipes and allergens"),
        2,
        150000,
        _lt("The pilot went well; purchasing asked for an offer with two payment dates."),
    ),
    SampleDeal(
        _lt("Ironbridge Rail"),
        _lt("Maintenance of the fleet"),
        3,
        400000,
        _lt("The decision maker has changed; the new one wants to hear it all again."),
    ),
    SampleDeal(
        _lt("Quayside Hotels"),
        _lt("Bookings of eleven hotels"),
        4,
        95000,
        _lt("Contract signed in one meeting, because the reference visit had convinced them."),
    ),
]


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    def _make_sample_playbook(self):
        """Return the first template's playbook for a team of the company, with stages of its own."""
        company, template = self.env.company, self.env.ref("sales_funnel_playbook.crm_playbook_template_saas")
        team = self.env["crm.team"].create(
            {
                "name": self.env._("Sample Sales"),
                "company_id": company.id,
                "user_id": self.env.uid,
                "member_ids": False,
            }
        )
        stages = self._make_sample_stages(template, team)
        lines = [
            Command.create({"template_stage_id": named.id, "stage_id": stage.id})
            for named, stage in zip(template.stage_ids, stages, strict=True)
        ]
        made = self.env["crm.playbook.use.template"].create(
            {"template_id": template.id, "company_id": company.id, "team_ids": team.ids, "line_ids": lines}
        )
        return self.browse(made.action_apply()["res_id"])

    def _make_sample_stages(self, template, team):
        """Return stages of the team, named as the template's and in their order."""
        first = self.env["crm.stage"].search([], order="sequence", limit=1).sequence
        stages = self.env["crm.stage"].create(
            [
                {
                    "name": stage.name,
                    "sequence": first - number,  # before all others, which stay as they are
                    "is_won": stage.is_won,
                    "team_ids": [Command.set(team.ids)],
                }
                for number, stage in enumerate(reversed(template.stage_ids), start=1)
            ]
        )
        return stages.sorted("sequence")

    def _make_sample_deals(self):
        """Make the deals of the sample and move each as far as it has come; nothing is refused by then."""
        deals, stages = SAMPLE_DEALS, self.stage_ids.stage_id.sorted("sequence")
        leads = self.env["crm.lead"].create([self._prepare_sample_vals(deal, stages[0]) for deal in deals])
        told = [*zip(leads, deals, strict=True)]
        for step in range(1, 1 + max(deal.steps for deal in deals)):
            moved = self.env["crm.lead"].union(*(lead for lead, deal in told if deal.steps >= step))
            moved.write({"stage_id": stages[step].id})
        self.env["crm.lead.progress"].create(
            [{"lead_id": lead.id, "summary": self._say(deal.note)} for lead, deal in told if deal.note]
        )

    @api.model
    def _say(self, text):
        """Return one of the texts above, which are found for translation where they stand, in the user's
        language.
        """
        translate = self.env._
        return translate(text)

    def _prepare_sample_vals(self, deal, stage):
        return {
            "name": self._say(deal.name),
            "type": "opportunity",
            "partner_name": self._say(deal.customer),
            "expected_revenue": deal.amount,
            "company_id": self.company_id.id,
            "team_id": self.team_ids.id,
            "user_id": self.env.uid,
            "stage_id": stage.id,
        }
