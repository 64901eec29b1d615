# The kick-off: a deal that is won becomes a project of delivery's.
# Uses the core's history (when a deal is won), role (who leads the project), evidence (what is handed over).
# Guide: docs/guide/project/kick-off.md
from . import crm_playbook
from . import crm_playbook_output
from . import project_project
from . import handing_over
from . import crm_lead
from . import crm_lead_member
