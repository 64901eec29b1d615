# Run in Odoo's shell: the button of the Apps page, for all addons but the one that comes by itself.
# ruff: noqa: F821
addons = env["ir.module.module"].search(
    [
        *(("name", "=like", "sales_funnel_playbook\\_%"), ("state", "=", "installed")),
        ("name", "!=", "sales_funnel_playbook_privacy"),
    ]
)
addons.button_immediate_uninstall()
