from . import crm_funnel_intake_report
