# Outputs, confirmations, open questions, approvals.
# Uses core.
# Guide: docs/guide/evidence
from . import crm_lead_evidence
from . import crm_playbook_output
from . import crm_lead_confirmation
from . import crm_lead_question
from . import crm_lead_output
from . import approving
from . import waiting
from . import crm_lead
