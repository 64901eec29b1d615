from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, frozendict, plaintext2html

from ..core.crm_playbook_duty import DOER, RECURRING
from ..core.memory import remembered
from .approver import APPROVER
from .recurring import NO_UPDATE

MANAGER = "sales_team.group_sale_manager"
# What is no longer asked for: by the rules as they are now, and by where the lead is.
IS_DROPPED = """
    CASE
        WHEN work.kind NOT IN ('deadline', 'output') THEN lead.won_status = 'lost' OR NOT lead.active
        WHEN duty.key IS NULL THEN
            work.playbook_id IS DISTINCT FROM %(playbook)s OR work.key <> ALL(%(broken)s)
        WHEN duty.trigger IN ('won', 'lost') THEN lead.won_status <> duty.trigger
        WHEN NOT lead.active OR lead.won_status = 'lost' THEN TRUE
        WHEN duty.trigger = 'stage_entered' THEN lead.stage_id IS DISTINCT FROM duty.stage_id
        WHEN lead.won_status <> 'pending' THEN TRUE
        WHEN duty.trigger = 'communication' AND NOT %(asks_notes)s THEN TRUE
        ELSE duty.trigger IN ('review', 'follow_up') AND COALESCE(lead.waiting_until > %(today)s, FALSE)
    END
"""
# Whose contact ends a follow-up: that of whoever has it or leads the team; anybody's where the salesperson
# follows up, whoever stands in for them, and where the rule says so. What the customer wrote is nobody's.
COUNTS = """
    (work.user_id IN ({who}, lead.user_id) OR {who} = team.user_id
        OR rhythm.responsible = 'salesperson' OR duty.id = ANY(%(anybodys)s))
"""
# What was recorded after it began and says that it is done, besides what the rules name: by what began it.
RECORDED = {
    "communication": "EXISTS (%(noted)s)",
    "review": """
        EXISTS (%(noted)s) OR EXISTS (
            SELECT FROM crm_lead_stage_log log WHERE log.lead_id = lead.id
                AND log.entered_at > work.playbook_started_at AND log.kind NOT IN %(no_update)s)
    """,
    "follow_up": f"""
        EXISTS (
            SELECT FROM crm_lead_progress note WHERE note.lead_id = lead.id
                AND note.communicated_at > work.playbook_started_at AND {COUNTS.format(who="note.user_id")}
            UNION ALL
            SELECT FROM crm_lead_contact contact WHERE contact.lead_id = lead.id
                AND contact.contacted_at > work.playbook_started_at
                AND {COUNTS.format(who="contact.user_id")}
            UNION ALL
            SELECT FROM mail_activity met WHERE met.res_id = lead.id AND met.res_model = 'crm.lead'
                AND NOT met.active AND met.playbook_kind IS NULL
                AND met.playbook_done_at > work.playbook_started_at AND {COUNTS.format(who="met.user_id")})
    """,
    "risk_raised": """
        EXISTS (
            SELECT FROM crm_lead_risk risk
            WHERE risk.lead_id = lead.id AND risk.id = work.playbook_number
                AND work.playbook_occurrence = 'risk'
                AND (risk.state = 'closed' OR TRIM(risk.response) <> ''))
    """,
}
NOTED = """
    SELECT FROM crm_lead_progress note WHERE note.lead_id = lead.id
        AND note.create_date > work.playbook_started_at AND note.is_imported IS NOT TRUE
"""
# Who has it has left; or they are whom it was given to, and that is somebody else by now.
IS_MOVED = """
    doer.id IS DISTINCT FROM work.user_id AND doer.id IS NOT NULL AND (holder.id IS NULL
        OR work.user_id = work.playbook_assigned_id AND doer.id <> work.playbook_assigned_id)
"""
# Who does what no rule has asked for.
OF_OTHERS = """
    WHEN work.kind = 'approval' THEN (%(approver)s)
    WHEN work.kind IN ('escalation', 'request') AND holder.id IS NULL THEN COALESCE(leader.id, keeper.id)
    WHEN work.kind NOT IN ('question', 'override') THEN NULL
    WHEN owner.id IS NULL AND holder.id IS NULL THEN COALESCE(leader.id, keeper.id)
"""
IS_CONCERNED = "playbook_kind || ':' || playbook_rule_id = ANY(%s)"
OPEN = """
    WITH %(duties)s
    SELECT verdict, user_id, ARRAY_AGG(id) FROM (
        SELECT work.id, doer.id AS user_id,
            CASE WHEN %(is_dropped)s THEN 'dropped' WHEN %(is_satisfied)s OR %(is_recorded)s THEN 'satisfied'
                WHEN %(is_moved)s THEN 'moved' END AS verdict
        FROM (
            SELECT id, res_id, user_id, playbook_id, playbook_occurrence, playbook_number,
                playbook_started_at, playbook_assigned_id, playbook_kind AS kind, playbook_rule_id,
                playbook_kind || ':' || playbook_rule_id AS key
            FROM mail_activity
            WHERE res_model = 'crm.lead' AND res_id = ANY(%(ids)s) AND active
                AND playbook_kind IS NOT NULL AND playbook_escalation_of_id IS NULL AND %(is_concerned)s
        ) work
        JOIN crm_lead ON crm_lead.id = work.res_id JOIN crm_lead lead ON lead.id = work.res_id
        LEFT JOIN duty ON duty.key = work.key AND work.playbook_id = %(playbook)s
        %(people)s
        LEFT JOIN res_users holder ON holder.id = work.user_id AND holder.active
        CROSS JOIN LATERAL (SELECT CASE WHEN duty.key IS NOT NULL THEN %(doer)s
            %(of_others)s
            ELSE owner.id END AS id) doer
    ) judged WHERE verdict IS NOT NULL GROUP BY verdict, user_id
"""


