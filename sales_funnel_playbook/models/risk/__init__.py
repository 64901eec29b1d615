# The ledger of risks, what opens one by itself, whom it alarms.
# Uses core.
# Guide: docs/guide/risk
from . import crm_risk_type
from . import crm_lead_risk
from . import detecting
from . import crm_lead
