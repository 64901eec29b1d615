# One page for each salesperson against the team's median, and what one-to-ones decide.
# Uses core.
# Guide: docs/guide/coaching/coaching.md
from . import people
from . import crm_coaching
from . import telling
from . import crm_coaching_session
