from . import crm_lead_advance
from . import crm_lead_confirm
from . import crm_lead_lost
from . import crm_lead_output_reject
from . import crm_lead_override
from . import crm_playbook_propose_tiers
from . import crm_playbook_simulation
from . import crm_playbook_use_template
