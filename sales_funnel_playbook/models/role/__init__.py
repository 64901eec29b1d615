# Roles on deals: which there are, who has them by default, who has them on a deal and had them before.
# Uses core.
# Guide: docs/guide/role/roles.md
from . import crm_playbook_role
from . import crm_lead_member
from . import crm_lead
from . import asking
from . import leaving
from . import contributing
from . import mailing
from . import waiting
from . import present
