# Templates, files of a playbook, the first steps, a playbook on one page.
# Uses core.
# Guide: docs/guide/exchange
from . import crm_playbook_rule
from . import templates
from . import left_out
from . import importing
from . import first_steps
from . import colleagues
from . import observing
from . import web_tour_tour
from . import sample
from . import sample_deals
