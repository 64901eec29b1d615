from odoo import models


class CrmLead(models.Model):
    """What of the checklist a document of another app shows, and which document."""

    _inherit = "crm.lead"

    def _get_panel_facts(self, rules):
        facts = super()._get_panel_facts(rules)
        facts["documents"] = self._get_panel_documents(rules)
        facts["met"] |= facts["documents"].keys()
        return facts

    def _get_panel_documents(self, rules):
        """Return ``{(kind, rule id): [{"name", "model", "id"}, …]}`` of the rules that documents of this lead
        meet, with those that the user may read.
        """
        asked = {
            (rule["kind"], rule["id"]): rule["met_by"]
            for stage in rules["stages"]
            for rule in stage["conditions"] + stage["outputs"]
            if rule["met_by"]
        }
        domains = self._get_document_domains()
        domains = {kind: domains[kind] for kind in {*asked.values()} & domains.keys()}
        matches = self.env["crm.playbook.rule"]._match(domains, self) if domains else {}
        met = {kind for kind, ids in matches.items() if ids}
        if not met:
            return {}
        # sudo: that there are some does not depend on who asks; which ones they may read is asked below
        found = self.sudo()._find_documents(met)
        named = {kind: self._name_documents(found.get(kind, ())) for kind in met}
        return {key: named[kind] for key, kind in asked.items() if kind in met}

    def _name_documents(self, documents):
        """Return the documents that the user may read as the checklist links them."""
        readable = [one.sudo(False) for one in documents if one.sudo(False).has_access("read")]
        return [{"name": one.display_name, "model": one._name, "id": one.id} for one in readable]

    def _prepare_panel_condition(self, rule, facts):
        documents = facts["documents"].get((rule["kind"], rule["id"]), False)
        return {**super()._prepare_panel_condition(rule, facts), "documents": documents}

    def _prepare_panel_output(self, output, facts, due=False):
        prepared = super()._prepare_panel_output(output, facts, due)
        documents = facts["documents"].get(("output", output["id"]), False)
        done = {} if documents is False else {"state": "done", "is_overdue": False}
        return {**prepared, "documents": documents, **done}
