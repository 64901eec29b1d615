from odoo.tools import SQL

# A form that still has such a field puts what visitors write there into the deal's notes, as with any other.
CLOSE = """
    UPDATE ir_model_fields SET website_form_blacklisted = TRUE WHERE model = 'crm.lead' AND name = ANY(%s)
"""


def uninstall_hook(env):
    """Let website forms write none of the playbook's fields any more."""
    env.cr.execute(SQL(CLOSE, list(env["crm.lead"]._get_form_fields())))
