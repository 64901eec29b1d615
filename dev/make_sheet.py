"""Writes the spreadsheets that the addon ships: the customer sheet to import."""

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
    ["Customer Name", "Industry", "Contact", "Current Stage", "Entered At", "Last Contact Time",
     "Communication Summary", "Win Probability (%)", "Expected Amount (10,000)", "Risk Level",
     "Risk Description", "Owner"],
    ["A Technology Co.", "Manufacturing", "General Manager", "Negotiation", "2024-03-15", "2024-03-20",
     "Customer asks for three more modules", 70, 50, "Medium", "Budget needs internal approval",
     "Sales Representative"],
    ["B Group", "Finance", "Director", "Solution demo", "2024-03-18", "2024-03-22",
     "Customer approves the data security proposal, wants a trial", 50, 80, "Low", "", "Account Manager"],
]  # fmt: skip
SHEETS = {"sales_funnel_sheet": CHINESE, "sales_funnel_sheet_en": ENGLISH}


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
