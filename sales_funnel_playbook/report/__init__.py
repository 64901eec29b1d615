from . import crm_funnel_report
from . import crm_funnel_numbers
from . import crm_funnel_deals
from . import crm_funnel_page
from . import crm_lead_calibration_report
from . import crm_lead_risk_report
from . import crm_playbook_deadline_report
from . import crm_playbook_gate_report
