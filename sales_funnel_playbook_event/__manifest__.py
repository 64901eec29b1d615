{
    "name": "Sales Funnel Playbook: Events",
    "summary": "Deals from event registrations: their channel, when captured, and what attendees need",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["sales_funnel_playbook", "event_crm"],
    "data": [
        "views/event_event_views.xml",
        "views/event_lead_rule_views.xml",
        "views/event_question_views.xml",
        "report/crm_funnel_intake_report_views.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "sales_funnel_playbook_event/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
}
