from odoo import models

from ..core.mixins import ANY

# A rule that is added, changed or deleted is not what was agreed to.
EFFECT = {"version": ANY}


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"
    _playbook_effects = EFFECT


class CrmPlaybookCondition(models.Model):
    _inherit = "crm.playbook.condition"
    _playbook_effects = EFFECT


class CrmPlaybookOutput(models.Model):
    _inherit = "crm.playbook.output"
    _playbook_effects = EFFECT


class CrmPlaybookDeadline(models.Model):
    _inherit = "crm.playbook.deadline"
    _playbook_effects = EFFECT


class CrmPlaybookCriterion(models.Model):
    _inherit = "crm.playbook.criterion"
    _playbook_effects = EFFECT


class CrmPlaybookCriterionOption(models.Model):
    _inherit = "crm.playbook.criterion.option"
    _playbook_effects = EFFECT


class CrmPlaybookTier(models.Model):
    _inherit = "crm.playbook.tier"
    _playbook_effects = EFFECT
