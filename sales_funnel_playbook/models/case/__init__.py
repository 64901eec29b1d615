# The library of won and lost cases.
# Uses core, customer, rating.
# Guide: docs/guide/case
from . import crm_playbook_case
from . import deal
from . import story
from . import life
from . import crm_playbook_case_version
from . import crm_playbook_case_use
from . import similar
from . import offer
from . import upkeep
from . import crm_playbook_case_session_line
