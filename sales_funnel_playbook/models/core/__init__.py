# The playbook and its stages, the named domain, what a changed rule brings about, the lead's one save, jobs.
# Uses no other room.
# Guide: docs/guide/core
from . import mixins
from . import crm_playbook_rule
from . import kept_tests
from . import crm_playbook
from . import crm_playbook_stage
from . import crm_product_line
from . import crm_stage
from . import res_config_settings
from . import resource_calendar
from . import res_company
from . import res_users
from . import crm_playbook_decision
from . import crm_playbook_duty
from . import crm_lead_fact
from . import save
from . import crm_lead
from . import standing
from . import inversing
from . import crm_playbook_documented
from . import crm_playbook_dated
from . import crm_playbook_files
from . import install
from . import crm_playbook_notice
from . import mail_activity
from . import crm_playbook_look
from . import crm_playbook_refresh
from . import crm_playbook_failure
from . import failing
from . import days
