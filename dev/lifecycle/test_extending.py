"""The examples of docs/extending.md are the code of a module that works."""

import configparser
import re

import pytest

from databases import CONFIG, REPO

EXTENSION = "sales_funnel_playbook_example"
MANIFEST = {
    "name": "Examples of extending",
    "version": "19.0.1.0.0",
    "author": "sales_funnel_playbook contributors",
    "license": "LGPL-3",
    "depends": ["sales_funnel_playbook"],
    "data": ["data.xml"],
}


def get_examples(language):
    """Return the blocks of code in this language that stand under the headings of examples."""
    text = (REPO / "docs" / "extending.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.M)
    examples = "".join(section for section in sections if section.startswith("Example: "))
    return re.findall(rf"^```{language}\n(.*?)^```$", examples, flags=re.M | re.S)


@pytest.fixture(scope="module")
def extended(installed, tmp_path_factory):
    """A database with a module that is made of the examples."""
    addons = tmp_path_factory.mktemp("extending")
    models = addons / EXTENSION / "models"
    models.mkdir(parents=True)
    (addons / EXTENSION / "__init__.py").write_text("from . import models\n")
    (addons / EXTENSION / "__manifest__.py").write_text(repr(MANIFEST))
    (addons / EXTENSION / "data.xml").write_text("<odoo>\n{}</odoo>\n".format("".join(get_examples("xml"))))
    names = []
    for number, code in enumerate(get_examples("python")):
        names.append(f"example_{number}")
        imports = "" if "import models" in code else "from odoo import models\n\n\n"
        (models / f"{names[-1]}.py").write_text(imports + code)
    (models / "__init__.py").write_text("".join(f"from . import {name}\n" for name in names))
    config = configparser.ConfigParser()
    config.read(CONFIG)
    database = installed.copy("extended")
    database.addons = f"{config['options']['addons_path']},{addons}"
    database.load("-i", EXTENSION)
    return database


def test_examples_do_what_the_page_says(extended):
    assert len(get_examples("python")) >= 5
    extended.tell("extended")
