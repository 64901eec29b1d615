"""Writes the spreadsheets that the addon ships: the customer sheet to import, the score sheet to fill in."""

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

SCORES = [
    ("Budget 预算", "0 unknown – 1 a range – 2 approved 未知 / 有范围 / 已批准"),
    (
        "Decision chain 决策链",
        "0 unknown – 1 decision maker known – 2 decision maker met 未知 / 已知决策人 / 已见决策人",
    ),
    ("Pain points 核心痛点", "0 none named – 1 named – 2 its cost is known 未提及 / 已提及 / 损失已量化"),
    ("Fit 匹配度", "0 poor – 1 partly – 2 our product as it is 较差 / 部分 / 完全匹配"),
    ("Timing 时间", "0 none – 1 this year – 2 this quarter 无计划 / 今年 / 本季度"),
]


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


def write_score_sheet(path):
    """Writes the ten-point sheet: five lines of two points each, and their sum."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Lead score 线索评分表")
        bold = workbook.add_format({"bold": True, "bg_color": "#E6E6F0"})
        sheet.write_row(0, 0, ["Criterion 评分项", "Points 分值说明", "Score 得分", "Evidence 依据"], bold)
        for row, criterion in enumerate(SCORES, start=1):
            sheet.write_row(row, 0, criterion)
        last = len(SCORES)
        points = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 2}
        sheet.data_validation(1, 2, last, 2, points)
        sheet.write(last + 1, 0, "Total 总分", bold)
        sheet.write_formula(last + 1, 2, f"=SUM(C2:C{last + 1})", bold, 0)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 70)
        sheet.set_column(3, 3, 50)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, rows in SHEETS.items():
        write_csv(TARGET / f"{name}.csv", rows)
        write_xlsx(TARGET / f"{name}.xlsx", rows)
    write_score_sheet(TARGET / "lead_score_sheet.xlsx")
