from collections import defaultdict
from contextlib import contextmanager

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from .memory import forget

ANY = None  # whatever is written
# What a changed rule may bring about, in this order, and the method of its playbooks that does it. "memory"
# is the registry's own: the gate reads its rules without a query.
EFFECTS = {
    "memory": None,
    "history": "_request_history",
    "rating": "_request_rating",
    "deadlines": "_request_settling",
    "version": "_raise_version",
}
UNITS = [
    ("working_hours", "Hours (Working)"),
    ("working_days", "Working Days"),
    ("hours", "Hours"),
    ("days", "Days"),
    ("weeks", "Weeks"),
    ("months", "Months"),
]
PLAIN_UNITS = ("hours", "days", "weeks", "months")
MODULE = __name__.split(".")[2]
WAITING = "crm.playbook.effects"  # {effect: ids of playbooks} that are brought about later


def is_kept(field):
    """Tell whether a field is a stored one that the module alone writes."""
    return field._module == MODULE and field.store and field.readonly


class CrmPlaybookKeptMixin(models.AbstractModel):
    """A record of which the module keeps a part: its stored fields that are read-only nobody writes, over no
    channel, and by no default in a context.
    """

    _name = "crm.playbook.kept.mixin"
    _description = "Record that the module keeps in part"

    @api.model
    def _has_field_access(self, field, operation):
        is_free = operation == "read" or self.env.su or not is_kept(field)
        return is_free and super()._has_field_access(field, operation)


class CrmPlaybookCacheMixin(models.AbstractModel):
    """A rule, and what it brings about when it is created, changed, translated or deleted: declared, so
    that no rule has to override ``create``, ``write`` and ``unlink``.

    ``_playbook_effects`` is ``{effect: fields}`` with the keys of :data:`EFFECTS`: ``memory`` is forgotten,
    the ``history`` of the leads that have come under a playbook or left it follows, open deals are given
    their ``rating`` and have their ``deadlines`` looked at, the playbook gets another ``version``. Fields:
    a set, of which one has to be written, or :data:`ANY`. What several classes of a model declare holds
    together.
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
            for effect, its in cls.__dict__.get("_playbook_effects", {}).items():
                known = declared.get(effect, ANY)  # what is less than any replaces it, as with stages
                declared[effect] = its if ANY in (its, known) else known | its
        if names is ANY:
            whole = {effect for effect, its in declared.items() if its is ANY or effect == "history"}
            return [effect for effect in EFFECTS if effect in whole | {"memory"}]
        names = set(names) - self._playbook_silent_fields
        hit = {effect for effect, its in declared.items() if names and (its is ANY or names & its)}
        return [effect for effect in EFFECTS if effect in hit]

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        # "id": all may be defaults of the context, and nothing be named
        for effect in self._get_effects({"id", *(name for vals in vals_list for name in vals)}):
            records._take_effect(effect, records._get_affected(effect))
        return records

    def write(self, vals):
        effects = self._get_effects(vals)
        before = {effect: self._get_affected(effect) for effect in effects}
        result = super().write(vals)
        for effect in effects:
            self._take_effect(effect, before[effect] | self._get_affected(effect))
        return result

    def _update_field_translations(self, *args, **kwargs):
        result = super()._update_field_translations(*args, **kwargs)
        self._take_effect("memory", self.env["crm.playbook"])
        if "version" in self._get_effects({args[0] if args else kwargs["field_name"]}):
            self._take_effect("version", self._get_affected("version"))
        return result

    def unlink(self):
        before = {effect: self._get_affected(effect) for effect in self._get_effects()}
        result = super().unlink()
        for effect, playbooks in before.items():
            self._take_effect(effect, playbooks.exists())
        return result

    @contextmanager
    def _take_effects_once(self):
        """Return a context at whose end each effect of the rules that are saved in it is brought about, once:
        whoever saves hundreds of them in a row reads none of what follows from them meanwhile.
        """
        data = self.env.cr.precommit.data
        self._forget_rules()  # what this transaction remembers from here on is its own
        waiting = data[WAITING] = defaultdict(set)
        try:
            yield
        finally:
            data.pop(WAITING, None)
            self._forget_rules()
        for effect in EFFECTS:
            self._take_effect(effect, self.env["crm.playbook"].browse(waiting[effect]).exists())

    def _take_effect(self, effect, playbooks):
        """Bring about an effect, for ``playbooks``."""
        waiting = self.env.cr.precommit.data.get(WAITING)
        if waiting is not None:
            waiting[effect].update(playbooks.ids)
        elif effect == "memory":
            self._forget_rules()
        elif playbooks:
            getattr(playbooks, EFFECTS[effect])()

    def _forget_rules(self):
        """Empty what was derived from the rules: the registry's cache, and what leads show of it."""
        forget(self.env)
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
        """Return the playbooks that leads follow because of these records."""
        return self.env["crm.playbook"]


