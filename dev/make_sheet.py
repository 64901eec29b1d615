"""Writes the spreadsheets that the addon ships: the customer sheet and the list of a fair, to import."""

import csv
from pathlib import Path

import xlsxwriter

TARGET = Path(__file__).parent.parent / "sales_funnel_playbook" / "static" / "xls"
CHINESE = [
    ["客户名称", "行业", "联系人", "当前阶段", "进入时间", "最近沟通时间", "沟通内容摘要", "成交概率(%)",
     "预计成交金额(万元)", "风险等级", "风险描述", "跟进人"],
    ["A科技公司", "制造业", "总经理", "商务谈判", "2024-03-15", "2024-03-20", "客户要求增加3个功能模块",
     70, 50, "中", "预算需内部审批", "销售代表"],
    ["B集团", "金融", "主任", "方案演示", "2024-03-18", "2024-03-22", "客户认可数据安全方案，需试用",
     50, 80, "低", "无", "客户经理"],
]  # fmt: skip
ENGLISH = [
    ["Customer Name", "Industry", "Contact Person", "Current Stage", "Entered At", "Last Contact Time",
     "Communication Summary", "Win Probability (%)", "Expected Amount (10,000)", "Risk Level",
     "Risk Description", "Owner"],
    ["A Technology Co.", "Manufacturing", "General Manager", "Negotiation", "2024-03-15", "2024-03-20",
     "Customer asks for three more modules", 70, 50, "Medium", "Budget needs internal approval",
     ""],
    ["B Group", "Finance", "Director", "Solution demo", "2024-03-18", "2024-03-22",
     "Customer approves the data security proposal, wants a trial", 50, 80, "Low", "", ""],
]  # fmt: skip
TRADITIONAL = [
    ["客戶名稱", "行業", "聯絡人", "當前階段", "進入時間", "最近溝通時間", "溝通內容摘要", "成交機率(%)",
     "預計成交金額(萬元)", "風險等級", "風險描述", "跟進人"],
    ["A科技公司", "製造業", "總經理", "商務談判", "2024-03-15", "2024-03-20", "客戶要求增加3個功能模組",
     70, 50, "中", "預算需內部審核", "業務代表"],
    ["B集團", "金融", "主任", "方案簡報", "2024-03-18", "2024-03-22", "客戶認可資料安全方案，需試用",
     50, 80, "低", "無", "客戶經理"],
]  # fmt: skip
LIST = [
    ["公司名称", "姓名", "职务", "电话", "邮箱", "微信", "线索来源", "媒介", "活动", "需求描述", "获取时间"],
    ["C机械公司", "刘工", "采购经理", "13800138000", "liu@example.com", "liu-gong", "展会", "现场登记",
     "春季设备展", "想替换两条旧产线，年内定下来", "2024-03-16"],
    ["", "陈女士", "", "", "chen@example.com", "", "官网表单", "", "", "预算<50万，先要报价", "2024-03-17"],
]  # fmt: skip
LIST_TRADITIONAL = [
    ["公司名稱", "姓名", "職務", "電話", "電子郵件", "微信", "潛在商機來源", "媒介", "活動", "需求描述",
     "取得時間"],
    ["C機械公司", "劉工", "採購經理", "0912345678", "liu@example.com", "liu-gong", "展覽", "現場登記",
     "春季設備展", "想汰換兩條舊產線，年內決定", "2024-03-16"],
    ["", "陳女士", "", "", "chen@example.com", "", "官網表單", "", "", "預算<50萬，先要報價", "2024-03-17"],
]  # fmt: skip
LIST_ENGLISH = [
    ["Company Name", "Contact Person", "Job Position", "Phone", "Email", "WeChat", "Lead Source", "Medium",
     "Campaign", "Needs", "Captured At"],
    ["C Machines Ltd.", "Lee Liu", "Head of Purchasing", "+44 20 7946 0000", "liu@example.com", "", "Fair",
     "Stand", "Spring fair", "Wants to replace two old lines this year", "2024-03-16"],
    ["", "Ann Chen", "", "", "chen@example.com", "", "Web form", "", "", "Budget < 50k, a quotation first",
     "2024-03-17"],
]  # fmt: skip
SHEETS = {
    "sales_funnel_sheet": CHINESE,
    "sales_funnel_sheet_tw": TRADITIONAL,
    "sales_funnel_sheet_en": ENGLISH,
    "sales_funnel_list": LIST,
    "sales_funnel_list_tw": LIST_TRADITIONAL,
    "sales_funnel_list_en": LIST_ENGLISH,
}


def write_csv(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)


def write_xlsx(path, rows):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Sales funnel")
        heading = workbook.add_format({"bold": True, "bg_color": "#E6E6F0"})
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values, None if row else heading)
        sheet.set_column(0, len(rows[0]) - 1, 18)
        sheet.freeze_panes(1, 0)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, rows in SHEETS.items():
        write_csv(TARGET / f"{name}.csv", rows)
        write_xlsx(TARGET / f"{name}.xlsx", rows)
