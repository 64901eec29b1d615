# What Odoo's Privacy Lookup finds of a person in playbooks' records.
# Uses the core's privacy (what is known of a person).
# Guide: docs/guide/privacy/personal-data.md
from . import privacy_lookup_wizard
