# What a move asks for, who may let it pass, what a refusal says, how far a deal is.
# Uses core.
# Guide: docs/guide/gate
from . import types
from . import crm_playbook
from . import crm_playbook_condition
from . import crm_playbook_override_reason
from . import crm_lead
from . import winning
from . import earlier
from . import arrival
from . import crm_lead_refusal
from . import refusal
from . import readiness
