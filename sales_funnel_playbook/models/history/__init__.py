# The log of what a deal was, from when to when; filling it from the time before; merging.
# Uses core, gate.
# Guide: docs/guide/gate/gate.md
from . import types
from . import crm_lead_stage_log
from . import writing
from . import crm_lead
from . import segments
from . import places
from . import deleting
from . import stay
from . import durations
from . import rebuild
from . import backfill
from . import crm_playbook_refresh
from . import notices
from . import merging
