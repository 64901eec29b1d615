"""Writes the import template of the customer sheet, as CSV and XLSX, into the addon."""

import csv
from pathlib import Path

import xlsxwriter

TARGET = Path(__file__).parent.parent / "sales_funnel_playbook" / "static" / "xls"
HEADINGS = [
    "客户名称", "行业", "联系人", "当前阶段", "进入时间", "最近沟通时间", "沟通内容摘要", "成交概率(%)",
    "预计成交金额(万元)", "风险等级", "风险描述", "跟进人",
]  # fmt: skip
ROWS = [
    ["A科技公司", "制造业", "总经理", "商务谈判", "2024-03-15", "2024-03-20", "客户要求增加3个功能模块",
     70, 50, "中", "预算需内部审批", "销售代表"],
    ["B集团", "金融", "主任", "方案演示", "2024-03-18", "2024-03-22", "客户认可数据安全方案，需试用",
     50, 80, "低", "无", "客户经理"],
]  # fmt: skip


def write_csv(path):
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *ROWS])


def write_xlsx(path):
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Sales funnel")
        heading = workbook.add_format({"bold": True, "bg_color": "#E6E6F0"})
        for row, values in enumerate([HEADINGS, *ROWS]):
            sheet.write_row(row, 0, values, None if row else heading)
        sheet.set_column(0, len(HEADINGS) - 1, 18)
        sheet.freeze_panes(1, 0)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    write_csv(TARGET / "sales_funnel_sheet.csv")
    write_xlsx(TARGET / "sales_funnel_sheet.xlsx")
