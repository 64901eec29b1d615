"""Prints a key of what the database of a module is made from: while it stays the same, no update is needed.

An update reads the data files, adds columns and writes down what models and fields there are. Tests, what the
browser loads and demo data are nothing to it; nor is the body of a method, unless the update itself calls it.
Everything else counts, also where it probably makes no difference.

``update_key.py FOLDER``, the module's.
"""

import ast
import hashlib
import re
import sys
from pathlib import Path

# below the module; the bundles that the browser loads are built anew by themselves
LEFT_OUT = ("tests", "demo", "readme", "static/src", "static/tests", "static/xls", "static/schema")
# folders with models; elsewhere every line counts
MODELS = ("models", "report", "wizard")
# methods that Odoo calls when it makes tables, and what data files call
CALLED = {"init", "_auto_init", "_register_hook", "_setup_base", "_setup_complete"}
CALLED_BY_DATA = re.compile(r"""<function\b[^>]*\bname=["'](\w+)|\bobj\([^)]*\)\.(\w+)""")
# methods of all models, which lead everywhere: what shipped records become by them is not followed
EVERYBODYS = {"create", "write", "unlink", "search", "copy"}


def get_methods(tree):
    """Return the methods of all classes of a file."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for one in classes for node in one.body if isinstance(node, functions)]


def get_names(node):
    """Return the names that a piece of code mentions, as variables or behind a dot.

    >>> sorted(get_names(ast.parse("self._add(column); other(1)")))
    ['_add', 'column', 'other', 'self']
    """
    nodes = list(ast.walk(node))
    names = {one.id for one in nodes if isinstance(one, ast.Name)}
    return names | {one.attr for one in nodes if isinstance(one, ast.Attribute)}


def get_called(trees, data):
    """Return the names of methods that an update calls, directly or through others.

    :param data: the texts of the data files
    """
    found = [name for text in data for pair in CALLED_BY_DATA.findall(text) for name in pair if name]
    methods = [(method.name, get_names(method)) for tree in trees for method in get_methods(tree)]
    called, more = set(), {*CALLED, *found}
    while more := more - called - EVERYBODYS:
        called |= more
        more = {name for one, names in methods if one in more for name in names}
    return called


def get_skeleton(tree, called):
    """Return what a file says outside of the bodies of methods that an update does not call, as text.

    >>> code = "class A:\\n    a = 1\\n    def b(self): return {}\\n    def init(self): return {}"
    >>> one, two, three = (
    ...     get_skeleton(ast.parse(code.format(*bodies)), CALLED) for bodies in ((1, 1), (2, 1), (2, 2))
    ... )
    >>> one == two, two == three
    (True, False)
    """
    for method in get_methods(tree):
        if method.name not in called:
            method.body = [ast.Pass()]
    return ast.dump(tree)


def get_key(folder):
    """Return the key of the module in this folder."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    counted = [
        path
        for path in paths
        if not path.relative_to(folder).as_posix().startswith(tuple(f"{one}/" for one in LEFT_OUT))
    ]
    models = [
        path for path in counted if path.suffix == ".py" and path.relative_to(folder).parts[0] in MODELS
    ]
    trees = {path: ast.parse(path.read_bytes()) for path in models}
    data = [path.read_text() for path in counted if path.suffix == ".xml"]
    called = get_called(trees.values(), data)
    digest = hashlib.sha256()
    for path in counted:
        tree = trees.get(path)
        content = get_skeleton(tree, called).encode() if tree else path.read_bytes()
        digest.update(b"\0".join([path.relative_to(folder).as_posix().encode(), content, b""]))
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    print(get_key(Path(sys.argv[1])))
