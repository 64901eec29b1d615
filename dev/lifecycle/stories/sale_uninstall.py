# Run in Odoo's shell: what the button of the Apps page does.
# ruff: noqa: F821
addon = "sales_funnel_playbook_sale"
env["ir.module.module"].search([("name", "=", addon)]).button_immediate_uninstall()
