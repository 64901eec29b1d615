# Whether the records fit together.
# Uses core, gate, history.
# Guide: docs/guide/integrity
from . import crm_playbook_integrity
from . import facts
from . import log
from . import rating
from . import crm_playbook_health_line
from . import crm_playbook_health
from . import health_jobs
from . import health_watch
from . import report
