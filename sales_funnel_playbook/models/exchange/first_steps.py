from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_list

from ...arguments import check_argument, is_id

# In this order; those that a person says are done, as no record shows it, are in TICKED.
STEPS = ("template", "followers", "thresholds", "people", "deals", "observe")
TICKED = ("thresholds", "people", "deals")
# the gate's answers to moves that people really made, not to those that history was filled with
JUDGED = ("passed", "observed", "overridden")


class CrmPlaybook(models.Model):
    """The guided start: six steps from a template to a playbook that has watched its first deals. What is
    done shows in the records themselves; only what no record shows is ticked.
    """

    _inherit = "crm.playbook"

    ticked_steps = fields.Json(copy=False, help="The first steps that somebody has marked as done.")
    first_steps_summary = fields.Char(string="First Steps", compute="_compute_first_steps_summary")

    @api.depends("ticked_steps", "team_ids", "product_line_ids", "is_default")
    def _compute_first_steps_summary(self):
        for playbook in self:
            done = sum(playbook._is_step_done(key) for key in STEPS)
            playbook.first_steps_summary = f"{done} / {len(STEPS)}"

    @api.model
    @api.readonly
    def get_first_steps(self, playbook_id=False, is_new=False):
        """Return what the page of the first steps shows.

        :param int playbook_id: the playbook to go on with; without one it is the newest that observes
        :param bool is_new: begin with a new one instead
        :return: ``{"playbook": {"id", "name", "mode"} or False, "playbooks": [{"id", "name"}], "templates":
            [{"id", "name", "stages": [str]}], "steps": [{"key", "title", "text", "is_done", "can_tick",
            "buttons": [{"name", "label"}]}], "done": int,
            "sample": {"can_load", "can_remove"}}``; a button is one of :meth:`action_first_step`
        :raise AccessError: for who may not write playbooks
        """
        self.browse().check_access("create")
        playbooks = self.search([("is_template", "=", False)], order="id desc")
        playbook = self.with_context(active_test=False).search(
            [("id", "=", playbook_id if is_id(playbook_id) else 0), ("is_template", "=", False)]
        )
        if not is_new:
            playbook = playbook or (playbooks.filtered(lambda one: one.mode == "observe") or playbooks)[:1]
        steps = [playbook._get_first_step(key) for key in STEPS]
        return {
            "playbook": playbook.read(["name", "mode"])[0] if playbook else False,
            "playbooks": [{"id": one.id, "name": one.name} for one in playbooks],
            "templates": [
                {"id": one.id, "name": one.name, "stages": one.stage_ids.mapped("name")}
                for one in self.search([("is_template", "=", True)], order="id")
            ],
            "steps": steps,
            "done": sum(step["is_done"] for step in steps),
            "sample": self._get_sample_state(),
        }

    def tick_first_step(self, key, is_done):
        """Mark a step as done, or as open again.

        :param str key: one of "thresholds", "people" and "deals"
        :raise UserError: for any other
        """
        self.ensure_one()
        check_argument(self.env, "key", key, key in TICKED)
        kept = [one for one in self._get_ticked_steps() if one != key]
        self.ticked_steps = [*kept, key] if is_done else kept

    def action_first_step(self, name):
        """Return the action behind a button of a step.

        :param str name: the button's ``name`` as :meth:`get_first_steps` gives it
        :raise UserError: for any other
        """
        self.check_access("write")
        actions = {
            "followers": self._open_first_steps_form,
            "thresholds": self._open_first_steps_form,
            "teams": self._open_first_steps_teams,
            "users": self._open_first_steps_users,
            "stages": self._open_first_steps_stages,
            "roles": self._open_first_steps_roles,
            "first_deal": self._open_first_steps_deal,
            "import": self._open_first_steps_import,
            "deals": self.action_open_leads,
            "outside": self.action_open_outside_leads,
            "simulate": self.action_simulate,
        }
        return actions[check_argument(self.env, "name", name, name in [*actions])]()

    @api.readonly
    def action_open_first_steps(self):
        """Open the guided start of this playbook."""
        action = self.env["ir.actions.actions"]._for_xml_id("sales_funnel_playbook.crm_first_steps_action")
        return {**action, "params": {"playbook_id": self.id}}

    @api.model
    def _open_after_installing(self):
        """Return the page that follows the installation: the guided start for who may use it.

        The browser loads it anew: the screen of Odoo's apps was loaded before the module had scripts in it.
        """
        page = "/odoo/sales-funnel-first-steps" if self.has_access("create") else "/odoo"
        return {"type": "ir.actions.act_url", "url": page, "target": "self"}

    def _is_step_done(self, key):
        """Tell whether a step of this playbook, or of none, is done."""
        return key in self._get_ticked_steps() or self._is_step_recorded(key)

    def _get_ticked_steps(self):
        return self.ticked_steps if isinstance(self.ticked_steps, list) else []

    def _is_step_recorded(self, key):
        """Tell whether the records show that a step is done."""
        if key == "template":
            return bool(self)
        if key == "followers":
            return bool(self._get_follower_text())
        if key == "deals":
            return bool(self.lead_count or self._count_judged())
        return key == "observe" and bool(self._count_judged())

    def _count_judged(self, gate=JUDGED):
        """Return how many moves of deals this playbook has judged, all or with these answers."""
        domain = Domain("playbook_id", "in", self.ids) & Domain("gate", "in", gate)
        return self.env["crm.lead.stage.log"].search_count(domain)

    def _get_first_step(self, key):
        """Return a step as the page shows it."""
        title, text, buttons = getattr(self, f"_describe_step_{key}")()
        is_ready = bool(self) or key == "template"
        return {
            "key": key,
            "title": title,
            "text": text,
            "is_done": self._is_step_done(key),
            "can_tick": is_ready and key in TICKED and not self._is_step_recorded(key),
            "buttons": [{"name": name, "label": label} for name, label in buttons] if is_ready else [],
        }

    def _describe_step_template(self):
        text = self.env._(
            "A template has the stages, what must be true before a deal enters them, and what must come"
            " out. Map each stage to one of your pipeline stages, or create a new one."
        )
        return self.env._("Choose a template"), text, []

    def _describe_step_followers(self):
        text = self._get_follower_text() or self.env._(
            "Choose which product lines or teams follow the playbook. All others stay as they are."
        )
        buttons = [("followers", self.env._("Change"))]
        if others := self._get_other_stages():
            names = format_list(self.env, others.mapped("name"))
            text += " · " + self.env._(
                "Their pipeline has stages that the playbook does not name: %s. Delete these, or give them to"
                " other teams.",
                names,
            )
            buttons.append(("stages", self.env._("Pipeline Stages")))
        return self.env._("Product line and team"), text, buttons

    def _get_other_stages(self):
        """Return the stages in the pipeline of this playbook's teams that it does not name."""
        if not self.team_ids:
            return self.env["crm.stage"]
        named = [("id", "not in", self.stage_ids.stage_id.ids)]
        return self.env["crm.stage"].search([*named, ("team_ids", "in", [*self.team_ids.ids, False])])

    def _describe_step_thresholds(self):
        rules = {
            self.env._("tiers"): len(self.tier_ids),
            self.env._("deadlines"): len(self.deadline_ids) + len(self.stage_ids.action_ids),
            self.env._("lines of the score sheet"): len(self.criterion_ids),
        }
        text = (
            self.env._(
                "Do the amounts, times and points fit your business? Currently: %s.",
                format_list(self.env, [f"{count} {name}" for name, count in rules.items()]),
            )
            if self
            else self.env._("Do the amounts, times and points fit your business?")
        )
        return self.env._("Check the thresholds"), text, [("thresholds", self.env._("Open the Playbook"))]

    def _describe_step_deals(self):
        text = (
            self.env._("Open deals that follow the playbook: %s.", self.lead_count)
            if self.lead_count
            else self.env._(
                "Import the sheet in which the customers are kept today: columns in Chinese or English are"
                " known, amounts may be in 10,000 (万元). Deals that are in Odoo already need no import."
            )
        )
        sheet, deal = self.env._("Import the Sheet"), self.env._("Create a Deal")
        buttons = [("import", sheet), ("first_deal", deal)]
        if self.lead_count:
            buttons.append(("deals", self.env._("Open Deals")))
        outside = self and self.env["crm.lead"].search_count(self._get_outside_leads_domain())
        if outside:
            text += " " + self.env._("%s of them stand in a stage that the playbook does not name.", outside)
            label = self.env._("Stage Outside the Playbook")
            buttons.append(("outside", label))
        return self.env._("Bring in the open deals"), text, buttons

    def _describe_step_observe(self):
        text = self.env._(
            "Work as before. The playbook shows and logs what is missing and refuses nothing until you"
            " enforce it. Moves so far: %(moves)s, with something missing: %(observed)s.",
            moves=self._count_judged(),
            observed=self._count_judged(["observed"]),
        )
        if self.mode == "enforce":
            text = self.env._(
                "What a stage asks for is required now. You can return to observing on the playbook."
            )
        return self.env._("Observe"), text, [("simulate", self.env._("Simulate"))]

    def _open_first_steps_form(self):
        return {**self.get_formview_action(), "target": "current"}

    def _open_first_steps_stages(self):
        action = self.env["ir.actions.actions"]._for_xml_id("crm.crm_stage_action")
        return {**action, "domain": [("id", "in", self._get_other_stages().ids)]}

    def _open_first_steps_deal(self):
        """Open the form of a new deal that will follow this playbook."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "name": self.env._("Create a Deal"),
            "views": [(False, "form")],
            "context": {
                "default_type": "opportunity",
                "default_team_id": self.team_ids[:1].id,
                "default_product_line_id": self.product_line_ids[:1].id,
            },
        }

    def _open_first_steps_import(self):
        if "base_import.import" not in self.env:  # where that screen is not installed
            return self.action_open_leads()
        return {
            "type": "ir.actions.client",
            "tag": "import",
            "params": {
                "active_model": "crm.lead",
                "context": {"default_type": "opportunity", "default_team_id": self.team_ids[:1].id},
            },
        }
