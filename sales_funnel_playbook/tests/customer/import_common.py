import copy
import csv
import io
from pathlib import Path

from odoo import Command

from odoo.addons.sales_funnel_playbook import hooks

from ..common import PlaybookCase

SHEETS = Path(hooks.__file__).parent / "static" / "xls"


# What the web client sends with a file before anybody has chosen anything: ``import_model.js`` of Odoo.
WEB_OPTIONS = {
    "encoding": "",
    "separator": "",
    "quoting": '"',
    "date_format": "",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "advanced": True,
    "has_headers": True,
    "keep_matches": False,
    "limit": 2000,
    "sheets": [],
    "sheet": "",
    "skip": 0,
    "tracking_disable": True,
    "import_skip_records": [],
    "import_set_empty_fields": [],
    "fallback_values": {},
    "name_create_enabled_fields": {},
}


class ImportCase(PlaybookCase):
    """A sheet through Odoo's own import, in Chinese."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.env.user.lang = "zh_CN"
        cls.playbook.mode = "observe"
        for stage, chinese in ((cls.stage_demo, "方案演示"), (cls.stage_talks, "商务谈判")):
            stage.with_context(lang="zh_CN").name = chinese
            stage.team_ids = False
        cls.user_rep, cls.user_manager = cls.env["res.users"].create(
            [
                {
                    "name": name,
                    "login": login,
                    "group_ids": [Command.set(cls.env.ref("sales_team.group_sale_salesman_all_leads").ids)],
                }
                for name, login in (("销售代表", "sheet_rep"), ("客户经理", "sheet_manager"))
            ]
        )
        cls.team.member_ids |= cls.user_rep | cls.user_manager

    def _import(self, content, name="sheet.csv", mimetype="text/csv", lang="zh_CN", tz="UTC", **options):
        """Upload, take the proposed mapping, and import: what the screen does.

        :param options: what the person has chosen beside the preview
        """
        wizard = (
            self.env["base_import.import"]
            .with_context(lang=lang, tz=tz, tracking_disable=True)
            .create({"res_model": "crm.lead", "file": content, "file_name": name, "file_type": mimetype})
        )
        options = {**copy.deepcopy(WEB_OPTIONS), **options}
        preview = self.preview = wizard.parse_preview(options)
        self.assertFalse(preview.get("error"))
        options.update({key: value for key, value in preview["options"].items() if key in WEB_OPTIONS})
        headers = preview["headers"]
        matches = {int(index): "/".join(path) for index, path in (preview["matches"] or {}).items()}
        fields = [matches.get(index, False) for index in range(len(headers))]
        self.mapping = dict(zip(headers, fields, strict=True))
        self.existing = self.env["crm.lead"].search([]).ids
        result = wizard.execute_import(fields, [header.strip().lower() for header in headers], options)
        self.messages = result["messages"]
        return self.env["crm.lead"].search([("id", "not in", self.existing)], order="id")

    def _preview(self, content, name="sheet.csv", mimetype="text/csv", **options):
        """Upload a file, and return what the screen gets to show."""
        vals = {"res_model": "crm.lead", "file": content, "file_name": name, "file_type": mimetype}
        return self.env["base_import.import"].create(vals).parse_preview({**WEB_OPTIONS, **options})

    def _sheet(self, *rows, headers=None):
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(headers or self._headers())
        writer.writerows(rows)
        return stream.getvalue().encode()

    def _headers(self):
        with (SHEETS / "sales_funnel_sheet.csv").open(encoding="utf-8-sig") as sheet:
            return next(csv.reader(sheet))
