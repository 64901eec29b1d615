{
    "name": "Sales Funnel Playbook: Privacy",
    "summary": "Privacy Lookup finds a person in progress notes and risks, too",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "images": ["static/description/banner.png"],
    "depends": ["privacy_lookup", "sales_funnel_playbook"],
    "auto_install": True,
}
