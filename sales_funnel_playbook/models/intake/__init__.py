# Where leads come in: who captures them, what is still missing, handing them over to sales.
# Uses core, customer, role.
# Guide: docs/guide/intake/intake.md
from . import crm_lead_hand_over
from . import crm_lead
from . import handing_over
from . import incomplete
from . import marketing
