from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import frozendict

from .memory import remembered
from .res_config_settings import DEFAULTS, MAXIMUM, MINIMUM, PREFIX


class Assignment(NamedTuple):
    """Which playbook serves whom: ``{key id: (playbook id, its company id or False)}``."""

    by_line: frozendict
    by_team: frozendict
    by_company: frozendict

    def __bool__(self):
        return any(self)

    def resolve(self, keys):
        """Return the id of the playbook that a lead follows, or False.

        The product line's, else the team's, else the company's, else the one for all companies.
        A playbook of one company never serves a lead of another. What has no company follows the only
        company's that has one: nobody has taken it over yet, and whoever does will find it looked after.

        :param keys: a lead, or any mapping with its ``product_line_id``, ``team_id`` and
            ``company_id``; read only as far as needed
        """
        return self.choose(lambda name: keys[name].id)

    def choose(self, get_key):
        """Return what :meth:`resolve` does.

        :param get_key: returns the id of the lead's product line, team or company, by the field's name
        """
        for name, by_key in (("product_line_id", self.by_line), ("team_id", self.by_team)):
            target = by_key and by_key.get(get_key(name))
            if target and (not target[1] or (get_key("company_id") or False) in (target[1], False)):
                return target[0]
        if not self.by_company:
            return False
        company_id = get_key("company_id")
        default = self.by_company.get(company_id) or self.by_company.get(False)
        if not default and not company_id:
            default = self.only_default
        return default[0] if default else False

    @property
    def only_default(self):
        """The default playbook of the only company that has one, and that company; else None."""
        return next(iter(self.by_company.values())) if len(self.by_company) == 1 else None


