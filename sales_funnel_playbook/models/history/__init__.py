# The log of what a deal was, from when to when; filling it from the time before; merging.
# Uses core, gate.
# Guide: docs/guide/gate/gate.md
from . import types
from . import crm_lead_stage_log
from . import crm_lead
from . import stay
from . import backfill
from . import notices
from . import merging
