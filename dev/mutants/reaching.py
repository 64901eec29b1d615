"""Which tests reach what a mutant changes."""

import ast
import types
from pathlib import Path

import coverage


class Reach:
    """Notes which lines of some files each test runs, and how long it takes.

    :param list addons: the folders of the files
    """

    def __init__(self, addons):
        include, omit = [f"{one}/*" for one in addons], [f"{one}/tests/*" for one in addons]
        self._coverage = coverage.Coverage(data_file=None, include=include, omit=omit, config_file=False)
        self._lines = {}
        self.seconds = {}
        self.bad = set()  # tests that fail or are skipped without any mutant

    def start(self):
        self._coverage.start()

    def begin(self, test):
        """Have what is run from now on be this test's."""
        self._coverage.switch_context(test)

    def stop(self):
        self._coverage.stop()
        data = self._coverage.get_data()
        self._lines = {path: data.contexts_by_lineno(path) for path in data.measured_files()}

    def find(self, mutant, functions):
        """Return the tests that reach a mutant.

        :param dict functions: of all files, see :func:`putting.index_functions`
        """
        if mutant.name:
            names = _get_derived(mutant.path, mutant.name)
            places = [
                (path, line)
                for path, its in functions.items()
                for found in its.values()
                for line in _get_lines(found[0].__code__, names)
            ]
        else:
            places = [(mutant.path, line) for line in _get_statement(mutant)]
        tests = {test for path, line in places for test in self._lines.get(path, {}).get(line, ())}
        return {test for test in tests if test in self.seconds} - self.bad


def _get_lines(code, names):
    """Return a function's lines if it uses one of these constants."""
    if not _uses(code, names):
        return ()
    return {line for _start, _end, line in code.co_lines() if line}


def _uses(code, names):
    inner = (one for one in code.co_consts if isinstance(one, types.CodeType))
    return not names.isdisjoint(code.co_names) or any(_uses(one, names) for one in inner)


def _get_derived(path, name):
    """Return the names of a constant, and of those of the same module that are made of it."""
    names = {name}
    for node in ast.parse(Path(path).read_text()).body:
        if isinstance(node, ast.Assign):
            used = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
            if used & names:
                names |= {one.id for one in node.targets if isinstance(one, ast.Name)}
    return names


def _get_statement(mutant):
    """Return the lines of the innermost statement that a mutant changes."""
    tree = ast.parse(Path(mutant.path).read_text())
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= node.end_lineno
    ]
    inner = min(around, key=lambda node: node.end_lineno - node.lineno)
    last = inner.body[0].lineno - 1 if getattr(inner, "body", None) else inner.end_lineno
    return range(inner.lineno, max(last, inner.lineno) + 1)
