from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmPlaybookStage(models.Model):
    """One stage of a playbook: the playbook's rules for one ``crm.stage``.

    A template's stage has a name of its own and no ``crm.stage``: using the template maps it onto
    one that the company has, or creates it.
    """

    _name = "crm.playbook.stage"
    _description = "Playbook stage"
    _inherit = ["crm.playbook.cache.mixin"]
    _order = "playbook_id, sequence, id"
    _playbook_effects = {"history": {"playbook_id"}}

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    is_template = fields.Boolean(related="playbook_id.is_template")
    stage_id = fields.Many2one(
        "crm.stage",
        index=True,
        ondelete="restrict",
        help="The pipeline stage that these rules belong to.",
    )
    name = fields.Char(
        translate=True,
        help="Only for the stages of a template; elsewhere the name of the pipeline stage is used.",
    )
    sequence = fields.Integer(
        compute="_compute_sequence",
        store=True,
        readonly=False,
        precompute=True,
        help="Follows the order of the pipeline's stages; a template has its own order.",
    )
    is_won = fields.Boolean(
        string="Won Stage",
        help="In a template: the pipeline stage it creates counts deals as won.",
    )
    is_renewal = fields.Boolean(
        string="Renewal Stage",
        help="Renewal deals begin here, and only they stand here: winning one moves it into the won stage.",
    )
    stage_is_won = fields.Boolean(related="stage_id.is_won", string="Pipeline Stage Is Won")
    objective = fields.Text(
        translate=True, help="What this stage is for, in one or two sentences everybody agrees on."
    )
    expected_days = fields.Integer(help="Calendar days a deal should be in this stage at most.")
    allow_skip = fields.Boolean(
        string="May Be Skipped",
        default=True,
        help="If unchecked, a deal cannot jump over this stage on its way forward.",
    )
    condition_ids = fields.One2many(
        "crm.playbook.condition", "playbook_stage_id", string="Entry Conditions", copy=True
    )
    output_ids = fields.One2many("crm.playbook.output", "playbook_stage_id", string="Outputs", copy=True)
    condition_summary = fields.Text(compute="_compute_condition_summary")
    output_summary = fields.Text(compute="_compute_output_summary")

    _stage_uniq = models.UniqueIndex(
        "(playbook_id, stage_id)",
        "This playbook already has rules for that pipeline stage: put them together in one.",
    )
    _expected_days_positive = models.Constraint(
        "CHECK(expected_days >= 0)", "The expected days of a stage cannot be negative."
    )

    @api.depends("stage_id.sequence")
    def _compute_sequence(self):
        for stage in self:
            stage.sequence = stage.stage_id.sequence if stage.stage_id else stage.sequence or 10

    @api.depends("stage_id.name", "name")
    def _compute_display_name(self):
        for stage in self:
            stage.display_name = stage.stage_id.name or stage.name

    @api.depends("condition_ids.name")
    def _compute_condition_summary(self):
        for stage in self:
            stage.condition_summary = "\n".join(stage.condition_ids.mapped("name"))

    @api.depends("output_ids.name")
    def _compute_output_summary(self):
        for stage in self:
            stage.output_summary = "\n".join(stage.output_ids.mapped("name"))

    @api.constrains("playbook_id", "stage_id", "name")
    def _check_stage(self):
        for stage in self:
            if stage.is_template and not stage.name:
                raise ValidationError(
                    self.env._("Give each stage of the template “%s” a name.", stage.playbook_id.name)
                )
            if not stage.is_template and not stage.stage_id:
                raise ValidationError(
                    self.env._(
                        "Choose a pipeline stage for each stage of the playbook “%s”.",
                        stage.playbook_id.name,
                    )
                )

    @api.constrains("is_renewal", "is_won", "stage_id", "playbook_id")
    def _check_renewal(self):
        for stage in self.filtered("is_renewal"):
            playbook = stage.playbook_id
            if (stage.stage_id or stage).is_won:
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be a renewal stage: deals in a won stage are won, and a renewal deal is"
                        " still to be.",
                        stage.display_name,
                    )
                )
            if len(playbook.stage_ids.filtered("is_renewal")) > 1:
                raise ValidationError(
                    self.env._("The playbook “%s” can have one renewal stage only.", playbook.name)
                )

    def _get_followed_playbooks(self):
        """The first stage puts a playbook into use."""
        return self.playbook_id.filtered(lambda playbook: playbook.stage_ids == self)
