# Run in Odoo's shell: what the button of the Apps page does, for all addons beside the module.
# ruff: noqa: F821
addons = env["ir.module.module"].search(
    [("name", "=like", "sales_funnel_playbook\\_%"), ("state", "=", "installed")]
)
addons.button_immediate_uninstall()
