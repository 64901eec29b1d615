import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import frozendict
from odoo.tools.misc import clean_context

from ...exceptions import CONCURRENCY_ERRORS
from ..core.crm_playbook_duty import Duties
from ..core.memory import remembered
from .at_hand import FEW
from .depending import EVERY, EVERYTHING

_logger = logging.getLogger(__name__)

QUEUE = "crm.lead.settling"
# More deals than this that cannot be written are the fault of the rule.
MAX_STUCK = 3


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"
    _playbook_effects = {
        "deadlines": {"responsible_user_id", "calendar_id", "active", "company_id", "asked_contact"}
    }

    responsible_user_id = fields.Many2one(
        "res.users",
        string="Playbook Responsible",
        default=lambda self: self.env.user.filtered("active"),
        domain=[("share", "=", False)],
        ondelete="set null",
        tracking=True,
        help="Keeps this playbook up to date, is told when one of its rules fails, and gets what has"
        " neither salesperson nor team leader.",
    )

    asked_contact = fields.Selection(
        [
            ("all", "Every Contact"),
            ("customer", "Meetings, Calls and What the Customer Wrote"),
            ("spoken", "Meetings and Calls"),
            ("none", "None: Captured Contact Is Enough"),
        ],
        string="A Note Is Asked For After",
        required=True,
        default="customer",
        tracking=True,
        help="After which captured contacts the deadlines of “Customer contacted” ask for a progress note.",
    )

    def write(self, vals):
        """Contacts that notes are asked for after from now on ask for none that was before."""
        wider = self.filtered(lambda one: one.asked_contact != vals.get("asked_contact", one.asked_contact))
        wider.deadline_ids.filtered(lambda rule: rule.trigger == "communication")._begin_anew()
        return super().write(vals)

    @api.model
    @remembered()
    def _get_duties(self):
        """Return ``{playbook id: Duties}`` of the playbooks that have some, kept in memory."""
        # sudo: kept in memory for everybody
        playbooks = self.sudo().with_context(active_test=True)
        playbooks = playbooks.search([("is_template", "=", False), ("stage_ids", "!=", False)])
        duties = {playbook.id: playbook._prepare_duties() for playbook in playbooks}
        return frozendict({id_: one for id_, one in duties.items() if one.duties or one.broken})

    def _prepare_duties(self):
        outputs = self.stage_ids.output_ids.filtered(lambda o: o.delay_count and o.is_required)
        deadlines = self.deadline_ids | self.stage_ids.action_ids
        working = deadlines.filtered("is_working")
        rules = [*working, *outputs]
        rhythms = self.tier_ids.filtered("delay_count")
        return Duties(
            playbook_id=self.id,
            duties=tuple(rule._prepare_duty() for rule in rules),
            broken=tuple(rule._prepare_duty().key for rule in deadlines - working),
            tiers=frozendict({t.tier: (t._get_delay(), t.follow_up_responsible) for t in rhythms}),
            responsible_user_id=self.responsible_user_id.id,
            calendar_id=self.calendar_id.id,
            asked_contact=self.asked_contact,
        )

    def _request_settling(self):
        """Have the activities of these playbooks' deals brought in line, as soon as the job gets to it."""
        duties = self._get_duties()
        in_use = self.filtered(lambda playbook: playbook.id in duties or playbook._has_open_work())
        if in_use:
            # sudo: the job's queue belongs to the module
            self.env["crm.playbook.refresh"].sudo()._request(in_use, "deadlines")

    def _has_open_work(self):
        """Tell whether deals have activities that this playbook has given them."""
        # sudo: also those of deals that the user may not see
        work = self.env["mail.activity"].sudo()
        return bool(work.search_count([("playbook_id", "in", self.ids)], limit=1))


