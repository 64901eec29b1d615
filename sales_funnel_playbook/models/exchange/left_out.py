from odoo import api, models
from odoo.fields import Command
from odoo.tools import format_list

from ...tools.playbook_parts import PARTS


class CrmPlaybookCacheMixin(models.AbstractModel):
    """What addons beside the module add to a rule, in a file: under “apps”, by keys of their own."""

    _inherit = "crm.playbook.cache.mixin"

    def _export_apps(self):
        """Return ``{key: what JSON can hold}`` of what addons keep on this rule."""
        return {}

    def _import_apps(self, apps):
        """Write what addons know of ``apps``, as a file has them, onto this new rule.

        :return: the rest, which is told as left out
        """
        return apps


class CrmPlaybook(models.Model):
    """What a file of a playbook names and this database does not have: the rest is imported without it, and
    the template says so.
    """

    _inherit = "crm.playbook"

    @api.model
    def _names_unknown_document(self, entry, model):
        """Tell whether a rule is met by a kind of document that no app here brings."""
        return "met_by" in entry and entry["met_by"] not in self.env[model]._fields["met_by"].get_values(
            self.env
        )

    @api.model
    def _find_mails(self, named):
        """Return the email templates of deals that a file names, and the names of those that are not here."""
        known, unknown = self.env["mail.template"], []
        for one in named:
            try:
                template = self.env["crm.playbook.rule"]._import_record(one, known)
            except ValueError:
                template = known.browse()
            if template.model == "crm.lead":
                known |= template
            else:
                unknown.append(one["name"])
        return known, unknown

    @api.model
    def _import_mails(self, named):
        """Return the command that gives a rule the email templates that are known here."""
        return [Command.set(self._find_mails(named)[0].ids)]

    def _tell_left_out(self, entry, left_out):
        """Say on an imported template what of its file is not known here.

        :param list left_out: names of what no addon here has taken
        """
        rules = [*self._list_entries(entry, "playbook")]
        documents = [
            self._read_texts(rule["name"])["en_US"]
            for key, rule in rules
            if self._names_unknown_document(rule, PARTS[key].model)
        ]
        if documents:
            self.message_post(
                body=self.env._(
                    "Documents meet these rules where an app is installed that is not installed here: %s.",
                    format_list(self.env, documents),
                )
            )
        named = [one for key, rule in rules for name in PARTS[key].mails for one in rule.get(name, ())]
        if mails := self._find_mails(named)[1]:
            self.message_post(
                body=self.env._(
                    "These email templates of the help are not here, and were left out: %s.",
                    format_list(self.env, [*dict.fromkeys(mails)]),
                )
            )
        if left_out:
            self.message_post(
                body=self.env._(
                    "What other apps add to these is not known here, and was left out: %s.",
                    format_list(self.env, [*dict.fromkeys(left_out)]),
                )
            )

    @api.model
    def _list_entries(self, entry, key):
        """Yield ``(kind of rule, entry)`` of a file's entry and all below it."""
        yield key, entry
        for name, (_field_name, inner) in PARTS[key].lists.items():
            for below in entry.get(name, ()):
                yield from self._list_entries(below, inner)