class CrmLead(models.Model):
    """What has begun becomes an activity: whose it is, until when, and with which words.

    What is done, or no longer asked for, ends; what another person does now goes over to them. One
    statement finds it, however many activities are open: most are left as they are.
    """

    _inherit = "crm.lead"

    def _begin_deadlines(self, playbook_id, duties):
        """Give each cause that these leads of one playbook have its activity. What is done already is noted
        as done, so that being in time counts too.
        """
        causes = self._find_causes(duties)
        if not causes:
            return
        leads = self.browse({cause.lead_id for cause in causes})
        leads.fetch(["name"])  # Odoo asks for the name of each activity's lead, one by one
        due = leads._get_beginning(causes, duties)
        causes = [*due]
        people = self._get_doers(causes)
        escalations = leads._get_escalation_times(causes, due, people, duties)
        texts = self._get_duty_texts(causes, people)
        self.env["mail.activity"].create(
            [
                {
                    **self._prepare_deadline_vals(cause, people[cause], due[cause]),
                    **texts[cause.duty, people[cause].lang],
                    "playbook_id": playbook_id,
                    "playbook_escalate_at": escalations.get(cause, False),
                    **self._prepare_done_vals(cause),
                }
                for cause in causes
                if not (cause.is_satisfied and cause.duty.trigger in RECURRING)
            ]
        )
        now = self.env.cr.now()
        late = {cause.lead_id for cause in causes if due[cause] <= now and not cause.is_satisfied}
        self.browse(late)._open_missed_twice()  # no job will see it become due

    def _get_escalation_times(self, causes, due, people, duties):
        """Return ``{cause: when somebody else is told}`` for the deadlines that say so, naive UTC."""
        leads = {lead.id: lead for lead in self}
        times, requests = {}, {}
        for cause in causes:
            delay = cause.duty.escalation
            if delay and delay[0]:
                calendar = leads[cause.lead_id]._get_duty_calendar(duties)
                requests[cause] = (delay, due[cause], calendar, people[cause])
            elif delay:
                times[cause] = due[cause]
        moments = self.env["crm.playbook.delay"]._get_due_moments(set(requests.values()))
        return times | {cause: moments[request] for cause, request in requests.items()}

    def _get_duty_texts(self, causes, people):
        """Return ``{(duty, language): summary, note and kind of activity}`` in the words of whoever reads
        them; of what is nobody's, in the language of the job, which is the company's.
        """
        types = self._get_duty_activity_types({cause.duty for cause in causes})
        spoken = {(cause.duty, people[cause].lang) for cause in causes}
        return {
            (duty, lang): {
                **self._get_duty_words(duty, lang or self.env.lang or "en_US"),
                "activity_type_id": types[duty],
            }
            for duty, lang in spoken
        }

    @api.model
    @remembered("duty.key", "lang")
    def _get_duty_words(self, duty, lang):
        """Return summary and note of an activity for ``duty`` in a language, kept in memory."""
        # sudo: kept in memory for everybody
        return frozendict(self._prepare_duty_texts(duty.browse_rule(self.sudo().with_context(lang=lang).env)))

    @api.model
    def _prepare_duty_texts(self, rule):
        """Return summary and note of an activity for ``rule``, an output or a deadline, in its language."""
        is_output = rule._name == "crm.playbook.output"
        return {
            "summary": rule.env._("Submit: %s", rule.name) if is_output else rule.name,
            "note": rule.guidance and plaintext2html(rule.guidance),
        }

    @api.model
    def _get_duty_activity_types(self, duties):
        """Return ``{duty: id of its kind of activity}``: a to-do where none is chosen or it is out of use."""
        types = self.env["mail.activity.type"]
        chosen = types.search([("id", "in", [duty.activity_type_id for duty in duties])]).ids
        if all(duty.activity_type_id in chosen for duty in duties):
            return {duty: duty.activity_type_id for duty in duties}
        usual = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        usual = usual or types.search([("res_model", "=", False)], limit=1)
        ids = {duty: duty.activity_type_id for duty in duties}
        return {duty: id_ if id_ in chosen else usual.id for duty, id_ in ids.items()}

    def _prepare_deadline_vals(self, cause, user, due):
        duty = cause.duty
        return {
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": cause.lead_id,
            "user_id": user.id,
            "automated": True,
            "date_deadline": self._get_due_day(due, user),
            "playbook_kind": duty.kind,
            "playbook_rule_id": duty.id,
            "playbook_occurrence": cause.occurrence,
            "playbook_number": cause.number,
            "playbook_deadline_id": not duty.is_output and duty.id,
            "playbook_output_id": duty.is_output and duty.id,
            "playbook_assigned_id": user.id,
            "playbook_started_at": cause.started_at,
            "playbook_due_at": due,
        }

    def _prepare_done_vals(self, cause):
        if not cause.is_satisfied:
            return {}
        return {
            "active": False,
            "playbook_closing": "satisfied",
            "playbook_done_at": max(self.env.cr.now(), cause.started_at),
        }

    def _end_deadlines(self, playbook_id, duties):
        """End the open activities of these leads that are satisfied or no longer asked for, and hand over
        those of a deal that somebody else works on now.

        :param int playbook_id: which all of these leads follow, or False
        :param Duties duties: what it asks for
        """
        verdicts = defaultdict(list)
        for verdict, user_id, ids in self.env.execute_query(self._get_open_query(playbook_id, duties)):
            verdicts[verdict, user_id if verdict == "moved" else None] += ids
        activities = self.env["mail.activity"]
        for (verdict, user_id), ids in verdicts.items():
            if verdict == "moved":
                activities.browse(ids)._hand_over(self.env["res.users"].browse(user_id))
            else:
                activities.browse(ids)._end_playbook(verdict)

    def _get_open_query(self, playbook_id, duties):
        """Return the query of the open activities of these leads that are to be ended or handed over."""
        keys = [duty.key for duty in duties.duties]
        return SQL(
            OPEN,
            ids=self.ids,
            is_concerned=SQL("TRUE") if duties.has_others else SQL(IS_CONCERNED, keys),
            playbook=playbook_id or None,
            duties=duties.get_tables(),
            people=duties.get_people(),
            doer=DOER,
            of_others=self._get_others_query(duties),
            is_dropped=SQL(
                IS_DROPPED,
                playbook=playbook_id or None,
                broken=list(duties.broken),
                asks_notes=duties.asked_contact != "none",
                today=self._get_today_sql(SQL("lead.company_id")),
            ),
            is_satisfied=SQL("COALESCE(%s, FALSE)", self._get_satisfied_test(duties, SQL("lead.id"))),
            is_recorded=self._get_recorded_test(duties),
            is_moved=SQL(IS_MOVED),
        )

    def _get_others_query(self, duties):
        """Return who does what none of ``duties`` has asked for, as branches of a CASE."""
        if not duties.has_others:
            return SQL("")
        keeper = self.env["res.users"].browse(duties.responsible_user_id or ())
        may_approve = bool(keeper) and keeper.has_group(MANAGER)
        return SQL(OF_OTHERS, approver=SQL(APPROVER, may_keeper_approve=may_approve))

    def _get_recorded_test(self, duties):
        """Return the condition that something was recorded which says that work is done."""
        values = {"noted": SQL(NOTED), "no_update": NO_UPDATE, "anybodys": duties.get_anybodys()}
        triggers = {duty.trigger for duty in duties.duties}
        cases = [
            SQL("WHEN duty.trigger = %s THEN %s", trigger, SQL(RECORDED[trigger], **values))
            for trigger in RECORDED
            if trigger in triggers
        ]
        if duties.has_others:
            cases.insert(0, SQL("WHEN work.kind = 'request' THEN lead.stage_id = work.playbook_rule_id"))
        return SQL("CASE %s ELSE FALSE END", SQL(" ").join(cases)) if cases else SQL("FALSE")
