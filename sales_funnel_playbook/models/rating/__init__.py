# Score, worth, tier, data checks and the signals that they name.
# Uses core.
# Guide: docs/guide/rating
from . import following
from . import crm_playbook_criterion
from . import currency
from . import worth
from . import crm_playbook_tier
from . import crm_lead_score_answer
from . import crm_playbook_check
from . import signals
