from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class CrmPlaybookUseTemplate(models.TransientModel):
    """Makes a playbook from a template for a team or product line, on the pipeline that the company
    already has: each stage of the template becomes one of its stages, or a new one.
    """

    _name = "crm.playbook.use.template"
    _description = "Use a playbook template"

    template_id = fields.Many2one(
        "crm.playbook", required=True, ondelete="cascade", domain="[('is_template', '=', True)]"
    )
    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        compute_sudo=False,  # a template of another company stays unread
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        ondelete="cascade",
        help="Empty: for all companies.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        default=lambda self: self._get_only_team(),
        domain="[('company_id', 'in', [company_id, False])]",
        help="Deals of these teams will follow the playbook.",
    )
    product_line_ids = fields.Many2many(
        "crm.product.line",
        string="Product Lines",
        domain="[('company_id', '=', company_id)] if company_id else []",
        help="Deals of these product lines will follow the playbook.",
    )
    stage_team_ids = fields.Many2many(
        "crm.team",
        "crm_playbook_use_template_stage_team_rel",
        string="New Stages For",
        compute="_compute_stage_team_ids",
        store=True,
        readonly=False,
        help="The teams whose pipeline gets the new stages; the others keep theirs as it is.",
    )
    line_ids = fields.One2many(
        "crm.playbook.use.template.line",
        "wizard_id",
        string="Stages",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        compute_sudo=False,
    )

    def _get_only_team(self):
        """Return the company's team where it has only one, and no playbook is followed by it yet."""
        team = self.env["crm.team"].search([("company_id", "in", [self.env.company.id, False])], limit=2)
        is_free = len(team) == 1 and not self.env["crm.playbook"].search_count([("team_ids", "in", team.ids)])
        return team if is_free else team.browse()

    @api.depends("template_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.template_id.name

    @api.depends("team_ids")
    def _compute_stage_team_ids(self):
        for wizard in self:
            wizard.stage_team_ids = wizard.team_ids

    @api.depends("template_id", "team_ids")
    def _compute_line_ids(self):
        for wizard in self:
            proposal = wizard._propose_stages()
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"template_stage_id": stage.id, "stage_id": found.id})
                    for stage, found in proposal.items()
                ),
            ]

    def _propose_stages(self):
        """Return ``{template stage: crm.stage}``: the stage of the same name, and for the first won
        stage the pipeline's own; empty where one has to be created.
        """
        company_stages = self._get_pipeline_stages()
        proposal = {}
        for stage in self.template_id.stage_ids:
            free = company_stages.filtered(lambda s: s not in proposal.values())
            if stage.is_renewal:  # deals that stand in a won stage are won
                free = free.filtered(lambda s: not s.is_won)
            same_name = free.filtered(lambda s, name=stage.name: s.name == name)
            won = free.filtered("is_won") if stage.is_won else free.browse()
            proposal[stage] = (same_name or won)[:1]
        return proposal

    def _get_pipeline_stages(self):
        """Return the stages that the chosen teams (or all teams) have, in order."""
        teams = self.team_ids.ids
        domain = [("team_ids", "in", [*teams, False])] if teams else [("team_ids", "=", False)]
        return self.env["crm.stage"].search(domain, order="sequence, id")

    def action_apply(self):
        """Create the playbook, observing, and open it, or go on with the first steps.

        :raise UserError: when no team or product line is chosen, one follows another playbook, or
            the stages are out of order
        """
        self.ensure_one()
        self._check_followers()
        self._create_missing_stages()
        with self.env["crm.playbook"]._take_effects_once():
            playbook = self.env["crm.playbook"].create(self._prepare_playbook_vals())
            self._copy_translations(playbook)
        if self.env.context.get("sales_funnel_first_steps"):
            return {**playbook.action_open_first_steps(), "target": "main"}
        return playbook.get_formview_action()

    def _create_missing_stages(self):
        """Create the pipeline stages that the template needs and the company has not, each right
        after its predecessor. The others keep their order.
        """
        self._check_order()
        missing = self.line_ids.filtered(lambda line: not line.stage_id)
        if missing and not self.stage_team_ids:
            raise UserError(
                self.env._(
                    "Choose the teams that get the new stages, or a pipeline stage for: %s.",
                    format_list(self.env, missing.template_stage_id.mapped("name")),
                )
            )
        ordered = [*self.env["crm.stage"].browse(self.env["crm.stage"]._get_ranks())]
        position = -1
        for line in self.line_ids:
            if line in missing:
                line.stage_id = line._create_stage()
                ordered.insert(position + 1, line.stage_id)
            position = ordered.index(line.stage_id)
        for sequence, stage in enumerate(ordered, start=1):
            if missing and stage.sequence != sequence:
                stage.sequence = sequence

    def _check_followers(self):
        if not self.team_ids and not self.product_line_ids:
            raise UserError(
                self.env._("Choose the sales teams or product lines that will follow the playbook.")
            )
        for line in self.product_line_ids.filtered("playbook_id"):
            raise UserError(
                self.env._(
                    "The product line “%(line)s” already follows the playbook “%(other)s”: remove it"
                    " there first.",
                    line=line.name,
                    other=line.playbook_id.name,
                )
            )

    def _check_order(self):
        ranks = self.env["crm.stage"]._get_ranks()
        chosen = [line.stage_id for line in self.line_ids if line.stage_id]
        in_order = self.line_ids.stage_id.sorted(lambda stage: ranks[stage.id])
        if chosen != [*in_order]:
            raise UserError(
                self.env._(
                    "Choose a different pipeline stage for each template stage, in the order of the"
                    " template. In your pipeline they come in this order: %s.",
                    format_list(self.env, in_order.mapped("name")),
                )
            )

    def _prepare_playbook_vals(self):
        stages = [
            line.template_stage_id.copy_data(
                {"stage_id": line.stage_id.id, "sequence": line.stage_id.sequence, "name": False}
            )[0]
            for line in self.line_ids
        ]
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "mode": "observe",
            "team_ids": [Command.set(self.team_ids.ids)],
            "product_line_ids": [Command.link(line_id) for line_id in self.product_line_ids.ids],
            "stage_ids": [Command.create(vals) for vals in stages],
            "tier_margin": self.template_id.tier_margin,
            **{name: self.template_id[name] for name in ("worth_basis", "renewal_making", "renewal_days")},
            **{
                # in the order of their ids, in which translations are copied
                name: [Command.create(vals) for vals in self.template_id[name].sorted("id").copy_data()]
                for name in ("tier_ids", "criterion_ids", "deadline_ids", "check_ids")
            },
        }

    def _copy_translations(self, playbook):
        """Take over the template's texts in every language: creating takes only the user's."""
        own_name = ("name",) if self.name != self.template_id.name else ()
        self.template_id.copy_translations(playbook, excluded=(*own_name, "stage_ids"))
        for line, stage in zip(self.line_ids, playbook.stage_ids, strict=True):
            template = line.template_stage_id
            template.copy_translations(stage, excluded=("name",))
            if line.is_new:
                stage._copy_name_translations(template, stage.stage_id)


