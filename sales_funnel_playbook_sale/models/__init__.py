# What quotations, orders and invoices show of a deal, and which rules they meet.
# Guide: docs/guide/evidence/orders-and-invoices.md
from . import crm_playbook_documented
from . import sale_order
from . import crm_lead
from . import documents
from . import offered_revenue
