"""Accessibility of pages, checked in the browser by axe-core.

The library is no part of the module: the environment variable AXE_SOURCE names its file.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

from odoo.tests import HttpCase

AXE_SOURCE = "AXE_SOURCE"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")

# What Odoo's own widgets bring wherever they are used: rule, where it is broken, whose doing it is.
NOT_OURS = (
    ("aria-allowed-attr", ".o_tag, .o-autocomplete--input", "tags and autocompletion: aria-selected"),
    ("aria-allowed-attr", ".o-dropdown", "the menu: aria-expanded where it is no button"),
    ("autocomplete-valid", ".o_select_menu_input", "the selection: a value that there is not"),
    ("aria-required-parent", ".o_notebook .nav-link", "the notebook: tabs outside of a list of tabs"),
    ("button-name", ".o_optional_columns_dropdown button", "the list: its menu of columns has no name"),
    ("image-alt", ".o-mail-Avatar img", "the avatar: no text for the picture"),
    ("label", ".o_list_record_selector input", "the list: the box that selects a line has no label"),
    ("label", ".o_data_cell .o_field_boolean input", "the list: a box in a cell has no label"),
    ("label", "#boolean_checkbox", "the list: a box in a cell that is not being edited has no label"),
    ("color-contrast", ".text-muted, .text-muted *", "the theme: muted text, 4.33 of 4.5"),
    ("color-contrast", ".text-bg-success, .text-bg-info", "the theme: badges and ribbons, 3.04 of 4.5"),
    ("color-contrast", ".o_form_label, .o_form_label *", "the form on a phone: labels, 2.05 of 4.5"),
)

RUN = """
checkWithAxe(%s).then(
    (found) => found.length ? console.error(found.join("\\n")) : console.log("test successful"),
    (error) => console.error(`axe: ${error.message}`)
);
"""


class Page(NamedTuple):
    """A page, the selectors of the parts that are checked, each of which has to appear, those of what is
    clicked before, as soon as it appears, and name and text of a file that is uploaded before all that.
    """

    url: str
    parts: tuple
    clicks: tuple = ()
    file: tuple = ()


class AxeCase(HttpCase):
    """Opens pages and checks parts of them."""

    def setUp(self):
        super().setUp()
        path = os.environ.get(AXE_SOURCE)
        if not path:
            reason = f"{AXE_SOURCE} names no file of axe-core; `make test` sets it."
            self.fail(reason) if os.environ.get("CI") else self.skipTest(reason)
        self.axe = Path(path).read_text(encoding="utf-8")

    def assertAccessible(self, login, *pages):
        """Open pages one after the other, and check their parts by the rules of WCAG 2.1, levels A and AA.

        :param Page pages: the first is loaded, the others are opened in the web client
        """
        options = {
            "pages": [page._asdict() for page in pages],
            "notOurs": [(rule, place) for rule, place, _reason in NOT_OURS],
            "rules": list(RULES),
        }
        check = Path(__file__).with_name("data") / "axe_check.js"
        code = "\n".join((self.axe, check.read_text(encoding="utf-8"), RUN % json.dumps(options)))
        try:
            self.browser_js(pages[0].url, code, "odoo.isReady === true", login=login, timeout=60 * len(pages))
        except AssertionError as error:  # its message repeats all of axe-core
            message = str(error).rpartition('" failed')[2].strip()
        else:
            return
        self.fail(f"{self.browser_size}: {message}")
