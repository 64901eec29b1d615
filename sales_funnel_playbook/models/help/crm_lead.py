from odoo import api, models


class CrmLead(models.Model):
    """The help of the deal's stage, on its checklist."""

    _inherit = "crm.lead"

    def _prepare_panel_current(self, rules, facts):
        stage = next((one for one in rules["stages"] if one["stage_id"] == self.stage_id.id), {})
        return {**super()._prepare_panel_current(rules, facts), "help": stage.get("help", False)}

    @api.model
    def _shorten_panel(self, panel):
        """Mails to the customer, and the files of deadlines, are for salespeople."""
        panel = super()._shorten_panel(panel)
        return {
            **panel,
            "stage": self._shorten_help(panel["stage"]),
            "next_stages": [self._shorten_help(stage) for stage in panel["next_stages"]],
        }

    @api.model
    def _shorten_help(self, rule, **hidden):
        """Return a stage or a deadline without the mails of its help, and what else is ``hidden`` of it."""
        shown = {**(rule["help"] or {}), "mails": [], **hidden}
        shortened = {**rule, "help": shown if any(shown.values()) else False}
        for key in ("actions", "helped"):
            if key in rule:
                shortened[key] = [self._shorten_help(action, files=[]) for action in rule[key]]
        return shortened
