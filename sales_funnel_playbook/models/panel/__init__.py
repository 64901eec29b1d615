# What the checklist and a card of the kanban show.
# Uses core, gate.
# Guide: docs/guide/gate/gate.md
from . import texts
from . import crm_lead
from . import people
from . import details
from . import documents
from . import filling
from . import actions
from . import emptied
from . import card
