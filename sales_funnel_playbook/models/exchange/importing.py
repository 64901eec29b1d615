import base64
import json

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import file_open

from ...tools.json_schema import find_faults
from ...tools.playbook_parts import FORMAT, PARTS, VERSION
from ..core.crm_playbook_duty import ENTERING

SCHEMA = f"sales_funnel_playbook/static/schema/playbook-{VERSION}.schema.json"
MAX_FAULTS = 10


class PlaybookFileError(Exception):
    """A rule of a file that cannot be saved: its place in the file, and what Odoo says of it."""

    def __init__(self, path, reason, model=None):
        super().__init__(path, reason)
        self.path, self.reason, self.model = path, reason, model


class CrmPlaybook(models.Model):
    """A template from a JSON file: all of it, or nothing with the path of what is wrong."""

    _inherit = "crm.playbook"

    @api.model
    def _import_text(self, text):
        """Make a template of a file's text, for the user's company, and return it.

        :param bytes text: a JSON document that meets ``static/schema/playbook-1.schema.json``
        :raise UserError: with the path of each fault; then nothing was imported
        """
        document = self._read_document(text)
        self._check_document(document)
        try:
            with self.env.cr.savepoint():
                return self._import_playbook(document["playbook"])
        except PlaybookFileError as error:
            raise UserError(self._word_refusal(error)) from error

    @api.model
    def _check_document(self, document):
        """Raise a UserError that names what of a document does not meet the schema."""
        with file_open(SCHEMA) as stream:
            faults = list(find_faults(document, json.load(stream)))
        if faults:
            raise UserError(self._word_faults(faults))

    @api.model
    def _read_document(self, text):
        """Return what is written in a file, if it is a playbook's of a version that is known here."""
        try:
            document = json.loads(text, parse_constant=self._refuse_constant)
        except (ValueError, RecursionError) as error:
            raise UserError(self.env._("This is not a JSON file: %s", error)) from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise UserError(
                self.env._("This is not the file of a playbook: its “format” is not “%s”.", FORMAT)
            )
        version = document.get("version")
        if isinstance(version, int) and version > VERSION:
            raise UserError(
                self.env._(
                    "This file is of version %(version)s, and version %(known)s is the newest that is known"
                    " here: update the module “Sales Funnel Playbook”.",
                    version=version,
                    known=VERSION,
                )
            )
        return document

    @staticmethod
    def _refuse_constant(name):
        raise ValueError(name)

    @api.model
    def _import_playbook(self, entry):
        """Create the template, rule by rule, so that what Odoo refuses is known by its place."""
        left_out = []
        playbook = self._import_part(
            entry, "playbook", "playbook", left_out, is_template=True, responsible_user_id=False
        )
        for check, place in ((playbook._check_score_maximum, "criteria"), (playbook._check_tiers, "tiers")):
            self._try(f"playbook.{place}", check)
        playbook._tell_left_out(entry, left_out)
        currency = entry.get("currency")
        if playbook.tier_ids and currency and currency != playbook.currency_id.name:
            playbook.message_post(
                body=self.env._(
                    "The amounts of the tiers were written in %(file)s, here they count in %(company)s: look"
                    " at them.",
                    file=currency,
                    company=playbook.currency_id.name,
                )
            )
        return playbook

    @api.model
    def _import_part(self, entry, key, path, left_out, **given):
        """Create the rule of an entry and those below it, and return it.

        :param str key: the kind of rule, a key of :data:`PARTS`
        :param list left_out: gets what addons would add that are not here
        :param given: values that the file does not have, such as the rule above it
        :raise PlaybookFileError: with the path of the entry at fault
        """
        part = PARTS[key]
        texts = {name: self._read_texts(entry[name]) for name in part.texts if name in entry}
        vals = {name: entry[name] for name in part.values if name in entry}
        if self._names_unknown_document(entry, part.model):
            del vals["met_by"]
        vals |= self._import_references(entry, part, path) | given
        if key == "action":
            vals["trigger"] = ENTERING
        rule = self._try(path, self._create_rule, self.env[part.model], vals, texts)
        if "apps" in entry:
            rest = self._try(path, rule._import_apps, {**entry["apps"]})
            left_out += [f"{rule.display_name} ({name})" for name in rest]
        for name, (_field_name, inner) in part.lists.items():
            model = self.env[PARTS[inner].model]
            for number, below in enumerate(entry.get(name, ())):
                place = {"sequence": number + 1} if "sequence" in model._fields else {}
                place[PARTS[inner].parent] = rule.id
                self._import_part(below, inner, f"{path}.{name}[{number}]", left_out, **place)
        return rule

    @api.model
    def _import_references(self, entry, part, path):
        """Return the values of an entry that name records, and its files."""
        names = {name: (name, self.env["crm.playbook.rule"]._import_domain) for name in part.domains}
        names["activity_type"] = ("activity_type_id", self._import_activity_type)
        names |= {name: (field_name, self._import_roles) for name, field_name in part.roles.items()}
        vals = {
            field_name: self._import_value(f"{path}.{name}", convert, entry[name])
            for name, (field_name, convert) in names.items()
            if name in entry
        }
        vals |= {
            field_name: self._import_files(entry[name], f"{path}.{name}")
            for name, field_name in part.files.items()
            if name in entry
        }
        vals |= {
            field_name: self._import_mails(entry[name])
            for name, field_name in part.mails.items()
            if name in entry
        }
        return vals

    @api.model
    def _read_texts(self, text):
        """Return a text of a file as ``{language: text}``, with English or what takes its place."""
        texts = text if isinstance(text, dict) else {"en_US": text}
        english = texts.get("en_US") or next(filter(None, texts.values()), "")
        return {"en_US": english, **{lang: text for lang, text in texts.items() if lang != "en_US"}}

    @api.model
    def _create_rule(self, model, vals, texts):
        lang = self.env.lang or "en_US"
        rule = model.create(vals | {name: text.get(lang) or text["en_US"] for name, text in texts.items()})
        known = {"en_US", *(code for code, _label in self.env["res.lang"].get_installed())}
        for name, text in texts.items():
            rule.update_field_translations(name, {code: text[code] for code in text if code in known})
        rule.flush_recordset()  # what the database refuses is said here
        return rule

    @api.model
    def _import_activity_type(self, named):
        return self.env["crm.playbook.rule"]._import_record(named, self.env["mail.activity.type"]).id

    @api.model
    def _import_roles(self, named):
        """Return the role that a file names, or the command for several; one that is new here is created."""
        if isinstance(named, list):
            return [Command.set([self._import_roles(one) for one in named])]
        roles = self.env["crm.playbook.role"]
        try:
            return self.env["crm.playbook.rule"]._import_record(named, roles).id
        except ValueError:
            if roles.with_context(active_test=False).search_count([("name", "=", named["name"])], limit=1):
                raise
            return roles.create({"name": named["name"]}).id

    @api.model
    def _import_files(self, entries, path):
        """Return the command that gives a rule its files."""
        commands = []
        for number, entry in enumerate(entries):
            content = self._import_value(f"{path}[{number}].content", self._decode, entry["content"])
            commands.append(Command.create({"name": entry["name"], "raw": content}))
        return commands

    @staticmethod
    def _decode(content):
        return base64.b64decode(content, validate=True)

    @api.model
    def _import_value(self, path, convert, value):
        try:
            return convert(value)
        except (ValueError, RecursionError) as error:  # binascii's error is a ValueError
            raise PlaybookFileError(path, str(error)) from error

    @api.model
    def _try(self, path, create, *args):
        """Call ``create``; what Odoo or the database refuses is raised as a :class:`PlaybookFileError`."""
        try:
            return create(*args)
        except (UserError, ValueError) as error:  # a ValueError: a character that no database stores
            raise PlaybookFileError(path, str(error)) from error
        except (psycopg2.IntegrityError, psycopg2.DataError) as error:
            raise PlaybookFileError(path, error, args[0] if args else self) from error

    @api.model
    def _word_refusal(self, error):
        """Return the message about a rule that could not be saved."""
        reason = error.reason
        if isinstance(reason, psycopg2.DataError):  # no constraint, but a value that cannot be stored
            reason = str(reason).splitlines()[0]
        elif isinstance(reason, psycopg2.Error):
            reason = error.model._sql_error_to_message(reason)
        return self.env._(
            "The file cannot be imported, at %(path)s: %(reason)s\nNothing was imported.",
            path=error.path,
            reason=reason,
        )

    @api.model
    def _word_faults(self, faults):
        """Return the message about what does not meet the schema."""
        lines = [f"{fault.path or '/'}: {self._word_fault(fault)}" for fault in faults[:MAX_FAULTS]]
        if len(faults) > MAX_FAULTS:
            lines.append(self.env._("… and %s more.", len(faults) - MAX_FAULTS))
        return "\n".join([self.env._("This does not fit into the file of a playbook:"), *lines])

    @api.model
    def _word_fault(self, fault):
        """Return what a :class:`Fault` asks for, as a sentence."""
        detail = fault.detail
        if isinstance(detail, list):
            detail = ", ".join(str(one) for one in detail)
        return {
            "type": self.env._("must be one of: %s.", detail),
            "enum": self.env._("must be one of: %s.", detail),
            "const": self.env._("must be %s.", detail),
            "required": self.env._("“%s” is missing.", detail),
            "additionalProperties": self.env._("“%s” is not known here.", detail),
            "minimum": self.env._("is less than %s.", detail),
            "maximum": self.env._("is more than %s.", detail),
            "minLength": self.env._("is shorter than %s characters.", detail),
            "maxLength": self.env._("is longer than %s characters.", detail),
            "minItems": self.env._("has fewer than %s entries.", detail),
            "maxItems": self.env._("has more than %s entries.", detail),
            "minProperties": self.env._("has fewer than %s entries.", detail),
        }[fault.keyword]
