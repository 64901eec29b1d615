from odoo.tools import SQL

# Headings of the customer sheet, simplified, traditional and English, and the field each one fills.
# Odoo's import looks them up in lower case.
SHEET_HEADINGS = {
    "客户名称": "partner_name",
    "客戶名稱": "partner_name",
    "行业": "industry_id",
    "行業": "industry_id",
    "产业": "industry_id",
    "產業": "industry_id",
    "联系人": "contact_name",
    "聯絡人": "contact_name",
    "产品线": "product_line_id",
    "產品線": "product_line_id",
    "当前阶段": "stage_id",
    "當前階段": "stage_id",
    "进入时间": "stage_entered_at",
    "進入時間": "stage_entered_at",
    "成交概率(%)": "probability",
    "成交概率（%）": "probability",
    "成交機率(%)": "probability",
    "成交機率（%）": "probability",
    "预计成交金额(万元)": "expected_revenue_wan",
    "预计成交金额（万元）": "expected_revenue_wan",
    "預計成交金額(萬元)": "expected_revenue_wan",
    "預計成交金額（萬元）": "expected_revenue_wan",
    "最近沟通时间": "last_contact_at",
    "最近溝通時間": "last_contact_at",
    "沟通内容摘要": "last_contact_summary",
    "溝通內容摘要": "last_contact_summary",
    "风险等级": "risk_level",
    "風險等級": "risk_level",
    "风险描述": "risk_description",
    "風險描述": "risk_description",
    "跟进人": "user_id",
    "跟進人": "user_id",
    "customer name": "partner_name",
    "industry": "industry_id",
    "contact": "contact_name",
    "product line": "product_line_id",
    "current stage": "stage_id",
    "entered at": "stage_entered_at",
    "win probability (%)": "probability",
    "expected amount (10,000)": "expected_revenue_wan",
    "expected amount (10,000 cny)": "expected_revenue_wan",
    "last contact time": "last_contact_at",
    "communication summary": "last_contact_summary",
    "risk level": "risk_level",
    "risk description": "risk_description",
    "owner": "user_id",
}


def post_init_hook(env):
    """Give what is there already what new records have by themselves."""
    _add_headings(env)
    _add_risk_subtype(env)


def _add_risk_subtype(env):
    """Let the colleagues who follow open deals hear of high risks; who follows from now on does."""
    subtype = env.ref("sales_funnel_playbook.mail_message_subtype_risk")
    env.cr.execute(
        SQL(
            "INSERT INTO mail_followers_mail_message_subtype_rel"
            " (mail_followers_id, mail_message_subtype_id)"
            " SELECT follower.id, %s FROM mail_followers follower"
            " JOIN crm_lead lead ON lead.id = follower.res_id AND lead.won_status = 'pending'"
            " JOIN res_users users ON users.partner_id = follower.partner_id AND NOT users.share"
            " WHERE follower.res_model = 'crm.lead' ON CONFLICT DO NOTHING",
            subtype.id,
        )
    )


def _add_headings(env):
    """Teach the import screen the headings of the customer sheet, where that screen is installed:
    the module itself depends on ``crm`` alone.
    """
    if "base_import.mapping" not in env:
        return
    Mapping = env["base_import.mapping"]
    known = set(Mapping.search([("res_model", "=", "crm.lead")]).mapped("column_name"))
    Mapping.create(
        [
            {"res_model": "crm.lead", "column_name": heading, "field_name": field_name}
            for heading, field_name in SHEET_HEADINGS.items()
            if heading not in known
        ]
    )


def uninstall_hook(env):
    """Forget the headings again: the fields they name are gone."""
    if "base_import.mapping" in env:
        mappings = env["base_import.mapping"].search([("res_model", "=", "crm.lead")])
        mappings.filtered(lambda m: SHEET_HEADINGS.get(m.column_name) == m.field_name).unlink()