class CrmLead(models.Model):
    """Deadlines keep themselves: what begins or ends one is noticed at the end of the transaction, once for
    all deals that it touched, and every hour for what only time brings about.
    """

    _inherit = "crm.lead"

    def _after_save_deadline(self, save):
        """New deals note since when they wait; whoever may have left a playbook is asked for nothing more."""
        if save.is_new:
            self._note_waiting(save)
        elif save.is_rekeyed:
            duties = self.env["crm.playbook"]._get_duties()
            leaving = [lead_id for lead_id, state in save.before.items() if state.playbook_id in duties]
            self.browse(leaving)._queue_settling()

    def _follow_change(self, model, names, is_later=()):
        result = super()._follow_change(model, names, is_later)
        settling = self.env["crm.playbook"]._get_settling_fields().get(model, {})
        keys = set().union(*(settling[name] for name in names if name in settling)) if settling else ()
        if keys and not self._is_settling_queued(keys):
            followed = self.browse(filter(None, self._ids))._get_playbook_ids()
            self.browse(followed)._queue_settling(keys)
        return result

    def _get_dutiful(self):
        """Return those of these leads that follow a playbook with deadlines; costs no query."""
        duties = self.env["crm.playbook"]._get_duties()
        if not duties:
            return self.browse()
        playbook_ids = self.browse(filter(None, self._ids))._get_playbook_ids()
        return self.browse(lead_id for lead_id, playbook_id in playbook_ids.items() if playbook_id in duties)

    def _is_settling_queued(self, keys=EVERYTHING):
        """Tell whether the activities of all these leads are going to be brought in line already.

        :param keys: of the duties that something concerns, or all
        """
        queued = self.env.cr.precommit.data.get(QUEUE, {})
        known = (queued.get(lead_id, frozenset()) for lead_id in self._ids)
        return all(EVERY in its or its.issuperset(keys) for its in known)

    def _queue_settling(self, keys=EVERYTHING):
        """Have the activities of these leads brought in line when the transaction ends: facts that
        come one by one are looked at together, and as they are then.

        :param keys: of the duties that what has changed concerns; without them all are looked at
        """
        if not self:
            return
        hooks = self.env.cr.precommit
        if not hooks.data.get(QUEUE):
            hooks.add(self.env["crm.lead"]._settle_queued)
        queued = hooks.data.setdefault(QUEUE, {})
        for lead_id in self.ids:
            queued.setdefault(lead_id, set()).update(keys)

    @api.model
    def _settle_queued(self):
        """Settle the deadlines of the leads that were queued in this transaction."""
        queued = self.env.cr.precommit.data.pop(QUEUE, {})
        keys = set().union(*queued.values())
        # sudo: what a playbook asks for follows from its rules, whoever set it off
        leads = self.sudo().browse(sorted(queued)).exists()
        leads._settle_deadlines(keys=None if EVERY in keys else keys)

    def _settle_deadlines(self, is_job=False, keys=None):
        """Bring the activities of these leads in line with the deadlines of their playbooks: end what is
        done or no longer asked for, begin what something has caused. Doing it again changes nothing.

        :param bool is_job: somebody else who is quicker is a reason to try again, and not to leave it to them
        :param keys: of the duties that what has changed concerns; None: all, and what no rule asks for
        :raise psycopg2.Error: for a job, when somebody else was quicker
        """
        # in nobody's view, and without a mail for each of many activities
        context = {**clean_context(self.env.context), "mail_activity_quick_update": True}
        leads = self.with_env(self.env(context=context))
        self.env.flush_all()  # what follows reads in SQL
        for playbook_id, followed in leads._group_by_playbook().items():
            ending, beginning = followed._get_concerned_duties(playbook_id, keys)
            if ending:
                followed._end_deadlines(playbook_id, ending)
            if beginning and beginning.duties:
                followed._begin_isolated(playbook_id, beginning, is_job)
        self.env.flush_all()

    def _get_concerned_duties(self, playbook_id, keys):
        """Return what of the duties of one playbook, or None, may end on these leads and what may begin, as
        far as that costs less to find out than to try: two :class:`Duties`, or None.
        """
        duties = self.env["crm.playbook"]._get_duties().get(playbook_id)
        if duties and len(self) <= FEW:
            return self._get_duties_at_hand(duties, keys)
        if not duties:  # there still are approvals, questions and work to make up for
            keeper = self.env["crm.playbook"].browse(playbook_id or ()).responsible_user_id
            return None if keys else Duties(responsible_user_id=keeper.id), None
        concerned = duties.restrict(keys)
        return concerned if concerned.duties or keys is None else None, concerned

    def _group_by_playbook(self):
        """Return ``{playbook id or False: leads}``."""
        self.fetch(["product_line_id", "team_id", "company_id"])  # and no more of many leads
        playbook_ids = self._get_playbook_ids()
        return dict(self.grouped(lambda lead: playbook_ids.get(lead.id, False)))

    def _keep_deadlines(self):
        """Begin, end and escalate what is to be done on these deals. Called by the job with up to 5,000."""
        self._settle_deadlines(is_job=True)
        self._escalate_deadlines()
        self._open_missed_twice()

    def _begin_isolated(self, playbook_id, duties, is_job):
        """Begin ``duties`` on these leads; where that fails, one after the other, so that a rule that
        cannot be followed is reported and keeps none of the others from being followed. What a job has
        begun at the same time is begun: nobody's save fails for it, and what is left begins by itself.
        """
        if not self._try_to_begin(playbook_id, duties, is_job):
            return
        for duty in duties.duties:
            self._begin_halved(playbook_id, duties._replace(duties=(duty,)), is_job)

    def _try_to_begin(self, playbook_id, duties, is_job):
        """Begin ``duties``, or change nothing; return what was raised, or None. What a job has begun at the
        same time raises, too.
        """
        try:
            # without flushing: this may run while the transaction is being committed
            with self.env.cr.savepoint(flush=False):
                self._begin_deadlines(playbook_id, duties)
                self.env.flush_all()
        except CONCURRENCY_ERRORS as error:
            if is_job or not isinstance(error, psycopg2.errors.UniqueViolation):
                raise
            self.env.transaction.clear()
            return error
        except Exception as error:
            _logger.info("Deadlines of %s deals could not begin", len(self), exc_info=True)
            self.env.transaction.clear()
            return error
        return None

    def _begin_halved(self, playbook_id, duties, is_job):
        """Begin one duty on these leads; where that fails, on fewer and fewer: a deal that cannot be written
        is reported and keeps none of the others from their work. Where it fails on several, or on all, it is
        the rule that cannot be followed.
        """
        parts, stuck = [self], []
        while parts and len(stuck) <= MAX_STUCK:
            part = parts.pop()
            error = part._try_to_begin(playbook_id, duties, is_job)
            if error and len(part) == 1:
                # what was begun by somebody else is begun
                stuck += [(part, error)] if not isinstance(error, CONCURRENCY_ERRORS) else []
            elif error:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]
        if len(stuck) in (len(self), MAX_STUCK + 1):
            duty, error = duties.duties[0], stuck[0][1]
            _logger.warning("A deadline could not be followed: %s (%s)", duty.key, error)
            duty.browse_rule(self.env)._report_error(error)
            return
        for lead, error in stuck:
            self.env["crm.playbook"].browse(playbook_id)._report_stuck(lead, error)


class CrmLeadStageLog(models.Model):
    _inherit = "crm.lead.stage.log"

    @api.model
    def _record(self, segments, endings=()):
        """Coming into a stage begins its key actions and ends those of the stage before."""
        result = super()._record(segments, endings)
        leads = self.env["crm.lead"].browse([segment.lead_id for segment in segments])
        if not leads._is_settling_queued():
            leads._get_dutiful()._queue_settling()
        return result
