"""A company that works in Chinese and has never had English: the module is installed, templates are used,
and a review is made, all in Chinese.
"""

import os

import pytest

import processes
from databases import Database

LANGUAGES = "SELECT code FROM res_lang WHERE active"
STAGES = (
    "SELECT DISTINCT stage.name->>'zh_CN' FROM crm_stage stage JOIN crm_playbook_stage ON stage_id = stage.id"
)


@pytest.fixture(scope="module")
def chinese():
    template = Database(os.environ["LIFECYCLE_TEMPLATE"])
    addons = template.query("SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY id")
    processes.load(name for (name,) in addons)
    database = template.copy("chinese")
    database.tell("chinese_alone")
    database.load("-i")
    return database


def test_installed_and_used_without_english(chinese):
    assert chinese.query(LANGUAGES) == [("zh_CN",)]
    chinese.tell("chinese_used")
    assert chinese.query(LANGUAGES) == [("zh_CN",)]
    assert ("方案演示",) in chinese.query(STAGES)
