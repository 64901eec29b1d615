from odoo import api, models

ANY = None  # whatever is written
# What a changed rule may bring about, in this order, and the method of its playbooks that does it. "memory"
# is the registry's own: the gate reads its rules without a query.
EFFECTS = {
    "memory": None,
    "history": "_fill_history",
    "rating": "_request_rating",
    "deadlines": "_request_settling",
}


class CrmPlaybookCacheMixin(models.AbstractModel):
    """A rule, and what it brings about when it is created, changed, translated or deleted: declared, so
    that no rule has to override ``create``, ``write`` and ``unlink``.

    ``_playbook_effects`` is ``{effect: fields}`` with the keys of :data:`EFFECTS`: ``memory`` is forgotten,
    the ``history`` of the leads that have come under a playbook is filled, open deals are given their
    ``rating`` and have their ``deadlines`` looked at. Fields: a set, of which one has to be written, or
    :data:`ANY`. What several classes of a model declare holds together.
    """

    _name = "crm.playbook.cache.mixin"
    _description = "Playbook rule kept in memory"
    _playbook_effects = {"memory": ANY}
    _playbook_silent_fields = frozenset()  # what the module notes on a rule by itself changes nothing

    @api.model
    def _get_effects(self, names=ANY):
        """Return the effects of writing the fields ``names``, in their order; of deleting without names."""
        declared = {}
        for cls in reversed(type(self).mro()):
            declared |= cls.__dict__.get("_playbook_effects", {})
        if names is ANY:
            return [effect for effect in EFFECTS if effect == "memory" or declared.get(effect, ()) is ANY]
        names = set(names) - self._playbook_silent_fields
        hit = {effect for effect, fields in declared.items() if names and (fields is ANY or names & fields)}
        return [effect for effect in EFFECTS if effect in hit]

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for effect in self._get_effects({name for vals in vals_list for name in vals}):
            records._take_effect(effect, records._get_affected(effect))
        return records

    def write(self, vals):
        effects = self._get_effects(vals)
        before = {effect: self._get_affected(effect) for effect in effects}
        result = super().write(vals)
        for effect in effects:
            # of a history only what the rule says now matters: nothing is taken back
            left = before[effect].browse() if effect == "history" else before[effect]
            self._take_effect(effect, left | self._get_affected(effect))
        return result

    def _update_field_translations(self, *args, **kwargs):
        result = super()._update_field_translations(*args, **kwargs)
        self._forget_rules()
        return result

    def unlink(self):
        before = {effect: self._get_affected(effect) for effect in self._get_effects()}
        result = super().unlink()
        for effect, playbooks in before.items():
            self._take_effect(effect, playbooks.exists())
        return result

    def _take_effect(self, effect, playbooks):
        """Bring about an effect, for ``playbooks``."""
        if effect == "memory":
            self._forget_rules()
        elif playbooks:
            getattr(playbooks, EFFECTS[effect])()

    def _forget_rules(self):
        """Empty what was derived from the rules: the registry's cache, and what leads show of it."""
        self.env.registry.clear_cache()
        self.env["crm.lead"].invalidate_model(["playbook_id", "playbook_stage_id"], flush=False)

    def _get_affected(self, effect):
        """Return the playbooks for which an effect of these rules is brought about."""
        if effect == "memory":
            return self.env["crm.playbook"]
        get = {"history": self._get_followed_playbooks, "rating": self._get_rated_playbooks}
        return get.get(effect, self._get_own_playbooks)()

    def _get_own_playbooks(self):
        """Return the playbooks that these rules belong to."""
        return self.playbook_id

    def _get_rated_playbooks(self):
        """Return the playbooks whose deals these rules rate."""
        return self._get_own_playbooks()

    def _get_followed_playbooks(self):
        """Return the playbooks that leads may have come under because of these records."""
        return self.env["crm.playbook"]
