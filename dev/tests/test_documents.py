"""The documents that the addon ships are those that their generator writes."""

import zipfile
from xml.etree import ElementTree

import pytest

import make_documents
from documents import en_US, zh_CN, zh_TW

FILES = sorted(make_documents.TARGET.glob("*"))


def test_they_are_as_written(tmp_path):
    make_documents.write_all(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in FILES
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_part_is_xml(path):
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            ElementTree.fromstring(package.read(name))


@pytest.mark.parametrize("name", make_documents.DOCUMENTS.values())
def test_languages_ask_for_the_same(name):
    shapes = [
        [
            (kind, [len(arg) if isinstance(arg, list) else 0 for arg in args])
            for kind, *args in getattr(it, name)[2]
        ]
        for it in (en_US, zh_CN, zh_TW)
    ]
    assert shapes[0] == shapes[1] == shapes[2]
