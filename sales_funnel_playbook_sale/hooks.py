from odoo.tools import SQL

CORE = "sales_funnel_playbook"
COLUMNS = (
    *("quoted_amount", "ordered_amount", "paid_amount"),
    *("has_quotation", "has_order", "has_agreement", "has_payment"),
)
# With a default that goes again: PostgreSQL rewrites no row for it.
ADD_COLUMNS = """
    ALTER TABLE crm_lead
        ADD COLUMN IF NOT EXISTS quoted_amount numeric DEFAULT 0,
        ADD COLUMN IF NOT EXISTS ordered_amount numeric DEFAULT 0,
        ADD COLUMN IF NOT EXISTS paid_amount numeric DEFAULT 0,
        ADD COLUMN IF NOT EXISTS has_quotation boolean DEFAULT FALSE,
        ADD COLUMN IF NOT EXISTS has_order boolean DEFAULT FALSE,
        ADD COLUMN IF NOT EXISTS has_agreement boolean DEFAULT FALSE,
        ADD COLUMN IF NOT EXISTS has_payment boolean DEFAULT FALSE
"""
DROP_DEFAULTS = """
    ALTER TABLE crm_lead
        ALTER COLUMN quoted_amount DROP DEFAULT,
        ALTER COLUMN ordered_amount DROP DEFAULT,
        ALTER COLUMN paid_amount DROP DEFAULT,
        ALTER COLUMN has_quotation DROP DEFAULT,
        ALTER COLUMN has_order DROP DEFAULT,
        ALTER COLUMN has_agreement DROP DEFAULT,
        ALTER COLUMN has_payment DROP DEFAULT
"""
# What of the shipped templates a document meets.
MET_BY = {
    "crm_playbook_template_saas_negotiation_draft_output": "sale_quotation",
    "crm_playbook_template_saas_signed_contract": "sale_agreement_or_payment",
}


def pre_init_hook(env):
    """Add the columns before Odoo does: it would look for the orders of every deal there is."""
    env.cr.execute(SQL(ADD_COLUMNS))
    env.cr.execute(SQL(DROP_DEFAULTS))


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
