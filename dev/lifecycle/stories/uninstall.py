# Run in Odoo's shell: what the button of the Apps page does.
# ruff: noqa: F821
env["ir.module.module"].search([("name", "=", "sales_funnel_playbook")]).button_immediate_uninstall()
