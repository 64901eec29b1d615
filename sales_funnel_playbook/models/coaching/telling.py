from odoo import api, models
from odoo.tools import SQL

from ...tools.coaching_numbers import FIRSTS

SESSIONS = 5  # the latest ones


class CrmCoaching(models.AbstractModel):
    """What the numbers of the page are called, and what it tells besides numbers."""

    _inherit = "crm.coaching"

    @api.model
    def _get_labels(self):
        """Return ``{number: (label, help)}`` in the user's language."""
        return self._get_deal_labels() | self._get_work_labels() | self._get_customer_labels()

    @api.model
    def _get_deal_labels(self):
        return {
            "conversion": (
                self.env._("Conversion"),
                self.env._(
                    "Of the deals that entered the stage first in the period: those that came further."
                ),
            ),
            "time": (
                self.env._("Time in Stage"),
                self.env._(
                    "The middle one of the times of deals that left the stage in the period, in days."
                ),
            ),
            "win_rate": (
                self.env._("Win Rate"),
                self.env._("Of the deals won or lost in the period: those that were won."),
            ),
            "amount": (
                self.env._("Amount of a Won Deal"),
                self.env._("The middle one of the amounts with which deals were won in the period."),
            ),
            "brier": (
                self.env._("Brier Score"),
                self.env._(
                    "How far stated probabilities were from what became of the deals: 0 is perfect, 0.25 is"
                    " what always saying 50 % earns."
                ),
            ),
        }

    @api.model
    def _get_work_labels(self):
        return {
            "on_time": (
                self.env._("On Time"),
                self.env._("Of the work that the playbook asked for and that ended in the period."),
            ),
            "overridden": (
                self.env._("Moves Overridden"),
                self.env._("Of the moves that a gate judged: those that were overridden."),
            ),
            "refused": (
                self.env._("Refused Attempts"),
                self.env._("One for each deal, stage and hour."),
            ),
        }

    @api.model
    def _get_customer_labels(self):
        return {
            "notes": (
                self.env._("Progress Notes"),
                self.env._("Written of talks with customers in the period."),
            ),
            "notes_in_time": (
                self.env._("Notes Written in Time"),
                self.env._("Of the progress notes: those that were not late."),
            ),
            "contact": (
                self.env._("Days since Contact"),
                self.env._("The middle one of the open deals of the tier, now."),
            ),
            "risk_response": (
                self.env._("Risks with a Response"),
                self.env._("Of the risks that opened in the period on their deals."),
            ),
            "cases": (
                self.env._("Cases Used"),
                self.env._("Marked as used on a deal in the period."),
            ),
        }

    @api.model
    def _get_label(self, name, part):
        """Return what a number is called, with its stage or tier."""
        label = self._get_labels()[name][0]
        if name == "contact":
            part = self.env._("tier %s", part)
        elif part.isdecimal():
            # sudo: names of stages are no secret
            part = self.env["crm.stage"].sudo().browse(int(part)).name
        return self.env._("%(number)s, %(part)s", number=label, part=part) if part else label

    @api.model
    def _get_help(self, name):
        return self._get_labels()[name][1]

    @api.model
    def _get_calibration(self, person, playbook):
        """Return what the person's stated probabilities turned out to be worth, as a sentence; all of their
        closed deals of the playbook.
        """
        # sudo: whose they are was checked
        summaries = self.env["crm.lead.calibration.summary"].sudo()
        its = [("user_id", "=", person.id), ("playbook_id", "=", playbook.id)]
        companies = self._get_companies()
        nobodys = [False] if self.env.company in companies else []
        rows = summaries.search([*its, ("company_id", "in", [*companies.ids, *nobodys])])
        biggest = max(rows, key=lambda row: row.lead_count, default=rows)
        return biggest.meaning or ""

    @api.model
    def _get_firsts(self, person, playbook):
        """Return ``[{"key", "label", "is_done"}, …]``: what everybody has done once, as the new ones have
        not.
        """
        labels = {
            "confirmation": self.env._("Confirm a condition"),
            "answer": self.env._("Answer the score sheet"),
            "note": self.env._("Log a progress note"),
            "stakeholder": self.env._("Record who decides"),
            "response": self.env._("Agree a response to a risk"),
            "case": self.env._("Write a case"),
            "case_use": self.env._("Mark a case as used"),
            "won": self.env._("Win a deal"),
        }
        rows = self.env.execute_query(SQL(FIRSTS, user=person.id, playbook=playbook.id))
        outputs = self.env["crm.playbook.output"].browse(id_ for key, id_, _done in rows if key == "output")
        named = {output.id: self.env._("Submit “%s”", output.name) for output in outputs}
        return [
            {
                "key": f"{key}-{id_}",
                "label": named[id_] if key == "output" else labels[key],
                "is_done": is_done,
            }
            for key, id_, is_done in rows
        ]

    @api.model
    def _get_sessions(self, person):
        """Return ``[{"id", "name", "open_count"}, …]`` of the latest one-to-ones that the user may read."""
        sessions = self.env["crm.coaching.session"].search([("user_id", "=", person.id)], limit=SESSIONS)
        return [
            {
                "id": session.id,
                "name": session.display_name,
                "open_count": len(
                    session.decision_ids.filtered(lambda one: one.state in ("open", "overdue"))
                ),
            }
            for session in sessions
        ]
