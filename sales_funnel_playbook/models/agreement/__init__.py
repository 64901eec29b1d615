# Who has read a playbook and agrees with it, and what its readers suggest.
# Uses core.
# Guide: docs/guide/agreement/agreement.md
from . import crm_playbook
from . import crm_playbook_agreement
from . import crm_playbook_suggestion
from . import rules
from . import contributing
