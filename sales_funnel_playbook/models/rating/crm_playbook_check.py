from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import frozendict

from ..core.memory import remembered


class CrmPlaybookCheck(models.Model):
    """A sign that a deal looks better than it is. It flags and never blocks."""

    _name = "crm.playbook.check"
    _description = "Data Check"
    _inherit = ["crm.playbook.rule", "crm.playbook.rated.mixin"]

    playbook_id = fields.Many2one(
        "crm.playbook", index=True, ondelete="cascade", help="Empty: for the deals of all playbooks."
    )
    company_id = fields.Many2one(related="playbook_id.company_id")
    message = fields.Text(
        translate=True, required=True, help="Why the deal is flagged, as the salesperson reads it."
    )
    guidance = fields.Text(help="How to fix it.")
    evidence = fields.Selection(
        [("progress", "Progress Notes"), ("stage_log", "Stage Log"), ("deal", "The Deal Itself")],
        string="Where to Look",
        required=True,
        default="deal",
        help="Where to find it on the deal.",
    )

    @api.constrains("domain")
    def _check_own_results(self):
        """A check cannot follow from the checks."""
        for check in self:
            if "check_ids" in check._get_named_fields():
                raise ValidationError(
                    self.env._("The check “%s” cannot look at the checks of a deal.", check.name)
                )

    def _get_rated_playbooks(self):
        if all(check.playbook_id for check in self):
            return self.playbook_id
        return self.env["crm.playbook"].search([("is_template", "=", False)])

    @api.readonly
    def action_show_evidence(self):
        """Open what shows on the deal that the context names what this check has found."""
        self.ensure_one()
        lead_id = self.env.context.get("explained_lead_id")
        if self.evidence == "deal":
            return self.env["crm.lead"].browse(lead_id).get_formview_action()
        name = {"progress": "crm_lead_progress_action", "stage_log": "crm_lead_stage_log_action"}[
            self.evidence
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(f"sales_funnel_playbook.{name}")
        return {**action, "domain": [("lead_id", "=", lead_id)], "context": {}}

    @api.readonly
    def action_explain(self):
        """Open the dialog that explains this flag on the deal that the context names."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead.explain",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "name": self.env._("Explain"),
            "context": {
                "default_lead_id": self.env.context.get("explained_lead_id"),
                "default_check_id": self.id,
            },
        }


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    check_ids = fields.One2many("crm.playbook.check", "playbook_id", string="Data Checks", copy=True)

    @api.model
    @remembered()
    def _get_checks(self):
        """Return ``{check id: (playbook id or False, domain)}`` of all checks in use, kept in memory."""
        # sudo: kept in memory for everybody
        checks = self.env["crm.playbook.check"].sudo().with_context(active_test=True)
        checks = checks.search(["|", ("playbook_id", "=", False), ("playbook_id.is_template", "=", False)])
        return frozendict({check.id: (check.playbook_id.id, check.domain) for check in checks})

    @api.model
    def _get_rating_sources(self):
        checks = self.env["crm.playbook.check"].browse(self._get_checks())
        named = checks._get_named_fields()
        if checks:
            named |= {"product_line_id", "team_id", "company_id", "explanation_ids"}
        return [*super()._get_rating_sources(), ("check_ids", named)]


class CrmLeadExplanation(models.Model):
    """Why a flagged deal is as it should be, in the words of who answers for it."""

    _name = "crm.lead.explanation"
    _description = "Explained Data Check"
    _inherit = ["crm.lead.fact"]
    _rec_name = "check_id"
    _order = "id desc"

    check_id = fields.Many2one("crm.playbook.check", required=True, index=True, ondelete="cascade")
    note = fields.Text(required=True)
    user_id = fields.Many2one("res.users", string="Explained By", required=True, ondelete="restrict")

    _check_uniq = models.UniqueIndex("(lead_id, check_id)", "This is explained already.")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    explanation_ids = fields.One2many(
        "crm.lead.explanation", "lead_id", string="Explanations", readonly=True, copy=False
    )
    check_ids = fields.Many2many(
        "crm.playbook.check",
        "crm_lead_check_rel",
        string="Data Checks",
        compute="_compute_check_ids",
        store=True,
        help="Why this deal is flagged, as long as nobody has explained it.",
    )
    has_score_sheet = fields.Boolean(
        compute="_compute_has_score_sheet",
        search="_search_has_score_sheet",
        help="The playbook of this deal has a score sheet in use.",
    )
    playbook_position = fields.Integer(
        string="Stage Number",
        compute="_compute_playbook_position",
        search="_search_playbook_position",
        help="Which stage of its playbook the deal is in: 1 for the first; 0 in none of them.",
    )

    def _compute_check_ids(self):
        """Not by ``api.depends``: what checks look at is data."""
        checks = self.env["crm.playbook"]._get_checks()
        playbook_ids = self._get_playbook_ids() if checks else {}
        followed = self.filtered(lambda lead: lead.id in playbook_ids)
        (self - followed).check_ids = False
        domains = {check_id: domain for check_id, (_playbook_id, domain) in checks.items()}
        found = self.env["crm.playbook.rule"]._match(domains, followed) if followed else {}
        explained = followed._get_explained() if any(found.values()) else ()
        flagged = defaultdict(list)
        for lead in followed:
            flags = frozenset(
                check_id
                for check_id, lead_ids in found.items()
                if lead.id in lead_ids
                and checks[check_id][0] in (False, playbook_ids[lead.id])
                and (lead.id, check_id) not in explained
            )
            flagged[flags].append(lead.id)
        for flags, lead_ids in flagged.items():
            self.browse(lead_ids).check_ids = self.env["crm.playbook.check"].browse(sorted(flags))

    def _get_explained(self):
        """Return ``{(lead id, check id), …}`` of what was explained on these leads."""
        # sudo: an explanation counts whoever asks
        explanations = self.env["crm.lead.explanation"].sudo()
        found = explanations.search_fetch([("lead_id", "in", self.ids)], ["lead_id", "check_id"])
        return {(one.lead_id.id, one.check_id.id) for one in found}

    @api.model
    def _get_rating_results(self):
        return (*super()._get_rating_results(), "check_ids")

    def explain_check(self, check_id, note):
        """Say why a flagged deal is as it should be. The flag goes, the explanation stays on the deal.

        :param int check_id: one of this lead's ``check_ids``
        :param str note: the reason
        :raise UserError: when the deal has no such flag, or the note says nothing
        """
        self.ensure_one()
        self._check_can_work()
        check = self.check_ids.filtered(lambda check: check.id == check_id)
        if not check:
            raise UserError(self.env._("“%s” has no such flag any more: reload the page.", self.name))
        evidence = self.env["crm.lead.evidence"]
        note = evidence._clean_text(note)
        if reason := evidence._get_note_refusal(self, note):
            raise UserError(reason)
        # sudo: explanations belong to the module, so that nobody explains in another's name
        self.env["crm.lead.explanation"].sudo().create(
            {"lead_id": self.id, "check_id": check.id, "note": note, "user_id": self.env.uid}
        )
        self._message_log(body=self.env._("Explained: %(check)s – %(note)s", check=check.name, note=note))
        return True

    @api.depends("product_line_id", "team_id", "company_id")
    def _compute_has_score_sheet(self):
        sheets, playbook_ids = self.env["crm.playbook"]._get_score_sheets(), self._get_playbook_ids()
        for lead in self:
            lead.has_score_sheet = playbook_ids.get(lead.id) in sheets

    def _search_has_score_sheet(self, operator, value):
        if operator != "in":
            return NotImplemented
        with_sheet = Domain("playbook_id", "in", [*self.env["crm.playbook"]._get_score_sheets()])
        return Domain.OR(with_sheet if wanted else ~with_sheet for wanted in value)

    @api.depends("playbook_id", "stage_id")
    def _compute_playbook_position(self):
        positions = self._get_playbook_positions()
        playbook_ids = self._get_playbook_ids()
        for lead in self:
            key = (playbook_ids.get(lead.id), lead.stage_id.id)
            lead.playbook_position = positions.get(key, 0)

    def _search_playbook_position(self, operator, value):
        if operator not in (">", ">=", "<", "<=", "in"):
            return NotImplemented
        compare = {
            ">": lambda position: position > value,
            ">=": lambda position: position >= value,
            "<": lambda position: position < value,
            "<=": lambda position: position <= value,
            "in": lambda position: position in value,
        }[operator]
        fitting = defaultdict(list)
        for (playbook_id, stage_id), position in self._get_playbook_positions().items():
            if compare(position):
                fitting[playbook_id].append(stage_id)
        return Domain.OR(
            Domain("playbook_id", "=", playbook_id) & Domain("stage_id", "in", stage_ids)
            for playbook_id, stage_ids in fitting.items()
        )

    @api.model
    def _get_playbook_positions(self):
        """Return ``{(playbook id, stage id): position}``, 1 for the first stage a playbook names."""
        ranks = self.env["crm.stage"]._get_ranks()
        return {
            (playbook_id, stage_id): position
            for playbook_id, gate in self.env["crm.playbook"]._get_gates().items()
            for position, stage_id in enumerate(sorted(gate.stages, key=lambda s: ranks.get(s, -1)), start=1)
        }
