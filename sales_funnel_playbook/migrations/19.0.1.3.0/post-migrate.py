"""Deals that have left their playbook since their last move leave it in the log too, and those that have come
under one join it. What is asked of won and lost deals is known by the log's own moment from now on. Mails,
meetings and calls that are there already are contacts of open deals. The rules of the templates name roles.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.sales_funnel_playbook.hooks import _add_headings
from odoo.addons.sales_funnel_playbook.shipped import find_shipped, update_shipped

# One deal can have been won several times; only the last time is still looked at. Where a deal that was won
# was archived since, and asked for the same again, the first one has the moment already.
RENAME_CAUSES = """
    UPDATE mail_activity work SET playbook_number = EXTRACT(EPOCH FROM last.entered_at)::bigint
    FROM (
        SELECT DISTINCT ON (activity.res_id, activity.playbook_rule_id, activity.playbook_occurrence)
            activity.id, log.entered_at
        FROM mail_activity activity
        JOIN crm_lead_stage_log log ON log.lead_id = activity.res_id
            AND log.state = activity.playbook_occurrence AND log.kind IN (log.state, 'created')
        WHERE activity.res_model = 'crm.lead' AND activity.playbook_kind = 'deadline'
            AND activity.playbook_occurrence IN ('won', 'lost') AND activity.playbook_is_final
        ORDER BY activity.res_id, activity.playbook_rule_id, activity.playbook_occurrence, activity.id DESC,
            log.sequence DESC
    ) last WHERE last.id = work.id AND NOT EXISTS (
        SELECT FROM mail_activity known WHERE known.res_model = work.res_model AND known.res_id = work.res_id
            AND known.playbook_kind = work.playbook_kind AND known.playbook_rule_id = work.playbook_rule_id
            AND known.playbook_occurrence = work.playbook_occurrence AND known.playbook_is_final
            AND known.playbook_number = EXTRACT(EPOCH FROM last.entered_at)::bigint)
"""

# Of whose deals a review was that no company had to itself: where there is but one, of its deals.
GIVE_COMPANY = """
    UPDATE crm_funnel_review SET company_id = single.id
    FROM (SELECT MIN(id) AS id FROM res_company WHERE active HAVING COUNT(*) = 1) single
    WHERE company_id IS NULL
"""
# Which file is a review's workbook: the first of its kind, as it was until now.
NAME_WORKBOOKS = """
    UPDATE crm_funnel_review review SET workbook_id = first.id
    FROM (
        SELECT MIN(id) AS id, res_id FROM ir_attachment
        WHERE res_model = 'crm.funnel.review' AND res_field IS NULL
            AND mimetype = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
        GROUP BY res_id
    ) first
    WHERE first.res_id = review.id AND review.workbook_id IS NULL
"""
# Small teams have few deals a week: two are enough for the alerts of the template.
MINIMUM = "conversion_alert_minimum"
MINIMA = [
    (f"crm_playbook_template_saas_{name}", "crm_playbook_stage", {MINIMUM: 5}, {MINIMUM: 2})
    for name in ("demo", "negotiation")
]
OPEN_DEALS = "SELECT id FROM crm_lead WHERE won_status = 'pending' AND active"
# What is followed up daily is so on working days: on Saturdays nobody is there.
UNIT = "delay_unit"
RHYTHMS = [
    (f"crm_playbook_template_{name}_tier_a", "crm_playbook_tier", {UNIT: "days"}, {UNIT: "working_days"})
    for name in ("saas", "standard")
]
RULES = ("review", "review_line", "review_decision")


# Which role the rules of the templates name, where nobody has changed them.
ASKED = {
    "saas_demo_deck_output": ("crm_playbook_output", "presales"),
    "equipment_solution_drawings_output": ("crm_playbook_output", "presales"),
    "saas_signed_contract": ("crm_playbook_condition", "finance"),
    "equipment_signed_contract": ("crm_playbook_condition", "finance"),
    "standard_order_ordered": ("crm_playbook_condition", "finance"),
    "saas_signed_handover_action": ("crm_playbook_deadline", "delivery"),
    "equipment_signed_handover_action": ("crm_playbook_deadline", "delivery"),
}


COMPLETE = (
    "['&', '&', %s, '|', '|', ('description', '!=', False), ('use_case', '!=', False),"
    " ('pain_points', '!=', False), '|', ('contact_name', '!=', False), ('partner_id', '!=', False)]"
)
# Leads are complete when any channel is known, and whoever captured them completes them.
CAPTURING = [
    (
        f"crm_playbook_template_{name}_intake_deadline",
        "crm_playbook_deadline",
        {"responsible": "salesperson", "satisfied_domain": COMPLETE % "('source_id', '!=', False)"},
        {"responsible": "capturer", "satisfied_domain": COMPLETE % "('has_channel', '=', True)"},
    )
    for name in ("saas", "standard", "equipment")
]


def migrate(cr, version):
    _name_roles(cr)
    cr.execute(RENAME_CAUSES)
    cr.execute(GIVE_COMPANY)
    cr.execute(NAME_WORKBOOKS)
    update_shipped(cr, MINIMA + RHYTHMS + CAPTURING)
    env = api.Environment(cr, SUPERUSER_ID, {})
    # “Contact” is the heading of Odoo's own field
    own = [
        ("res_model", "=", "crm.lead"),
        ("column_name", "=", "contact"),
        ("field_name", "=", "contact_name"),
    ]
    env["base_import.mapping"].search(own).unlink()
    _add_headings(env)
    _renew_rules(env)
    env["crm.lead.contact"]._insert_known(lambda column: SQL("%s IN (%s)", column, SQL(OPEN_DEALS)))
    env["crm.playbook"].with_context(active_test=False).search([])._request_history()


def _name_roles(cr):
    """Have the rules of the templates name the roles that do what they ask for."""
    changes = []
    for name, (table, role) in ASKED.items():
        old, new = {"role_id": None}, {"role_id": find_shipped(cr, f"crm_playbook_role_{role}")}
        if table == "crm_playbook_deadline":
            old, new = {**old, "responsible": "salesperson"}, {**new, "responsible": "role"}
        changes.append((f"crm_playbook_template_{name}", table, old, new))
    update_shipped(cr, changes)


def _renew_rules(env):
    """Let the rules on reviews say what they say now, as far as nobody has changed them."""
    for name in RULES:
        path = "" if name == "review" else "review_id."
        everywhere = "env['res.company'].sudo().search_count([('id', 'not in', user.company_ids.ids)])"
        for kind, old, new in (
            (
                "company",
                f"[('{path}company_id', 'in', company_ids + [False])]",
                f"[('{path}company_id', 'in', company_ids + ([] if user.{everywhere} else [False]))]",
            ),
            (
                "leader",
                f"[('{path}team_id.user_id', '=', user.id)]",
                f"['|', ('{path}team_id.user_id', '=', user.id),"
                f" ('{path}playbook_id.review_user_ids', 'in', user.ids)]",
            ),
        ):
            rule = env.ref(f"sales_funnel_playbook.crm_funnel_{name}_{kind}_rule", raise_if_not_found=False)
            if rule and rule.domain_force == old:
                rule.domain_force = new
