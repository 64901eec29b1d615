# rules
from . import crm_playbook_cache_mixin
from . import crm_playbook_rule
from . import crm_playbook
from . import crm_playbook_stage
from . import crm_playbook_condition
from . import crm_product_line
from . import crm_stage

# leads
from . import crm_lead_fact
from . import crm_lead
from . import crm_lead_confirmation
from . import crm_lead_stage_log
from . import crm_lead_gate
from . import crm_lead_lost
from . import crm_lead_stage_move
from . import crm_lead_import
from . import crm_lead_panel

# other core models
from . import resource_calendar
