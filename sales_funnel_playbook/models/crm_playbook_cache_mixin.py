from odoo import api, models


class CrmPlaybookCacheMixin(models.AbstractModel):
    """A model whose rows the gate keeps in memory: any change of them empties the registry's cache.

    Rules are few and change rarely, moves are many: so the gate reads its rules without a query.
    """

    _name = "crm.playbook.cache.mixin"
    _description = "Playbook rule kept in memory"
    _playbook_cached_fields = None  # a set, where only these of many fields are kept in memory

    def _forget_rules(self):
        """Empty what was derived from the rules: the registry's cache, and what leads show of it."""
        self.env.registry.clear_cache()
        self.env["crm.lead"].invalidate_model(["playbook_id", "playbook_stage_id"], flush=False)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._forget_rules()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._playbook_cached_fields is None or not self._playbook_cached_fields.isdisjoint(vals):
            self._forget_rules()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_rules()
        return result

    def _playbook_copy_translations(self, target, field_names):
        """Give ``target`` the translations that ``self`` has of these fields, in all languages."""
        for name in field_names:
            for lang, _name in self.env["res.lang"].get_installed():
                target.with_context(lang=lang)[name] = self.with_context(lang=lang)[name]
