from odoo import api, models


class CrmPlaybookCacheMixin(models.AbstractModel):
    """A model whose rows the gate keeps in memory: any change of them empties the registry's cache.

    Rules are few and change rarely, moves are many: so the gate reads its rules without a query.
    """

    _name = "crm.playbook.cache.mixin"
    _description = "Playbook rule kept in memory"
    _playbook_cached_fields = None  # a set, where only these of many fields are kept in memory
    _playbook_followed_fields = frozenset()  # these decide which leads follow a playbook

    def _forget_rules(self):
        """Empty what was derived from the rules: the registry's cache, and what leads show of it."""
        self.env.registry.clear_cache()
        self.env["crm.lead"].invalidate_model(["playbook_id", "playbook_stage_id"], flush=False)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self._forget_rules()
        records._backfill_followed()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._playbook_cached_fields is None or not self._playbook_cached_fields.isdisjoint(vals):
            self._forget_rules()
        if not self._playbook_followed_fields.isdisjoint(vals):
            self._backfill_followed()
        return result

    def _update_field_translations(self, *args, **kwargs):
        result = super()._update_field_translations(*args, **kwargs)
        self._forget_rules()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_rules()
        return result

    def _get_followed_playbooks(self):
        """Return the playbooks that leads may have come under because of these records."""
        return self.env["crm.playbook"]

    def _backfill_followed(self):
        """Fill the stage log of the leads that have just come under a playbook."""
        if playbooks := self._get_followed_playbooks():
            # sudo: the history of all leads, whoever may see them
            self.env["crm.lead.stage.log"].sudo()._backfill_playbooks(playbooks)
