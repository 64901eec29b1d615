# What a website form may tell of a deal, and where deals of forms come from.
# Uses the core's gate (where deals come in).
# Guide: docs/guide/website/forms.md
from . import crm_lead
