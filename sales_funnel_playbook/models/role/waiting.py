from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.memory import remembered

# Roles that stand for whoever approves; they are archived: no rule names them.
APPROVERS = {
    "leader": "sales_funnel_playbook.crm_playbook_role_team_leader",
    "named": "sales_funnel_playbook.crm_playbook_role_named_approver",
}
# What rules ask of roles in which stage: its outputs, and what must be confirmed before the next one (of the
# first stage, which deals enter whatever they lack, what must be confirmed there).
ASKED = """
    SELECT 'output' AS kind, output.id, named.playbook_id, named.stage_id, output.role_id,
        output.effective_from AS since, output.name
    FROM crm_playbook_output output JOIN crm_playbook_stage named ON named.id = output.playbook_stage_id
    WHERE output.active AND output.is_required AND output.role_id IS NOT NULL
    UNION ALL
    SELECT 'confirmation', condition.id, named.playbook_id, COALESCE(before.stage_id, named.stage_id),
        condition.role_id, condition.create_date, condition.name
    FROM crm_playbook_condition condition
    JOIN crm_playbook_stage named ON named.id = condition.playbook_stage_id
    JOIN crm_stage ahead ON ahead.id = named.stage_id
    LEFT JOIN LATERAL (
        SELECT earlier.stage_id FROM crm_playbook_stage earlier
        JOIN crm_stage stage ON stage.id = earlier.stage_id
        WHERE earlier.playbook_id = named.playbook_id
            AND (stage.sequence, stage.id) < (ahead.sequence, ahead.id)
        ORDER BY stage.sequence DESC, stage.id DESC LIMIT 1
    ) before ON TRUE
    WHERE condition.active AND condition.kind = 'confirmation' AND condition.severity = 'blocking'
        AND condition.role_id IS NOT NULL
"""
# From when to when what a rule asks for was there.
DONE = """
    SELECT submitted_at AS from_at, CASE WHEN state = 'rejected' THEN reviewed_at ELSE withdrawn_at END AS
        until_at
    FROM crm_lead_output WHERE asked.kind = 'output' AND lead_id = stay.lead_id AND output_id = asked.id
    UNION ALL
    SELECT date, withdrawn_at FROM crm_lead_confirmation
    WHERE asked.kind = 'confirmation' AND lead_id = stay.lead_id AND condition_id = asked.id
"""
# While a deal is in a stage: from when it came there, or what was there was taken back or rejected, until it
# is there (again), or the deal leaves the stage.
IN_STAGES = f"""
    SELECT (stay.id::bigint * 1000 + ROW_NUMBER() OVER (
            PARTITION BY stay.lead_id, stay.id ORDER BY asked.kind, asked.id, began.at)) * 4 AS id,
        stay.lead_id, asked.kind, asked.id AS rule_id, asked.name, asked.role_id, began.at AS began_at,
        LEAST((SELECT MIN(done.from_at) FROM ({DONE}) done WHERE done.from_at >= began.at
            AND (done.until_at IS NULL OR done.until_at > began.at)), stay.left_at) AS ended_at,
        stay.playbook_id, stay.stage_id, stay.company_id, stay.team_id, stay.user_id, stay.product_line_id
    FROM crm_lead_stage_log stay
    JOIN ({ASKED}) asked ON asked.playbook_id = stay.playbook_id AND asked.stage_id = stay.stage_id
    CROSS JOIN LATERAL (
        SELECT GREATEST(stay.stay_began_at, asked.since) AS at
        UNION
        SELECT done.until_at FROM ({DONE}) done
        WHERE done.until_at > GREATEST(stay.stay_began_at, asked.since)
    ) began
    WHERE (stay.closes_stay OR stay.left_at IS NULL AND stay.state = 'open')
        AND began.at < COALESCE(stay.left_at, 'infinity')
        AND NOT EXISTS (SELECT FROM ({DONE}) done WHERE done.from_at <= began.at
            AND (done.until_at IS NULL OR done.until_at > began.at))
"""
# From when an output is handed in until it is judged, taken back or replaced, or the deal is over. Where
# nobody has the role that approves, or the person is not there any more, the team's leader does.
APPROVALS = """
    SELECT submission.id::bigint * 4 + 1 AS id, submission.lead_id, 'approval' AS kind, output.id AS rule_id,
        output.name,
        CASE WHEN output.approval = 'role' AND approving.is_there THEN output.approval_role_id
            WHEN output.approval = 'user' AND person.active THEN %(named)s
            ELSE %(leader)s END AS role_id,
        submission.submitted_at AS began_at, over.at AS ended_at,
        named.playbook_id, named.stage_id, lead.company_id, lead.team_id, lead.user_id, lead.product_line_id
    FROM crm_lead_output submission JOIN crm_playbook_output output ON output.id = submission.output_id
    JOIN crm_playbook_stage named ON named.id = output.playbook_stage_id
    JOIN crm_lead lead ON lead.id = submission.lead_id
    LEFT JOIN res_users person ON person.id = output.approval_user_id
    CROSS JOIN LATERAL (
        SELECT COALESCE(submission.reviewed_at, submission.withdrawn_at,
            (SELECT MIN(later.submitted_at) FROM crm_lead_output later
                WHERE later.lead_id = submission.lead_id AND later.output_id = submission.output_id
                    AND later.id > submission.id),
            (SELECT GREATEST(log.entered_at, submission.submitted_at) FROM crm_lead_stage_log log
                WHERE log.lead_id = submission.lead_id AND log.left_at IS NULL
                    AND log.state IN ('lost', 'archived'))) AS at
        OFFSET 0
    ) over
    CROSS JOIN LATERAL (
        SELECT COUNT(*) > 0 AS is_there FROM crm_lead_member member
        WHERE output.approval = 'role'
            AND member.lead_id = submission.lead_id AND member.role_id = output.approval_role_id
            AND COALESCE(member.left_at, 'infinity') >= COALESCE(over.at, 'infinity')
            AND member.create_date <= COALESCE(over.at, 'infinity')
    ) approving
    WHERE output.approval <> 'none'
"""
# Key actions that a role does, as long as they are open.
ACTIONS = """
    SELECT activity.id::bigint * 4 + 2 AS id, activity.res_id AS lead_id, 'action' AS kind,
        action.id AS rule_id, action.name,
        action.role_id, activity.create_date AS began_at,
        COALESCE(activity.playbook_done_at, CASE WHEN NOT activity.active THEN activity.write_date END)
            AS ended_at,
        named.playbook_id, named.stage_id, lead.company_id, lead.team_id, lead.user_id, lead.product_line_id
    FROM mail_activity activity JOIN crm_playbook_deadline action ON action.id = activity.playbook_deadline_id
    JOIN crm_playbook_stage named ON named.id = action.playbook_stage_id
    JOIN crm_lead lead ON lead.id = activity.res_id
    WHERE activity.res_model = 'crm.lead' AND action.responsible = 'role'
        AND activity.playbook_escalation_of_id IS NULL
        AND activity.playbook_closing IS DISTINCT FROM 'dropped'
"""
# Until when somebody had the role, while it waited; where nobody had, it was somebody else's. Who approves is
# known already.
HELD = """
    SELECT COUNT(*) > 0 OR wait.kind = 'approval' AND wait.role_id IS NOT NULL AS is_so,
        CASE WHEN wait.kind <> 'approval'
            THEN NULLIF(MAX(COALESCE(member.left_at, 'infinity')), 'infinity') END AS until_at
    FROM crm_lead_member member WHERE member.lead_id = wait.lead_id AND member.role_id = wait.role_id
        AND COALESCE(member.left_at, 'infinity') > wait.began_at
        AND member.create_date <= COALESCE(wait.ended_at, 'infinity')
"""
WAITS = f"({IN_STAGES} UNION ALL {APPROVALS} UNION ALL {ACTIONS}) wait CROSS JOIN LATERAL ({HELD}) held"
IS_PRESENT = "wait.ended_at IS NULL AND held.is_so AND held.until_at IS NULL"
# The role for which a deal has waited longest.
FIRST = f"""(
    SELECT DISTINCT ON (wait.lead_id) wait.lead_id, wait.role_id FROM {WAITS}
    WHERE {IS_PRESENT} ORDER BY wait.lead_id, wait.began_at, wait.role_id
)"""
# What these look at.
READ = {
    "crm.lead": ["company_id", "team_id", "user_id", "product_line_id"],
    "crm.lead.stage.log": [
        *("lead_id", "playbook_id", "stage_id", "stay_began_at", "left_at", "closes_stay", "state"),
        *("company_id", "team_id", "user_id", "product_line_id", "entered_at"),
    ],
    "crm.lead.output": ["lead_id", "output_id", "state", "submitted_at", "reviewed_at", "withdrawn_at"],
    "crm.lead.confirmation": ["lead_id", "condition_id", "date", "withdrawn_at"],
    "crm.lead.member": ["lead_id", "role_id", "left_at", "create_date"],
    "crm.playbook.output": [
        *("playbook_stage_id", "active", "is_required", "role_id", "effective_from", "name"),
        *("approval", "approval_role_id", "approval_user_id"),
    ],
    "crm.playbook.condition": ["playbook_stage_id", "active", "kind", "severity", "role_id", "name"],
    "crm.playbook.deadline": ["playbook_stage_id", "responsible", "role_id", "name"],
    "crm.playbook.stage": ["playbook_id", "stage_id"],
    "crm.stage": ["sequence"],
    "res.users": ["active"],
    "mail.activity": [
        *("res_model", "res_id", "active", "playbook_deadline_id", "playbook_done_at", "playbook_closing"),
        "playbook_escalation_of_id",
    ],
}


