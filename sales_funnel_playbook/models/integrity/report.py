import platform

from odoo import SUPERUSER_ID, api, models, release
from odoo.tools import SQL

from ...tools.playbook_parts import PARTS
from ..core.res_config_settings import DEFAULTS

PLAIN = ("boolean", "integer", "float", "selection")
MODULES = "SELECT name, latest_version FROM ir_module_module WHERE state = 'installed' ORDER BY name"
COUNT = "SELECT COUNT(*) FROM %s"


class CrmPlaybookIntegrity(models.AbstractModel):
    """What somebody who helps needs to know of a database, and nothing of its customers: no names, no texts,
    no amounts; of deals their ids.
    """

    _inherit = "crm.playbook.integrity"

    @api.model
    def _get_report(self):
        """Return the support report, ready for JSON.

        :return: ``{"versions", "settings", "counts", "playbooks", "health", "faults"}``
        """
        # nobody sees all companies; and templates and archived rules are part of it
        report = self.with_env(self.env(user=SUPERUSER_ID, context={"active_test": False}))
        return {
            "versions": report._get_versions(),
            "settings": {name: self.env["crm.playbook"]._get_setting(name) for name in DEFAULTS},
            "counts": report._get_counts(),
            "playbooks": [
                report._describe("playbook", one) for one in report.env["crm.playbook"].search([], order="id")
            ],
            "health": report.env["crm.playbook.health"].get_health(),
            "faults": report._find_faults(),
        }

    @api.model
    def _get_versions(self):
        return {
            "odoo": release.version,
            "python": platform.python_version(),
            "postgresql": self.env.execute_query(SQL("SHOW server_version"))[0][0],
            "modules": dict(self.env.execute_query(SQL(MODULES))),
            "languages": [code for code, _name in self.env["res.lang"].get_installed()],
        }

    @api.model
    def _get_counts(self):
        """Return how many rows the tables have: of the module, and of what it works on."""
        names = ("crm.lead", "crm.team", "res.company", "res.partner", "res.users", "mail.activity")
        ours = [
            name
            for name, model in self.env.items()
            if name.startswith("crm.") and model._auto and not model._abstract and not model._transient
        ]
        return {
            name: self.env.execute_query(SQL(COUNT, SQL.identifier(self.env[name]._table)))[0][0]
            for name in sorted({*names, *ours})
        }

    @api.model
    def _describe(self, part, record):
        """Return what kind of rule ``record`` is, and those below it; no text of it, and of domains only the
        names of the fields.

        :param str part: a key of ``PARTS``
        """
        form, known = PARTS[part], record._fields
        flags = ("active", "is_template", "is_default", "mode", "has_review", "sequence", *form.values)
        texts = [record[name] for name in form.domains if name in known]
        rules = self.env["crm.playbook.rule"]
        return {
            "id": record.id,
            **{name: record[name] for name in flags if name in known and known[name].type in PLAIN},
            **({"fields": sorted(set().union(*map(rules._get_domain_fields, texts)))} if texts else {}),
            **({"is_broken": bool(record.broken_reason)} if "broken_reason" in known else {}),
            **{
                key: [self._describe(below, one) for one in record[name]]
                for key, (name, below) in form.lists.items()
            },
        }
