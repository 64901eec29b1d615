"""Which changes of a module ask for an update of its database."""

import pytest

import update_key

FILES = {
    "__manifest__.py": "{'data': ['data/data.xml']}",
    "hooks.py": "def post_init(env):\n    env.cr.execute('SELECT 1')\n",
    "models/room/deal.py": (
        "class Deal:\n"
        "    name = Char(help='The name')\n"
        "    def _compute(self):\n        return 1\n"
        "    def _auto_init(self):\n        self._make_index()\n"
        "    def _make_index(self):\n        return 'index'\n"
        "    def _load(self):\n        return 'loaded'\n"
    ),
    "data/data.xml": '<odoo><function model="deal" name="_load"/></odoo>',
    "i18n/de.po": 'msgid "Deal"',
    "static/src/card.js": "1",
    "tests/room/test_deal.py": "assert 1",
}


@pytest.fixture
def module(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("models/room/deal.py", "return 1", "return 2", False),
        ("models/room/deal.py", "class Deal", "# A deal\nclass Deal", False),
        ("static/src/card.js", "1", "2", False),
        ("tests/room/test_deal.py", "1", "2", False),
        ("models/room/deal.py", "The name", "Its name", True),
        ("models/room/deal.py", "def _compute", "@depends('name')\n    def _compute", True),
        ("models/room/deal.py", "'index'", "'other'", True),
        ("models/room/deal.py", "'loaded'", "'other'", True),
        ("hooks.py", "SELECT 1", "SELECT 2", True),
        ("data/data.xml", "model=", "id='x' model=", True),
        ("i18n/de.po", "Deal", "Lead", True),
        ("__manifest__.py", "data.xml", "other.xml", True),
    ],
)
def test_what_the_database_holds_is_in_the_key(module, name, old, new, expected):
    before = update_key.get_key(module)
    path = module / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert (update_key.get_key(module) != before) == expected


def test_a_file_that_moves_is_a_change(module):
    """Only the order of imports can tell whether it makes a difference."""
    before = update_key.get_key(module)
    (module / "models/room/deal.py").rename(module / "models/deal.py")
    assert update_key.get_key(module) != before
