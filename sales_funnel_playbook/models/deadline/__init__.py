# What is to be done by when: causes, due times, activities, escalation.
# Uses core.
# Guide: docs/guide/deadline
from . import mail_activity
from . import crm_playbook_deadline
from . import depending
from . import crm_lead_waiver
from . import crm_lead
from . import at_hand
from . import settling
from . import merging
from . import looking
from . import causes
from . import recurring
from . import beginning
from . import activities
from . import escalation
from . import words
from . import asking
