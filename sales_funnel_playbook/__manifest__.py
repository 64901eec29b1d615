{
    "name": "Sales Funnel Playbook",
    "summary": "Stages with conditions and outputs, a score that explains itself, tiers, risks, checks",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "depends": ["crm"],
    "data": [
        # rights
        "security/crm_playbook_security.xml",
        "security/ir.model.access.csv",
        # rules
        "views/crm_competitor_views.xml",
        "views/crm_progress_milestone_views.xml",
        "views/crm_risk_type_views.xml",
        "views/crm_playbook_check_views.xml",
        "views/crm_playbook_condition_views.xml",
        "views/crm_playbook_criterion_views.xml",
        "views/crm_playbook_output_views.xml",
        "views/crm_playbook_override_reason_views.xml",
        "views/crm_playbook_stage_views.xml",
        "views/crm_playbook_views.xml",
        "views/crm_product_line_views.xml",
        # leads
        "views/crm_lead_confirmation_views.xml",
        "views/crm_lead_output_views.xml",
        "views/crm_lead_stage_log_views.xml",
        "views/crm_lead_progress_views.xml",
        "views/crm_lead_risk_views.xml",
        "views/crm_lead_views.xml",
        "views/crm_lead_checklist_views.xml",
        "views/crm_lead_list_views.xml",
        "views/crm_lead_search_views.xml",
        "views/res_partner_views.xml",
        "views/calendar_event_views.xml",
        # dialogs
        "wizard/crm_lead_advance_views.xml",
        "wizard/crm_lead_explain_views.xml",
        "wizard/crm_lead_override_views.xml",
        "wizard/crm_playbook_propose_tiers_views.xml",
        "wizard/crm_playbook_simulation_views.xml",
        "wizard/crm_playbook_use_template_views.xml",
        # reports
        "report/crm_lead_calibration_report_views.xml",
        "report/crm_lead_risk_report_views.xml",
        "report/crm_playbook_gate_report_views.xml",
        # menus
        "views/crm_menus.xml",
        # the shipped rules
        "data/crm_playbook_check_data.xml",
        "data/crm_playbook_override_reason_data.xml",
        "data/crm_playbook_template_saas.xml",
        "data/crm_playbook_template_saas_rating.xml",
        "data/crm_risk_type_data.xml",
        "data/crm_progress_milestone_data.xml",
        "data/ir_cron_data.xml",
    ],
    "demo": [
        "demo/sales_funnel_demo.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "sales_funnel_playbook/static/src/**/*",
        ],
        "web.assets_tests": [
            "sales_funnel_playbook/static/tests/tours/**/*",
        ],
    },
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
