"""Outputs of the template “Enterprise SaaS” that nobody has given files to start from get those that are
shipped now.
"""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command

OUTPUTS = {
    "intent_report_output": "needs_analysis",
    "negotiation_minutes_output": "negotiation_minutes",
    "signed_file_output": "customer_file",
    "renewal_intent_output": "renewal_intent",
}
LANGUAGES = ("en_us", "zh_cn", "zh_tw")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, document in OUTPUTS.items():
        output = find(env, f"crm_playbook_template_saas_{name}")
        if output and not output.template_attachment_ids:
            files = [find(env, f"document_{document}_{language}") for language in LANGUAGES]
            output.template_attachment_ids = [Command.link(file.id) for file in files if file]


def find(env, name):
    return env.ref(f"sales_funnel_playbook.{name}", raise_if_not_found=False)