class CrmPlaybookUseTemplateLine(models.TransientModel):
    _name = "crm.playbook.use.template.line"
    _description = "Stage of a playbook template"
    _order = "sequence, id"

    wizard_id = fields.Many2one("crm.playbook.use.template", required=True, ondelete="cascade")
    template_stage_id = fields.Many2one("crm.playbook.stage", required=True, ondelete="cascade")
    sequence = fields.Integer(related="template_stage_id.sequence", store=True)
    stage_id = fields.Many2one(
        "crm.stage",
        string="Pipeline Stage",
        ondelete="cascade",
        help="Empty: a new pipeline stage is created.",
    )
    new_stage = fields.Char(
        compute="_compute_new_stage",
        compute_sudo=False,
        help="The pipeline stage that is created, where none of yours is chosen.",
    )
    is_new = fields.Boolean()

    @api.depends("stage_id", "template_stage_id")
    def _compute_new_stage(self):
        for line in self:
            line.new_stage = not line.stage_id and line.template_stage_id.name

    def _create_stage(self):
        """Create the pipeline stage of this line, for the teams that were chosen."""
        self.ensure_one()
        template = self.template_stage_id
        stage = self.env["crm.stage"].create(
            {
                "name": template.name,
                "is_won": template.is_won,
                "team_ids": [Command.set(self.wizard_id.stage_team_ids.ids)],
            }
        )
        self.is_new = True
        return stage
