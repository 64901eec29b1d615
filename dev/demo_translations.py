# Run in Odoo's shell on the demo database. Translations of the template are loaded after the demo data
# that uses it; what was made from it gets them here, as it does where a language is there from the start.
wizard = env.ref("sales_funnel_playbook.use_template_demo")  # noqa: F821
playbook = env["crm.playbook"].search([("team_ids", "in", wizard.team_ids.ids)])  # noqa: F821
wizard._copy_translations(playbook)
env.cr.commit()  # noqa: F821
