# Run in Odoo's shell: what the button of the Apps page does, for all addons beside the module but the one that comes with it.
# ruff: noqa: F821
addons = env["ir.module.module"].search(
    [
        *(("name", "=like", "sales_funnel_playbook\\_%"), ("state", "=", "installed")),
        ("name", "!=", "sales_funnel_playbook_privacy"),
    ]
)
addons.button_immediate_uninstall()
