"""The headings of lists that fairs and forms give, and which field of the lead each one fills."""

from .sheet_rows import plain

# Simplified, traditional and English. These tell such a list from other tables …
LIST_HEADINGS = {
    "姓名": "contact_name",
    "联系人姓名": "contact_name",
    "聯絡人姓名": "contact_name",
    "contact person": "contact_name",
    "职务": "function",
    "职位": "function",
    "職務": "function",
    "職稱": "function",
    "线索来源": "source_id",
    "線索來源": "source_id",
    "潛在商機來源": "source_id",
    "lead source": "source_id",
    "需求描述": "description",
    "需求": "description",
    "needs": "description",
    "description of needs": "description",
    "微信": "wechat",
    "微信号": "wechat",
    "微信號": "wechat",
    "wechat id": "wechat",
    "获取时间": "captured_at",
    "獲取時間": "captured_at",
    "取得時間": "captured_at",
    "capture time": "captured_at",
}
# … and these are labels of Odoo's own too, or of any table of people.
COMMON_HEADINGS = {
    "公司": "partner_name",
    "公司名称": "partner_name",
    "公司名稱": "partner_name",
    "单位名称": "partner_name",
    "企业名称": "partner_name",
    "company": "partner_name",
    "来源": "source_id",
    "來源": "source_id",
    "媒介": "medium_id",
    "marketing medium": "medium_id",
    "活动": "campaign_id",
    "活動": "campaign_id",
    "电话": "phone",
    "联系电话": "phone",
    "手机": "phone",
    "手机号": "phone",
    "手机号码": "phone",
    "電話": "phone",
    "手機": "phone",
    "聯絡電話": "phone",
    "邮箱": "email_from",
    "电子邮箱": "email_from",
    "邮件": "email_from",
    "郵箱": "email_from",
    "電郵": "email_from",
    "電子郵件": "email_from",
    "e-mail": "email_from",
}


def get_known(headings, labels):
    """Return ``{plain heading: whether it tells the sheet from other tables}``.

    :param dict headings: those of the customer sheet, besides the lists' own
    :param labels: the names that Odoo has for the fields

    >>> get_known({"Risk Level": "risk_level"}, ["Stage"])["risklevel"], get_known({}, ["Stage"])["stage"]
    (True, False)
    """
    common = dict.fromkeys(map(plain, [*labels, *COMMON_HEADINGS]), False)
    return {**common, **dict.fromkeys(map(plain, [*headings, *LIST_HEADINGS]), True)}


def get_fields(headings):
    """Return ``{plain heading: field}`` of the lists' headings and of ``headings``, which win."""
    known = {**COMMON_HEADINGS, **LIST_HEADINGS, **headings}
    return {plain(heading): name for heading, name in known.items()}
