"""Bring shipped rules up to date that nobody has changed: an update leaves them as they are, so that an
administrator's changes stay.
"""

from odoo.tools.sql import column_exists, create_column

from odoo.addons.sales_funnel_playbook.shipped import find_shipped, update_shipped, write_shipped

# (name, table, what was shipped, what is shipped now); of a text, what was shipped in each language
CHANGES = [
    (
        "crm_playbook_template_saas_intent_scenario",
        "crm_playbook_condition",
        {
            "kind": "confirmation",
            "guidance": {
                "en_US": "Score the lead on the ten-point sheet, or write down who would use the product for"
                " what; then confirm.",
                "zh_CN": "用十分制的线索评分表打分，或写明谁会使用产品、用来做什么；然后确认。",
                "zh_TW": "以十分制的線索評分表評分，或寫明誰會使用產品、用來做什麼；然後確認。",
            },
        },
        {
            "kind": "domain",
            "domain": "['|', ('score', '>=', 6), ('use_case', '!=', False)]",
            "guidance": "Answer the questions of the score sheet, or write down as use case who would use the"
            " product for what.",
        },
    ),
    (
        "crm_playbook_template_saas_renewal_due",
        "crm_playbook_condition",
        {
            "domain": "[('date_closed', '<=', '-3m')]",
            "guidance": {
                "en_US": "Met automatically three months after the deal was won, when the renewal reminder is"
                " due.",
                "zh_CN": "成交三个月后（即续费提醒到期时）自动满足。",
                "zh_TW": "成交三個月後（即續約提醒到期時）自動滿足。",
            },
        },
        {
            "domain": "['|', ('date_closed', '<=', '-3m'), ('has_renewal_reminder', '=', True)]",
            "guidance": "Met automatically three months after the deal was won, or once its renewal reminder"
            " is due.",
        },
    ),
    (
        "crm_playbook_template_saas_lead_score_output",
        "crm_playbook_output",
        {
            "guidance": {
                "en_US": "Ten points: budget, decision chain, pain points, fit and timing, two points each."
                " Fill in the sheet and hand it in.",
                "zh_CN": "共十分：预算、决策链、痛点、匹配度、时机，每项两分。填写评分表并提交。",
                "zh_TW": "共十分：預算、決策鏈、痛點、契合度、時機，每項兩分。填寫評分表並提交。",
            }
        },
        {
            "guidance": "Ten points: budget, decision chain, pain points, fit and timing, two points each."
            " Answer its questions on the deal.",
        },
    ),
    (
        "risk_type_silence",
        "crm_risk_type",
        {
            "domain": "['|', ('last_contact_at', '<', 'today -14d'), '&', ('last_contact_at', '=', False),"
            " ('create_date', '<', 'today -14d')]"
        },
        {
            "domain": "['&', '|', ('waiting_until', '=', False), ('waiting_until', '<=', 'today'), '|',"
            " ('last_contact_at', '<', 'today -14d'), '&', ('last_contact_at', '=', False),"
            " ('create_date', '<', 'today -14d')]"
        },
    ),
    ("risk_type_deadline", "crm_risk_type", {"detection": "manual"}, {"detection": "deadline"}),
]
ALERTS = {"conversion_alert_rate": "numeric", "conversion_alert_weeks": "int4", "dwell_alert_days": "int4"}
SHIPPED_ALERTS = {
    "crm_playbook_template_saas_demo": {"conversion_alert_rate": 30},
    "crm_playbook_template_saas_negotiation": {"dwell_alert_days": 15},
}


def migrate(cr, version):
    """Run before the module's tables and data are brought up to date."""
    update_shipped(cr, CHANGES)
    _add_alerts(cr)


def _add_alerts(cr):
    """Where stages had no alerts yet, give the template's those that are shipped."""
    table = "crm_playbook_stage"
    if column_exists(cr, table, "dwell_alert_days"):
        return
    for column, kind in ALERTS.items():
        create_column(cr, table, column, kind)
    cr.execute("UPDATE crm_playbook_stage SET conversion_alert_weeks = 2")  # the default
    for name, values in SHIPPED_ALERTS.items():
        if record_id := find_shipped(cr, name):
            write_shipped(cr, table, record_id, values)
