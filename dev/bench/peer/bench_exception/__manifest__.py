{
    "name": "Exceptions on Leads, for the Benchmarks",
    "version": "19.0.1.0.0",
    "author": "sales_funnel_playbook contributors",
    "license": "AGPL-3",
    "depends": ["crm", "base_exception"],
    "pre_init_hook": "add_column",
    "post_init_hook": "make_rules",
}
