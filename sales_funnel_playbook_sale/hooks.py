from odoo.tools.sql import column_exists, create_column

CORE = "sales_funnel_playbook"
# What a document shows of a deal, as it is stored: nothing, before the first one.
COLUMNS = {
    **dict.fromkeys(("quoted_amount", "ordered_amount", "paid_amount"), "numeric"),
    **dict.fromkeys(("has_quotation", "has_order", "has_agreement", "has_payment"), "boolean"),
}
# What of the shipped templates a document meets.
MET_BY = {
    "crm_playbook_template_saas_negotiation_draft_output": "sale_quotation",
    "crm_playbook_template_saas_signed_contract": "sale_agreement_or_payment",
}


def pre_init_hook(env):
    """Add the columns before Odoo does: it would look for the orders of every deal there is."""
    for name, column_type in COLUMNS.items():
        if not column_exists(env.cr, "crm_lead", name):
            create_column(env.cr, "crm_lead", name, column_type)


def post_init_hook(env):
    """Fill the columns of the deals with orders, and have documents meet what they do in the templates."""
    leads = env["crm.lead"].with_context(active_test=False).search([("order_ids", "!=", False)])
    for name in COLUMNS:
        env.add_to_compute(leads._fields[name], leads)
    leads.flush_recordset(COLUMNS)
    for name, kind in MET_BY.items():
        rule = env.ref(f"{CORE}.{name}", raise_if_not_found=False)
        if rule and not rule.met_by:  # an administrator may have deleted it
            rule.met_by = kind
