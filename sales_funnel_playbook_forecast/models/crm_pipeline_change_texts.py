from odoo import api, models


class CrmPipelineChange(models.AbstractModel):
    """What the page shows of a change: parts by their names, deals as they were and as they are."""

    _inherit = "crm.pipeline.change"

    @api.model
    def _prepare_part(self, name, numbers):
        amount, count, deals = numbers
        label, text = self._get_definitions()[name]
        numbers = {"amount": float(amount), "count": int(count), "deals": deals}
        return {"name": name, "label": label, "help": text, **numbers}

    @api.model
    def _get_definitions(self):
        """Return ``{part: (label, what it is)}``."""
        return {
            "opening": (
                self.env._("Pipeline Before"),
                self.env._("Worth of the deals that were open on the first day, at its exchange rates."),
            ),
            "new": (
                self.env._("New Deals"),
                self.env._("Deals that were not there before, whatever has become of them."),
            ),
            "brought_back": (
                self.env._("Brought Back"),
                self.env._("Deals that had been won, lost or archived, and are open again."),
            ),
            "raised": (
                self.env._("Raised"),
                self.env._("What deals are worth more, at the exchange rates of the end."),
            ),
            "lowered": (
                self.env._("Lowered"),
                self.env._("What deals are worth less, at the exchange rates of the end."),
            ),
            **self._get_moved_definitions(),
            **self._get_ended_definitions(),
        }

    @api.model
    def _get_moved_definitions(self):
        """Return what :meth:`_get_definitions` does, of what went to another day or somebody else."""
        return {
            "pulled_in": (
                self.env._("Pulled In"),
                self.env._(
                    "Deals whose closing date has come into the period that is shown; a deal that was won"
                    " closed on that day."
                ),
            ),
            "pushed_out": (
                self.env._("Pushed Out"),
                self.env._("Deals whose closing date has left the period that is shown."),
            ),
            "handed_in": (
                self.env._("Handed Over to Here"),
                self.env._(
                    "Deals that came from another salesperson, team, product line, playbook or company."
                ),
            ),
            "handed_out": (
                self.env._("Handed Over to Others"),
                self.env._(
                    "Deals that went to another salesperson, team, product line, playbook or company."
                ),
            ),
        }

    @api.model
    def _get_ended_definitions(self):
        """Return what :meth:`_get_definitions` does, of rates and of what is no longer open."""
        return {
            "rates": (
                self.env._("Exchange Rates"),
                self.env._("What the same amounts are worth more or less because exchange rates changed."),
            ),
            "won": (self.env._("Won"), self.env._("Deals that were won, with what they were worth then.")),
            "lost": (self.env._("Lost"), self.env._("Deals that were lost, with what they were worth then.")),
            "left": (
                self.env._("Left"),
                self.env._("Deals that were archived, merged, deleted, or that follow the playbook no more."),
            ),
            "closing": (
                self.env._("Pipeline After"),
                self.env._("Worth of the deals that are open at the end, at its exchange rates."),
            ),
        }

    @api.model
    def _prepare_pushes(self, rows):
        """Return how often and how far closing dates were moved, by salesperson; most often put off first."""
        users = self._get_names("res.users", [row[0] for row in rows])
        names = ("later_times", "later_count", "later_days", "earlier_count", "earlier_days")
        rows = sorted(rows, key=lambda row: (-int(row[1] or 0), -int(row[3] or 0), row[0] or 0))
        return [
            {"user": users.get(user_id) or self.env._("Nobody")}
            | {name: int(number or 0) for name, number in zip(names, numbers, strict=True)}
            for user_id, *numbers in rows
        ]

    @api.model
    def _get_names(self, model, ids):
        """Return ``{id: name}`` of those that there still are."""
        # sudo: a name was on the deal when the user saw it
        records = self.env[model].sudo().browse({id_ for id_ in ids if id_}).exists()
        return {one.id: one.display_name for one in records}

    @api.model
    def _prepare_deals(self, rows):
        """Return what the page shows of the deals in these rows.

        A deal that went to somebody whose deals the user may not see is shown as it was, and no further.
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        visible = set(leads.search([("id", "in", [row["lead_id"] for row in rows])]).ids)
        # sudo: whether it is there at all
        known = set(leads.sudo().browse([row["lead_id"] for row in rows]).exists().ids)
        names = {
            one: self._get_names(
                model, [row[name] for row in rows for name in (f"was_{one}_id", f"{one}_id")]
            )
            for one, model in (("stage", "crm.stage"), ("team", "crm.team"), ("user", "res.users"))
        }
        return [self._prepare_deal(row, names, visible, known) for row in rows]

    @api.model
    def _prepare_deal(self, row, names, visible, known):
        is_visible = row["lead_id"] in visible
        is_told = is_visible or row["lead_id"] not in known
        was_own = is_told or row["was_user_id"] == self.env.uid
        return {
            "lead_id": is_visible and row["lead_id"],
            "name": row["lead_name"] if was_own else self.env._("A deal that you may not open"),
            "amount": float(row["amount"]),
            "outcome": is_told and row["outcome"],
            "old": row["was_open"] and was_own and self._prepare_state(row, names, "was_"),
            "new": is_told and self._prepare_state(row, names, ""),
        }

    @api.model
    def _prepare_state(self, row, names, prefix):
        day = row["was_date" if prefix else "date_deadline"]
        return {
            "worth": float(row[f"{prefix}worth"] or 0),
            "date": day and day.isoformat(),
            **{one: its.get(row[f"{prefix}{one}_id"], False) for one, its in names.items()},
        }
