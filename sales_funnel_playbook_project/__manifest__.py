{
    "name": "Sales Funnel Playbook: Kick-off Projects",
    "summary": "A deal that is won becomes a project from a template, led by delivery, with its files",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["sales_funnel_playbook", "project"],
    "data": [
        "views/crm_playbook_views.xml",
        "views/crm_playbook_output_views.xml",
        "views/crm_lead_views.xml",
        "views/project_project_views.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "sales_funnel_playbook_project/static/tests/tours/**/*",
        ],
    },
    "auto_install": True,
}
