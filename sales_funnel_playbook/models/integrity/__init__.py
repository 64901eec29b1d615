# Whether the records fit together.
# Uses core, gate, history.
# Guide: docs/guide/integrity
from . import crm_playbook_integrity
from . import facts
from . import log
from . import rating
