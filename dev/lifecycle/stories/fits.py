# Run in Odoo's shell: what the module knows of its records fits together.
# ruff: noqa: F821
faults = env["crm.playbook.integrity"]._find_faults()
assert not faults, faults
