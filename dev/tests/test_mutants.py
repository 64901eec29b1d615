"""A mutant that is put into a loaded process is what its tests see."""

import importlib
import sys
from types import SimpleNamespace

import pytest
from mutants import putting

FILES = {
    "numbers_a": 'LIMIT = 3\nTEXT = f"at most {LIMIT}"\n\n\ndef is_in(number):\n    return number <= LIMIT\n',
    "numbers_b": "from pack.numbers_a import LIMIT, TEXT\n\n\ndef tell():\n    return LIMIT, TEXT\n",
    "__init__": "",
}


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """The two modules, and a function that puts a mutant of the first: ``(old text, new text, constant)``."""
    folder = tmp_path / "pack"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    first, second = (importlib.import_module(f"pack.{name}") for name in ("numbers_a", "numbers_b"))
    path = str(folder / "numbers_a.py")

    def put(old, new, name=""):
        text = FILES["numbers_a"]
        line = text[: text.index(old)].count("\n") + 1
        mutant = SimpleNamespace(path=path, source=text.replace(old, new, 1), name=name, line=line)
        putting.put(mutant, putting.index_functions([path])[path])

    yield first, second, put
    for name in [name for name in sys.modules if name.partition(".")[0] == "pack"]:
        del sys.modules[name]


def test_a_function(loaded):
    first, _second, put = loaded
    is_in = first.is_in  # as whoever has imported it
    put("<=", "<")
    assert not is_in(3)


def test_a_constant_and_what_is_made_of_it(loaded):
    first, second, put = loaded
    assert second.tell() == (3, "at most 3")
    put("3", "4", "LIMIT")
    assert first.is_in(4)
    assert second.tell() == (4, "at most 4")


def test_what_is_the_same_is_no_mutant(loaded):
    put = loaded[2]
    with pytest.raises(putting.Unfit):
        put("number <= LIMIT", "(number <= LIMIT)")
