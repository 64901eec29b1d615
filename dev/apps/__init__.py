"""The module beside its neighbours: Odoo's own tests of them, with the module and without it."""
