from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What nobody has agreed to yet needs no new number, however often it is changed.
RAISE_VERSION = """
    UPDATE crm_playbook playbook SET version = version + 1, version_at = NOW() AT TIME ZONE 'UTC'
    WHERE id = ANY(%s) AND EXISTS (
        SELECT FROM crm_playbook_agreement agreement
        WHERE agreement.playbook_id = playbook.id AND agreement.version = playbook.version)
"""
VERSION = ("version", "version_at")


class CrmPlaybook(models.Model):
    """A version of a playbook is what somebody has agreed to: changing a rule after that makes the next."""

    _inherit = "crm.playbook"
    _playbook_effects = {
        "version": {"mode", "tier_margin", "worth_basis", "asked_contact", "renewal_making", "renewal_days"}
    }

    version = fields.Integer(
        default=1,
        readonly=True,
        copy=False,
        help="Rises when a rule is changed that somebody has agreed to.",
    )
    version_at = fields.Datetime(string="Version Since", readonly=True, copy=False)
    agreement_ids = fields.One2many("crm.playbook.agreement", "playbook_id", string="Agreements")
    suggestion_ids = fields.One2many("crm.playbook.suggestion", "playbook_id", string="Suggestions")
    suggestion_count = fields.Integer(string="Open Suggestions", compute="_compute_suggestion_count")
    reader_summary = fields.Char(
        compute="_compute_reader_summary", help="How many of those who work by it have agreed."
    )
    agreed_at = fields.Datetime(
        string="You Agreed On",
        compute="_compute_agreed_at",
        help="When you agreed to the present version.",
    )

    @api.model
    def _has_field_access(self, field, operation):
        is_kept = operation == "write" and field.name in VERSION and not self.env.su
        return not is_kept and super()._has_field_access(field, operation)

    @api.depends("suggestion_ids.state")
    def _compute_suggestion_count(self):
        counts = dict(
            self.env["crm.playbook.suggestion"]._read_group(
                [("playbook_id", "in", self.ids), ("state", "=", "new")], ["playbook_id"], ["__count"]
            )
        )
        for playbook in self:
            playbook.suggestion_count = counts.get(playbook._origin, 0)

    @api.depends("agreement_ids", "version", "team_ids", "is_default")
    def _compute_reader_summary(self):
        readers = self.env["crm.playbook.reader"]
        is_told = readers.has_access("read")
        domain = [("playbook_id", "in", self.ids)]
        counts = readers._read_group(domain, ["playbook_id", "state"], ["__count"]) if is_told else []
        numbers = {(playbook.id, state): count for playbook, state, count in counts}
        for playbook in self:
            its = [count for (id_, _state), count in numbers.items() if id_ == playbook._origin.id]
            agreed = numbers.get((playbook._origin.id, "agreed"), 0)
            playbook.reader_summary = f"{agreed}/{sum(its)}" if its else "0"

    @api.depends("agreement_ids", "version")
    @api.depends_context("uid")
    def _compute_agreed_at(self):
        # sudo: one's own
        agreements = self.env["crm.playbook.agreement"].sudo()
        mine = agreements.search([("playbook_id", "in", self.ids), ("user_id", "=", self.env.uid)])
        moments = {(one.playbook_id.id, one.version): one.agreed_at for one in mine}
        for playbook in self:
            playbook.agreed_at = moments.get((playbook._origin.id, playbook.version), False)

    def unlink(self):
        """Take the threads of suggestions along: the database deletes the rows, and only those."""
        # sudo: who deletes the playbook deletes what was said about it
        self.sudo().suggestion_ids.unlink()
        return super().unlink()

    def _raise_version(self):
        """What was agreed to is the version before."""
        self.env["crm.playbook.agreement"].flush_model()
        self.flush_model(VERSION)
        self.env.cr.execute(SQL(RAISE_VERSION, self.ids))
        self.invalidate_recordset([*VERSION, "agreed_at"])

    def action_agree(self):
        """Note that the current user has read the present version of this playbook and agrees with it.

        :raise UserError: for a template, which governs no deal, and where another version was read
        """
        self.ensure_one()
        self.check_access("read")
        if self.is_template:
            raise UserError(
                self.env._("“%s” is a template: agree to the playbooks that are made of it.", self.name)
            )
        if self.env.context.get("agreed_version", self.version) != self.version:  # what the page showed
            raise UserError(
                self.env._("“%s” was changed meanwhile: reload the page and read it again.", self.name)
            )
        if not self.agreed_at:
            # sudo: of themselves only, with the version and moment that the module knows
            self.env["crm.playbook.agreement"].sudo().create(
                {
                    "playbook_id": self.id,
                    "user_id": self.env.uid,
                    "version": self.version,
                    "agreed_at": fields.Datetime.now(),
                }
            )
        return True

    @api.readonly
    def action_suggest(self):
        """Open the form of a new suggestion for this playbook."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.playbook.suggestion",
            "views": [(False, "form")],
            "name": self.env._("Suggest a Change"),
            "context": {"default_playbook_id": self.id},
        }

    @api.readonly
    def action_open_suggestions(self):
        """Open what readers of this playbook have suggested."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sales_funnel_playbook.crm_playbook_suggestion_action"
        )
        return {**action, "domain": [("playbook_id", "=", self.id)], "context": {}}

    @api.readonly
    def action_open_readers(self):
        """Open the list of who should know this playbook, with who has agreed to its present version."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sales_funnel_playbook.crm_playbook_reader_action"
        )
        return {**action, "domain": [("playbook_id", "=", self.id)]}

    def _get_agreement_text(self):
        """Return the version, and whether the reader has agreed to it, in words."""
        if self.agreed_at:
            day = fields.Date.to_string(fields.Datetime.context_timestamp(self, self.agreed_at).date())
            return self.env._(
                "Version %(version)s. You agreed to it on %(date)s.", version=self.version, date=day
            )
        return self.env._("Version %s. You have not agreed to it yet.", self.version)
