{
    "name": "Sales Funnel Playbook: Forecast",
    "summary": "What changed in the pipeline since Monday, forecast categories, targets and forecast",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["sales_funnel_playbook"],
    "data": [
        "security/crm_forecast_security.xml",
        "security/ir.model.access.csv",
        "views/forecast_category_views.xml",
        "wizard/crm_sales_target_fill_views.xml",
        "views/crm_sales_target_views.xml",
        "views/crm_pipeline_change_views.xml",
        "views/crm_forecast_views.xml",
        "views/crm_funnel_review_views.xml",
        "views/digest_views.xml",
        "data/ir_cron_data.xml",
    ],
    "demo": ["demo/crm_forecast_demo.xml"],
    "post_init_hook": "post_init_hook",
    "assets": {
        "web.assets_backend": [
            "sales_funnel_playbook_forecast/static/src/**/*",
        ],
        "web.assets_tests": [
            "sales_funnel_playbook_forecast/static/tests/tours/**/*",
        ],
    },
}