class CrmPlaybookRatedMixin(models.AbstractModel):
    """A rule that rates deals: when it changes, the open deals of its playbook are rated again."""

    _name = "crm.playbook.rated.mixin"
    _description = "Rule that rates deals"
    _inherit = ["crm.playbook.cache.mixin"]
    _playbook_effects = {"rating": None}


class CrmPlaybookDelay(models.AbstractModel):
    """How long something may take. Working time counts by the playbook's working hours, else by
    those of the deal's company.
    """

    _name = "crm.playbook.delay"
    _description = "Delay"

    delay_count = fields.Integer(string="Due In", help="0: no time limit.")
    delay_unit = fields.Selection(
        UNITS,
        string="Unit",
        required=True,
        default="working_days",
        help="A number of working days ends with the last working minute of the day; the day it"
        " begins is not counted.",
    )

    _delay_count_range = models.Constraint(
        "CHECK(delay_count BETWEEN 0 AND 1000)", "A time limit is between 0 and 1000 of its unit."
    )

    def _get_delay(self):
        """Return ``(count, unit)``, or None without a time limit."""
        self.ensure_one()
        return (self.delay_count, self.delay_unit) if self.delay_count else None

    def _get_delay_text(self):
        """Return the delay in words, such as "1 working day"."""
        count = self.delay_count
        one, many = {
            "working_hours": (self.env._("1 working hour"), self.env._("%s working hours", count)),
            "working_days": (self.env._("1 working day"), self.env._("%s working days", count)),
            "hours": (self.env._("1 hour"), self.env._("%s hours", count)),
            "days": (self.env._("1 day"), self.env._("%s days", count)),
            "weeks": (self.env._("1 week"), self.env._("%s weeks", count)),
            "months": (self.env._("1 month"), self.env._("%s months", count)),
        }[self.delay_unit or "days"]
        return one if count == 1 else many

    @api.model
    def _get_due_times(self, delays, start, calendar, user=None):
        """Return ``{delay: moment}`` when each of some delays that begin together is over.

        :param delays: as :meth:`_get_delay` returns them; None is never over: False
        :param start: when they begin, naive UTC, or False: they have not
        :param calendar: ``resource.calendar`` for working time; empty: every hour counts
        :param user: ``res.users`` whose time zone and leave count, if any
        """
        user = self.env["res.users"] if user is None else user
        requests = {delay: (delay, start, calendar, user) for delay in delays}
        moments = self._get_due_moments({request for request in requests.values() if request[0] and start})
        return {delay: moments.get(request, False) for delay, request in requests.items()}

    @api.model
    def _get_due_moments(self, requests):
        """Return ``{request: moment}`` when each delay is over; each calendar is asked once. Working time
        that a calendar does not have (nobody works for years) counts as plain time: no deadline is lost.

        :param requests: a set of ``((count, unit), start, calendar, user)``; start and results naive UTC
        """
        due, working = {}, defaultdict(set)
        for request in requests:
            (count, unit), start, calendar, user = request
            if unit in PLAIN_UNITS or not calendar:
                due[request] = self._get_plain_end(*request)
            else:
                working[calendar].add(((count, unit), start, user))
        for calendar, asked in working.items():
            for (delay, start, user), moment in calendar._get_due_times(asked).items():
                request = (delay, start, calendar, user)
                due[request] = moment or self._get_plain_end(*request)
        return due

    @api.model
    def _get_plain_end(self, delay, start, calendar, user):
        """Return when a delay is over if every hour counts, naive UTC. Months are those of where the work is
        done: what begins there on the last of May does not begin on the 30th because it does so elsewhere.
        """
        count, unit = delay
        step = relativedelta(**{unit.removeprefix("working_"): count})
        if unit != "months":
            return start + step
        zone = pytz.timezone(user.tz or calendar.tz or "UTC")
        local = pytz.utc.localize(start).astimezone(zone).replace(tzinfo=None) + step
        return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)
