# Run in Odoo's shell after everything.py, with the module as in versions/19.0.1.0.0.tar.xz: shipped rules as
# an older state of that version left them behind, and others as the administrator wanted them.
# ruff: noqa: F821
shipped = "sales_funnel_playbook."
env.ref(shipped + "risk_type_silence").domain = (
    "['|', ('last_contact_at', '<', 'today -14d'),"
    " '&', ('last_contact_at', '=', False), ('create_date', '<', 'today -14d')]"
)
env.ref(shipped + "risk_type_deadline").detection = "manual"
env.ref(shipped + "crm_playbook_template_saas_lead_score_output").guidance = (
    "Ten points: budget, decision chain, pain points, fit and timing, two points each."
    " Fill in the sheet and hand it in."
)
env.ref(shipped + "risk_type_overdue_stay").domain = "[('stay_percent', '>=', 300)]"
env.ref(shipped + "crm_playbook_template_saas_negotiation").dwell_alert_days = 0
env.ref(shipped + "crm_playbook_template_saas_intent_scenario").name = "Scored, or useful for something"
rep = env["res.users"].search([("login", "=", "rep")])
follower = env["mail.followers"].search(
    [("res_model", "=", "crm.lead"), ("partner_id", "=", rep.partner_id.id)], limit=1
)
follower.subtype_ids -= env.ref(shipped + "mail_message_subtype_risk")  # who wants to hear no more of it
env.cr.commit()
