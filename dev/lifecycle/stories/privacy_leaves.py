# Run in Odoo's shell: the button of the Apps page, for the addon that comes by itself.
# ruff: noqa: F821
addon = "sales_funnel_playbook_privacy"
env["ir.module.module"].search([("name", "=", addon)]).button_immediate_uninstall()
