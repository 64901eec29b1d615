import base64
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...tools.playbook_parts import FORMAT, PARTS, VERSION


class CrmPlaybook(models.Model):
    """Templates: made of a playbook that has proved itself, and where a playbook begins.

    A playbook on one page, as the handbook's table has it: one definition of each stage, for everybody.

    A playbook as a JSON file: what it asks for, without the people, teams and deals of this company.

    What a named person does or is told falls to the team leader; who is notified and the working hours stay
    behind, and so do archived rules.
    """

    _inherit = "crm.playbook"

    export_file = fields.Binary(compute="_compute_export_file")

    def action_save_as_template(self):
        """Make a template of this playbook, with its rules in all languages, and open it."""
        self.ensure_one()
        vals = self.copy_data({"is_template": True, "product_line_ids": False})[0]
        in_order = self.stage_ids.sorted("id")  # of copying
        for stage, (_command, _id, stage_vals) in zip(in_order, vals["stage_ids"], strict=True):
            stage_vals.update(
                stage_id=False,
                name=stage.display_name,
                is_won=(stage.stage_id or stage).is_won,
                sequence=stage.sequence,
            )
        template = self.create({**vals, "name": self.env._("%s (template)", self.name)})
        self.copy_translations(template, excluded=("name", "stage_ids"))
        for stage, copied in zip(in_order, template.stage_ids.sorted("id"), strict=True):
            stage.copy_translations(copied, excluded=("name",))
            stage._copy_name_translations(stage.stage_id or stage, copied)
        return template.get_formview_action()

    @api.readonly
    def action_use_template(self):
        """Open the dialog that makes a playbook from this template."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.playbook.use.template",
            "view_mode": "form",
            "target": "new",
            "name": self.env._("Use this Template"),
            "context": {"default_template_id": self.id},
        }

    @api.readonly
    def action_open_page(self):
        """Show these playbooks on one page each; it can be printed from there."""
        report = self.env.ref("sales_funnel_playbook.action_report_playbook")
        return {**report.report_action(self, config=False), "report_type": "qweb-html", "name": report.name}

    @api.model
    @api.readonly
    def action_open_my_playbooks(self):
        """Show the playbooks of the user's teams, or all that are in use where they have none of their own.

        :raise UserError: when no playbook is in use
        """
        in_use = self.search([("is_template", "=", False), ("stage_ids", "!=", False)])
        if not in_use:
            raise UserError(
                self.env._("No playbook is in use yet: a sales manager sets one up under “First Steps”.")
            )
        return (in_use._filter_mine() or in_use).action_open_page()

    def _filter_mine(self):
        """Return those that a team follows of which the user is a member or the leader."""
        teams = self.env.user.crm_team_ids | self.env["crm.team"].search([("user_id", "=", self.env.uid)])
        return self.filtered(lambda playbook: playbook.team_ids & teams)

    def _get_follower_text(self):
        """Return who follows this playbook, in words; empty for nobody."""
        named = self.with_context(active_test=False)  # an archived team still follows
        names = [*named.product_line_ids.mapped("name"), *named.team_ids.mapped("name")]
        if self.is_default:
            names.append(self.env._("all deals without a playbook of their own"))
        return self.env._("Followed by: %s", format_list(self.env, names)) if names else ""

    @api.depends_context("uid")
    def _compute_export_file(self):
        for playbook in self:
            try:
                text = playbook._export_text()
            except UserError:  # who only reads all fields is not to stumble over it
                playbook.export_file = False
            else:
                playbook.export_file = base64.b64encode(text.encode())

    @api.readonly
    def action_export(self):
        """Download this playbook as a JSON file, which any company can import as a template.

        :raise UserError: when a rule cannot be put into a file
        """
        self.ensure_one()
        self._export_text()  # what is wrong is said here, and not in place of the file
        name = "".join(char if char.isalnum() else "_" for char in self.name)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/crm.playbook/{self.id}/export_file/{name}.json?download=true",
            "target": "download",
        }

    def _export_text(self):
        """Return the text of the file.

        :raise UserError: when a rule cannot be put into it, or the import would refuse it
        """
        document = self._export_document()
        self._check_document(document)
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)

    def _export_document(self):
        """Return this playbook as a document that meets the schema."""
        self.ensure_one()
        playbook = self._export_part(self, "playbook")
        playbook["currency"] = self.currency_id.name
        return {"format": FORMAT, "version": VERSION, "playbook": playbook}

    def _export_part(self, rule, key):
        """Return a rule and those below it as the part ``key`` of a document."""
        part = PARTS[key]
        entry = {name: texts for name in part.texts if (texts := self._export_texts(rule, name))}
        entry |= {
            name: value for name in part.values if (value := self._export_value(rule, name)) is not None
        }
        entry |= {name: terms for name in part.domains if (terms := self._export_domain(rule, name))}
        if part.has_activity and rule.activity_type_id:
            entry["activity_type"] = self.env["crm.playbook.rule"]._export_record(rule.activity_type_id)
        export_record = self.env["crm.playbook.rule"]._export_record
        for name, field_name in part.roles.items():
            if roles := rule[field_name]:
                is_list = rule._fields[field_name].type == "many2many"
                entry[name] = [*map(export_record, roles)] if is_list else export_record(roles)
        entry |= {
            name: files for name, field in part.files.items() if (files := self._export_files(rule[field]))
        }
        entry |= {
            name: [*map(export_record, rule[field])] for name, field in part.mails.items() if rule[field]
        }
        if part.has_apps and (apps := rule._export_apps()):
            entry["apps"] = apps
        for name, (field_name, inner) in part.lists.items():
            if rule[field_name]:
                entry[name] = [self._export_part(one, inner) for one in rule[field_name]]
        return entry

    def _export_value(self, rule, name):
        """Return a value as the file has it, None for a choice that nobody made and for what follows from
        others. The stages of a template have a nature of their own, others that of the pipeline's stage.
        """
        if rule._name == "crm.playbook.stage" and name == "is_won":
            return (rule.stage_id or rule).is_won
        if rule._name == "crm.playbook.criterion" and name == "points" and rule.kind == "choice":
            return None
        value = rule[name]
        if value == "user":  # a person of this company
            return "team_leader"
        return value if value or rule._fields[name].type != "selection" else None

    def _export_texts(self, rule, name):
        """Return a text as ``{language: text}``, without translations that are as the English."""
        if rule._name == "crm.playbook.stage" and name == "name":
            rule = rule.stage_id or rule
        english = rule.with_context(lang="en_US")[name]
        texts = {"en_US": english} if english else {}
        for lang, _label in self.env["res.lang"].get_installed():
            text = rule.with_context(lang=lang)[name]
            if text and text != english:
                texts[lang] = text
        return texts

    def _export_domain(self, rule, name):
        try:
            return self.env["crm.playbook.rule"]._export_domain(rule[name])
        except (ValueError, TypeError, UserError) as error:
            raise UserError(
                self.env._(
                    "The rule “%(rule)s” cannot be exported: %(reason)s", rule=rule.name, reason=str(error)
                )
            ) from error

    def _export_files(self, files):
        # sudo: whoever reads the rule reads its files
        return [
            {"name": file.name, "content": file.with_context(bin_size=False).datas.decode()}
            for file in files.sudo()
        ]


class CrmPlaybookStage(models.Model):
    _inherit = "crm.playbook.stage"

    def _copy_name_translations(self, source, target):
        """Give ``target`` the name of ``source`` in all languages: one is a template's stage, the other a
        pipeline's.
        """
        for lang, _label in self.env["res.lang"].get_installed():
            target.with_context(lang=lang).name = source.with_context(lang=lang).name

    def _get_stay_text(self):
        """Return how long a deal should stay here, in words."""
        return self.env._("At most %s days", self.expected_days)
