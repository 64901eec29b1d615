import json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import file_open

from odoo.addons.sales_funnel_playbook.models.core.mixins import ANY
from odoo.addons.sales_funnel_playbook.models.exchange.importing import SCHEMA
from odoo.addons.sales_funnel_playbook.tools.json_schema import find_faults
from odoo.addons.sales_funnel_playbook.wording import list_texts

COMMIT = "commit"
TEXTS = ("name", "guidance", "missing")  # in the file of a playbook, in several languages


class CrmPlaybookCommit(models.Model):
    """What must be true of a deal before its salesperson may be believed who says that it will close."""

    _name = "crm.playbook.commit"
    _description = "Evidence of a Commit"
    _inherit = ["crm.playbook.rule", "crm.playbook.cache.mixin"]
    _playbook_effects = {"version": ANY}

    playbook_id = fields.Many2one("crm.playbook", required=True, index=True, ondelete="cascade")
    missing = fields.Char(
        string="Said When Missing",
        translate=True,
        help="What a deal says that does not meet it, such as “no decision maker”. Empty: the name.",
    )

    @api.model
    def _get_gaps(self, leads):
        """Return ``{lead: the evidence that it lacks}`` of deals of several playbooks, in one scan. What
        cannot be evaluated any more is not held against a deal.
        """
        playbook_ids = leads._get_playbook_ids()
        # sudo: what a commit asks for is no secret to who sees the deal
        rules = self.sudo().search(
            [("playbook_id", "in", [*set(playbook_ids.values())]), ("active", "=", True)]
        )
        met = self._match({rule: rule.domain for rule in rules}, leads.browse(playbook_ids))
        return {
            lead: rules.filtered(
                lambda rule, lead=lead: (
                    rule.playbook_id.id == playbook_ids.get(lead.id)
                    and lead.id not in met.get(rule, {lead.id})
                )
            )
            for lead in leads
        }


class CrmPlaybookCacheMixin(models.AbstractModel):
    """Deals show what changed rules say at once."""

    _inherit = "crm.playbook.cache.mixin"

    def _forget_rules(self):
        result = super()._forget_rules()
        names = ["forecast_category", "commit_gaps", "has_commit_gaps"]
        self.env["crm.lead"].invalidate_model(names, flush=False)
        return result


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    commit_ids = fields.One2many(
        "crm.playbook.commit", "playbook_id", string="Evidence of a Commit", copy=True
    )

    def _export_apps(self):
        commits = [self._export_commit(one) for one in self.commit_ids]
        return {**super()._export_apps(), **({"commits": commits} if commits else {})}

    @api.model
    def _export_commit(self, commit):
        texts = {name: texts for name in TEXTS if (texts := self._export_texts(commit, name))}
        return {**texts, "domain": self._export_domain(commit, "domain")}

    def _import_apps(self, apps):
        """What is no list of evidence is left out."""
        rest = super()._import_apps(apps)
        if "commits" in rest and not [*find_faults(rest["commits"], self._get_commits_schema())]:
            for number, entry in enumerate(rest.pop("commits"), start=1):
                domain = self.env["crm.playbook.rule"]._import_domain(entry.get("domain"))
                vals = {"playbook_id": self.id, "sequence": number, "domain": domain}
                texts = {name: self._read_texts(entry[name]) for name in TEXTS if name in entry}
                self._create_rule(self.env["crm.playbook.commit"], vals, texts)
        return rest

    @api.model
    def _get_commits_schema(self):
        """Return what evidence is in the file of a playbook, in the terms of the file's own schema."""
        with file_open(SCHEMA) as stream:
            known = json.load(stream)["$defs"]
        kinds = {"name": "name", "guidance": "text", "missing": "text", "domain": "domain"}
        commit = {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {name: {"$ref": f"#/$defs/{kind}"} for name, kind in kinds.items()},
        }
        return {"type": "array", "items": commit, "maxItems": 100, "$defs": known}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    commit_gaps = fields.Char(
        string="Commit, But",
        compute="_compute_commit_gaps",
        help="What the playbook asks of a deal that is committed, and this one lacks.",
    )
    has_commit_gaps = fields.Boolean(
        string="Commit Without Evidence",
        compute="_compute_commit_gaps",
        search="_search_has_commit_gaps",
    )

    @api.depends("forecast_category", "won_status")
    @api.depends_context("lang")
    def _compute_commit_gaps(self):
        saved = self.browse(filter(None, self._ids))
        committed = saved.filtered(
            lambda lead: lead.forecast_category == COMMIT and lead.won_status == "pending"
        )
        gaps = self.env["crm.playbook.commit"]._get_gaps(committed) if committed else {}
        for lead in self:
            rules = gaps.get(lead, ())
            missing = (rule.missing or rule.name for rule in rules)
            lead.commit_gaps = list_texts(self.env, missing) or False
            lead.has_commit_gaps = bool(rules)

    @api.model
    def _search_has_commit_gaps(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: as above
        rules = self.env["crm.playbook.commit"].sudo().search([("active", "=", True)])
        found = Domain.FALSE
        for playbook, its in rules.grouped("playbook_id").items():
            met = Domain.AND(rule._parse_domain(rule.domain) for rule in its if not rule.broken_reason)
            found |= Domain("playbook_id", "=", playbook.id) & ~met
        found &= Domain("forecast_category", "=", COMMIT) & Domain("won_status", "=", "pending")
        return found if True in value else ~found
