# Help where it is needed: texts, files and mail templates of stages and key actions, on the checklist.
# Uses no other room.
# Guide: docs/guide/help/help.md
from . import crm_playbook_helped
from . import crm_lead
from . import mail_template