class CrmPlaybook(models.Model):
    """How a funnel is worked: its stages, and what each of them asks for."""

    _name = "crm.playbook"
    _description = "Sales Playbook"
    _inherit = ["mail.thread", "crm.playbook.cache.mixin"]
    _order = "is_template, name, id"
    _check_company_auto = True
    _playbook_effects = {
        "history": {
            *("active", "is_template", "company_id", "is_default"),
            *("product_line_ids", "team_ids", "stage_ids"),
        }
    }

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    is_template = fields.Boolean(
        string="Template", help="A template governs no deal. Use it to make a playbook."
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        tracking=True,
        help="Empty: for all companies.",
    )
    mode = fields.Selection(
        [("observe", "Observe"), ("enforce", "Enforce")],
        required=True,
        default="observe",
        tracking=True,
        help="Observe: nothing is refused, unmet conditions are shown and logged.\n"
        "Enforce: a move with an unmet blocking condition is refused.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        check_company=True,
        ondelete="restrict",
        help="Working time counts by this calendar; empty: by the company's.",
    )
    product_line_ids = fields.One2many(
        "crm.product.line",
        "playbook_id",
        string="Product Lines",
        check_company=True,
        help="Deals of these product lines follow this playbook.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        check_company=True,
        tracking=True,
        help="Deals of these teams follow this playbook, unless their product line has one.",
    )
    stage_ids = fields.One2many("crm.playbook.stage", "playbook_id", string="Stages", copy=True)
    is_default = fields.Boolean(
        string="Default",
        compute="_compute_is_default",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Deals of this company that have no other playbook follow this one.",
    )
    broken_rules = fields.Text(compute="_compute_broken_rules")
    lead_count = fields.Integer(string="Open Deals", compute="_compute_lead_count")

    @api.depends("is_template", "product_line_ids", "team_ids")
    def _compute_is_default(self):
        """Naming somebody ends it; that the last one named goes does not begin it again."""
        for playbook in self.with_context(active_test=False):
            named = playbook.product_line_ids or playbook.team_ids or playbook.is_template
            playbook.is_default = playbook.is_default and not named

    @api.depends("stage_ids.condition_ids.broken_reason", "deadline_ids", "stage_ids.action_ids")
    def _compute_broken_rules(self):
        for playbook in self:
            stages, deadlines = playbook.stage_ids, playbook.deadline_ids
            rules = [*stages.condition_ids, *stages.action_ids, *deadlines]
            playbook.broken_rules = "\n".join(
                f"{rule.playbook_stage_id.display_name or playbook.name}: {rule.name} – {rule.broken_reason}"
                for rule in rules
                if rule.broken_reason
            )

    @api.depends_context("uid")
    def _compute_lead_count(self):
        for playbook in self:
            playbook.lead_count = playbook.id and self.env["crm.lead"].search_count(
                [("playbook_id", "=", playbook.id), ("won_status", "=", "pending")]
            )

    @api.constrains("mode", "stage_ids", "team_ids", "product_line_ids", "is_template", "active")
    def _check_stages(self):
        for playbook in self.filtered(lambda p: p.active and not p.is_template and not p.stage_ids):
            if playbook.mode == "enforce" or playbook.team_ids or playbook.product_line_ids:
                raise ValidationError(
                    self.env._(
                        "The playbook “%s” has no stages: add at least one before a product line or"
                        " team follows it, or before it is enforced.",
                        playbook.name,
                    )
                )

    @api.constrains("is_template")
    def _check_template_stages(self):
        self.stage_ids._check_stage()

    @api.constrains("team_ids", "is_default", "company_id", "is_template", "active", "stage_ids")
    def _check_one_playbook_each(self):
        """A team follows one playbook at most, and so does what has neither line nor team."""
        # sudo: also with those of companies that the user does not see
        in_use = self.sudo().search([("is_template", "=", False), ("stage_ids", "!=", False)])
        in_use = in_use.with_context(active_test=False)  # an archived team still follows
        for playbook in self.filtered(lambda p: p.active and not p.is_template):
            others = in_use - playbook
            for other in others:
                if shared := other.team_ids & playbook.team_ids:
                    raise ValidationError(
                        self.env._(
                            "The team “%(team)s” already follows the playbook “%(other)s”: remove it"
                            " there first.",
                            team=shared[0].name,
                            other=other.name,
                        )
                    )
            default = others.filtered(lambda o, p=playbook: o.is_default and o.company_id == p.company_id)
            if playbook.is_default and playbook.stage_ids and default:
                raise ValidationError(
                    self.env._(
                        "“%(other)s” already is the default playbook: “%(playbook)s” needs product lines or"
                        " teams of its own.",
                        other=default[0].name,
                        playbook=playbook.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """A playbook that names neither product lines nor teams is meant for all other deals."""
        for vals in vals_list:
            if not any(vals.get(name) for name in ("is_template", "product_line_ids", "team_ids")):
                vals.setdefault("is_default", True)
        return super().create(vals_list)

    def _get_own_playbooks(self):
        return self

    def _get_followed_playbooks(self):
        """With these, where one is the default: which serves deals without a company depends on all."""
        playbooks = self
        if any(playbook.is_default for playbook in self):
            # sudo: also those of companies that the user does not see
            playbooks |= self.sudo().search([("is_default", "=", True), ("is_template", "=", False)])
        return playbooks

    def copy_data(self, default=None):
        vals_list = super().copy_data(default=default)
        for playbook, vals in zip(self, vals_list, strict=True):
            vals["name"] = self.env._("%s (copy)", playbook.name)
            vals.update(mode="observe", team_ids=False, is_default=False)
        return vals_list

    @api.model
    @tools.ormcache()
    def _get_memory_version(self):
        """Return what is another one whenever rules were forgotten, see :class:`remembered`."""
        return object()

    @api.model
    @remembered()
    def _get_assignment(self):
        """Return the :class:`Assignment` of all playbooks in use, kept in memory."""
        # the first caller's context must not decide for everybody
        # sudo: kept in memory for everybody
        playbooks = self.sudo().with_context(active_test=True)
        playbooks = playbooks.search([("is_template", "=", False), ("stage_ids", "!=", False)])
        by_line, by_team, by_company = {}, {}, {}
        for playbook in playbooks:
            target = (playbook.id, playbook.company_id.id)
            named = playbook.with_context(active_test=False)  # their deals live on
            by_line |= dict.fromkeys(named.product_line_ids.ids, target)
            by_team |= dict.fromkeys(named.team_ids.ids, target)
            if playbook.is_default:
                by_company.setdefault(playbook.company_id.id, target)
        return Assignment(frozendict(by_line), frozendict(by_team), frozendict(by_company))

    @api.readonly
    def action_open_leads(self):
        """Open the deals that follow this playbook."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("crm.crm_lead_opportunities")
        action["domain"] = [("playbook_id", "=", self.id)]
        action["context"] = {}
        return action

    @api.model
    def _load_demo_deals(self):
        """Make the deals of the demo data. The loader is imported by a database that has demo data only."""
        from ...demo.loader import load  # pylint: disable=import-outside-toplevel

        load(self.env)

    @api.model
    def _get_setting(self, name):
        """Return a number of the settings page.

        :param str name: a key of ``DEFAULTS``: ``waiting_days`` and ``override_days`` in calendar days,
            ``case_review_months``, ``snapshot_months`` and ``personal_months`` (0: for ever) in months
        """
        # sudo: everybody works by these numbers
        value = self.env["ir.config_parameter"].sudo().get_param(f"{PREFIX}{name}")
        known = str(value or "").isdecimal() and MINIMUM.get(name, 1) <= int(value) <= MAXIMUM
        return int(value) if known else DEFAULTS[name]
