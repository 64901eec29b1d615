"""Putting a mutant into a process that has loaded its module."""

import ast
import gc
import sys
import types


class Unfit(Exception):
    """The mutant is the same code, or cannot be put in."""


def index_functions(paths):
    """Return ``{path: {(name, line): [functions]}}`` of all functions that come from these files."""
    found = {path: {} for path in paths}
    for one in gc.get_objects():
        if isinstance(one, types.FunctionType) and one.__code__.co_filename in found:
            code = one.__code__
            found[code.co_filename].setdefault((code.co_name, code.co_firstlineno), []).append(one)
    return found


def get_modules(path):
    """Return the modules that were loaded from a file."""
    return [one for one in [*sys.modules.values()] if getattr(one, "__file__", None) == path]


def put(mutant, functions):
    """Have the functions of this process, and those who use its constants, be the mutant's.

    :param dict functions: of its file, see :func:`index_functions`
    :raise Unfit: when nothing is different then
    """
    code = compile(mutant.source, mutant.path, "exec")
    if mutant.name:
        changed = [_put_constants(mutant, module) for module in get_modules(mutant.path)]
    else:
        changed = [_put_code(one, functions) for one in _walk(code)]
    if not any(changed):
        raise Unfit


def _walk(code):
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield one
            yield from _walk(one)


def _put_code(code, functions):
    """Give the functions of this name and line the code; return whether theirs was another one."""
    changed = False
    for function in functions.get((code.co_name, code.co_firstlineno), ()):
        if _get_work(function.__code__) != _get_work(code):
            if function.__code__.co_freevars != code.co_freevars:
                raise Unfit
            function.__code__ = code
            changed = True
    return changed


def _get_work(code):
    """Return what a code does, without where it stands."""
    parts = code.co_consts
    inner = [_get_work(one) if isinstance(one, types.CodeType) else (type(one), one) for one in parts]
    return code.co_code, code.co_names, code.co_varnames, inner


def _put_constants(mutant, module):
    """Assign the constants of the changed line, and what is made of them; return whether one differs."""
    statements = _get_assignments(mutant.source)
    [own] = [node for node in statements if node.lineno <= mutant.line <= node.end_lineno]
    return _assign(module, own)


def _get_assignments(source):
    return [node for node in ast.parse(source).body if isinstance(node, ast.Assign | ast.AnnAssign)]


def _assign(module, statement):
    before = dict(vars(module))
    exec(compile(ast.Module([statement], []), module.__file__, "exec"), vars(module))
    names = [name for name, value in vars(module).items() if not _is_same(value, before.get(name))]
    for name in names:
        for other in _get_users(module, name, before[name]):
            setattr(other, name, vars(module)[name])
            _assign_others(other, name, statement)
    return bool(names)


def _get_users(module, name, value):
    """Return the module itself, and those that have imported the constant."""
    names = module.__name__.split(".")
    root = ".".join(names[: 3 if names[0] == "odoo" else 1])
    family = [one for key, one in [*sys.modules.items()] if key.startswith(root)]
    return [module, *(one for one in family if one is not module and vars(one).get(name) is value)]


def _assign_others(module, name, done):
    """Assign anew what a module makes of a constant."""
    with open(module.__file__) as file:
        statements = _get_assignments(file.read())
    for statement in statements:
        used = (
            {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name)}
            if statement.value
            else ()
        )
        if name in used and ast.dump(statement) != ast.dump(done):
            _assign(module, statement)


def _is_same(value, other):
    return value is other or (type(value) is type(other) and value == other)
