# Who the customer is, who decides, against whom, what was said; the customer sheet.
# Uses core.
# Guide: docs/guide/customer
from . import crm_lead
from . import crm_lead_stakeholder
from . import crm_competitor
from . import crm_lead_progress
from . import next_step
from . import talk
from . import crm_lead_contact
from . import last_contact
from . import capture
from . import withdrawing
from . import sources
from . import sheet
from . import funnel_sheet
from . import identity
from . import reading
from . import fair_list
from . import namesakes
from . import ir_fields_converter
from . import industries
from . import cells
from . import known_deals
from . import writing
from . import notices
from . import update_reading
from . import crm_sheet_update
from . import crm_sheet_update_row
