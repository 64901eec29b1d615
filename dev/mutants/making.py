"""Which mutants there are of a file, and which of them are drawn."""

import ast
import difflib
import hashlib
import pickle
import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names

from . import sql_text

# They take something away that is not run again in a process that is loaded, or ask for names.
LEFT_OUT = ("RemoveDecorator", "VariableReplacer", "VariableInserter")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Mutant(NamedTuple):
    """A module with one thing changed.

    ``line`` is where, ``name`` that of the constant whose value it is, empty inside a function.
    """

    path: str
    line: int
    name: str
    operator: str
    source: str

    def get_key(self):
        """Return what tells this mutant from others."""
        told = f"{Path(self.path).name} {self.line} {self.operator} {self.tell()}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def tell(self):
        """Return the lines that are different, as they were and as they are."""
        before = Path(self.path).read_text().splitlines()
        lines = difflib.unified_diff(before, self.source.splitlines(), n=0, lineterm="")
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def draw(paths, seed, count=None):
    """Return mutants of these files, one for each place that can be changed; where it can become several
    things, one of them is drawn.

    :param int seed: what is drawn is the same for the same seed
    :param count: so many of all of them; without it all
    """
    places = [(path, *place) for path in sorted(map(str, paths)) for place in _list_places(path)]
    if count and count < len(places):
        places = random.Random(seed).sample(places, count)
    return [
        _make(path, line, name, random.Random(f"{seed} {path} {where}").choice(changes))
        for path, where, line, name, changes in places
    ]


def _list_places(path):
    """Return ``[(where, line, name, changes)]`` of a file; a change makes the new source of the old one."""
    source = Path(path).read_text()
    scopes = _get_scopes(ast.parse(source))
    places = {}
    for operator, occurrence, position in _list_occurrences(source):
        change = (operator, occurrence)
        places.setdefault(position, []).append(change)
    for line, start, end, text in sql_text.find(source):
        places.setdefault(((line, start), (line, end)), []).append(("SQL", (start, end, text)))
    return [
        (where, where[0][0], scopes[where[0][0]], changes)
        for where, changes in sorted(places.items())
        if where[0][0] in scopes
    ]


def _list_occurrences(source):
    nodes = [*ast_nodes(get_ast(source))]
    for name in operator_names():
        if name.endswith(LEFT_OUT):
            continue
        operator, count = get_operator(name)(), 0
        for node in nodes:
            for position in operator.mutation_positions(node):
                yield name, count, position
                count += 1


def _get_scopes(tree):
    """Return ``{line: name of the constant}`` of a module's constants, and of bodies of functions, without a
    name: what is anywhere else is not run again in a process that is loaded.
    """
    scopes = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            scopes |= {line: names[0] for line in range(node.lineno, node.end_lineno + 1) if names}
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            scopes |= dict.fromkeys(range(node.body[0].lineno, node.end_lineno + 1), "")
    return scopes


@cache
def _get_tree(source):
    """Return the tree of a module, pickled: each mutant needs one of its own, and parsing is slow."""
    return pickle.dumps(get_ast(source))


def _make(path, line, name, change):
    source = Path(path).read_text()
    operator, what = change
    if operator == "SQL":
        start, end, text = what
        return Mutant(path, line, name, f"SQL {text}", source[:start] + text + source[end:])
    changed = MutationVisitor(what, get_operator(operator)()).walk(pickle.loads(_get_tree(source))).get_code()
    return Mutant(path, line, name, operator.rpartition("/")[2], changed)