class CrmPlaybookRole(models.Model):
    _inherit = "crm.playbook.role"

    @api.model
    def _get_approvers_role_ids(self):
        """Return ``{"leader": id, "named": id}`` of the roles that stand for whoever leads a deal's team and
        for the person whom a rule names, where deals wait for their approval; None where somebody has
        deleted the role.
        """
        ref = self.env["ir.model.data"]._xmlid_to_res_id
        return {key: ref(xmlid, raise_if_not_found=False) or None for key, xmlid in APPROVERS.items()}


class CrmPlaybook(models.Model):
    _inherit = "crm.playbook"

    @api.model
    @remembered()
    def _get_waited_in(self):
        """Return the ids of the playbooks in use whose deals wait for somebody: they name roles, or who
        approves. Kept in memory.
        """
        # sudo: kept in memory for everybody
        outputs = self.env["crm.playbook.output"].sudo().with_context(active_test=True)
        approved = outputs.search([("approval", "!=", "none"), ("playbook_id.is_template", "=", False)])
        return frozenset({*self._get_asked_roles(), *approved.playbook_id.ids})


class CrmLead(models.Model):
    """Where a deal waits: for which roles, since when. It follows from what rules ask of roles and what is
    there; roles that nobody has on the deal keep nobody waiting. Whoever approves is waited for, too.
    """

    _inherit = "crm.lead"

    waits_for_role_id = fields.Many2one(
        "crm.playbook.role",
        string="Waits for Role",
        compute="_compute_waits_for",
        search="_search_waits_for_role_id",
        context={"active_test": False},
        help="The role of which something is asked now, or whoever approves: the team leader, or a named"
        " person; of several, the one that has been asked longest.",
    )
    waits_since = fields.Datetime(
        compute="_compute_waits_for",
        help="Since when: the deal came into its stage, something was submitted for approval, or what was"
        " there was rejected or withdrawn.",
    )

    @api.depends("stage_id", "playbook_id", "output_ids", "confirmation_ids", "member_ids", "activity_ids")
    def _compute_waits_for(self):
        waits = self._get_waits()
        for lead in self:
            role_id, since = next(iter(waits.get(lead.id, ())), (False, False))
            lead.waits_for_role_id, lead.waits_since = role_id, since

    @api.model
    def _search_waits_for_role_id(self, operator, value):
        field = self._fields["waits_for_role_id"]

        def to_sql(model, alias, query):
            return field.condition_to_sql("waits_for_role_id", operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "waits_for_role_id" and query is not None:
            self._check_field_access(self._fields[field_expr], "read")
            self._flush_waits()
            waiting = query.make_alias(alias, "waits")
            condition = SQL("%s = %s", SQL.identifier(waiting, "lead_id"), SQL.identifier(alias, "id"))
            approvers = self.env["crm.playbook.role"]._get_approvers_role_ids()
            query.add_join("LEFT JOIN", waiting, SQL(FIRST, **approvers), condition)
            return SQL.identifier(waiting, "role_id")
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _flush_waits(self):
        for model, names in READ.items():
            self.env[model].flush_model(names)
