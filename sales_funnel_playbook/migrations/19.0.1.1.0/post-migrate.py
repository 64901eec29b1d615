"""Give a database what installing gives, where it has not got it yet."""

from odoo.api import SUPERUSER_ID, Environment

from odoo.addons.sales_funnel_playbook.hooks import MODULE, _add_headings, _add_risk_subtype


def migrate(cr, version):
    """Run after the module's data are brought up to date."""
    env = Environment(cr, SUPERUSER_ID, {})
    _add_headings(env)
    env.ref(f"{MODULE}.crm_first_steps_todo").state = "done"  # who updates has begun long ago
    subtype = env.ref(f"{MODULE}.mail_message_subtype_risk")
    if subtype.create_date >= cr.now().replace(microsecond=0):  # else they were asked when it came
        _add_risk_subtype(env)
