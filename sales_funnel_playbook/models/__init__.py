# rules
from . import crm_playbook_cache_mixin
from . import crm_playbook_delay
from . import crm_playbook_rule
from . import crm_playbook
from . import crm_playbook_demo
from . import crm_playbook_duty
from . import crm_playbook_gate
from . import crm_playbook_stage
from . import crm_playbook_condition
from . import crm_playbook_output
from . import crm_playbook_override_reason
from . import crm_playbook_rating
from . import crm_playbook_criterion
from . import crm_playbook_tier
from . import crm_playbook_check
from . import crm_playbook_deadline
from . import crm_playbook_template
from . import crm_playbook_exchange_domain
from . import crm_playbook_export
from . import crm_playbook_import
from . import crm_playbook_panel
from . import crm_playbook_simulation
from . import crm_playbook_page
from . import crm_playbook_first_steps
from . import crm_playbook_refresh
from . import crm_competitor
from . import crm_risk_type
from . import crm_progress_milestone
from . import crm_product_line
from . import crm_stage

# leads: facts
from . import crm_lead_fact
from . import crm_lead
from . import crm_lead_save
from . import crm_lead_install
from . import crm_lead_customer
from . import crm_lead_stakeholder
from . import crm_lead_competitor
from . import crm_lead_risk
from . import crm_lead_risk_alarm
from . import crm_lead_risk_detection
from . import crm_lead_progress
from . import crm_lead_progress_source
from . import crm_lead_tracking
from . import crm_lead_rating
from . import crm_lead_score
from . import crm_lead_question
from . import crm_lead_tier
from . import crm_lead_check
from . import crm_lead_signal
from . import crm_lead_evidence
from . import crm_lead_confirmation
from . import crm_lead_output
from . import crm_lead_approval

# leads: the gate and its log
from . import crm_funnel_numbers
from . import crm_lead_stage_log
from . import crm_lead_stage_stay
from . import crm_lead_stage_backfill
from . import crm_lead_stage_due
from . import crm_lead_gate
from . import crm_lead_refusal
from . import crm_lead_override
from . import crm_lead_lost
from . import crm_lead_stage_move
from . import crm_lead_stage_notice

# leads: what is to be done by when
from . import mail_activity
from . import crm_lead_intake
from . import crm_lead_waiting
from . import crm_lead_deadline
from . import crm_lead_deadline_cause
from . import crm_lead_deadline_recurring
from . import crm_lead_deadline_communication
from . import crm_lead_deadline_begin
from . import crm_lead_deadline_end
from . import crm_lead_deadline_escalation
from . import crm_lead_renewal

# leads: the rest
from . import crm_lead_import
from . import crm_lead_merge
from . import crm_lead_panel
from . import crm_lead_panel_log
from . import crm_lead_panel_score
from . import crm_lead_readiness
from . import crm_lead_card

# the funnel's reviews
from . import crm_funnel_review
from . import crm_funnel_review_line
from . import crm_funnel_review_decision
from . import crm_funnel_review_finding
from . import crm_funnel_definitions
from . import crm_funnel_bottleneck
from . import crm_funnel_explanation
from . import crm_funnel_review_alert
from . import crm_funnel_review_mail
from . import crm_funnel_workbook
from . import crm_funnel_review_make

# the case library
from . import crm_playbook_case
from . import crm_playbook_case_deal
from . import crm_playbook_case_story
from . import crm_playbook_case_life
from . import crm_playbook_case_keeper
from . import crm_playbook_case_version
from . import crm_playbook_case_search
from . import crm_playbook_case_use
from . import crm_playbook_case_similar
from . import crm_lead_similar_case
from . import crm_playbook_case_offer
from . import crm_playbook_case_upkeep
from . import crm_playbook_case_session
from . import crm_funnel_bottleneck_case

# other core models
from . import calendar_event
from . import digest_digest
from . import res_config_settings
from . import res_partner
from . import res_users
from . import resource_calendar

# whether the records fit together
from . import crm_playbook_integrity
from . import crm_playbook_integrity_log
from . import crm_playbook_integrity_fact
from . import crm_playbook_integrity_rating
