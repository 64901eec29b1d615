# Who the customer is, who decides, against whom, what was said; the customer sheet.
# Uses core.
# Guide: docs/guide/customer
from . import crm_lead
from . import crm_lead_stakeholder
from . import crm_competitor
from . import crm_lead_progress
from . import talk
from . import sources
from . import sheet
