# A won deal's contract, and the renewal deal that follows it: when, by whom, and what comes of it.
# Uses core.
# Guide: docs/guide/renewal/renewal.md
from . import crm_playbook
from . import crm_lead
from . import making
from . import reminding
from . import merging
from . import res_partner
